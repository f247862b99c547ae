"""The methods besides EORTC's on small made-up scales: sums, recodes, tables, norms, bands, cut-offs."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from lrrc_qol.domain.instrument import AnswerValue, Direction, Domain, Instrument, Item, ItemKind, Missing, Scale, Table
from lrrc_qol.domain.scoring import MethodError, NoScore, Score, compile_scale, score_response

A, B, C, D = (Item(name, name, "topic", ItemKind.CHOICE, (0, 1, 2, 3)) for name in "abcd")
ITEMS = (A, B, C, D)
ALL = {"missing": "all"}


def scale(
    scale_id: str, method: str, *items: str, low: float = 0, high: float = 100, up: bool = False, **parameters: object
) -> Scale:
    direction, domain = (Direction.BETTER, Domain.FUNCTIONING) if up else (Direction.WORSE, Domain.SYMPTOM)
    return Scale(scale_id, scale_id, domain, direction, low, high, items, method, parameters)


def instrument(*scales: Scale, tables: Mapping[str, Table] | None = None) -> Instrument:
    return Instrument(
        **{"id": "demo", "version": "1.0", "title": "Demo", "short_title": "Demo", "recall": "today"},
        **{"licence_class": "A", "own_wording": True, "holder": "us", "references": ("none",), "scoring_version": "7"},
        items=ITEMS,
        scales=scales,
        digest="",
        minutes=1,
        tables=tables or {},
    )


def score(*scales: Scale, answers: Mapping[str, AnswerValue], tables: Mapping[str, Table] | None = None) -> Score:
    """The score of the last scale."""
    return score_response(instrument(*scales, tables=tables), answers)[-1]


SUM = scale("SUM", "prorated_sum", "a", "b", "c", "d", high=12, **ALL)


@pytest.mark.parametrize(
    ("missing", "answered", "expected"),
    [
        ("all", 4, 8),
        ("all", 3, None),
        ("more_than_half", 3, 8),
        ("more_than_half", 2, None),
        ("half", 2, 8),
        ("half", 1, None),
        ("any", 1, 8),
        ("any", 0, None),
        ("up_to_2_missing", 2, 8),
        ("up_to_2_missing", 1, None),
        ("up_to_9_missing", 1, 8),
        ("up_to_9_missing", 0, None),
    ],
)
def test_a_sum_is_carried_up_only_as_far_as_its_rule_allows(
    missing: str, answered: int, expected: float | None
) -> None:
    one = scale("S", "prorated_sum", "a", "b", "c", "d", high=12, missing=missing)
    found = score(one, answers=dict.fromkeys("abcd"[:answered], 2))
    assert found.value == expected
    assert found.prorated is (expected is not None and answered < 4)
    assert (found.answered, found.expected) == (answered, 4)


def test_reversed_items_are_turned_inside_their_own_range() -> None:
    one = scale("S", "prorated_sum", "a", "b", high=6, reversed=["b"], **ALL)
    assert score(one, answers={"a": 1, "b": 1}).value == 3


def test_weights_are_summed() -> None:
    one = scale("S", "prorated_sum", "a", "b", high=21, weights={"a": 5, "b": 2}, **ALL)
    assert score(one, answers={"a": 1, "b": 3}).value == 11


@pytest.mark.parametrize(
    ("counted", "expected", "items"),
    [("missing", None, 4), ("not_expected", 8, 2)],
)
def test_what_does_not_apply_counts_as_the_manual_says(counted: str, expected: float | None, items: int) -> None:
    one = scale("S", "prorated_sum", "a", "b", "c", "d", high=12, missing="more_than_half", not_applicable=counted)
    answers: dict[str, AnswerValue] = {"a": 2, "b": 2, "c": Missing.NOT_APPLICABLE, "d": Missing.NOT_APPLICABLE}
    found = score(one, answers=answers)
    assert (found.value, found.expected) == (expected, items)
    nothing = score(one, answers=dict.fromkeys("abcd", Missing.NOT_APPLICABLE))
    assert nothing.reason is NoScore.NOT_APPLICABLE


def test_a_recoded_mean_uses_the_values_of_the_table() -> None:
    values = [{"items": ["a", "b"], "values": {"0": 100, "1": 85, "2": 25, "3": 0}}]
    one = scale("S", "recode_mean", "a", "b", up=True, recode=values, missing="any")
    assert score(one, answers={"a": 1, "b": 2}).value == 55
    assert score(one, answers={"a": 1}).value == 85
    assert score(one, answers={"a": 9}).value is None


PARTS = (
    scale("P", "prorated_sum", "a", "b", high=6, **ALL),
    scale("Q", "prorated_sum", "c", "d", high=6, missing="half"),
)


def test_a_sum_of_scales_needs_every_part_and_enough_items() -> None:
    total = scale("T", "sum_of_scales", high=12, scales=["P", "Q"], least_items=4)
    assert score(*PARTS, total, answers={"a": 1, "b": 2, "c": 3, "d": 3}).value == 9
    few = score(*PARTS, total, answers={"a": 1, "b": 2, "c": 3})
    assert (few.value, few.reason) == (None, NoScore.TOO_FEW_ANSWERED)
    none = score(*PARTS, total, answers={"a": 1, "c": 3, "d": 3})
    assert (none.value, none.reason) == (None, NoScore.PART_MISSING)
    loose = scale("T", "sum_of_scales", high=12, scales=["P", "Q"])
    carried = score(*PARTS, loose, answers={"a": 1, "b": 2, "c": 3})
    assert (carried.value, carried.prorated) == (9, True)


def test_norm_components_are_fifty_at_the_norm() -> None:
    parts = [
        {"scale": "P", "mean": 3, "sd": 1.5, "weight": 0.4},
        {"scale": "Q", "mean": 4, "sd": 2, "weight": -0.2},
    ]
    total = scale("T", "norm_components", up=False, parts=parts)
    assert score(*PARTS, total, answers={"a": 1, "b": 2, "c": 2, "d": 2}).value == pytest.approx(50)
    assert score(*PARTS, total, answers={"a": 3, "b": 3, "c": 2, "d": 2}).value == pytest.approx(58)
    assert score(*PARTS, total, answers={"c": 2, "d": 2}).value is None


WEIGHTS: Table = (
    {"item": "constant", "code": "", "w": "50.5"},
    {"item": "a", "code": "1", "w": "-2.5"},
    {"item": "b", "code": "3", "w": "1.25"},
)


def test_item_weights_start_at_the_constant() -> None:
    one = scale("S", "item_weights", "a", "b", table="w.csv", column="w")
    tables = {"w.csv": WEIGHTS}
    assert score(one, answers={"a": 0, "b": 0}, tables=tables).value == 50.5
    assert score(one, answers={"a": 1, "b": 3}, tables=tables).value == 49.25
    assert score(one, answers={"a": 1}, tables=tables).value is None


PAIRS: Table = (
    {"a": "0", "b": "0", "v": "10"},
    {"a": "0", "b": "", "v": "7.5"},
    {"a": "1", "b": "1", "v": "0"},
)


@pytest.mark.parametrize(
    ("answers", "value", "reason"),
    [
        ({"a": 0, "b": 0}, 10, None),
        ({"a": 0}, 7.5, None),
        ({"a": 0, "b": 9}, 7.5, None),
        ({"b": 0}, None, NoScore.TOO_FEW_ANSWERED),
        ({"a": 2, "b": 2}, None, NoScore.NOT_IN_TABLE),
    ],
)
def test_items_are_looked_up_together(answers: dict[str, int], value: float | None, reason: NoScore | None) -> None:
    one = scale("S", "lookup_items", "a", "b", table="t.csv", value="v", high=10)
    found = score(one, answers=answers, tables={"t.csv": PAIRS})
    assert (found.value, found.reason) == (value, reason)


def test_a_scale_is_looked_up() -> None:
    table: Table = tuple({"raw": str(raw), "t": str(20 + 5 * raw)} for raw in range(6))
    one = scale("T", "lookup_scale", table="t.csv", scale="P", key="raw", value="t", low=20, high=45)
    tables = {"t.csv": table}
    assert score(*PARTS, one, answers={"a": 1, "b": 2}, tables=tables).value == 35
    assert score(*PARTS, one, answers={"a": 3, "b": 3}, tables=tables).reason is NoScore.NOT_IN_TABLE
    assert score(*PARTS, one, answers={"a": 1}, tables=tables).reason is NoScore.PART_MISSING


GRADES: Table = tuple(
    {"attributes": "FS", "frequency": str(f), "severity": str(s), "amount_or_interference": "", "composite": str(g)}
    for f, s, g in ((0, 0, 0), (1, 0, 1), (1, 3, 2), (3, 3, 3))
)


@pytest.mark.parametrize(
    ("skips", "answers", "grade"),
    [
        (True, {"a": 0}, 0),
        (False, {"a": 0}, None),
        (True, {"a": 0, "b": 3}, 0),
        (False, {"a": 0, "b": 3}, 0),
        (True, {"a": 1}, None),
        (True, {"a": 1, "b": 3}, 2),
        (False, {"a": 3, "b": 3}, 3),
        (True, {"b": 3}, None),
    ],
)
def test_a_first_zero_grades_zero_where_the_form_skips(skips: bool, answers: dict[str, int], grade: int | None) -> None:
    one = scale("G", "composite_grade", "a", "b", high=3, table="g.csv", attributes="FS", zero_skip=skips)
    assert score(one, answers=answers, tables={"g.csv": GRADES}).value == grade


BANDS = scale(
    "BAND",
    "bands",
    high=2,
    scale="SUM",
    bands=[{"from": 0, "label": "none"}, {"from": 5, "label": "some"}, {"from": 10, "label": "much"}],
)


@pytest.mark.parametrize(
    ("each", "place", "label"),
    [((0, 0, 0, 0), 0, "none"), ((1, 1, 1, 1), 0, "none"), ((2, 1, 1, 1), 1, "some"), ((3, 3, 3, 1), 2, "much")],
)
def test_a_band_begins_at_its_limit(each: tuple[int, ...], place: int, label: str) -> None:
    found = score(SUM, BANDS, answers=dict(zip("abcd", each, strict=True)))
    assert (found.value, found.label) == (place, label)


@pytest.mark.parametrize(
    ("answers", "plain", "certain"),
    [
        ({"a": 3, "b": 3, "c": 0, "d": 0}, 1, 1),
        ({"a": 3, "b": 2, "c": 0, "d": 0}, 0, 0),
        ({"a": 3, "b": 3}, None, 1),
        ({"a": 0, "b": 0, "c": 2}, None, None),
        ({"a": 2, "b": 0, "c": 1}, None, None),
        ({}, None, None),
    ],
)
def test_a_cut_off_may_be_settled_early(answers: dict[str, int], plain: float | None, certain: float | None) -> None:
    assert score(SUM, scale("C", "cut_off", high=1, scale="SUM", at_least=6), answers=answers).value == plain
    early = scale("C", "cut_off", high=1, scale="SUM", at_least=6, certain=True)
    assert score(SUM, early, answers=answers).value == certain


def test_a_cut_off_may_need_a_score_that_it_does_not_compare() -> None:
    halves = (scale("X", "prorated_sum", "a", "b", high=6, **ALL), scale("Y", "prorated_sum", "c", "d", high=6, **ALL))
    limit = scale("L", "cut_off", high=1, scale="X", at_least=3, needs=["Y"])
    both = score(*halves, limit, answers={"a": 3, "b": 0, "c": 0, "d": 0})
    assert (both.value, both.items, both.expected) == (1, ("X", "Y"), 2)
    half = score(*halves, limit, answers={"a": 3, "b": 0, "c": 0})
    assert (half.value, half.reason, half.items) == (None, NoScore.PART_MISSING, ("X",))


VALUES: Table = tuple(
    {"value_set": name, "term": term, "dimension": dimension, "level": level, "value": value}
    for name, term, dimension, level, value in (
        ("Here", "start", "", "", "1"),
        ("Here", "level", "MO", "1", "-0.1"),
        ("Here", "level", "AD", "3", "-0.4"),
        ("Here", "constant_if_any_dimension_above_1", "", "", "-0.05"),
        ("There", "start", "", "", "0.9"),
    )
)
META: Table = (
    {"value_set": "Here", "min": "0.45", "value_11111": "1"},
    {"value_set": "There", "min": "0.9", "value_11111": "0.9"},
)
INDEX = scale(
    "I", "value_set", "a", "b", low=0.45, high=1, up=True, table="v.csv", meta="m.csv", dimensions=["MO", "AD"]
)


@pytest.mark.parametrize(
    ("value_set", "value", "reason"),
    [
        ("Here", 0.45, None),
        ("There", 0.9, None),
        (None, None, NoScore.NO_VALUE_SET),
        ("Else", None, NoScore.NO_VALUE_SET),
    ],
)
def test_an_index_needs_the_value_set_that_the_centre_chose(
    value_set: str | None, value: float | None, reason: NoScore | None
) -> None:
    one = instrument(INDEX, tables={"v.csv": VALUES, "m.csv": META})
    (found,) = score_response(one, {"a": 1, "b": 3}, value_set=value_set)
    assert (found.value, found.reason) == (value, reason)
    assert found.value_set == (value_set if value is not None else "")
    (few,) = score_response(one, {"a": 1}, value_set="Here")
    assert few.reason is NoScore.TOO_FEW_ANSWERED


def test_parts_may_stand_behind_what_is_made_of_them() -> None:
    assert score_response(instrument(BANDS, SUM), dict.fromkeys("abcd", 3))[0].label == "much"


def test_a_circle_of_scales_is_refused() -> None:
    one = scale("X", "cut_off", high=1, scale="Y", at_least=1)
    other = scale("Y", "cut_off", high=1, scale="X", at_least=1)
    with pytest.raises(MethodError, match="circle"):
        score_response(instrument(one, other), {})


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (scale("S", "prorated_sum", "a", missing="up_to_0_missing"), "not one of half"),
        (scale("S", "prorated_sum", "a", reversed=["b"], **ALL), "not among the items"),
        (scale("S", "prorated_sum", "a", "b", weights={"a": 2}, **ALL), "name each item"),
        (scale("S", "prorated_sum", "a", weights={"a": 2}, missing="half"), "needs all its items"),
        (scale("S", "prorated_sum", "a", not_applicable="zero", **ALL), "not one of missing, not_expected"),
        (scale("S", "recode_mean", "a", recode=[], missing="any"), "says nothing of 'a'"),
        (scale("S", "recode_mean", "a", recode=[{"items": ["a"], "values": {"0": 1}}], missing="any"), "do not cover"),
        (scale("S", "sum_of_scales", scales=["SUM"], least_items=5), "up to 4"),
        (scale("S", "sum_of_scales", up=True, scales=["SUM"]), "wrong direction"),
        (scale("S", "norm_components", parts=[{"scale": "SUM", "mean": 1, "sd": 0, "weight": 1}]), "greater than 0"),
        (scale("S", "item_weights", "a", table="w.csv", column="w"), "no item 'b' with code 3"),
        (scale("S", "item_weights", "a", table="x.csv", column="w"), "no table 'x.csv'"),
        (scale("S", "item_weights", "a", table="w.csv", column="x"), "lacks the columns x"),
        (scale("S", "lookup_items", "a", "c", table="t.csv", value="v"), "lacks the columns c"),
        (scale("S", "composite_grade", "a", table="g.csv", attributes="FS", zero_skip=True), "one letter"),
        (scale("S", "composite_grade", "a", table="g.csv", attributes="S", zero_skip=True), "no rows for S"),
        (scale("S", "bands", scale="SUM", bands=[{"from": 1, "label": "x"}]), "must rise from 0"),
        (scale("S", "bands", scale="NONE", bands=[]), "no scale 'NONE'"),
        (scale("S", "cut_off", scale="SUM", at_least=13), "divides nothing"),
        (scale("S", "cut_off", scale="SUM", at_least="6"), "needs a number"),
        (scale("S", "cut_off", scale="SUM", at_least=6, needs=["S"]), "no scale 'S'"),
        (scale("S", "cut_off", scale="SUM", at_least=6, certain=True, needs=["SUM"]), "cannot stand beside certain"),
        (scale("S", "value_set", "a", table="v.csv", meta="m.csv", dimensions=["MO", "AD"]), "one dimension for each"),
    ],
)
def test_wrong_data_is_refused_with_its_reason(wrong: Scale, reason: str) -> None:
    tables = {"w.csv": WEIGHTS, "t.csv": PAIRS, "g.csv": GRADES, "v.csv": VALUES, "m.csv": META}
    with pytest.raises(MethodError, match=reason):
        compile_scale(wrong, instrument(SUM, wrong, tables=tables))
