"""A score computed with another value set than the baseline: flagged, and neither judged nor given a change."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import zip_longest

import pytest

from lrrc_qol.domain.baseline import Baseline, BaselineKind
from lrrc_qol.domain.instrument import Confidence, Direction, Domain, Mid, Scale
from lrrc_qol.domain.recovery import (
    Certainty,
    ChangeClass,
    ScorePoint,
    Trajectory,
    ValueSetChange,
    build_trajectory,
    describe_change,
    describe_value_sets,
    present_value_set,
    unlike_words,
)

OPERATED = date(2027, 3, 1)
MID = Mid(improvement=0.08, deterioration=0.08, source="for this test", confidence=Confidence.DESIGN)
INDEX = Scale("index", "Index", Domain.FUNCTIONING, Direction.BETTER, -1, 1, ("q1",), "value_set", mid=MID)
WHY = (
    "computed with another value set than the baseline (Denmark → Germany): "
    "ask the administrator to compute the scores anew (flask rescore)"
)
DK, DE = "Denmark", "Germany"


def course(
    *value_sets: str,
    values: tuple[float | None, ...] = (),
    respondents: tuple[str, ...] = (),
    kind: BaselineKind = BaselineKind.PROSPECTIVE,
) -> Trajectory:
    points = [
        ScorePoint(
            response_id=number,
            visit_key=f"V{number}",
            answered_on=OPERATED + timedelta(days=-7 if number == 1 else 30 * number),
            value=values[number - 1] if values else (0.5 if number == 1 else 0.7),
            reason=None,
            mode="own_phone",
            respondent=respondent or "patient",
            out_of_window=False,
            answered=1,
            expected=1,
            prorated=False,
            value_set=value_set,
        )
        for number, (value_set, respondent) in enumerate(zip_longest(value_sets, respondents, fillvalue=""), start=1)
    ]
    baseline = Baseline(kind, None if kind is BaselineKind.NONE else 1, points[0].answered_on, "for this test")
    return build_trajectory(INDEX, baseline=baseline, points=points, surgery_on=OPERATED)


def test_a_score_of_another_value_set_is_not_judged() -> None:
    point = course(DK, DE).points[1]
    assert (point.change_class, point.change, point.certainty) == (ChangeClass.NOT_EVALUABLE, None, None)
    assert point.why == WHY
    assert describe_change(point) == unlike_words(point) == f"not compared: {WHY}"


@pytest.mark.parametrize("name", [DK, ""])
def test_the_same_value_set_is_judged_as_ever(name: str) -> None:
    point = course(name, name).points[1]
    assert point.change_class is ChangeClass.IMPROVED
    assert (unlike_words(point), point.revalued, point.not_comparable) == ("", None, None)


def test_a_score_that_names_no_value_set_is_not_compared_with_one_that_does() -> None:
    assert "(none named → Germany)" in course("", DE).points[1].why


def test_two_changes_across_another_value_set_are_not_two_running() -> None:
    points = course(DK, DK, DE, DK, DK).points
    certainties = [None, Certainty.POSSIBLE, None, Certainty.POSSIBLE, Certainty.CLEAR]
    assert [point.certainty for point in points] == certainties


def test_the_change_is_flagged_where_it_happens() -> None:
    assert [one.revalued for one in course(DK, DE, DE, DK).points] == [
        None,
        ValueSetChange(DK, DE),
        None,
        ValueSetChange(DE, DK),
    ]


def test_a_form_without_a_score_is_passed_over() -> None:
    points = course(DK, "", DE, values=(0.5, None, 0.7)).points
    assert [one.revalued for one in points] == [None, None, ValueSetChange(DK, DE)]
    assert (points[1].why, points[2].why) == ("no score", WHY)


def test_a_baseline_without_a_score_is_the_reason_that_is_given() -> None:
    assert course("", DE, values=(None, 0.7)).points[1].why == "the baseline form gives no score here"


@pytest.mark.parametrize(
    ("trajectory", "why"),
    [
        (course(DK, DE, respondents=("patient", "proxy")), "answered by another person"),
        (course(DK, DE, kind=BaselineKind.RECALLED), "the baseline was recalled after the operation"),
        (course(DK, DE, kind=BaselineKind.NONE), "no baseline"),
    ],
)
def test_what_would_not_be_compared_anyway_keeps_its_reason(trajectory: Trajectory, why: str) -> None:
    assert trajectory.points[1].why == why
    assert unlike_words(trajectory.points[1]) == ""


def test_the_value_sets_in_words() -> None:
    assert describe_value_sets(ValueSetChange(DK, DE)) == "Denmark → Germany"
    assert present_value_set(ValueSetChange(DK, DE)) == "now value set Germany"
    assert present_value_set(ValueSetChange(DK, "")) == "now no value set named"
