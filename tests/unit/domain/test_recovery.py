"""Change from the own baseline: direction, important difference, room to fall, certainty."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from lrrc_qol.domain.baseline import Baseline, BaselineKind
from lrrc_qol.domain.instrument import Confidence, Direction, Domain, Mid, Scale, Threshold
from lrrc_qol.domain.recovery import (
    Certainty,
    ChangeClass,
    MissedVisit,
    ScorePoint,
    Trajectory,
    build_trajectory,
    describe_change,
    direction_words,
)

OPERATED = date(2027, 3, 1)
MID = Mid(improvement=8, deterioration=10, source="for this test", confidence=Confidence.DESIGN)
FUNCTION = Scale("pf", "Physical", Domain.FUNCTIONING, Direction.BETTER, 0, 100, ("q1",), "single_item", mid=MID)
SYMPTOM = replace(FUNCTION, id="pa", domain=Domain.SYMPTOM, direction=Direction.WORSE)
BASELINE = Baseline(BaselineKind.PROSPECTIVE, 1, OPERATED - timedelta(days=7), "for this test")


def point(number: int, day: int, value: float | None, respondent: str = "patient") -> ScorePoint:
    return ScorePoint(
        response_id=number,
        visit_key=f"V{number}",
        answered_on=OPERATED + timedelta(days=day),
        value=value,
        reason=None if value is not None else "too_few_answered",
        mode="own_phone",
        respondent=respondent,
        out_of_window=False,
        answered=5,
        expected=5,
        prorated=False,
    )


def curve(scale: Scale, *points: ScorePoint, baseline: Baseline = BASELINE) -> Trajectory:
    return build_trajectory(scale, baseline=baseline, points=points, surgery_on=OPERATED)


def classes(scale: Scale, before: float, *after: float) -> list[str]:
    points = [point(number, 30 * number, value) for number, value in enumerate(after, start=2)]
    return [str(one.change_class) for one in curve(scale, point(1, -7, before), *points).points[1:]]


@pytest.mark.parametrize(
    ("scale", "before", "after", "expected"),
    [
        (FUNCTION, 60, 50, "worse"),
        (FUNCTION, 60, 50.1, "as_before"),
        (FUNCTION, 60, 67.9, "as_before"),
        (FUNCTION, 60, 68, "improved"),
        (SYMPTOM, 40, 50, "worse"),
        (SYMPTOM, 40, 32, "improved"),
        (SYMPTOM, 40, 32.1, "as_before"),
        (FUNCTION, 9.9, 0, "not_evaluable"),  # no room to get worse by 10
        (FUNCTION, 9.9, 9.9, "not_evaluable"),
        (FUNCTION, 9.9, 30, "improved"),
        (FUNCTION, 10, 0, "worse"),
        (FUNCTION, 99, 100, "as_before"),  # no room to improve, but not worse
        (SYMPTOM, 95, 100, "not_evaluable"),
        (SYMPTOM, 95, 80, "improved"),
        (replace(FUNCTION, mid=None), 60, 20, "not_evaluable"),
    ],
)
def test_the_class_of_a_change(scale: Scale, before: float, after: float, expected: str) -> None:
    assert classes(scale, before, after) == [expected]


def test_rounding_does_not_move_a_class() -> None:
    assert classes(FUNCTION, 200 / 3, 200 / 3 - 10 + 1e-12) == ["worse"]
    assert classes(FUNCTION, 200 / 3, 200 / 3 + 8 - 1e-12) == ["improved"]


def test_change_is_in_the_scales_own_direction() -> None:
    assert curve(SYMPTOM, point(1, -7, 40), point(2, 30, 55)).points[1].change == 15
    assert curve(FUNCTION, point(1, -7, 40), point(2, 30, 55)).points[1].change == 15


def test_two_forms_running_make_a_change_clear() -> None:
    scored = [(-7, 60.0), (30, 40.0), (90, 45.0), (180, 70.0), (270, 45.0), (300, None), (365, 45.0)]
    points = [point(number, day, value) for number, (day, value) in enumerate(scored, start=1)]
    assert [one.certainty for one in curve(FUNCTION, *points).points] == [
        None,
        Certainty.POSSIBLE,
        Certainty.CLEAR,
        Certainty.POSSIBLE,  # the other way
        Certainty.POSSIBLE,
        None,
        Certainty.POSSIBLE,  # a form without a score breaks the run
    ]


def test_a_change_beyond_measurement_error_is_clear_on_one_form() -> None:
    points = [point(1, -7, 60), point(2, 30, 44.1), point(3, 90, 70), point(4, 180, 44)]
    trajectory = build_trajectory(FUNCTION, baseline=BASELINE, points=points, surgery_on=OPERATED, reliable=16)

    assert trajectory.reliable == 16
    assert [one.certainty for one in trajectory.points] == [
        None,
        Certainty.POSSIBLE,  # 15.9 points
        Certainty.POSSIBLE,  # the other way
        Certainty.CLEAR,  # exactly 16
    ]


def test_a_small_change_is_no_change_however_reliable() -> None:
    points = [point(1, -7, 60), point(2, 30, 54)]
    trajectory = build_trajectory(FUNCTION, baseline=BASELINE, points=points, surgery_on=OPERATED, reliable=5)

    assert (trajectory.points[1].change_class, trajectory.points[1].certainty) == (ChangeClass.AS_BEFORE, None)


@pytest.mark.parametrize(
    ("baseline", "points", "why"),
    [
        (BASELINE, [point(1, -7, 60), point(2, 30, None)], "no score"),
        (BASELINE, [point(2, -8, 50), point(1, -7, 60)], "this is the baseline"),
        (BASELINE, [point(1, -7, 60), point(2, -1, 50)], "before the operation"),
        (BASELINE, [point(1, -7, 60), point(2, 30, 50, "proxy")], "another person"),
        (BASELINE, [point(1, -7, None), point(2, 30, 50)], "gives no score"),
        (BASELINE, [point(2, 30, 50)], "gives no score"),
        (replace(BASELINE, kind=BaselineKind.RECALLED), [point(1, 3, 60), point(2, 30, 50)], "recalled"),
        (Baseline(BaselineKind.NONE, None, None, ""), [point(2, 30, 50)], "no baseline"),
    ],
)
def test_what_is_not_compared_says_why(baseline: Baseline, points: list[ScorePoint], why: str) -> None:
    last = curve(FUNCTION, *points, baseline=baseline).points[-1]
    assert (last.change, last.change_class, last.certainty) == (None, ChangeClass.NOT_EVALUABLE, None)
    assert why in last.why
    assert describe_change(last) == f"not compared: {last.why}"


def test_a_stale_baseline_still_compares() -> None:
    stale = replace(BASELINE, kind=BaselineKind.STALE)
    assert curve(FUNCTION, point(1, -40, 60), point(2, 30, 40), baseline=stale).points[1].change == -20


def test_before_the_operation_nothing_is_compared() -> None:
    trajectory = build_trajectory(
        FUNCTION, baseline=BASELINE, points=[point(1, -7, 60), point(2, -3, 20)], surgery_on=None
    )
    assert [one.day for one in trajectory.points] == [None, None]
    assert trajectory.points[1].change is None
    assert trajectory.baseline_value == 60


def test_points_and_missed_visits_stand_in_order_of_date() -> None:
    late, early = MissedVisit("M3", date(2027, 5, 31), 91), MissedVisit("M1", date(2027, 3, 31), 30)
    trajectory = build_trajectory(
        FUNCTION,
        baseline=BASELINE,
        points=[point(3, 90, 50), point(1, -7, 60), point(2, 30, 50)],
        surgery_on=OPERATED,
        missed=[late, early],
    )
    assert [one.day for one in trajectory.points] == [-7, 30, 90]
    assert trajectory.missed == (early, late)


@pytest.mark.parametrize(
    ("side", "value", "expected"),
    [("below", 49.9, True), ("below", 50, False), ("above", 50.1, True), ("above", 50, False), ("above", None, None)],
)
def test_an_absolute_problem_needs_no_baseline(side: str, value: float | None, expected: bool | None) -> None:
    scale = replace(FUNCTION, threshold=Threshold(side, 50, "matters", "for this test", Confidence.DESIGN))
    assert curve(scale, point(5, 30, value)).points[0].problem is expected


def test_without_a_threshold_no_problem_is_claimed() -> None:
    assert curve(FUNCTION, point(5, 30, 0)).points[0].problem is None


@pytest.mark.parametrize(
    ("scale", "after", "expected"),
    [
        (FUNCTION, 47.5, "worse than before surgery by 12.5 points (possible)"),
        (SYMPTOM, 40, "better than before surgery by 20 points (possible)"),
        (FUNCTION, 61, "about the same as before surgery"),
        (replace(FUNCTION, mid=None), 70, "up 10 points, not judged: no minimal important difference is known"),
        (replace(FUNCTION, mid=None), 50, "down 10 points, not judged"),
        (replace(FUNCTION, mid=None), 60, "no change, not judged"),
    ],
)
def test_a_change_in_words(scale: Scale, after: float, expected: str) -> None:
    assert describe_change(curve(scale, point(1, -7, 60), point(2, 30, after)).points[1]).startswith(expected)


def test_direction_in_words() -> None:
    assert direction_words(FUNCTION) == "higher is better"
    assert direction_words(SYMPTOM) == "higher is worse"
