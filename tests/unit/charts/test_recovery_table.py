"""The tables beside the curves say the same numbers, with change and class in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lrrc_qol.charts.axes import DayWindow
from lrrc_qol.charts.recovery import CurveFrame, recovery_figure
from lrrc_qol.charts.recovery_table import curve_rows, panel_table
from lrrc_qol.domain.baseline import BaselineKind
from lrrc_qol.domain.instrument import Scale
from lrrc_qol.domain.recovery import Trajectory

Draw = Callable[..., Trajectory]


def test_the_rows_hold_the_numbers_of_the_figure(course: Draw, function_scale: Scale) -> None:
    trajectory = course(function_scale, (-7, 80), (30, 55.5555), (91, None), (183, 83.3), missed=(274,))
    drawn = recovery_figure(trajectory, CurveFrame(DayWindow(-7, 274)))
    forms = next(one for one in drawn["data"] if one["name"] == "forms")

    rows = curve_rows(trajectory, {})

    assert [(row.day, row.number) for row in rows if row.number is not None] == list(
        zip(forms["x"], forms["y"], strict=True)
    )
    assert [row.value for row in rows] == ["80", "55.6", "no score: too few questions answered", "83.3", "no form"]


def test_change_and_class_are_given_in_words_and_shape(course: Draw, function_scale: Scale) -> None:
    rows = curve_rows(course(function_scale, (-7, 60), (30, 40), (60, 42), (91, 58), (183, 70)), {"V2": "1 month"})

    assert [(row.change, row.glyph, row.verdict) for row in rows] == [
        ("", "", "baseline"),
        ("−20", "▼", "worse (possible)"),
        ("−18", "▼", "worse (clear)"),
        ("−2", "●", "about the same"),
        ("+10", "▲", "better (possible)"),
    ]
    assert rows[1].visit_name == "1 month"
    assert rows[1].explanation == "worse than before surgery by 20 points (possible)"


def test_a_higher_symptom_is_worse_and_points_up(course: Draw, symptom_scale: Scale) -> None:
    rows = curve_rows(course(symptom_scale, (-7, 40), (30, 55)), {})

    assert (rows[1].change, rows[1].glyph, rows[1].change_class) == ("+15", "▲", "worse")


def test_without_a_baseline_there_is_no_change_and_no_class(course: Draw, function_scale: Scale) -> None:
    rows = curve_rows(course(function_scale, (30, 55), kind=BaselineKind.NONE), {})

    assert [(row.value, row.change, row.verdict, row.problem) for row in rows] == [("55", "", "no baseline", True)]


def test_scales_stand_side_by_side_in_order_of_time(course: Draw, function_scale: Scale) -> None:
    full = curve_rows(course(function_scale, (-7, 80), (30, 60), (91, 70)), {})
    short = curve_rows(course(function_scale, (-7, 50), missed=(30,)), {})

    table = panel_table([full, short])

    assert [column.visit_key for column in table.columns] == ["V1", "V2", "X30", "V3"]
    assert [cell.value if cell else None for cell in table.rows[1].cells] == ["50", None, "no form", None]


def test_a_change_of_wording_stands_in_the_table_too(course: Draw, symptom_scale: Scale) -> None:
    wordings = (frozenset({"stoma"}), frozenset[str](), frozenset[str]())
    rows = curve_rows(course(symptom_scale, (-7, 40), (30, 55), (91, 55), wordings=wordings), {})

    assert [row.reworded for row in rows] == ["", "wording changed: with stoma → without", ""]
    caution = "not like with like: other wording than the baseline"
    assert [row.caution for row in rows] == ["", caution, caution]
    assert caution in rows[2].explanation


def test_a_change_of_value_set_stands_in_the_table_too(course: Draw, function_scale: Scale) -> None:
    names = ("Denmark", "Germany", "Germany")
    rows = curve_rows(course(function_scale, (-7, 40), (30, 55), (91, 55), value_sets=names), {})

    assert [row.revalued for row in rows] == ["", "value set changed: Denmark → Germany", ""]
    assert [(row.change, row.verdict) for row in rows] == [("", "baseline"), ("", "not judged"), ("", "not judged")]
    assert ["compute the scores anew (flask rescore)" in row.caution for row in rows] == [False, True, True]


def test_a_band_and_a_cut_off_are_read_in_words(course: Draw, symptom_scale: Scale) -> None:
    band = replace(symptom_scale, minimum=0, maximum=3, method="bands", mid=None)
    limit = replace(symptom_scale, minimum=0, maximum=1, method="cut_off", mid=None)

    assert [row.value for row in curve_rows(course(band, (-7, 1), (30, 2), label="Moderate"), {})] == ["1", "Moderate"]
    assert [row.value for row in curve_rows(course(limit, (-7, 0), (30, 1)), {})] == ["no", "yes"]


def test_scores_are_read_as_exactly_as_the_scale_says(course: Draw, function_scale: Scale) -> None:
    index = replace(function_scale, minimum=-0.5, maximum=1, decimals=3, mid=None)

    rows = curve_rows(course(index, (-7, 0.9421), (30, 0.5), (60, 1)), {})

    assert [(row.value, row.change) for row in rows] == [("0.942", ""), ("0.500", "−0.442"), ("1", "+0.058")]
