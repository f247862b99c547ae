"""What opens behind a score: what entered, what was missing and why, by which rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from lrrc_qol.persistence.queries.record import ScoreEntry
from lrrc_qol.web.staff.score_details import ScoreDetails, explain_scores
from tests.filter_form import BOWEL, scale

WHEN = datetime(2027, 3, 1, 12, tzinfo=UTC)
ALL = replace(
    scale("ALL", "Everything"), method="composite_mean", parameters={"scales": ["BOTHER", "CARE"], "reversed": []}
)
BAND = replace(
    scale("BAND", "Bother, band"),
    method="bands",
    parameters={"scale": "BOTHER", "bands": [{"from": 1, "label": "Mild"}, {"from": 3, "label": "Severe"}]},
)
INSTRUMENT = replace(BOWEL, scales=(*BOWEL.scales, ALL, BAND))


def entry(scale_id: str, value: float | None, *entered: str, reason: str | None = None, **inputs: Any) -> ScoreEntry:
    return ScoreEntry(
        response_id=1,
        scale_id=scale_id,
        value=value,
        reason=reason,
        answered=len(entered),
        expected=2,
        prorated=value is not None and len(entered) < 2,
        scoring_version="3",
        inputs={"items": list(entered)} | inputs,
        computed_at=WHEN,
    )


def explain(*entries: ScoreEntry, facts: frozenset[str] | None = None, **left_out: str) -> dict[str, ScoreDetails]:
    return explain_scores(INSTRUMENT, {one.scale_id: one for one in entries}, left_out=left_out, facts=facts)


def test_what_entered_and_what_was_missing_is_named_by_number_and_topic() -> None:
    details = explain(entry("BOTHER", 2.5, "leaks"))["BOTHER"]

    assert (details.value, details.has_value) == ("2.5", True)
    assert details.counted == "1 of 2 questions, filled up by the rule"
    assert details.entered == ("2 leaks from below",)
    assert details.left_out == (("Not answered", ("3 sore skin below",)),)
    assert details.rule == "Mean of the answered items; at least half of the 2 items that apply are needed."
    assert (details.version, details.computed_at) == ("3", WHEN)


def test_declined_and_not_applicable_are_told_apart() -> None:
    details = explain(
        entry("DAY", None, reason="too_few_answered"),
        entry("BOTHER", None, reason="too_few_answered"),
        toilet="not_applicable",
        care="declined",
        leaks="declined",
        skin="declined",
    )

    assert details["DAY"].value == "no score: too few questions answered"
    assert not details["DAY"].has_value
    assert details["DAY"].left_out == (
        ("Declined", ("4 care of the bag",)),
        ("Does not apply", ("5 way to the toilet",)),
    )
    assert details["BOTHER"].left_out == (("Declined", ("2 leaks from below", "3 sore skin below")),)


def test_the_topics_are_those_of_the_wording_that_was_asked() -> None:
    assert explain(entry("BOTHER", 2, "leaks", "skin"), facts=frozenset({"stoma"}))["BOTHER"].entered == (
        "2 leaks around the bag",
        "3 sore skin under the bag",
    )


def test_a_score_made_of_scores_names_them() -> None:
    details = explain(entry("BOTHER", 2, "leaks", "skin"), entry("ALL", None, "BOTHER", reason="part_missing"))["ALL"]

    assert details.entered == ("Bother",)
    assert details.left_out == (("No score", ("Care",)),)
    assert details.counted == "1 of 2 scales"


def test_a_part_that_does_not_apply_says_so() -> None:
    details = explain(entry("CARE", None, reason="not_applicable"), entry("ALL", None, "BOTHER", reason="part_missing"))

    assert details["ALL"].left_out == (("Does not apply", ("Care",)),)


def test_band_and_value_set_stand_with_the_score() -> None:
    details = explain(
        entry("BOTHER", 3.5, "leaks", "skin", value_set="Germany"), entry("BAND", 1, "BOTHER", label="Severe")
    )

    assert (details["BOTHER"].band, details["BOTHER"].value_set) == ("Severe", "Germany")
    assert (details["BAND"].band, details["BAND"].value) == ("Severe", "Severe (1)")


def test_a_single_question_is_one_question() -> None:
    only = replace(INSTRUMENT, scales=(scale("CARE", "Care", "care", method="single_item"),))
    one = replace(entry("CARE", 4, "care"), expected=1, prorated=False)
    assert explain_scores(only, {"CARE": one}, left_out={}, facts=None)["CARE"].counted == "1 of 1 question"
