"""The recovery curve: open gaps, band, baseline, markers, direction, and a figure the library accepts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import plotly.graph_objects as go
import pytest

from lrrc_qol.charts.axes import DayMark, DayNote, DayWindow, day_window, score_ticks
from lrrc_qol.charts.backdrop import same_as_before
from lrrc_qol.charts.recovery import CurveFrame, drawable, recovery_figure
from lrrc_qol.domain.baseline import BaselineKind
from lrrc_qol.domain.instrument import Confidence, Scale, Threshold
from lrrc_qol.domain.recovery import Trajectory

Draw = Callable[..., Trajectory]
FRAME = CurveFrame(DayWindow(-28, 365), (DayMark(0, "operation", main=True), DayMark(14, "home", main=True)))


def figure(trajectory: Trajectory) -> dict[str, Any]:
    return recovery_figure(trajectory, FRAME)


def trace(drawn: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in drawn["data"] if one["name"] == name)


def shapes(drawn: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [one for one in drawn["layout"]["shapes"] if one.get("name") == name]


def words(drawn: dict[str, Any]) -> str:
    return " | ".join(one["text"] for one in drawn["layout"]["annotations"])


def test_points_stand_on_their_real_days(course: Draw, function_scale: Scale) -> None:
    drawn = figure(course(function_scale, (-7, 80), (16, 40), (93, 70)))

    assert trace(drawn, "forms")["x"] == [-7, 16, 93]
    assert trace(drawn, "forms")["y"] == [80, 40, 70]


def test_what_was_done_is_a_sign_on_its_day_as_far_as_days_are_shown(course: Draw, function_scale: Scale) -> None:
    notes = (DayNote(-60, "re-irradiation end"), DayNote(9, "abscess IIIa"))
    drawn = recovery_figure(course(function_scale, (-7, 80), (30, 60)), replace(FRAME, notes=notes))

    signs = [one for one in drawn["layout"]["annotations"] if one["text"] == "◆"]
    assert [(one["x"], one["hovertext"]) for one in signs] == [(9, "Day 9: abscess IIIa")]


def test_the_line_stays_open_across_a_missed_visit(course: Draw, function_scale: Scale) -> None:
    drawn = figure(course(function_scale, (-7, 80), (30, 60), (183, 70), missed=(91,)))

    line = trace(drawn, "course")
    assert line["x"] == [-7, 30, None, 183]
    assert line["y"] == [80, 60, None, 70]
    assert line["connectgaps"] is False
    assert trace(drawn, "no value")["x"] == [91]


def test_the_line_stays_open_across_a_form_without_a_score(course: Draw, function_scale: Scale) -> None:
    drawn = figure(course(function_scale, (-7, 80), (30, 60), (91, None), (183, 70)))

    assert trace(drawn, "course")["y"] == [80, 60, None, 70]
    assert trace(drawn, "no value")["x"] == [91]
    assert "too few questions answered" in trace(drawn, "no value")["hovertext"][0]


def test_the_band_ends_at_the_important_difference(course: Draw, function_scale: Scale) -> None:
    drawn = figure(course(function_scale, (-7, 60), (30, 50)))

    (band,) = shapes(drawn, "band")
    (line,) = shapes(drawn, "baseline")
    assert (band["y0"], band["y1"]) == (50, 68)
    assert (line["y0"], line["y1"]) == (60, 60)


def test_in_a_symptom_worse_lies_above(course: Draw, symptom_scale: Scale) -> None:
    drawn = figure(course(symptom_scale, (-7, 60), (30, 70)))

    (band,) = shapes(drawn, "band")
    assert (band["y0"], band["y1"]) == (52, 70)
    assert trace(drawn, "forms")["marker"]["symbol"][1] == "triangle-up"


def test_the_band_never_leaves_the_scale(course: Draw, function_scale: Scale) -> None:
    assert same_as_before(course(function_scale, (-7, 95), (30, 90))) == (85, 100)


def test_without_an_important_difference_there_is_a_line_but_no_band(course: Draw, function_scale: Scale) -> None:
    drawn = figure(course(replace(function_scale, mid=None), (-7, 60), (30, 50)))

    assert shapes(drawn, "band") == []
    assert len(shapes(drawn, "baseline")) == 1


def test_without_a_baseline_there_are_only_values_and_the_words(course: Draw, function_scale: Scale) -> None:
    drawn = figure(course(function_scale, (16, 40), (30, 50), kind=BaselineKind.NONE))

    assert shapes(drawn, "band") == shapes(drawn, "baseline") == []
    assert "no<br>baseline" in words(drawn)
    assert trace(drawn, "forms")["y"] == [40, 50]


def test_a_recalled_baseline_is_hollow_apart_and_has_no_band(course: Draw, function_scale: Scale) -> None:
    drawn = figure(course(function_scale, (8, 75), (30, 50), (91, 60), kind=BaselineKind.RECALLED))

    assert trace(drawn, "forms")["marker"]["symbol"][0] == "circle-open"
    assert trace(drawn, "course")["x"] == [30, 91]
    assert shapes(drawn, "band") == []
    assert "recalled" in words(drawn)


def test_an_old_baseline_is_hollow_but_has_its_band(course: Draw, function_scale: Scale) -> None:
    drawn = figure(course(function_scale, (-40, 75), (30, 70), kind=BaselineKind.STALE))

    assert trace(drawn, "forms")["marker"]["symbol"] == ["circle-open", "circle"]
    assert len(shapes(drawn, "band")) == 1


@pytest.mark.parametrize(
    ("form", "symbol", "text"),
    [
        ({"out_of_window": True}, "triangle-down-dot", "late"),
        ({"mode": "telephone"}, "triangle-down-dot", "by phone"),
        ({"mode": "paper"}, "triangle-down", ""),
        ({"respondent": "proxy"}, "circle-open-dot", "by another person"),
    ],
)
def test_unusual_forms_differ_in_shape_and_words(
    course: Draw, function_scale: Scale, form: dict[str, Any], symbol: str, text: str
) -> None:
    forms = trace(figure(course(function_scale, (-7, 80), (30, 50), **form)), "forms")

    assert forms["marker"]["symbol"][1] == symbol
    assert forms["text"][1] == text


def test_a_form_of_another_person_is_not_joined(course: Draw, function_scale: Scale) -> None:
    drawn = figure(course(function_scale, (-7, 80), (30, 50), respondent="proxy"))

    assert trace(drawn, "course")["x"] == [-7]


def test_the_axis_says_its_direction_and_its_ends_have_words(course: Draw, symptom_scale: Scale) -> None:
    drawn = figure(course(symptom_scale, (-7, 60), (30, 50)))

    assert drawn["layout"]["yaxis"]["title"]["text"] == "0–100, higher is worse"
    assert "0 = very bad" in words(drawn)
    assert "100 = very good" in words(drawn)


def test_the_problem_zone_lies_on_its_side_and_says_when_it_is_provisional(
    course: Draw, function_scale: Scale, symptom_scale: Scale
) -> None:
    function, symptom = figure(course(function_scale, (-7, 60))), figure(course(symptom_scale, (-7, 60)))

    assert [(one["y0"], one["y1"]) for one in shapes(function, "problem zone")] == [(0, 83)]
    assert "problem (provisional)" in words(function)
    assert [(one["y0"], one["y1"]) for one in shapes(symptom, "problem zone")] == [(25, 100)]
    assert "provisional" not in words(symptom)


@pytest.mark.parametrize(
    ("side", "value", "zone", "text"),
    [
        ("above", 4, (4.5, 10), "problem: 5 or more"),
        ("below", 4, (0, 3.5), "problem: 3 or less"),
        ("above", 4.2, (4.2, 10), "problem"),
    ],
)
def test_a_limit_that_is_a_score_lies_outside_the_zone(
    course: Draw, symptom_scale: Scale, side: str, value: float, zone: tuple[float, float], text: str
) -> None:
    limit = Threshold(side, value, "for this test", "for this test", Confidence.VERIFIED)  # type: ignore[arg-type] # one of two words
    drawn = figure(course(replace(symptom_scale, maximum=10, step=1, threshold=limit), (-7, 6)))

    assert [(one["y0"], one["y1"]) for one in shapes(drawn, "problem zone")] == [zone]
    assert [one["y0"] for one in shapes(drawn, "problem limit")] == [zone[0] if side == "above" else zone[1]]
    assert text in words(drawn)


def test_going_home_is_marked(course: Draw, function_scale: Scale) -> None:
    drawn = figure(course(function_scale, (-7, 60), (30, 50)))

    assert [one["x0"] for one in shapes(drawn, "home")] == [14]
    assert "home" in words(drawn)


def test_the_library_accepts_the_figure_and_it_travels_as_json(course: Draw, function_scale: Scale) -> None:
    drawn = figure(course(function_scale, (-7, 60), (30, None), (91, 55), missed=(183,)))

    go.Figure(drawn)
    assert json.loads(json.dumps(drawn)) == drawn


def test_all_curves_of_a_page_share_the_days_that_hold_everything(course: Draw, function_scale: Scale) -> None:
    short = course(function_scale, (-20, 60), (30, 50))
    long = course(function_scale, (-7, 60), (91, 50), missed=(183,))

    assert day_window([short, long], FRAME.marks) == DayWindow(-20, 183)
    assert day_window([], ()) == DayWindow(0, 42)


def test_without_a_score_there_is_nothing_to_draw(course: Draw, function_scale: Scale) -> None:
    assert not drawable(course(function_scale, (16, None)))
    assert drawable(course(function_scale, (16, 50)))


WITH, WITHOUT = frozenset({"stoma"}), frozenset[str]()


def test_the_line_is_open_where_the_questions_were_asked_in_other_words(course: Draw, symptom_scale: Scale) -> None:
    wordings = (WITHOUT, WITH, WITH)
    drawn = figure(course(symptom_scale, (-10, 30), (30, 60), (91, 50), wordings=wordings))

    assert trace(drawn, "course")["x"] == [-10, None, 30, 91]
    assert trace(drawn, "forms")["text"] == ["", "now with stoma", ""]
    assert trace(drawn, "forms")["marker"]["symbol"][1].endswith("-dot")
    assert ["wording changed: without stoma → with" in one for one in trace(drawn, "forms")["hovertext"]] == [
        False,
        True,
        False,
    ]


def test_a_form_of_another_person_does_not_hide_the_change_of_wording(course: Draw, symptom_scale: Scale) -> None:
    trajectory = course(symptom_scale, (-10, 30), (30, 60), (91, 50), wordings=(WITHOUT, WITH, WITH))
    by_proxy = replace(trajectory.points[1], point=replace(trajectory.points[1].point, respondent="proxy"))
    points = (trajectory.points[0], by_proxy, trajectory.points[2])

    drawn = figure(replace(trajectory, points=points))

    assert trace(drawn, "course")["x"] == [-10, None, 91]


def test_the_line_is_open_where_the_value_set_changed(course: Draw, function_scale: Scale) -> None:
    drawn = figure(course(function_scale, (-10, 30), (30, 60), (91, 50), value_sets=("Denmark", "Germany", "Germany")))

    assert trace(drawn, "course")["x"] == [-10, None, 30, 91]
    forms = trace(drawn, "forms")
    assert forms["text"] == ["", "now value set Germany", ""]
    assert forms["marker"]["symbol"] == ["circle", "circle-dot", "circle"]
    assert ["value set changed: Denmark → Germany" in one for one in forms["hovertext"]] == [False, True, False]
    assert ["flask rescore" in one for one in forms["hovertext"]] == [False, True, True]


@pytest.mark.parametrize("wordings", [(WITH, WITH), (None, WITH), ()])
def test_without_a_known_change_of_wording_the_line_is_whole(
    course: Draw, symptom_scale: Scale, wordings: tuple[frozenset[str] | None, ...]
) -> None:
    drawn = figure(course(symptom_scale, (-10, 30), (30, 60), wordings=wordings))

    assert trace(drawn, "course")["x"] == [-10, 30]
    assert trace(drawn, "forms")["text"] == ["", ""]


@pytest.mark.parametrize(
    ("low", "high", "decimals", "ticks"),
    [
        (0, 100, 1, [0, 25, 50, 75, 100]),
        (0, 10, 1, [0, 2, 4, 6, 8, 10]),
        (0, 4, 1, [0, 1, 2, 3, 4]),
        (0, 27, 1, [0, 5, 10, 15, 20, 25]),
        (1, 4, 1, [1, 1.5, 2, 2.5, 3, 3.5, 4]),
        (-0.285, 1, 3, [-0.25, 0, 0.25, 0.5, 0.75, 1]),
        (-1.019, 1, 3, [-1, -0.5, 0, 0.5, 1]),
        (16.2, 67.7, 1, [20, 30, 40, 50, 60]),
    ],
)
def test_the_score_axis_has_round_scores(
    function_scale: Scale, low: float, high: float, decimals: int, ticks: list[float]
) -> None:
    assert score_ticks(replace(function_scale, minimum=low, maximum=high, decimals=decimals)) == ticks


def test_an_index_is_read_with_its_decimals(course: Draw, function_scale: Scale) -> None:
    index = replace(function_scale, minimum=-0.285, maximum=1, decimals=3, mid=None, threshold=None)

    drawn = figure(course(index, (-7, 0.9421), (30, 0.5)))

    assert "0.942" in trace(drawn, "forms")["hovertext"][0]
    assert "before<br>surgery<br>0.942" in words(drawn)
    assert drawn["layout"]["yaxis"]["ticktext"] == ["−0.25", "0", "0.25", "0.5", "0.75", "1"]
    assert drawn["layout"]["yaxis"]["title"]["text"] == "−0.285 to 1, higher is better"


def test_lines_show_from_where_on_one_form_is_a_clear_change(course: Draw, function_scale: Scale) -> None:
    drawn = figure(replace(course(function_scale, (-7, 60), (30, 50)), reliable=16.7))

    limits = [round(one["y0"], 1) for one in shapes(drawn, "reliable change")]
    assert limits == [76.7, 43.3]
    assert {one["line"]["dash"] for one in shapes(drawn, "reliable change")} == {"longdashdot"}
    assert words(drawn).count("clear change") == 2


def test_a_reliable_change_beyond_the_scale_is_not_drawn(course: Draw, function_scale: Scale) -> None:
    drawn = figure(replace(course(function_scale, (-7, 90), (30, 50)), reliable=16.7))

    assert [round(one["y0"], 1) for one in shapes(drawn, "reliable change")] == [73.3]


@pytest.mark.parametrize("kind", [BaselineKind.NONE, BaselineKind.RECALLED])
def test_where_nothing_is_judged_there_is_no_reliable_change(
    course: Draw, function_scale: Scale, kind: BaselineKind
) -> None:
    drawn = figure(replace(course(function_scale, (8, 75), (30, 50), kind=kind), reliable=16.7))

    assert shapes(drawn, "reliable change") == []
