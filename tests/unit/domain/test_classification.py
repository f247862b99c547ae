"""Every category of every system, alone and together, what is left to the clinician, and what should go together."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrrc_qol.catalogue.classification import load_classification
from lrrc_qol.config import CLINICAL_DIR
from lrrc_qol.domain.classification import Findings, check, early_or_late, propose

RULES = load_classification(CLINICAL_DIR)
MARKS = sorted(one.id for one in RULES.structures())
ORGANS = ("bladder", "ureter", "urethra", "prostate", "seminal_vesicles", "uterus", "vagina")


def found(words: str, fixation: str | None = None) -> Findings:
    return Findings(frozenset(words.split()), fixation)


# What is marked; system; the codes that are proposed. `?` before codes: the choice between them is the clinician's.
CASES = (
    # Mayo goes by the number of fixed points alone.
    ("fixed 0", "mayo", "F0"),
    ("fixed 1", "mayo", "F1"),
    ("fixed 2", "mayo", "F2"),
    ("fixed more", "mayo", "F3"),
    ("s2 sciatic_nerve fixed 1", "mayo", "F1"),
    ("s2 sciatic_nerve", "mayo", ""),
    # Yamada: one category.
    ("anastomosis", "yamada", "LOCALIZED"),
    ("rectal_wall", "yamada", "LOCALIZED"),
    ("perirectal", "yamada", "LOCALIZED"),
    ("perineum", "yamada", "LOCALIZED"),
    *((organ, "yamada", "LOCALIZED") for organ in ORGANS),
    ("s3", "yamada", "SACRAL"),
    ("s4 s5", "yamada", "SACRAL"),
    ("coccyx", "yamada", "SACRAL"),
    ("periosteum", "yamada", "SACRAL"),
    ("s1", "yamada", "LATERAL"),
    ("s2", "yamada", "LATERAL"),
    ("s2 s3 s4", "yamada", "LATERAL"),
    ("periosteum s1", "yamada", "LATERAL"),
    ("sciatic_nerve", "yamada", "LATERAL"),
    ("sciatic_foramen", "yamada", "LATERAL"),
    ("side_wall", "yamada", "LATERAL"),
    ("obturator piriformis", "yamada", "LATERAL"),
    ("bladder s3", "yamada", "SACRAL"),
    ("bladder side_wall", "yamada", "LATERAL"),
    ("s3 side_wall", "yamada", "?SACRAL LATERAL"),
    ("s2 s3 side_wall", "yamada", "LATERAL"),
    ("presacral", "yamada", ""),
    ("", "yamada", ""),
    # MSKCC: as many as there are.
    ("anastomosis", "mskcc", "AXIAL"),
    ("perirectal", "mskcc", "AXIAL"),
    ("perineum", "mskcc", "AXIAL"),
    *((organ, "mskcc", "ANTERIOR") for organ in ORGANS),
    ("presacral", "mskcc", "POSTERIOR"),
    ("s1", "mskcc", "POSTERIOR"),
    ("s5", "mskcc", "POSTERIOR"),
    ("periosteum", "mskcc", "POSTERIOR"),
    ("side_wall", "mskcc", "LATERAL"),
    ("lateral_bone", "mskcc", "LATERAL"),
    ("iliac_vessels", "mskcc", "LATERAL"),
    ("anastomosis bladder s3 side_wall", "mskcc", "AXIAL ANTERIOR POSTERIOR LATERAL"),
    ("perineum vagina", "mskcc", "AXIAL ANTERIOR"),
    ("rectal_wall", "mskcc", ""),
    # Leeds: one category, with one for two together.
    ("anastomosis", "leeds", "CENTRAL"),
    ("perirectal bladder", "leeds", "CENTRAL"),
    ("perineum", "leeds", "CENTRAL"),
    ("presacral", "leeds", "SACRAL"),
    ("periosteum", "leeds", "SACRAL"),
    ("s2", "leeds", "SACRAL"),
    ("bladder s4", "leeds", "SACRAL"),
    ("coccyx", "leeds", "SACRAL"),
    ("side_wall", "leeds", "SIDEWALL"),
    ("sciatic_foramen sciatic_nerve", "leeds", "SIDEWALL"),
    ("piriformis", "leeds", "SIDEWALL"),
    ("vagina lateral_nodes", "leeds", "SIDEWALL"),
    ("s3 side_wall", "leeds", "COMPOSITE"),
    ("presacral sciatic_nerve bladder", "leeds", "COMPOSITE"),
    ("", "leeds", ""),
    # Park: as many as there are.
    ("anastomosis", "park", "CENTRAL"),
    ("perirectal", "park", "CENTRAL"),
    ("anastomosis s3", "park", "CENTRAL POSTERIOR"),
    ("anastomosis bladder", "park", "ANTERIOR"),
    ("prostate", "park", "ANTERIOR"),
    ("seminal_vesicles", "park", "ANTERIOR"),
    ("vagina", "park", "ANTERIOR"),
    ("presacral", "park", "POSTERIOR"),
    ("s1", "park", "POSTERIOR"),
    ("iliac_vessels", "park", "LATERAL"),
    ("ureter", "park", "LATERAL"),
    ("lateral_nodes", "park", "LATERAL"),
    ("perineum", "park", "PERINEAL"),
    ("bladder s3 ureter perineum", "park", "ANTERIOR POSTERIOR LATERAL PERINEAL"),
    ("uterus", "park", ""),
    ("anastomosis uterus", "park", ""),
    ("sciatic_nerve", "park", ""),
    # Belli: as many as there are.
    ("rectal_wall", "belli", "S1-I"),
    ("rectal_wall perirectal", "belli", "S1-II"),
    ("perirectal", "belli", "S1-II"),
    ("perirectal vagina", "belli", "S1-III"),
    ("uterus", "belli", "S1-III"),
    ("rectal_wall bladder", "belli", "S1-III"),
    ("perirectal ureter", "belli", "S1-III"),
    ("perirectal prostate", "belli", ""),
    ("s3", "belli", "S2-I"),
    ("s5 coccyx", "belli", "S2-I"),
    ("s1", "belli", "S2-II"),
    ("s2", "belli", "S2-II"),
    ("s2 s3", "belli", "S2-II"),
    ("side_wall", "belli", "S3-I"),
    ("iliac_vessels sciatic_nerve", "belli", "S3-I"),
    ("perirectal bladder s3 lateral_bone", "belli", "S1-III S2-I S3-I"),
    ("presacral", "belli", ""),
    ("periosteum", "belli", ""),
    ("anastomosis", "belli", ""),
)


@pytest.mark.parametrize(("marked", "system", "expected"), CASES)
def test_what_is_marked_leads_to_these_codes(marked: str, system: str, expected: str) -> None:
    marks, _, fixation = marked.partition("fixed")
    proposal = propose(RULES, found(marks, fixation.strip() or None))[system]
    if expected.startswith("?"):
        assert proposal.codes == ()
        assert proposal.candidates == tuple(expected[1:].split())
    else:
        assert proposal.codes == tuple(expected.split())
        assert proposal.candidates == ()
    assert proposal.not_classifiable == (expected == "")
    assert proposal.reasons


def test_the_table_is_complete() -> None:
    covered = {(system, code) for _, system, codes in CASES for code in codes.removeprefix("?").split()}
    assert covered == {(one.id, code) for one in RULES.systems for code in one.codes()}
    assert len(CASES) >= 60


@pytest.mark.parametrize(
    ("marked", "system", "words"),
    [
        ("s2", "yamada", "Yamada counts S1–S2 as lateral, not sacral."),
        ("perineum", "mskcc", "The perineum is axial here, but perineal in Park."),
        ("perineum", "park", "The perineum is perineal here, but axial in MSKCC."),
        ("uterus", "park", "Uterus: the review gives no rule for Park"),
        ("presacral", "yamada", "Presacral fascia or space: the review gives no rule for Yamada"),
        ("obturator", "leeds", "our reading as part of the side wall; the table does not name it"),
        ("s3 side_wall", "yamada", "the review does not say which of SACRAL and LATERAL goes first: please choose."),
        ("s3 s2", "belli", "Not S2-I (infiltrates the sacrum below S2), because of: S2 invaded."),
        (
            "anastomosis bladder",
            "park",
            "Not CENTRAL (anastomotic or perirectal, no fixed organ), because of: Bladder.",
        ),
        ("s3 side_wall", "leeds", "(SACRAL: S3 invaded; SIDEWALL: Soft tissue of the side wall)"),
        ("", "leeds", "No structure is marked."),
        ("s1", "mayo", "The number of fixed points is not stated"),
    ],
)
def test_the_reason_is_said_in_words(marked: str, system: str, words: str) -> None:
    assert words in " ".join(propose(RULES, found(marked))[system].reasons)


@given(st.frozensets(st.sampled_from(MARKS)), st.sampled_from([None, *(one.id for one in RULES.fixation)]))
def test_every_proposal_fits_its_system(marks: frozenset[str], fixation: str | None) -> None:
    proposals = propose(RULES, Findings(marks, fixation))
    assert list(proposals) == [one.id for one in RULES.systems]
    for system in RULES.systems:
        proposal = proposals[system.id]
        named = (*proposal.codes, *proposal.candidates)
        assert set(named) <= set(system.codes())
        assert len(proposal.codes) <= 1 or system.many
        assert len(proposal.candidates) != 1
        assert proposal.not_classifiable == (not named)


@given(st.frozensets(st.sampled_from(MARKS)), st.randoms())
def test_the_order_of_marks_does_not_matter(marks: frozenset[str], chance: object) -> None:
    ordered = sorted(marks)
    chance.shuffle(ordered)  # type: ignore[attr-defined] # random.Random, which hypothesis gives
    assert propose(RULES, Findings(frozenset(ordered))) == propose(RULES, Findings(marks))


@given(st.frozensets(st.sampled_from(MARKS)))
def test_what_is_proposed_is_not_warned_about(marks: frozenset[str]) -> None:
    findings = Findings(marks)
    assert check(RULES, findings, {name: one.codes for name, one in propose(RULES, findings).items()}) == ()


@pytest.mark.parametrize(
    ("marked", "chosen", "expected"),
    [
        ("s1", {"yamada": ["SACRAL"]}, [("upper_sacrum", "yamada")]),
        ("s2", {"yamada": ["SACRAL"], "belli": ["S2-I"]}, [("upper_sacrum", "yamada"), ("upper_sacrum", "belli")]),
        ("s2 s3", {"yamada": ["LATERAL"], "belli": ["S2-II"]}, []),
        ("s2 s3", {"belli": ["S2-I", "S2-II"]}, []),
        ("s3", {"yamada": ["LATERAL"], "belli": ["S2-II"]}, [("lower_sacrum", "yamada"), ("lower_sacrum", "belli")]),
        ("coccyx", {"yamada": ["LOCALIZED"]}, [("lower_sacrum", "yamada")]),
        ("s4", {"yamada": ["SACRAL"], "belli": ["S2-I"]}, []),
        ("perineum", {"mskcc": ["ANTERIOR"], "park": ["CENTRAL"]}, [("perineum", "mskcc"), ("perineum", "park")]),
        ("perineum", {"mskcc": ["AXIAL"], "park": ["PERINEAL"]}, []),
        ("", {"leeds": ["COMPOSITE"], "mskcc": ["POSTERIOR"]}, [("composite", "mskcc")]),
        ("", {"leeds": ["COMPOSITE"], "mskcc": ["AXIAL"]}, [("composite", "mskcc")]),
        ("", {"leeds": ["COMPOSITE"], "mskcc": ["POSTERIOR", "LATERAL"]}, []),
        ("", {"leeds": ["SACRAL"], "mskcc": ["AXIAL"]}, []),
        ("", {"leeds": ["SACRAL", "SIDEWALL"]}, [("too_many", "leeds")]),
        ("", {"mskcc": ["AXIAL", "ANTERIOR"]}, []),
        ("s2 s3 perineum", {"yamada": [], "mskcc": []}, []),
        ("s2 s3 perineum", {}, []),
    ],
)
def test_what_does_not_go_together_is_said(
    marked: str, chosen: dict[str, list[str]], expected: list[tuple[str, str]]
) -> None:
    doubts = check(RULES, found(marked), chosen)
    assert [(one.id, one.system) for one in doubts] == expected


def test_a_doubt_says_what_was_expected_and_what_is_chosen() -> None:
    doubts = check(RULES, found("s2"), {"yamada": ["SACRAL"]})
    assert [one.text for one in doubts] == ["S1 or S2 is invaded: Yamada would be LATERAL; SACRAL is chosen."]


@pytest.mark.parametrize(
    ("operated", "recurred", "months", "early"),
    [
        (date(2024, 3, 15), date(2024, 3, 15), 0, True),
        (date(2024, 3, 15), date(2025, 3, 14), 11, True),
        (date(2024, 3, 15), date(2025, 3, 15), 12, False),
        (date(2024, 3, 15), date(2025, 3, 16), 12, False),
        (date(2024, 2, 29), date(2025, 2, 27), 11, True),
        (date(2024, 2, 29), date(2025, 2, 28), 12, False),
        (date(2023, 2, 28), date(2024, 2, 28), 12, False),
        (date(2023, 12, 31), date(2024, 12, 30), 11, True),
        (date(2020, 1, 31), date(2026, 2, 1), 72, False),
    ],
)
def test_early_is_before_twelve_calendar_months(operated: date, recurred: date, months: int, early: bool) -> None:
    timing = early_or_late(RULES, operated, recurred)
    assert (timing.months, timing.early) == (months, early)


def test_a_recurrence_before_the_operation_has_no_timing() -> None:
    with pytest.raises(ValueError, match="before the primary operation"):
        early_or_late(RULES, date(2024, 3, 15), date(2024, 3, 14))
