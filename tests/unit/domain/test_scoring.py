"""Scoring rules on small hand-made scales: missing answers, reversal, composites, wrong parameters."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from lrrc_qol.domain.instrument import AnswerValue, Direction, Domain, Instrument, Item, ItemKind, Missing, Scale
from lrrc_qol.domain.scoring import MethodError, NoScore, Score, compile_scale, score_response

ITEMS = tuple(Item(f"q{n}", str(n), "topic", ItemKind.CHOICE, (1, 2, 3, 4)) for n in range(1, 6))
WIDE = Item("w", "9", "topic", ItemKind.CHOICE, tuple(range(1, 8)))


def scale(scale_id: str, method: str, *items: str, up: bool = False, **parameters: object) -> Scale:
    direction = Direction.BETTER if up else Direction.WORSE
    domain = Domain.FUNCTIONING if up else Domain.SYMPTOM
    return Scale(scale_id, scale_id, domain, direction, 0, 100, items, method, parameters)


def linear(scale_id: str, *items: str, formula: str = "symptom", missing: str = "half", span: int = 3) -> Scale:
    up = formula != "symptom"
    return scale(scale_id, "linear_0_100", *items, up=up, **{"formula": formula, "range": span, "missing": missing})


def instrument(*scales: Scale) -> Instrument:
    return Instrument(
        id="demo",
        version="1.0",
        title="Demo",
        short_title="Demo",
        recall="today",
        licence_class="A",
        own_wording=True,
        holder="us",
        references=("none",),
        scoring_version="7",
        items=(*ITEMS, WIDE),
        scales=scales,
        digest="",
        minutes=1,
    )


def only(one: Scale, answers: Mapping[str, AnswerValue]) -> Score:
    (score,) = score_response(instrument(one), answers)
    return score


@pytest.mark.parametrize(
    ("formula", "answers", "expected"),
    [
        ("symptom", (1, 1), 0),
        ("symptom", (4, 4), 100),
        ("symptom", (1, 2), 100 / 6),
        ("functional", (1, 1), 100),
        ("functional", (4, 4), 0),
        ("functional", (1, 2), 500 / 6),
        ("global", (4, 3), 500 / 6),
    ],
)
def test_linear_formulas(formula: str, answers: tuple[int, int], expected: float) -> None:
    score = only(linear("S", "q1", "q2", formula=formula), dict(zip(("q1", "q2"), answers, strict=True)))
    assert score.value == pytest.approx(expected)
    assert score.reason is None


def test_seven_codes_divide_by_six() -> None:
    assert only(linear("S", "w", formula="global", span=6), {"w": 4}).value == pytest.approx(50)


@pytest.mark.parametrize(
    ("missing", "expected_items", "needed"),
    [
        ("half", 1, 1),
        ("half", 2, 1),
        ("half", 3, 2),
        ("half", 4, 2),
        ("half", 5, 3),
        ("more_than_half", 4, 3),
        ("more_than_half", 5, 3),
        ("all", 5, 5),
    ],
)
def test_how_many_answers_are_needed(missing: str, expected_items: int, needed: int) -> None:
    names = [f"q{n}" for n in range(1, expected_items + 1)]
    one = linear("S", *names, missing=missing)
    enough = only(one, dict.fromkeys(names[:needed], 2))
    too_few = only(one, dict.fromkeys(names[: needed - 1], 2))
    assert enough.value is not None
    assert enough.prorated is (needed < expected_items)
    assert (too_few.value, too_few.reason) == (None, NoScore.TOO_FEW_ANSWERED)
    assert not too_few.prorated


def test_a_score_says_what_entered() -> None:
    score = only(linear("S", "q1", "q2", "q3"), {"q1": 2, "q3": 4})
    assert (score.answered, score.expected, score.items, score.version) == (2, 3, ("q1", "q3"), "7")


@pytest.mark.parametrize("code", [0, 5, -1, 99])
def test_a_code_the_item_does_not_have_is_missing(code: int) -> None:
    assert only(linear("S", "q1", "q2"), {"q1": code, "q2": 4}).items == ("q2",)


@pytest.mark.parametrize("kind", [Missing.NOT_ANSWERED, Missing.DECLINED])
def test_unanswered_and_declined_are_expected_but_missing(kind: Missing) -> None:
    score = only(linear("S", "q1", "q2"), {"q1": kind, "q2": 4})
    assert (score.answered, score.expected, score.prorated) == (1, 2, True)


def test_what_does_not_apply_is_not_expected() -> None:
    score = only(linear("S", "q1", "q2", "q3"), {"q1": 4, "q2": Missing.NOT_APPLICABLE, "q3": Missing.NOT_APPLICABLE})
    assert (score.value, score.answered, score.expected, score.prorated) == (100, 1, 1, False)


def test_a_scale_of_which_no_item_applies_says_so() -> None:
    score = only(linear("S", "q1"), {"q1": Missing.NOT_APPLICABLE})
    assert (score.value, score.reason, score.expected) == (None, NoScore.NOT_APPLICABLE, 0)


def test_single_item_and_mean_keep_their_units() -> None:
    assert only(scale("S", "single_item", "w"), {"w": 6}).value == 6
    assert only(scale("S", "mean", "q1", "q2", missing="all"), {"q1": 1, "q2": 4}).value == pytest.approx(2.5)


def test_no_answers_at_all_give_no_scores() -> None:
    assert only(scale("S", "single_item", "w"), {}).reason is NoScore.TOO_FEW_ANSWERED


GOOD = linear("GOOD", "q1", formula="functional")
BAD = linear("BAD", "q2")
TOTAL = scale("TOTAL", "composite_mean", up=True, scales=["GOOD", "BAD"], reversed=["BAD"])


def test_a_composite_reverses_symptoms_and_keeps_its_place() -> None:
    scores = score_response(instrument(TOTAL, GOOD, BAD), {"q1": 1, "q2": 4})
    assert [score.scale_id for score in scores] == ["TOTAL", "GOOD", "BAD"]
    assert [score.value for score in scores] == [50, 100, 100]
    assert scores[0].items == ("GOOD", "BAD")


def test_a_composite_needs_every_part() -> None:
    total = score_response(instrument(GOOD, BAD, TOTAL), {"q1": 1})[2]
    assert (total.value, total.reason) == (None, NoScore.PART_MISSING)
    assert (total.answered, total.expected, total.items) == (1, 2, ("GOOD",))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (scale("S", "eval", "q1"), "not a scoring method"),
        (scale("S", "linear_0_100", "q1"), "needs the parameter 'formula'"),
        (linear("S", "q1", formula="upwards"), "not one of functional, symptom, global"),
        (linear("S", "q1", span=4), "items run from 1 to 4"),
        (linear("S", "q1", missing="some"), "not one of half"),
        (linear("S", "q1", "w"), "other codes"),
        (linear("S", "q1", "q1"), "named twice"),
        (linear("S"), "at least one item"),
        (linear("S", "q77"), "no item 'q77'"),
        (scale("S", "linear_0_100", "q1", formula="functional", range=3, missing="half"), "higher is better"),
        (scale("S", "single_item", "q1", "q2"), "exactly one item"),
        (scale("S", "single_item", "q1", weight=2), "no parameter 'weight'"),
        (scale("S", "mean", "q1"), "needs the parameter 'missing'"),
        (scale("S", "composite_mean", "q1", scales=["BAD"], reversed=[]), "no items of its own"),
        (scale("S", "composite_mean", scales=[], reversed=[]), "names no scale"),
        (scale("S", "composite_mean", scales="BAD", reversed=[]), "list of ids"),
        (scale("S", "composite_mean", scales=["BAD", "BAD"], reversed=[]), "names one twice"),
        (scale("S", "composite_mean", scales=["NONE"], reversed=[]), "no scale 'NONE'"),
        (scale("S", "composite_mean", scales=["BAD"], reversed=["GOOD"]), "not among"),
        (scale("S", "composite_mean", scales=["BAD", "GOOD"], reversed=[]), "wrong direction"),
        (scale("S", "composite_mean", up=True, scales=["S"], reversed=[]), "no scale 'S' beside this one"),
    ],
)
def test_wrong_data_is_refused_with_its_reason(wrong: Scale, reason: str) -> None:
    with pytest.raises(MethodError, match=reason):
        compile_scale(wrong, instrument(GOOD, BAD, TOTAL))
