"""The clinical records of the demo patients are such that nobody would doubt them."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest

from lrrc_qol.catalogue.record import load_record
from lrrc_qol.config import CLINICAL_DIR
from lrrc_qol.demo.people import COMPLEX, Person, make_person
from lrrc_qol.demo.records import record_of
from lrrc_qol.domain.clinical_record import Content, RecordFacts, anatomy_changes, check_section

RULES = load_record(CLINICAL_DIR)
TODAY = date(2026, 11, 26)


def operated(seed: int) -> list[Person]:
    rng = Random(seed)  # noqa: S311 - synthetic patients
    people = [make_person(number, rng=rng, today=TODAY) for number in range(1, 61)]
    return [one for one in people if one.surgery_on <= TODAY]


def rng_of(person: Person) -> Random:
    return Random(person.number)  # noqa: S311 - synthetic patients


@pytest.mark.parametrize("seed", [7, 8])
def test_no_row_is_refused_or_doubted(seed: int) -> None:
    for person in operated(seed):
        stands: dict[str, list[Content]] = {}
        for written in record_of(person, rng_of(person)):
            if written.change:
                stands[written.section].pop()
            facts = RecordFacts(
                born_on=person.born_on,
                sex=person.sex,
                surgery_on=person.surgery_on,
                discharged_on=None,
                died_on=None,
                today=written.on,
                others=stands,
            )
            findings = check_section(RULES, written.section, written.content, facts)
            assert (findings.refusals, findings.warnings) == ((), ()), written
            stands.setdefault(written.section, []).append(written.content)


def test_the_operation_leaves_the_anatomy_that_the_person_has() -> None:
    for person in operated(7):
        operation = [one for one in record_of(person, rng_of(person)) if one.section == "operation"][-1]
        settled = anatomy_changes({}, operation.content, {})
        assert {fact: person.anatomy[fact] for fact in settled} == settled


def test_one_patient_had_everything_at_once() -> None:
    person = operated(7)[0]
    written = list(record_of(person, rng_of(person)))
    operation = [one for one in written if one.section == "operation"][-1].content
    kinds = [one.content["kind"] for one in written if one.section == "treatment"]
    types = [one.content["type"] for one in written if one.section == "complication"]
    assert person.number == COMPLEX
    assert TODAY - person.surgery_on > timedelta(days=100)
    assert (operation["sacrectomy_level"], operation["nerves"], "vram" in operation["reconstruction"]) == (
        "s2",
        ["sciatic_left_total"],
        True,
    )
    assert operation["stomas"] == ["colostomy", "urostomy"]
    assert kinds == ["pre_crt", "reirradiation"]
    assert "abscess" in types
