"""From answers to scores: a closed set of methods, driven by data, that never guess a missing value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from lrrc_qol.domain.instrument import AnswerValue, Direction, Instrument, Item, Missing, Scale


class NoScore(StrEnum):
    """Why a scale has no score."""

    TOO_FEW_ANSWERED = "too_few_answered"
    PART_MISSING = "part_missing"
    NOT_APPLICABLE = "not_applicable"


class MethodError(ValueError):
    """A scale's method or one of its parameters is wrong; `key` is the place inside the scale."""

    def __init__(self, key: tuple[str, ...], reason: str) -> None:
        super().__init__(reason)
        self.key = key
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Score:
    """One scale of one response, unrounded. `value` is None exactly when `reason` says why.

    `answered` of `expected` applicable items (parts, for a composite) entered, and `items` names them;
    `prorated` means that a value was made from fewer than expected.
    """

    scale_id: str
    value: float | None
    reason: NoScore | None
    answered: int
    expected: int
    prorated: bool
    version: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemRule:
    """How one item-based scale is scored: `value(total, answered)` once `least(expected)` items are answered."""

    items: tuple[Item, ...]
    value: Callable[[int, int], float]
    least: Callable[[int], int]
    minimum: float
    maximum: float

    def score(self, answers: Sequence[AnswerValue]) -> tuple[float | None, NoScore | None, tuple[int, ...], int]:
        """Score answers in item order: value, reason for none, positions that entered, number expected.

        Codes the item does not have count as not answered, as in the EORTC programme. Items that do not apply
        to the person are not expected.
        """
        expected = sum(answer is not Missing.NOT_APPLICABLE for answer in answers)
        used = tuple(
            position
            for position, (item, answer) in enumerate(zip(self.items, answers, strict=True))
            if not isinstance(answer, Missing) and answer in item.codes
        )
        if not expected:
            return None, NoScore.NOT_APPLICABLE, used, expected
        if len(used) < self.least(expected):
            return None, NoScore.TOO_FEW_ANSWERED, used, expected
        total = sum(int(answers[position]) for position in used)
        return self.value(total, len(used)), None, used, expected


@dataclass(frozen=True, slots=True)
class CompositeRule:
    """Mean of other scales, some of them reversed inside their own bounds; every part is needed."""

    parts: tuple[str, ...]
    signs: tuple[int, ...]
    offset: float
    minimum: float
    maximum: float

    def value(self, parts: Sequence[float | None]) -> float | None:
        """The mean of the parts given in order, or None when one of them is missing."""
        total = self.offset
        for sign, part in zip(self.signs, parts, strict=True):
            if part is None:
                return None
            total += sign * part
        return total / len(self.parts)


Rule = ItemRule | CompositeRule


def _least_half(expected: int) -> int:
    """Exactly half is enough (EORTC Scoring Manual, 3rd edition: "at least half")."""
    return (expected + 1) // 2


def _least_more_than_half(expected: int) -> int:
    return expected // 2 + 1


def _least_all(expected: int) -> int:
    return expected


MISSING_RULES: Mapping[str, Callable[[int], int]] = MappingProxyType(
    {"half": _least_half, "more_than_half": _least_more_than_half, "all": _least_all}
)


def linear_0_100(scale: Scale, instrument: Instrument) -> ItemRule:
    """EORTC transformation of the mean of the answered items to 0-100 (Scoring Manual, 3rd edition).

    `formula`: `functional` turns the direction round, `symptom` and `global` keep it. `range` is the highest code
    minus the lowest, the same for all items. `missing` names the rule for missing items.
    """
    items = _items(scale, instrument)
    formula, span, least = _only(scale, "formula", "range", "missing")
    if formula not in ("functional", "symptom", "global"):
        raise MethodError(("parameters", "formula"), f"{formula!r} is not one of functional, symptom, global")
    lowest, highest = _common_codes(items)
    if span != highest - lowest:
        raise MethodError(("parameters", "range"), f"is {span!r}, but the items run from {lowest} to {highest}")
    if formula == "functional" and scale.direction is not Direction.BETTER:
        raise MethodError(("direction",), "the functional formula gives scores of which higher is better")
    width = highest - lowest

    def functional(total: int, answered: int) -> float:
        return (1 - (total / answered - lowest) / width) * 100

    def upwards(total: int, answered: int) -> float:
        return (total / answered - lowest) / width * 100

    value = functional if formula == "functional" else upwards
    return ItemRule(items, value, _missing_rule(least), minimum=0, maximum=100)


def single_item(scale: Scale, instrument: Instrument) -> ItemRule:
    """The code of the one item as it was answered."""
    items = _items(scale, instrument)
    _only(scale)
    if len(items) != 1:
        raise MethodError(("items",), f"single_item needs exactly one item, not {len(items)}")
    lowest, highest = _common_codes(items)
    return ItemRule(items, lambda total, _: float(total), _least_all, minimum=lowest, maximum=highest)


def mean(scale: Scale, instrument: Instrument) -> ItemRule:
    """Mean of the answered items in their own units; `missing` names the rule for missing items."""
    items = _items(scale, instrument)
    (least,) = _only(scale, "missing")
    lowest, highest = _common_codes(items)
    return ItemRule(
        items, lambda total, answered: total / answered, _missing_rule(least), minimum=lowest, maximum=highest
    )


def composite_mean(scale: Scale, instrument: Instrument) -> CompositeRule:
    """Mean of the scales named in `scales`; those also in `reversed` enter as (minimum + maximum - score).

    All must have a score (QLQ-C30 summary score: Giesinger 2016 J Clin Epidemiol 69:79).
    """
    if scale.items:
        raise MethodError(("items",), "a composite has no items of its own; name its scales in parameters.scales")
    given, given_reversed = _only(scale, "scales", "reversed")
    names, turned = _names(given, "scales"), _names(given_reversed, "reversed")
    if not names:
        raise MethodError(("parameters", "scales"), "names no scale")
    for name in turned:
        if name not in names:
            raise MethodError(("parameters", "reversed"), f"{name!r} is not among parameters.scales")
    parts = [_part(name, scale, instrument) for name in names]
    for part in parts:
        if (part.direction is not scale.direction) != (part.id in turned):
            raise MethodError(("parameters", "reversed"), f"{part.id!r} would enter in the wrong direction")
        if (part.minimum, part.maximum) != (parts[0].minimum, parts[0].maximum):
            raise MethodError(("parameters", "scales"), f"{part.id!r} has other bounds than {parts[0].id!r}")
    low, high = parts[0].minimum, parts[0].maximum
    signs = tuple(-1 if name in turned else 1 for name in names)
    return CompositeRule(names, signs, offset=(low + high) * len(turned), minimum=low, maximum=high)


METHODS: Mapping[str, Callable[[Scale, Instrument], Rule]] = MappingProxyType(
    {"linear_0_100": linear_0_100, "single_item": single_item, "mean": mean, "composite_mean": composite_mean}
)


def compile_scale(scale: Scale, instrument: Instrument) -> Rule:
    """Turn a scale's data into its rule; MethodError when the method or a parameter is wrong."""
    method = METHODS.get(scale.method)
    if method is None:
        raise MethodError(("method",), f"{scale.method!r} is not a scoring method; use one of {', '.join(METHODS)}")
    return method(scale, instrument)


class Scorer:
    """All rules of one instrument version, made once, for scoring many responses."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.rules = {scale.id: compile_scale(scale, instrument) for scale in instrument.scales}

    def score(self, answers: Mapping[str, AnswerValue]) -> tuple[Score, ...]:
        """Score one response, in the order of the scales. An absent answer counts as not answered."""
        scores: dict[str, Score] = {}
        for scale_id, rule in self.rules.items():
            if isinstance(rule, ItemRule):
                scores[scale_id] = self._from_items(scale_id, rule, answers)
        for scale_id, rule in self.rules.items():
            if isinstance(rule, CompositeRule):
                scores[scale_id] = self._from_scales(scale_id, rule, scores)
        return tuple(scores[scale.id] for scale in self.instrument.scales)

    def _from_items(self, scale_id: str, rule: ItemRule, answers: Mapping[str, AnswerValue]) -> Score:
        given = [answers.get(item.id, Missing.NOT_ANSWERED) for item in rule.items]
        value, reason, used, expected = rule.score(given)
        return Score(
            scale_id=scale_id,
            value=value,
            reason=reason,
            answered=len(used),
            expected=expected,
            prorated=value is not None and len(used) < expected,
            version=self.instrument.scoring_version,
            items=tuple(rule.items[position].id for position in used),
        )

    def _from_scales(self, scale_id: str, rule: CompositeRule, scores: Mapping[str, Score]) -> Score:
        values = [scores[part].value for part in rule.parts]
        value = rule.value(values)
        used = tuple(part for part, given in zip(rule.parts, values, strict=True) if given is not None)
        return Score(
            scale_id=scale_id,
            value=value,
            reason=NoScore.PART_MISSING if value is None else None,
            answered=len(used),
            expected=len(rule.parts),
            prorated=False,
            version=self.instrument.scoring_version,
            items=used,
        )


def score_response(instrument: Instrument, answers: Mapping[str, AnswerValue]) -> tuple[Score, ...]:
    """Score one response by the instrument's own rules, one Score per scale in the order of the scales.

    `answers` maps item ids to codes or to the kind of missing; absent = not answered; a code that the item does
    not have = missing. Values are unrounded, in the scale's own units. Raises MethodError for a wrong definition,
    which loading the catalogue has ruled out.
    """
    return Scorer(instrument).score(answers)


def _items(scale: Scale, instrument: Instrument) -> tuple[Item, ...]:
    if not scale.items:
        raise MethodError(("items",), f"{scale.method} needs at least one item")
    known = {item.id: item for item in instrument.items}
    for item_id in scale.items:
        if item_id not in known:
            raise MethodError(("items",), f"there is no item {item_id!r}")
    if len(set(scale.items)) != len(scale.items):
        raise MethodError(("items",), "an item is named twice")
    return tuple(known[item_id] for item_id in scale.items)


def _common_codes(items: Sequence[Item]) -> tuple[int, int]:
    lowest, highest = min(items[0].codes), max(items[0].codes)
    for item in items:
        if (min(item.codes), max(item.codes)) != (lowest, highest):
            raise MethodError(("items",), f"{item.id!r} has other codes than {items[0].id!r}")
    return lowest, highest


def _only(scale: Scale, *names: str) -> tuple[object, ...]:
    for name in scale.parameters:
        if name not in names:
            raise MethodError(("parameters", name), f"{scale.method} has no parameter {name!r}")
    for name in names:
        if name not in scale.parameters:
            raise MethodError(("parameters",), f"{scale.method} needs the parameter {name!r}")
    return tuple(scale.parameters[name] for name in names)


def _missing_rule(name: object) -> Callable[[int], int]:
    rule = MISSING_RULES.get(str(name))
    if rule is None:
        raise MethodError(("parameters", "missing"), f"{name!r} is not one of {', '.join(MISSING_RULES)}")
    return rule


def _names(value: object, key: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        raise MethodError(("parameters", key), "must be a list of scale ids")
    if len(set(value)) != len(value):
        raise MethodError(("parameters", key), "names a scale twice")
    return tuple(value)


def _part(name: str, scale: Scale, instrument: Instrument) -> Scale:
    known = {candidate.id: candidate for candidate in instrument.scales}
    if name not in known:
        raise MethodError(("parameters", "scales"), f"there is no scale {name!r}")
    if name == scale.id or known[name].method == scale.method:
        raise MethodError(("parameters", "scales"), f"{name!r} is itself a composite")
    return known[name]
