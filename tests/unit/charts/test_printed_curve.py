"""The curve on paper: the points, gaps and limits of the screen, told apart by shape instead of colour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from lrrc_qol.charts.axes import DayMark, DayNote, DayWindow
from lrrc_qol.charts.printed_curve import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, PrintedCurve, printed_curve
from lrrc_qol.charts.recovery import CurveFrame, recovery_figure
from lrrc_qol.domain.baseline import BaselineKind
from lrrc_qol.domain.instrument import Scale
from lrrc_qol.domain.recovery import PROXY, Trajectory

Draw = Callable[..., Trajectory]
FRAME = CurveFrame(DayWindow(-28, 365), (DayMark(0, "operation", main=True), DayMark(14, "home", main=True)))


def printed(trajectory: Trajectory, frame: CurveFrame = FRAME) -> PrintedCurve:
    return printed_curve(recovery_figure(trajectory, frame))


def test_later_stands_further_right_and_higher_further_up(course: Draw, function_scale: Scale) -> None:
    first, second, third = printed(course(function_scale, (-7, 80), (16, 40), (93, 85))).marks

    assert first.x < second.x < third.x
    assert third.y < first.y < second.y


def test_nothing_leaves_the_picture(course: Draw, function_scale: Scale) -> None:
    curve = printed(course(function_scale, (-28, 0), (365, 100)))

    assert all(LEFT <= one.x <= WIDTH - RIGHT and TOP <= one.y <= HEIGHT - BOTTOM for one in curve.marks)
    assert all(one.x >= LEFT and one.x + one.width <= WIDTH - RIGHT for one in curve.areas)


def test_a_missed_visit_opens_the_line_and_has_a_cross(course: Draw, function_scale: Scale) -> None:
    curve = printed(course(function_scale, (-7, 80), (30, 60), (183, 70), missed=(91,)))

    assert [len(stretch) for stretch in curve.stretches] == [2, 1]
    assert [one.shape for one in curve.marks] == ["circle", "triangle-down", "triangle-down", "x-thin"]


@pytest.mark.parametrize(
    ("kind", "hollow"), [(BaselineKind.PROSPECTIVE, False), (BaselineKind.STALE, True), (BaselineKind.RECALLED, True)]
)
def test_a_baseline_that_is_not_sound_is_hollow(
    course: Draw, function_scale: Scale, kind: BaselineKind, hollow: bool
) -> None:
    baseline, later = printed(course(function_scale, (-7, 80), (30, 75), kind=kind)).marks

    assert (baseline.hollow, later.hollow) == (hollow, False)


def test_the_form_of_another_person_is_hollow_and_dotted(course: Draw, function_scale: Scale) -> None:
    curve = printed(course(function_scale, (-7, 80), (30, 75), respondent=PROXY))

    assert [(one.hollow, one.dotted) for one in curve.marks] == [(False, False), (True, True)]
    assert ("by another person",) in [one.lines for one in curve.words]


def test_the_band_lies_below_the_hatching(course: Draw, symptom_scale: Scale) -> None:
    curve = printed(course(symptom_scale, (-7, 20), (30, 20)))
    band, problem = curve.areas

    assert (band.kind, problem.kind) == ("band", "problem")
    assert band.y < problem.y + problem.height  # they overlap: the order counts


def test_without_a_baseline_there_is_no_band_and_that_is_said(course: Draw, function_scale: Scale) -> None:
    curve = printed(course(function_scale, (30, 80), (60, 75), kind=BaselineKind.NONE))

    assert [one.kind for one in curve.areas] == ["problem"]
    assert ("no", "baseline") in [one.lines for one in curve.words]


def test_what_was_done_is_a_diamond_on_the_axis(course: Draw, function_scale: Scale) -> None:
    curve = printed(course(function_scale, (-7, 80), (30, 75)), replace(FRAME, notes=(DayNote(9, "abscess IIIa"),)))

    assert [(one.shape, one.y) for one in curve.marks][-1] == ("diamond", HEIGHT - BOTTOM)
    assert ("◆",) not in [one.lines for one in curve.words]
