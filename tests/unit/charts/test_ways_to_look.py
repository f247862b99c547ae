"""Other ways to look at a curve: turned round, from going home, pain below, others behind, all on one screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import plotly.graph_objects as go
import pytest

from lrrc_qol.charts.axes import DayMark, DayWindow, day_axis
from lrrc_qol.charts.expected import centile_rows, centile_traces, published_traces
from lrrc_qol.charts.glance import HEIGHT, glance_tile
from lrrc_qol.charts.pain_strip import with_pain
from lrrc_qol.charts.recovery import CurveFrame, recovery_figure
from lrrc_qol.charts.recovery_table import curve_rows
from lrrc_qol.charts.turned import WORDS, turned
from lrrc_qol.domain.baseline import BaselineKind
from lrrc_qol.domain.expected_course import Centiles, CourseWindow
from lrrc_qol.domain.instrument import Confidence, Scale
from lrrc_qol.domain.published_courses import Anchor, PublishedCourse, PublishedPoint
from lrrc_qol.domain.recovery import Trajectory

Draw = Callable[..., Trajectory]
WINDOW = DayWindow(-28, 365)
FRAME = CurveFrame(WINDOW, (DayMark(0, "operation", main=True), DayMark(14, "home", main=True)), home=14)
WINDOWS = (
    CourseWindow(1, 60, 40, 30.0, Centiles(-30, -20, -10, 0, 10)),
    CourseWindow(61, 137, 30, 90.0, Centiles(-18, -12, -4, 3, 12)),
    CourseWindow(138, 228, None, None, None),
    CourseWindow(229, 319, 25, 274.0, Centiles(-15, -8, 0, 6, 15)),
)
PAPER = PublishedCourse(
    id="paper",
    instrument_id="x",
    scale_id="pf",
    short="Paper 2020",
    source="Paper 2020, Journal 1:1",
    population="everybody",
    patients=50,
    per_point="not given",
    statistic="Mean",
    says="",
    note="",
    confidence=Confidence.VERIFIED,
    points=(
        PublishedPoint(Anchor.BASELINE, 70),
        PublishedPoint(Anchor.DISCHARGE, 50),
        PublishedPoint(Anchor.OPERATION, 60, 30),
        PublishedPoint(Anchor.OPERATION, 80, 1430),
    ),
)


def trace(figure: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in figure["data"] if one["name"] == name)


def test_turned_round_the_axis_runs_down_and_says_so(course: Draw, symptom_scale: Scale) -> None:
    plain = recovery_figure(course(symptom_scale, (-7, 60), (30, 75), missed=(91,)), FRAME)
    other = turned(plain)

    assert other["layout"]["yaxis"]["range"] == plain["layout"]["yaxis"]["range"][::-1]
    assert WORDS in other["layout"]["yaxis"]["title"]["text"]
    assert "higher is worse" in other["layout"]["yaxis"]["title"]["text"]
    assert trace(other, "forms")["y"] == trace(plain, "forms")["y"] == [60, 75]
    assert trace(plain, "forms")["marker"]["symbol"][1] == "triangle-up"
    assert trace(other, "forms")["marker"]["symbol"][1] == "triangle-down"
    # What is missing stays on the lower edge of the picture.
    assert trace(other, "no value")["y"] == [other["layout"]["yaxis"]["range"][0]]
    go.Figure(other)


def test_words_at_the_ends_keep_to_their_side_when_turned(course: Draw, symptom_scale: Scale) -> None:
    plain = recovery_figure(course(symptom_scale, (-7, 60), (30, 75)), FRAME)

    def sides(figure: dict[str, Any]) -> list[str]:
        return [one["yanchor"] for one in figure["layout"]["annotations"] if "=" in one["text"]]

    assert sides(plain) == ["bottom", "top"]
    assert sides(turned(plain)) == ["top", "bottom"]
    marks = [one for one in turned(plain)["layout"]["annotations"] if one["text"] == "operation"]
    assert marks[0]["yanchor"] == "bottom"


def test_months_count_from_going_home_and_points_stay_where_they_are(course: Draw, function_scale: Scale) -> None:
    trajectory = course(function_scale, (-7, 80), (44, 60))
    drawn = recovery_figure(trajectory, replace(FRAME, since="going home", origin=14))

    axis = drawn["layout"]["xaxis"]
    assert dict(zip(axis["ticktext"], axis["tickvals"], strict=True))["3"] == 91 + 14
    assert axis["title"]["text"] == "Months since going home"
    assert trace(drawn, "forms")["x"] == [-7, 44]
    assert "day 44, day 30 at home" in trace(drawn, "forms")["hovertext"][1]
    assert "at home" not in trace(drawn, "forms")["hovertext"][0]
    assert [row.day for row in curve_rows(trajectory, {}, origin=14)] == [-21, 30]


def test_a_short_course_counts_weeks_from_going_home() -> None:
    axis = day_axis(DayWindow(0, 90), since="going home", origin=14)
    assert axis["tickvals"][0] == 14
    assert axis["title"]["text"].startswith("Weeks")


def test_a_point_says_its_scale_direction_and_time_asked_about(course: Draw, function_scale: Scale) -> None:
    drawn = recovery_figure(course(function_scale, (-7, 80), (30, 60)), FRAME, recall="the past week")

    assert "Physical, 0–100, higher is better" in trace(drawn, "forms")["hovertext"][1]
    assert "about the past week" in trace(drawn, "forms")["hovertext"][1]


def test_pain_has_an_axis_of_its_own_below(course: Draw, function_scale: Scale, symptom_scale: Scale) -> None:
    pain = course(replace(symptom_scale, maximum=10, name="Worst pain"), (16, 4), (19, 6), respondent="proxy")
    drawn = with_pain(recovery_figure(course(function_scale, (-7, 80), (30, 60)), FRAME), pain)

    strip = trace(drawn, "pain")
    assert (strip["yaxis"], strip["x"], strip["y"]) == ("y2", [16, 19], [4, 6])
    assert strip["marker"]["symbol"] == ["square", "square-open"]
    assert drawn["layout"]["yaxis2"]["domain"][1] < drawn["layout"]["yaxis"]["domain"][0]
    assert turned(drawn)["layout"]["yaxis2"]["range"] == drawn["layout"]["yaxis2"]["range"][::-1]
    go.Figure(drawn)


def test_centiles_stand_on_the_own_baseline_inside_the_scale_and_open_where_hidden(
    course: Draw, function_scale: Scale
) -> None:
    traces = centile_traces(course(function_scale, (-7, 95), (30, 60)), WINDOWS)

    outer = [one for one in traces if one["name"] == "10th centile"]
    assert [(one["x"], one["y"]) for one in outer] == [([30.0, 90.0], [65, 77]), ([274.0], [80])]
    assert [(one["mode"], one["text"][0]) for one in outer] == [("lines+text", "10th"), ("markers+text", "10th")]
    assert [one["y"] for one in traces if one["name"] == "90th centile"] == [[100, 100], [100]]
    dashes = {one["name"]: one["line"]["dash"] for one in traces}
    assert (dashes["10th centile"], dashes["25th centile"], dashes["50th centile"]) == ("dot", "dash", "solid")
    go.Figure({"data": traces})


def test_centiles_need_no_important_difference(course: Draw, function_scale: Scale) -> None:
    assert centile_traces(course(replace(function_scale, mid=None), (-7, 95), (30, 60)), WINDOWS)


@pytest.mark.parametrize("kind", [BaselineKind.NONE, BaselineKind.RECALLED])
def test_without_a_baseline_to_judge_by_there_are_no_centiles(
    course: Draw, function_scale: Scale, kind: BaselineKind
) -> None:
    assert centile_traces(course(function_scale, (8, 80), (30, 60), kind=kind), WINDOWS) == []


def test_the_numbers_of_the_centiles_say_what_is_hidden() -> None:
    rows = centile_rows(WINDOWS, 1, smallest=5, origin=14)

    assert (rows[0].days, rows[0].patients) == ("−13 to 46", "40")
    assert rows[0].changes == ("−30", "−20", "−10", "0", "+10")
    assert (rows[2].patients, rows[2].changes) == ("fewer than 5", None)


def test_a_published_course_is_drawn_as_reported_on_the_days_this_patient_has() -> None:
    (drawn,) = published_traces([PAPER], baseline_day=-7, discharge_day=14, last_day=365)
    assert (drawn["x"], drawn["y"]) == ([-7, 14, 30], [70, 50, 60])
    assert "Paper 2020, Journal 1:1" in drawn["hovertext"][0]

    (still_in,) = published_traces([PAPER], baseline_day=-7, discharge_day=None, last_day=365)
    assert still_in["x"] == [-7, 30]
    assert published_traces([replace(PAPER, points=())], baseline_day=-7, discharge_day=14, last_day=365) == []


def test_a_tile_has_the_points_the_band_and_what_is_missing(course: Draw, function_scale: Scale) -> None:
    tile = glance_tile(course(function_scale, (-7, 80), (30, 60), (183, 92), missed=(91,)), WINDOW)

    assert tile is not None
    assert [dot.shape for dot in tile.dots] == ["dot", "down", "up"]
    assert [step.gap for step in tile.steps] == [False, True]
    assert len(tile.missed) == 1
    assert tile.band is not None
    assert tile.baseline is not None
    assert tile.band[0] < tile.baseline < tile.band[0] + tile.band[1]
    assert tile.dots[1].y > tile.dots[0].y  # lower down


def test_a_turned_tile_is_the_mirror_image(course: Draw, symptom_scale: Scale) -> None:
    trajectory = course(symptom_scale, (-7, 60), (30, 75))
    plain, other = glance_tile(trajectory, WINDOW), glance_tile(trajectory, WINDOW, turned=True)

    assert plain is not None
    assert other is not None
    assert [round(HEIGHT - dot.y, 1) for dot in plain.dots] == [dot.y for dot in other.dots]
    assert (plain.dots[1].shape, other.dots[1].shape) == ("up", "down")


def test_a_tile_keeps_apart_what_the_curve_keeps_apart(course: Draw, function_scale: Scale) -> None:
    recalled = glance_tile(course(function_scale, (8, 75), (30, 50), (91, 60), kind=BaselineKind.RECALLED), WINDOW)
    assert recalled is not None
    assert [dot.hollow for dot in recalled.dots] == [True, False, False]
    assert len(recalled.steps) == 1
    assert recalled.band is None
    assert glance_tile(course(function_scale, (-7, None)), WINDOW) is None
