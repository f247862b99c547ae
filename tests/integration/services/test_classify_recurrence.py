"""An assessment is stored in versions, with what was proposed beside what was said, and only in its own centre."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lrrc_qol.domain.classification import Findings
from lrrc_qol.domain.errors import InvalidInput, NotFound, StaleWrite
from lrrc_qol.persistence.models import AuditEntry, ClinicalEntry
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.classify_recurrence import (
    ClassificationRecord,
    Judgement,
    classify_recurrence,
    read_classification,
    remove_assessment,
)
from lrrc_qol.services.clinical_record.store import save_entry
from lrrc_qol.services.context import COMMAND, Actor
from tests.assessments import an_assessment
from tests.factories import make_patient, make_staff


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    return make_staff(runtime)


@pytest.fixture
def patient(runtime: Runtime, nurse: Actor) -> str:
    return make_patient(runtime, nurse)


@pytest.fixture
def today(runtime: Runtime) -> date:
    return runtime.clock.now().date()


def store(
    runtime: Runtime,
    actor: Actor,
    patient: str,
    *,
    key: str = "",
    ordinal: int = 0,
    day: date | None = None,
    **other: Any,
) -> str:
    with runtime.writing(actor) as work:
        given = an_assessment(rated_on=day or runtime.clock.now().date(), **other)
        return classify_recurrence(work, patient, given, row_key=key, expected_ordinal=ordinal)


def read(runtime: Runtime, actor: Actor, patient: str) -> ClassificationRecord:
    with runtime.reading(actor) as work:
        return read_classification(work, patient)


def test_what_was_said_stands_beside_what_was_proposed(runtime: Runtime, nurse: Actor, patient: str) -> None:
    store(
        runtime,
        nurse,
        patient,
        findings=Findings(frozenset({"s2", "perirectal"}), "1"),
        symptoms="S2",
        judgements={
            "mayo": Judgement(("F1",)),
            "yamada": Judgement(("SACRAL",), reason=" Only the edge. "),
            "mskcc": Judgement(("POSTERIOR", "AXIAL")),
            "leeds": Judgement(not_classifiable=True),
        },
    )
    stored = read(runtime, nurse, patient).assessments[0]
    said = {
        one.id: (one.version, one.codes, one.proposed, one.accepted, one.not_classifiable) for one in stored.systems
    }
    assert said == {
        "mayo": ("1995", ("F1",), ("F1",), True, False),
        "yamada": ("2001", ("SACRAL",), ("LATERAL",), False, False),
        "mskcc": ("2003", ("AXIAL", "POSTERIOR"), ("AXIAL", "POSTERIOR"), True, False),
        "leeds": ("2005", (), ("SACRAL",), False, True),
        "park": ("2009", (), ("CENTRAL", "POSTERIOR"), False, False),
        "belli": ("2020", (), ("S1-II", "S2-II"), False, False),
    }
    assert stored.findings == Findings(frozenset({"s2", "perirectal"}), "1")
    assert (stored.symptoms, stored.rater, stored.recorded_by) == ("S2", "Dr Reader", "Nurse of NORTH")
    yamada = stored.system("yamada")
    assert yamada is not None
    assert yamada.reason == "Only the edge."
    assert [(one.id, one.system) for one in stored.doubts] == [("upper_sacrum", "yamada")]


def test_the_audit_names_fields_and_no_finding(runtime: Runtime, nurse: Actor, patient: str) -> None:
    store(runtime, nurse, patient)
    with runtime.reading(COMMAND) as work:
        row = work.session.scalars(select(ClinicalEntry)).one()
        entries = work.session.scalars(select(AuditEntry).where(AuditEntry.episode_id == row.episode_id)).all()
    written = [str(one.detail) for one in entries]
    assert any("classification" in one for one in written)
    assert not any("bladder" in one or "LOCALIZED" in one or "Reader" in one for one in written)


def test_the_newest_of_each_basis_stands_first(runtime: Runtime, nurse: Actor, patient: str, today: date) -> None:
    old = store(runtime, nurse, patient, day=today - timedelta(days=30))
    path = store(runtime, nurse, patient, day=today - timedelta(days=40), basis="pathology")
    new = store(runtime, nurse, patient, day=today - timedelta(days=10))
    record = read(runtime, nurse, patient)
    assert [one.row_key for one in record.assessments] == [new, path, old]
    assert [one.row_key for one in record.newest()] == [new, path]


def test_a_change_keeps_the_earlier_version(runtime: Runtime, nurse: Actor, patient: str) -> None:
    key = store(runtime, nurse, patient)
    store(runtime, nurse, patient, key=key, ordinal=1, rater="Dr Second")
    store(runtime, nurse, patient, key=key, ordinal=2, rater="Dr Third")
    record = read(runtime, nurse, patient)
    assert [(one.ordinal, one.rater) for one in record.assessments] == [(3, "Dr Third")]
    assert [(one.ordinal, one.rater) for one in record.earlier[key]] == [(2, "Dr Second"), (1, "Dr Reader")]


def test_an_older_version_is_not_written_over(runtime: Runtime, nurse: Actor, patient: str) -> None:
    key = store(runtime, nurse, patient)
    store(runtime, nurse, patient, key=key, ordinal=1, rater="Dr Second")
    with pytest.raises(StaleWrite):
        store(runtime, nurse, patient, key=key, ordinal=1, rater="Dr Third")
    assert read(runtime, nurse, patient).assessments[0].rater == "Dr Second"


def test_removed_by_mistake_it_is_gone_and_its_versions_stay(runtime: Runtime, nurse: Actor, patient: str) -> None:
    key = store(runtime, nurse, patient)
    with pytest.raises(InvalidInput), runtime.writing(nurse) as work:
        remove_assessment(work, patient, key, reason="  ", expected_ordinal=1)
    with runtime.writing(nurse) as work:
        remove_assessment(work, patient, key, reason="Another patient.", expected_ordinal=1)
    assert read(runtime, nurse, patient).assessments == ()
    with pytest.raises(NotFound):
        store(runtime, nurse, patient, key=key, ordinal=2)
    with runtime.reading(COMMAND) as work:
        rows = work.session.scalars(select(ClinicalEntry).order_by(ClinicalEntry.ordinal)).all()
        assert [(row.ordinal, row.content is None, row.reason) for row in rows] == [
            (1, False, None),
            (2, True, "Another patient."),
        ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"day": date(2199, 1, 1)}, "rated_on"),
        ({"day": date(1958, 4, 1)}, "rated_on"),
        ({"rater": "  "}, "rater"),
        ({"rater": "x" * 121}, "rater"),
        ({"basis": "guess"}, "basis"),
        ({"symptoms": "S9"}, "symptoms"),
        ({"findings": Findings(frozenset({"heart"}))}, "findings"),
        ({"findings": Findings(frozenset(), "7")}, "fixation"),
        ({"judgements": {"park": Judgement(("LOCALIZED",))}}, "park"),
        ({"judgements": {"park": Judgement(("CENTRAL",), not_classifiable=True)}}, "park"),
        ({"judgements": {"park": Judgement(("CENTRAL",), reason="x" * 501)}}, "park"),
    ],
)
def test_what_cannot_be_is_refused(
    runtime: Runtime, nurse: Actor, patient: str, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        store(runtime, nurse, patient, **changes)
    assert list(refusal.value.fields) == [field]
    assert read(runtime, nurse, patient).assessments == ()


def test_two_categories_where_one_is_usual_are_stored_and_doubted(runtime: Runtime, nurse: Actor, patient: str) -> None:
    store(runtime, nurse, patient, judgements={"leeds": Judgement(("SACRAL", "SIDEWALL"))})
    assert [one.id for one in read(runtime, nurse, patient).assessments[0].doubts] == ["too_many"]


def test_another_centre_has_no_such_patient(runtime: Runtime, nurse: Actor, patient: str) -> None:
    key = store(runtime, nurse, patient)
    foreign = make_staff(runtime, code="SOUTH")
    with pytest.raises(NotFound):
        read(runtime, foreign, patient)
    with pytest.raises(NotFound):
        store(runtime, foreign, patient)
    with pytest.raises(NotFound), runtime.writing(foreign) as work:
        remove_assessment(work, patient, key, reason="Mine.", expected_ordinal=1)


def test_an_assessment_of_another_patient_is_not_found(runtime: Runtime, nurse: Actor, patient: str) -> None:
    key = store(runtime, nurse, patient)
    other = make_patient(runtime, nurse, hospital_number="H-2")
    with pytest.raises(NotFound):
        store(runtime, nurse, other, key=key, ordinal=1)


@pytest.mark.parametrize(
    ("operated", "recurred", "expected"),
    [
        ("2024-03-15", "2025-03-14", (11, True)),
        ("2024-03-15", "2025-03-15", (12, False)),
        ("2024-03-15", None, None),
        ("2024-03-15", "2024-03-14", None),
        (None, None, None),
    ],
)
def test_early_or_late_follows_from_the_dates_of_the_disease(
    runtime: Runtime,
    nurse: Actor,
    patient: str,
    operated: str | None,
    recurred: str | None,
    expected: tuple[int, bool] | None,
) -> None:
    dates = {"primary_surgery_on": operated, "recurrence_found_on": recurred}
    with runtime.writing(nurse) as work:
        save_entry(work, patient, "disease", content=dates, expected_ordinal=0)
    found = read(runtime, nurse, patient).timing.found
    assert (found and (found.months, found.early)) == expected
