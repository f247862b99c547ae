"""A patient among the others: between which lines, and when two visits running lie outside."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from lrrc_qol.domain.baseline import Baseline, BaselineKind
from lrrc_qol.domain.expected_course import Centiles, CourseWindow, Side, centiles_on, off_track
from lrrc_qol.domain.instrument import Confidence, Direction, Domain, Mid, Scale
from lrrc_qol.domain.recovery import ScorePoint, Trajectory, build_trajectory

OPERATED = date(2027, 3, 1)
MID = Mid(improvement=10, deterioration=10, source="for this test", confidence=Confidence.DESIGN)
FUNCTION = Scale("pf", "Physical", Domain.FUNCTIONING, Direction.BETTER, 0, 100, ("q1",), "single_item", mid=MID)
SYMPTOM = replace(FUNCTION, id="pa", domain=Domain.SYMPTOM, direction=Direction.WORSE)
WINDOWS = (
    CourseWindow(1, 60, 40, 30.0, Centiles(-30, -20, -10, 0, 10)),
    CourseWindow(61, 137, 30, 90.0, Centiles(-18, -12, -4, 3, 12)),
    CourseWindow(138, 228, 12, None, None),
    CourseWindow(229, 319, 25, 274.0, Centiles(-15, -8, 0, 6, 15)),
)


def trajectory(
    scale: Scale, *forms: tuple[int, float | None], kind: BaselineKind = BaselineKind.PROSPECTIVE
) -> Trajectory:
    """Scores after a baseline of 50."""
    points = [
        ScorePoint(
            response_id=number,
            visit_key=f"V{number}",
            answered_on=OPERATED + timedelta(days=day),
            value=value,
            reason=None,
            mode="own_phone",
            respondent="patient",
            out_of_window=False,
            answered=1,
            expected=1,
            prorated=False,
        )
        for number, (day, value) in enumerate([(-7, 50.0), *forms], start=1)
    ]
    baseline = Baseline(kind, 1, points[0].answered_on, "for this test")
    return build_trajectory(scale, baseline=baseline, points=points, surgery_on=OPERATED)


@pytest.mark.parametrize(
    ("day", "p10", "p90"),
    [
        (30, -30, 10),
        (60, -24, 11),  # halfway between two windows
        (90, -18, 12),
        (5, -30, 10),  # before the first mean day: its window stands
        (130, -18, 12),  # towards a window that is hidden
        (240, -15, 15),
    ],
)
def test_the_lines_of_a_day(day: int, p10: float, p90: float) -> None:
    centiles = centiles_on(WINDOWS, day)
    assert centiles is not None
    assert (centiles.p10, centiles.p90) == (p10, p90)


@pytest.mark.parametrize("day", [0, 180, 320])
def test_days_without_lines(day: int) -> None:
    assert centiles_on(WINDOWS, day) is None


def test_two_visits_running_below_the_band_are_off_track() -> None:
    found = off_track(trajectory(FUNCTION, (30, 19), (90, 31.9)), WINDOWS)

    assert found is not None
    assert found.side is Side.WORSE
    assert [(one.visit_key, one.day, one.limit) for one in found.forms] == [("V2", 30, -30), ("V3", 90, -18)]


def test_in_a_symptom_the_upper_side_is_the_worse_one() -> None:
    for scale, side in ((SYMPTOM, Side.WORSE), (FUNCTION, Side.BETTER)):
        found = off_track(trajectory(scale, (30, 61), (90, 63)), WINDOWS)
        assert found is not None
        assert found.side is side


@pytest.mark.parametrize(
    "forms",
    [
        [(30, 19)],  # one visit only
        [(30, 19), (90, 32)],  # on the line is inside
        [(30, 19), (90, 63)],  # once on each side
        [(30, 19), (90, 31), (274, 50)],  # back inside by now
        [(90, 31), (180, 10)],  # no lines at the newest
        [(90, 50), (274, 10)],  # the one before was inside
    ],
)
def test_nothing_else_is(forms: list[tuple[int, float | None]]) -> None:
    assert off_track(trajectory(FUNCTION, *forms), WINDOWS) is None


def test_a_form_without_a_score_or_a_missed_visit_does_not_break_the_row() -> None:
    assert off_track(trajectory(FUNCTION, (90, 31), (180, None), (274, 30)), WINDOWS) is not None


def test_without_a_baseline_nobody_is_off_track() -> None:
    for kind in (BaselineKind.NONE, BaselineKind.RECALLED):
        assert off_track(trajectory(FUNCTION, (30, 19), (90, 20), kind=kind), WINDOWS) is None


def test_two_forms_of_one_visit_are_one_visit() -> None:
    course = trajectory(FUNCTION, (28, 19), (30, 19))
    assert off_track(course, WINDOWS) is not None
    of_one_visit = [replace(one, point=replace(one.point, visit_key="M1")) for one in course.points]

    assert off_track(replace(course, points=tuple(of_one_visit)), WINDOWS) is None
