"""What is refused and what is doubted in the clinical record, and the anatomy that follows an operation."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrrc_qol.catalogue.record import load_record
from lrrc_qol.config import CLINICAL_DIR
from lrrc_qol.domain.clinical_record import FieldKind, RecordFacts, anatomy_changes, check_section, tidied

RULES = load_record(CLINICAL_DIR)
OPERATED = date(2026, 3, 2)
Content = dict[str, Any]


def facts(**changes: Any) -> RecordFacts:
    known: dict[str, Any] = {
        "born_on": date(1958, 4, 2),
        "sex": "female",
        "surgery_on": OPERATED,
        "discharged_on": None,
        "died_on": None,
        "today": date(2026, 6, 1),
        "others": {},
    }
    return RecordFacts(**known | changes)


def refused(section: str, content: Content, **changes: Any) -> list[tuple[str, str]]:
    findings = check_section(RULES, section, content, facts(**changes))
    assert not findings.warnings or not findings.refusals
    return [(one.fields[0], one.text) for one in findings.refusals]


def doubted(section: str, content: Content, **changes: Any) -> list[str]:
    findings = check_section(RULES, section, content, facts(**changes))
    assert findings.refusals == ()
    return [one.text for one in findings.warnings]


FULL: dict[str, Content] = {
    "disease": {
        "indication": "recurrence",
        "primary_surgery_on": "2023-01-31",
        "recurrence_found_on": "2025-11-05",
        "recurrence_number": 2,
        "workup": ["mri_pelvis", "ct"],
        "biopsy": "positive",
    },
    "treatment": {
        "kind": "reirradiation",
        "timing": "before",
        "status": "completed",
        "started_on": "2025-12-01",
        "stopped_on": "2025-12-20",
        "dose_gy": 39.6,
        "note": "With capecitabine.",
    },
    "operation": {
        "extent": ["total"],
        "structures": ["rectum", "bladder", "uterus"],
        "sacrectomy": True,
        "sacrectomy_level": "s2",
        "sacrectomy_technique": "segmental",
        "nerves": ["sciatic_left_total"],
        "vessels_excised": ["internal_left"],
        "margin": "r0",
        "margin_mm": 0,
        "pcr": False,
        "reconstruction": ["vram"],
        "stomas": ["colostomy", "urostomy"],
    },
    "complication": {
        "type": "perineal_wound",
        "grade": "ii",
        "happened_on": "2026-03-02",
        "resolved_on": "2026-03-02",
        "eps": True,
    },
}


@pytest.mark.parametrize("section", FULL)
def test_a_full_section_is_neither_refused_nor_doubted(section: str) -> None:
    findings = check_section(RULES, section, FULL[section], facts())
    assert (findings.refusals, findings.warnings) == ((), ())
    assert tidied(RULES.section(section), FULL[section]) == FULL[section]


@pytest.mark.parametrize(
    ("section", "changes", "field", "text"),
    [
        ("disease", {"weather": "fine"}, "weather", "There is no such field."),
        ("disease", {"biopsy": "perhaps"}, "biopsy", "Choose one of the list."),
        ("disease", {"biopsy": ["positive"]}, "biopsy", "Choose one of the list."),
        ("disease", {"workup": "ct"}, "workup", "Choose from the list."),
        ("disease", {"workup": ["ct", "xray"]}, "workup", "Choose from the list."),
        ("disease", {"workup": [["ct"]]}, "workup", "Choose from the list."),
        ("disease", {"recurrence_number": 10}, "recurrence_number", "Enter a number from 1 to 9."),
        ("disease", {"recurrence_number": "2"}, "recurrence_number", "Enter a number."),
        ("disease", {"recurrence_number": True}, "recurrence_number", "Enter a number."),
        ("disease", {"recurrence_number": float("nan")}, "recurrence_number", "Enter a number from 1 to 9."),
        ("disease", {"primary_surgery_on": "31.1.2023"}, "primary_surgery_on", "Enter a day as year-month-day."),
        ("disease", {"primary_surgery_on": "20230131"}, "primary_surgery_on", "Enter a day as year-month-day."),
        ("disease", {"primary_surgery_on": "1958-04-01"}, "primary_surgery_on", "This is before the date of birth."),
        ("disease", {"recurrence_found_on": "2026-06-02"}, "recurrence_found_on", "This day has not come yet."),
        (
            "disease",
            {"recurrence_found_on": "2023-01-30"},
            "recurrence_found_on",
            "A recurrence is found after the primary operation. (2023-01-31)",
        ),
        ("treatment", {"kind": ""}, "kind", "Choose one."),
        ("treatment", {"dose_gy": 390}, "dose_gy", "Enter a number from 1 to 100 Gy."),
        ("treatment", {"dose_gy": "much"}, "dose_gy", "Enter a number in Gy."),
        ("treatment", {"note": "x" * 501}, "note", "At most 500 characters."),
        ("treatment", {"note": 5}, "note", "Enter a text."),
        ("treatment", {"stopped_on": "2025-11-30"}, "stopped_on", "This is before the treatment started. (2025-12-01)"),
        ("operation", {"pcr": "yes"}, "pcr", "Choose yes, no or not known."),
        ("operation", {"stomas": ["urostomy", "none"]}, "stomas", "Choose either none or the others."),
        ("complication", {"happened_on": None}, "happened_on", "Fill this in."),
        ("complication", {"happened_on": "2026-03-01"}, "happened_on", "This is before the operation (2026-03-02)."),
        (
            "complication",
            {"resolved_on": "2026-03-01"},
            "resolved_on",
            "This is before the complication began. (2026-03-02)",
        ),
    ],
)
def test_what_cannot_be_is_refused(section: str, changes: Content, field: str, text: str) -> None:
    assert refused(section, FULL[section] | changes) == [(field, text)]


def test_nothing_is_dated_after_a_death() -> None:
    later = FULL["complication"] | {"resolved_on": "2026-03-09"}
    assert refused("complication", later, died_on=date(2026, 3, 8)) == [
        ("resolved_on", "This is after the patient's death (2026-03-08).")
    ]
    assert refused("complication", later, died_on=date(2026, 3, 9)) == []


@pytest.mark.parametrize(
    ("section", "changes", "text"),
    [
        ("disease", {"indication": "primary", "recurrence_number": None, "primary_surgery_on": None}, "Exenteration"),
        ("disease", {"recurrence_found_on": "2026-03-03"}, "after the exenteration (2026-03-02)"),
        ("treatment", {"stopped_on": "2026-03-03"}, "before the operation (2026-03-02)"),
        ("treatment", {"started_on": "2026-03-03", "stopped_on": None}, "before the operation (2026-03-02)"),
        ("treatment", {"timing": "after"}, "after the operation (2026-03-02)"),
        ("treatment", {"kind": "iort", "timing": "", "stopped_on": None, "dose_gy": 12}, "during the operation"),
        ("treatment", {"kind": "immunotherapy"}, "“Dose” is filled in"),
        ("operation", {"sacrectomy": False, "sacrectomy_technique": None}, "“Highest level removed” is filled in"),
        ("operation", {"sacrectomy": None, "sacrectomy_level": None}, "“Technique” is filled in"),
        ("operation", {"sacrectomy_level": None, "sacrectomy_technique": None}, "Sacrectomy without its level"),
        ("operation", {"margin": "r2"}, "“Closest distance” is filled in"),
        ("operation", {"margin": "r1", "pcr": True}, "complete response"),
        ("operation", {"structures": ["rectum", "prostate", "bladder"]}, "The patient is female: Prostate."),
        ("operation", {"structures": ["rectum"], "extent": ["central"]}, "the bladder is not among"),
        ("operation", {"structures": ["bladder"]}, "Total, but not removed: rectum."),
        ("operation", {"stomas": ["colostomy"]}, "there is no stoma for urine"),
        ("operation", {"stomas": ["none"]}, "there is no stoma for urine"),
        ("operation", {"vessels_reconstructed": ["internal_right"]}, "reconstructed that was not excised"),
        ("operation", {"reconstruction": ["vascular_graft"], "vessels_excised": []}, "no vessel was excised"),
        ("operation", {"nerves": ["femoral_left_partial", "femoral_left_total"]}, "both as partial and as total"),
        ("complication", {"grade": "v"}, "no death is recorded"),
    ],
)
def test_what_does_not_go_together_is_doubted(section: str, changes: Content, text: str) -> None:
    told = doubted(section, FULL[section] | changes)
    assert len(told) == 1
    assert text in told[0]


@pytest.mark.parametrize("section", ["operation", "complication"])
def test_before_there_is_a_date_of_the_operation_it_is_doubted(section: str) -> None:
    assert len(doubted(section, FULL[section], surgery_on=None)) == 1


def test_a_double_barrelled_stoma_is_one_for_urine() -> None:
    assert doubted("operation", FULL["operation"] | {"stomas": ["double_barrelled"]}) == []


IORT = {"kind": "iort", "timing": "during"}
R2 = {"margin": "r2"}


def test_iort_and_r2_are_doubted_from_both_sides() -> None:
    assert len(doubted("treatment", IORT, others={"operation": [R2]})) == 1
    assert len(doubted("operation", R2, others={"treatment": [IORT]})) == 1
    assert doubted("operation", {"margin": "r1"}, others={"treatment": [IORT]}) == []


def test_a_field_left_open_counts_as_what_the_form_shows() -> None:
    assert doubted("disease", {"recurrence_number": 2}) == []
    assert len(doubted("operation", {"margin_mm": 2})) == 1


def test_one_thing_entered_twice_is_doubted() -> None:
    day = {"type": "vte", "grade": "i", "happened_on": "2026-04-01"}
    assert len(doubted("complication", day | {"grade": "ii"}, others={"complication": [day]})) == 1
    assert doubted("complication", day | {"happened_on": "2026-04-02"}, others={"complication": [day]}) == []
    assert doubted("treatment", IORT, others={"treatment": [IORT]}) == []


def test_surgery_alone_is_doubted_beside_any_other_treatment() -> None:
    alone = {"kind": "surgery_alone"}
    assert len(doubted("treatment", alone, others={"treatment": [IORT]})) == 1
    assert len(doubted("treatment", IORT, others={"treatment": [alone]})) == 1
    assert doubted("treatment", alone) == []


@pytest.mark.parametrize(
    ("ended", "begun", "early"),
    [
        ("2025-01-31", "2025-07-30", True),
        ("2025-01-31", "2025-07-31", False),
        ("2025-01-15", "2025-07-14", True),
        ("2025-01-15", "2025-07-15", False),
        ("2025-08-01", "2025-07-15", False),
    ],
)
def test_reirradiation_within_six_months_is_doubted_from_both_sides(ended: str, begun: str, early: bool) -> None:
    first = {"kind": "pre_crt", "stopped_on": ended}
    again = {"kind": "reirradiation", "started_on": begun}
    assert len(doubted("treatment", again, others={"treatment": [first]})) == int(early)
    assert len(doubted("treatment", first, others={"treatment": [again]})) == int(early)
    assert doubted("treatment", again, others={"treatment": [{"kind": "pre_crt"}]}) == []


def test_empty_values_go_and_defaults_come_from_other_fields() -> None:
    assert tidied(RULES.section("treatment"), {"kind": "iort", "note": "  ", "dose_gy": None}) == IORT
    assert tidied(RULES.section("treatment"), {"kind": "surgery_alone"}) == {"kind": "surgery_alone"}
    complication = RULES.section("complication")
    assert tidied(complication, {"type": "obstruction"})["eps"] is True
    assert tidied(complication, {"type": "vte"})["eps"] is False
    assert tidied(complication, {"type": "obstruction", "eps": False})["eps"] is False
    assert tidied(complication, {}) == {}


def test_the_anatomy_follows_what_the_operation_says_otherwise() -> None:
    first = {"structures": ["rectum", "bladder", "vagina"], "stomas": ["urostomy"], "nerves": ["femoral_left_total"]}
    settled = {
        "stoma": False,
        "urostomy": True,
        "rectum_removed": True,
        "bladder_removed": True,
        "vagina": False,
        "nerve_resection": True,
    }
    assert anatomy_changes({}, first, {}) == settled
    assert anatomy_changes(first, first | {"margin": "r0"}, settled) == {}
    assert anatomy_changes(first, first | {"stomas": ["double_barrelled"]}, settled) == {"stoma": True}
    assert anatomy_changes(first, first | {"structures": ["uterus", "vagina_part"]}, settled) == {
        "rectum_removed": None,
        "vagina": None,
        "bladder_removed": False,
    }
    assert anatomy_changes(first, {}, settled) == dict.fromkeys(settled)


def test_what_an_earlier_operation_took_stays_gone() -> None:
    gone = {"bladder_removed": True, "nerve_resection": True, "urostomy": True}
    smaller = {"structures": ["uterus"], "stomas": ["urostomy"]}
    assert anatomy_changes({}, smaller, gone) == {"stoma": False, "urostomy": True}
    assert anatomy_changes({}, smaller, {})["bladder_removed"] is False


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.lists(st.text(max_size=5), max_size=3),
)
ANY_FIELD = st.sampled_from([(section.id, field.id) for section in RULES.sections for field in section.fields()])


@given(place=ANY_FIELD, value=VALUES)
def test_whatever_is_entered_gets_an_answer_and_no_crash(place: tuple[str, str], value: Any) -> None:
    section, name = place
    findings = check_section(RULES, section, FULL[section] | {name: value}, facts())
    again = tidied(RULES.section(section), tidied(RULES.section(section), {name: value}))
    assert again == tidied(RULES.section(section), {name: value}) or value != value
    field = RULES.section(section).field(name)
    if isinstance(value, str) and value.strip() and field.kind is FieldKind.NUMBER:
        assert findings.refusals
