"""A scale asked in other words from one form to the next: flagged, and not compared as like with like."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from lrrc_qol.domain.baseline import Baseline, BaselineKind
from lrrc_qol.domain.instrument import Confidence, Direction, Domain, Mid, Scale
from lrrc_qol.domain.recovery import (
    ScorePoint,
    Trajectory,
    WordingChange,
    build_trajectory,
    describe_change,
    describe_wording,
    present_wording,
    unlike_words,
)

OPERATED = date(2027, 3, 1)
MID = Mid(improvement=8, deterioration=10, source="for this test", confidence=Confidence.DESIGN)
LEAKAGE = Scale("FI", "Leakage", Domain.SYMPTOM, Direction.WORSE, 0, 100, ("q50",), "single_item", mid=MID)
BASELINE = Baseline(BaselineKind.PROSPECTIVE, 1, OPERATED - timedelta(days=7), "for this test")
WITH, WITHOUT, UNKNOWN = frozenset({"stoma"}), frozenset[str](), None

Wording = frozenset[str] | None


def course(*wordings: Wording, values: tuple[float | None, ...] = ()) -> Trajectory:
    points = [
        ScorePoint(
            response_id=number,
            visit_key=f"V{number}",
            answered_on=OPERATED + timedelta(days=-7 if number == 1 else 30 * number),
            value=values[number - 1] if values else 40 + 20 * number,
            reason=None,
            mode="own_phone",
            respondent="patient",
            out_of_window=False,
            answered=1,
            expected=1,
            prorated=False,
            wording=wording,
        )
        for number, wording in enumerate(wordings, start=1)
    ]
    return build_trajectory(LEAKAGE, baseline=BASELINE, points=points, surgery_on=OPERATED)


def flagged(trajectory: Trajectory) -> list[bool]:
    return [point.reworded is not None for point in trajectory.points]


@pytest.mark.parametrize(
    ("wordings", "expected"),
    [
        ((WITHOUT, WITHOUT, WITHOUT), [False, False, False]),
        ((WITHOUT, WITH, WITH), [False, True, False]),
        ((WITHOUT, WITH, WITHOUT), [False, True, True]),
        ((UNKNOWN, WITH), [False, False]),  # a form from before the wording was kept
        ((WITH, UNKNOWN, WITH), [False, False, False]),
        ((WITH, UNKNOWN, WITHOUT), [False, False, True]),
        ((UNKNOWN, UNKNOWN), [False, False]),
    ],
)
def test_a_change_between_two_forms_is_flagged_at_the_second(
    wordings: tuple[Wording, ...], expected: list[bool]
) -> None:
    assert flagged(course(*wordings)) == expected


def test_what_changed_is_kept() -> None:
    assert course(WITH, WITHOUT).points[1].reworded == WordingChange(before=WITH, after=WITHOUT)


def test_every_comparison_across_the_change_says_so() -> None:
    points = course(WITHOUT, WITH, WITH, WITHOUT).points
    caution = "not like with like: other wording than the baseline"
    assert [unlike_words(point) for point in points] == ["", caution, caution, ""]
    assert describe_change(points[1]) == f"worse than before surgery by 20 points (possible); {caution}"
    assert describe_change(points[3]) == "worse than before surgery by 60 points (clear)"


def test_what_is_not_compared_needs_no_caution() -> None:
    points = course(WITHOUT, WITH, values=(60, None)).points
    assert points[1].reworded is not None
    assert unlike_words(points[1]) == ""


def test_an_unknown_wording_of_the_baseline_claims_nothing() -> None:
    assert [unlike_words(point) for point in course(UNKNOWN, WITH, WITHOUT).points] == ["", "", ""]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (WITH, WITHOUT, "with stoma → without"),
        (WITHOUT, WITH, "without stoma → with"),
        (frozenset({"stoma"}), frozenset({"bladder_removed"}), "without bladder removed → with, with stoma → without"),
    ],
)
def test_the_change_in_words(before: frozenset[str], after: frozenset[str], words: str) -> None:
    assert describe_wording(WordingChange(before, after)) == words


def test_the_present_wording_in_words() -> None:
    assert present_wording(WordingChange(WITH, WITHOUT)) == "now without stoma"
    assert present_wording(WordingChange(WITHOUT, WITH)) == "now with stoma"


@pytest.mark.parametrize(("decimals", "words"), [(1, "by 0.1 points"), (3, "by 0.112 points"), (0, "by 0 points")])
def test_a_change_is_read_as_exactly_as_the_scale(decimals: int, words: str) -> None:
    fine = replace(LEAKAGE, maximum=1, mid=replace(MID, improvement=0.1, deterioration=0.1))
    points = course(WITH, WITH, values=(0.5, 0.612)).points
    trajectory = build_trajectory(fine, baseline=BASELINE, points=[one.point for one in points], surgery_on=OPERATED)
    assert words in describe_change(trajectory.points[1], decimals=decimals)
