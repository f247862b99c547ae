"""Scores made of answers by arithmetic: EORTC's transformation, means, prorated sums, recoded means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lrrc_qol.domain.instrument import AnswerValue, Direction, Instrument, Item, Missing, Scale
from lrrc_qol.domain.scoring.outcome import MethodError, NoScore, Outcome, Score
from lrrc_qol.domain.scoring.parameters import (
    Least,
    Values,
    check_names,
    common_codes,
    items_of,
    missing_rule,
    names,
    number,
    recoded,
    reversed_values,
)


@dataclass(frozen=True, slots=True)
class ItemRule:
    """`value(total, answered)` of the items' worths once `least(expected)` items are answered.

    `worths` says for each item what a code is worth; a code that is not there counts as not answered, as in the EORTC
    programme. Items that do not apply to the person are not expected, unless `not_applicable_missing`: a rule whose
    manual knows no such case counts them like unanswered ones.
    """

    items: tuple[Item, ...]
    worths: tuple[Values, ...]
    value: Callable[[float, int], float]
    least: Least
    minimum: float
    maximum: float
    exact: bool = True
    not_applicable_missing: bool = False
    parts: tuple[str, ...] = ()

    def outcome(
        self,
        answers: Sequence[AnswerValue],
        parts: Sequence[Score],  # noqa: ARG002 - all rules are asked the same way
        value_set: str | None,  # noqa: ARG002
    ) -> Outcome:
        """Score answers given in item order."""
        applicable = sum(answer is not Missing.NOT_APPLICABLE for answer in answers)
        expected = len(self.items) if self.not_applicable_missing else applicable
        total: float = 0
        used: list[str] = []
        for item, worth, answer in zip(self.items, self.worths, answers, strict=True):
            if not isinstance(answer, Missing) and answer in worth:
                total += worth[answer]
                used.append(item.id)
        found = tuple(used)
        if not applicable:
            return Outcome(None, NoScore.NOT_APPLICABLE, found, 0)
        if len(found) < self.least(expected):
            return Outcome(None, NoScore.TOO_FEW_ANSWERED, found, expected)
        return Outcome(self.value(total, len(found)), None, found, expected, prorated=len(found) < expected)


def codes_as_worths(items: Sequence[Item]) -> tuple[Values, ...]:
    """Each code is worth itself."""
    return tuple({code: code for code in item.codes} for item in items)


def least_all(expected: int) -> int:
    """Every expected item is needed."""
    return expected


def linear_0_100(scale: Scale, instrument: Instrument) -> ItemRule:
    """EORTC transformation of the mean of the answered items to 0-100 (Scoring Manual, 3rd edition).

    `formula`: `functional` turns the direction round, `symptom` and `global` keep it. `range` is the highest code
    minus the lowest, the same for all items. `missing` names the rule for missing items.
    """
    items = items_of(scale, instrument)
    check_names(scale, "formula", "range", "missing")
    formula, span = scale.parameters["formula"], scale.parameters["range"]
    if formula not in ("functional", "symptom", "global"):
        raise MethodError(("parameters", "formula"), f"{formula!r} is not one of functional, symptom, global")
    lowest, highest = common_codes(items)
    if span != highest - lowest:
        raise MethodError(("parameters", "range"), f"is {span!r}, but the items run from {lowest} to {highest}")
    if formula == "functional" and scale.direction is not Direction.BETTER:
        raise MethodError(("direction",), "the functional formula gives scores of which higher is better")
    width = highest - lowest

    def functional(total: float, answered: int) -> float:
        return (1 - (total / answered - lowest) / width) * 100

    def upwards(total: float, answered: int) -> float:
        return (total / answered - lowest) / width * 100

    value = functional if formula == "functional" else upwards
    return ItemRule(items, codes_as_worths(items), value, missing_rule(scale), minimum=0, maximum=100)


def single_item(scale: Scale, instrument: Instrument) -> ItemRule:
    """The code of the one item as it was answered."""
    items = items_of(scale, instrument)
    check_names(scale)
    if len(items) != 1:
        raise MethodError(("items",), f"single_item needs exactly one item, not {len(items)}")
    lowest, highest = common_codes(items)
    return ItemRule(
        items, codes_as_worths(items), lambda total, _: float(total), least_all, minimum=lowest, maximum=highest
    )


def mean(scale: Scale, instrument: Instrument) -> ItemRule:
    """Mean of the answered items in their own units, those in `reversed` turned round; `missing` names the rule."""
    items = items_of(scale, instrument)
    check_names(scale, "missing", optional=("reversed",))
    lowest, highest = common_codes(items)
    worths = _worths(scale, items, {})
    return ItemRule(
        items, worths, lambda total, answered: total / answered, missing_rule(scale), minimum=lowest, maximum=highest
    )


def recode_mean(scale: Scale, instrument: Instrument) -> ItemRule:
    """Mean of the answered items after `recode` (RAND-36: Hays 1993; SF-36 v1 with half of the items answered)."""
    items = items_of(scale, instrument)
    check_names(scale, "recode", "missing")
    values = recoded(scale, items)
    for item in items:
        if item.id not in values:
            raise MethodError(("parameters", "recode"), f"says nothing of {item.id!r}")
    worths = tuple(values[item.id] for item in items)
    return ItemRule(
        items,
        worths,
        lambda total, answered: total / answered,
        missing_rule(scale),
        minimum=min(min(worth.values()) for worth in worths),
        maximum=max(max(worth.values()) for worth in worths),
    )


def prorated_sum(scale: Scale, instrument: Instrument) -> ItemRule:
    """Sum of the items, carried up to all of them when some are missing: sum * items / answered (FACIT, PHQ, HADS).

    `reversed` items are turned round, `recode` and `weights` change what an answer is worth. `not_applicable` is
    `missing` (default) or `not_expected`.
    """
    items = items_of(scale, instrument)
    check_names(scale, "missing", optional=("reversed", "recode", "weights", "not_applicable"))
    counted = scale.parameters.get("not_applicable", "missing")
    if counted not in ("missing", "not_expected"):
        raise MethodError(("parameters", "not_applicable"), f"{counted!r} is not one of missing, not_expected")
    if "weights" in scale.parameters and scale.parameters["missing"] != "all":
        raise MethodError(("parameters", "missing"), "a weighted sum needs all its items")
    worths = _worths(scale, items, recoded(scale, items))
    size = len(items)
    return ItemRule(
        items,
        worths,
        lambda total, answered: float(total) if answered == size else total * size / answered,
        missing_rule(scale),
        minimum=sum(min(worth.values()) for worth in worths),
        maximum=sum(max(worth.values()) for worth in worths),
        not_applicable_missing=counted == "missing",
    )


def _worths(scale: Scale, items: Sequence[Item], values: Mapping[str, Values]) -> tuple[Values, ...]:
    turned = names(scale, "reversed")
    weights = scale.parameters.get("weights", {})
    if not isinstance(weights, Mapping):
        raise MethodError(("parameters", "weights"), "must name a number for each item")
    for name in (*turned, *weights):
        if name not in scale.items:
            raise MethodError(("parameters",), f"{name!r} is not among the items of this scale")
    if weights and set(weights) != set(scale.items):
        raise MethodError(("parameters", "weights"), "must name each item of the scale")
    found = []
    for item in items:
        plain: Values = values.get(item.id) or {code: code for code in item.codes}
        worth = reversed_values(item) if item.id in turned else plain
        weight = number(scale, weights.get(item.id, 1), "weights")
        found.append({code: value * weight for code, value in worth.items()})
    return tuple(found)
