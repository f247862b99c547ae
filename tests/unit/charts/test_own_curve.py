"""The patient's own curve: true days, native direction, the band on the right side, mirrored where one reads so."""

from __future__ import annotations

import pytest

from lrrc_qol.charts.own_curve import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, OwnDrawing, own_drawing
from lrrc_qol.domain.instrument import Scale
from lrrc_qol.domain.recovery import Trajectory
from tests.unit.charts.conftest import OPERATED, Draw

POINT = (HEIGHT - TOP - BOTTOM) / 100  # of a scale from 0 to 100


def drawn(trajectory: Trajectory, *, mirrored: bool = False) -> OwnDrawing:
    """The picture of a course that has one."""
    picture = own_drawing(trajectory, surgery_on=OPERATED, mirrored=mirrored)
    assert picture is not None
    return picture


def test_the_ends_of_scale_and_time_are_the_ends_of_the_picture(function_scale: Scale, course: Draw) -> None:
    picture = drawn(course(function_scale, (-10, 0), (90, 100)))
    assert picture.points == ((LEFT, HEIGHT - BOTTOM), (WIDTH - RIGHT, TOP))
    assert picture.operation == pytest.approx(LEFT + 0.1 * (WIDTH - LEFT - RIGHT), abs=0.1)


def test_time_runs_from_right_to_left_when_mirrored(function_scale: Scale, course: Draw) -> None:
    picture = drawn(course(function_scale, (-10, 50), (90, 50)), mirrored=True)
    assert [x for x, _ in picture.points] == [WIDTH - LEFT, RIGHT]


def test_a_symptom_keeps_its_direction_and_its_band_turns(
    function_scale: Scale, symptom_scale: Scale, course: Draw
) -> None:
    better, worse = (drawn(course(scale, (-10, 50), (40, 60))) for scale in (function_scale, symptom_scale))
    assert better.points == worse.points
    assert (better.up_is_better, worse.up_is_better) == (True, False)
    assert better.band is not None
    assert worse.band is not None
    above = [band.middle - band.y for band in (better.band, worse.band)]
    assert above == pytest.approx([8 * POINT, 10 * POINT], abs=0.11)
    assert better.band.height == pytest.approx(18 * POINT, abs=0.11)


def test_a_missed_form_leaves_a_gap_and_no_score_no_point(function_scale: Scale, course: Draw) -> None:
    given = ((-10, 50), (20, None), (40, 50))
    assert [step.gap for step in drawn(course(function_scale, *given)).steps] == [False]
    assert [step.gap for step in drawn(course(function_scale, *given, missed=(30,))).steps] == [True]


def test_a_single_answer_before_the_operation_is_one_point(function_scale: Scale, course: Draw) -> None:
    picture = drawn(course(function_scale, (-10, 50)))
    assert (len(picture.points), picture.steps, picture.operation) == (1, (), None)


def test_without_any_score_there_is_no_picture(function_scale: Scale, course: Draw) -> None:
    assert own_drawing(course(function_scale, (-10, None)), surgery_on=OPERATED, mirrored=False) is None
