"""Scores read from published tables that lie beside the definition: weights, value sets, look-ups, grades."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lrrc_qol.domain.instrument import AnswerValue, Instrument, Item, Missing, Scale
from lrrc_qol.domain.scoring.item_methods import ItemRule, least_all
from lrrc_qol.domain.scoring.outcome import MethodError, NoScore, Outcome, Score
from lrrc_qol.domain.scoring.parameters import (
    cell_code,
    cell_number,
    check_names,
    items_of,
    names,
    no_items,
    part,
    table,
)
from lrrc_qol.domain.scoring.scale_methods import no_score_of

Answers = Sequence[AnswerValue]
Key = tuple[int | None, ...]
CONSTANT = "constant"
SEVERE = 4
ATTRIBUTES = {"F": "frequency", "S": "severity", "I": "amount_or_interference", "A": "amount_or_interference"}


def item_weights(scale: Scale, instrument: Instrument) -> ItemRule:
    """A constant plus the weight of each answer, from the columns item, code and `column` of `table` (SF-12 v1)."""
    items = items_of(scale, instrument)
    check_names(scale, "table", "column")
    column, name = str(scale.parameters["column"]), str(scale.parameters["table"])
    worths: dict[str, dict[int, float]] = {item.id: {code: 0.0 for code in item.codes} for item in items}
    constant = 0.0
    for row in table(scale, instrument, "item", "code", column):
        code, weight = cell_code(row, "code", name), cell_number(row, column, name)
        if row["item"] == CONSTANT:
            constant = weight
        elif row["item"] not in worths or code not in worths[row["item"]]:
            raise MethodError(("parameters", "table"), f"{name}: no item {row['item']!r} with code {code}")
        else:
            worths[row["item"]][code] = weight
    found = tuple(worths[item.id] for item in items)
    return ItemRule(
        items,
        found,
        lambda total, _: constant + total,
        least_all,
        minimum=constant + sum(min(worth.values()) for worth in found),
        maximum=constant + sum(max(worth.values()) for worth in found),
        exact=False,
        not_applicable_missing=True,
    )


@dataclass(frozen=True, slots=True)
class ValueSet:
    """One EQ-5D-5L value set: what is added for each level, and what is added on top."""

    start: float
    levels: Mapping[tuple[str, int], float]
    extra: tuple[tuple[str, str, float], ...]

    def index(self, levels: Mapping[str, int]) -> float:
        """The index of a health state, unrounded: value sets are published to three decimals, which is for display."""
        total = self.start + sum(self.levels.get(level, 0.0) for level in levels.items())
        for term, dimension, value in self.extra:
            total += value * _times(term, dimension, levels)
        return total


def _times(term: str, dimension: str, levels: Mapping[str, int]) -> float:
    """How often an extra term of a value set counts in this health state."""
    severe = sum(level >= SEVERE for level in levels.values())
    return {
        "constant_if_any_dimension_above_1": float(max(levels.values()) > 1),
        "constant_if_any_dimension_4_or_5": float(severe > 0),
        "constant_if_any_dimension_5": float(max(levels.values()) > SEVERE),
        "if_dimension_4_or_5": float(levels.get(dimension, 0) >= SEVERE),
        "times_square_of_count45_minus_1": float((severe - 1) ** 2 if severe else 0),
        "times_MOminus1_times_ADminus1": float((levels.get("MO", 1) - 1) * (levels.get("AD", 1) - 1)),
        "times_PDminus1_times_ADminus1": float((levels.get("PD", 1) - 1) * (levels.get("AD", 1) - 1)),
    }[term]


TERMS = frozenset(
    {
        "constant_if_any_dimension_above_1",
        "constant_if_any_dimension_4_or_5",
        "constant_if_any_dimension_5",
        "if_dimension_4_or_5",
        "times_square_of_count45_minus_1",
        "times_MOminus1_times_ADminus1",
        "times_PDminus1_times_ADminus1",
    }
)


@dataclass(frozen=True, slots=True)
class ValueSetRule:
    """The index of the five levels under the value set that the centre chose; no choice, no index."""

    items: tuple[Item, ...]
    dimensions: tuple[str, ...]
    sets: Mapping[str, ValueSet]
    minimum: float
    maximum: float
    exact: bool = True
    parts: tuple[str, ...] = ()

    def outcome(self, answers: Answers, parts: Sequence[Score], value_set: str | None) -> Outcome:  # noqa: ARG002
        """Score the five answers in the order of the dimensions."""
        codes, used = _codes(self.items, answers)
        chosen = self.sets.get(value_set or "")
        levels = {name: code for name, code in zip(self.dimensions, codes, strict=True) if code is not None}
        if all(answer is Missing.NOT_APPLICABLE for answer in answers):
            return Outcome(None, NoScore.NOT_APPLICABLE, used, 0)
        if len(levels) < len(self.items):
            return Outcome(None, NoScore.TOO_FEW_ANSWERED, used, len(self.items))
        if chosen is None or value_set is None:
            return Outcome(None, NoScore.NO_VALUE_SET, used, len(self.items))
        return Outcome(chosen.index(levels), None, used, len(self.items), value_set=value_set)


def value_set(scale: Scale, instrument: Instrument) -> ValueSetRule:
    """EQ-5D-5L index: `table` holds signed terms that are added, `meta` the bounds of each set, both by `value_set`."""
    items = items_of(scale, instrument)
    check_names(scale, "table", "meta", "dimensions")
    dimensions = names(scale, "dimensions")
    if len(dimensions) != len(items):
        raise MethodError(("parameters", "dimensions"), "must name one dimension for each item, in their order")
    rows = table(scale, instrument, "value_set", "term", "dimension", "level", "value")
    meta = table(scale, instrument, "value_set", "min", "value_11111", key="meta")
    by_set: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        by_set.setdefault(row["value_set"], []).append(row)
    sets = {name: _value_set(name, own, dimensions) for name, own in by_set.items()}
    if set(sets) != {row["value_set"] for row in meta}:
        raise MethodError(("parameters", "meta"), "does not name the same value sets as the table")
    return ValueSetRule(
        items,
        dimensions,
        sets,
        minimum=min(cell_number(row, "min", "meta") for row in meta),
        maximum=max(cell_number(row, "value_11111", "meta") for row in meta),
    )


def _value_set(name: str, rows: Sequence[Mapping[str, str]], dimensions: Sequence[str]) -> ValueSet:
    start: float | None = None
    levels: dict[tuple[str, int], float] = {}
    extra: list[tuple[str, str, float]] = []
    for row in rows:
        value = cell_number(row, "value", name)
        if row["term"] == "start":
            start = value
        elif row["term"] == "level" and row["dimension"] in dimensions:
            levels[row["dimension"], int(cell_number(row, "level", name))] = value
        elif row["term"] in TERMS:
            extra.append((row["term"], row["dimension"], value))
        else:
            raise MethodError(("parameters", "table"), f"{name}: unknown term {row['term']!r} {row['dimension']!r}")
    if start is None:
        raise MethodError(("parameters", "table"), f"{name}: has no start")
    return ValueSet(start, levels, tuple(extra))


@dataclass(frozen=True, slots=True)
class TableRule:
    """The value of a row found by the answers; an answer pattern without a row has no score.

    With `zero_first` a first answer of 0 settles the value, whatever was answered later; with `zero_skip` it does so
    also where later answers are missing: a form that skips them.
    """

    items: tuple[Item, ...]
    rows: Mapping[Key, float]
    minimum: float
    maximum: float
    zero_first: bool = False
    zero_skip: bool = False
    exact: bool = True
    parts: tuple[str, ...] = ()

    def outcome(self, answers: Answers, parts: Sequence[Score], value_set: str | None) -> Outcome:  # noqa: ARG002
        """Look the answers up in item order."""
        codes, used = _codes(self.items, answers)
        if all(answer is Missing.NOT_APPLICABLE for answer in answers):
            return Outcome(None, NoScore.NOT_APPLICABLE, used, 0)
        if self.zero_first and codes[0] == 0 and (self.zero_skip or None not in codes):
            codes = tuple(0 for _ in codes)
        value = self.rows.get(codes)
        if value is None:
            some_missing = any(code is None for code in codes)
            reason = NoScore.TOO_FEW_ANSWERED if some_missing else NoScore.NOT_IN_TABLE
            return Outcome(None, reason, used, len(self.items))
        return Outcome(value, None, used, len(self.items), prorated=len(used) < len(self.items))


def lookup_items(scale: Scale, instrument: Instrument) -> TableRule:
    """The cell in column `value` of the row of `table` whose item columns hold the answers; empty = not answered."""
    items = items_of(scale, instrument)
    check_names(scale, "table", "value")
    name, column = str(scale.parameters["table"]), str(scale.parameters["value"])
    rows = {
        tuple(cell_code(row, item.id, name) for item in items): cell_number(row, column, name)
        for row in table(scale, instrument, column, *(item.id for item in items))
    }
    return TableRule(items, rows, minimum=min(rows.values()), maximum=max(rows.values()))


def composite_grade(scale: Scale, instrument: Instrument) -> TableRule:
    """PRO-CTCAE composite grade 0-3 (Basch 2021) of the answers in the order of the letters in `attributes`.

    F frequency, S severity, I interference, A amount. A first 0 is grade 0; `zero_skip`: whether later answers
    may then be missing.
    """
    items = items_of(scale, instrument)
    check_names(scale, "table", "attributes", "zero_skip")
    letters, name = str(scale.parameters["attributes"]), str(scale.parameters["table"])
    if len(letters) != len(items) or not set(letters) <= set(ATTRIBUTES):
        raise MethodError(("parameters", "attributes"), "needs one letter of F, S, I, A for each item, in their order")
    columns = [ATTRIBUTES[letter] for letter in letters]
    kept = letters.replace("A", "I")
    rows = {
        tuple(cell_code(row, column, name) for column in columns): cell_number(row, "composite", name)
        for row in table(scale, instrument, "attributes", "composite", *columns)
        if row["attributes"] == kept
    }
    if not rows:
        raise MethodError(("parameters", "attributes"), f"the table {name} has no rows for {kept}")
    low, high = min(rows.values()), max(rows.values())
    return TableRule(items, rows, low, high, zero_first=True, zero_skip=scale.parameters["zero_skip"] is True)


@dataclass(frozen=True, slots=True)
class LookupScale:
    """The value that a table gives for the score of one scale."""

    parts: tuple[str, ...]
    rows: Mapping[float, float]
    minimum: float
    maximum: float
    exact: bool = True
    items: tuple[Item, ...] = ()

    def outcome(self, answers: Answers, parts: Sequence[Score], value_set: str | None) -> Outcome:  # noqa: ARG002
        """Look the one part up."""
        (one,) = parts
        if one.value is None:
            return Outcome(None, no_score_of(parts), (), 1)
        value = self.rows.get(one.value)
        if value is None:
            return Outcome(None, NoScore.NOT_IN_TABLE, self.parts, 1)
        return Outcome(value, None, self.parts, 1)


def lookup_scale(scale: Scale, instrument: Instrument) -> LookupScale:
    """The cell in column `value` of the row of `table` whose `key` is the score of `scale` (PROMIS T scores)."""
    no_items(scale)
    check_names(scale, "table", "scale", "key", "value")
    one = part(scale.parameters["scale"], scale, instrument)
    name, key, column = (str(scale.parameters[each]) for each in ("table", "key", "value"))
    rows = {
        cell_number(row, key, name): cell_number(row, column, name) for row in table(scale, instrument, key, column)
    }
    return LookupScale((one.id,), rows, minimum=min(rows.values()), maximum=max(rows.values()))


def _codes(items: Sequence[Item], answers: Answers) -> tuple[Key, tuple[str, ...]]:
    """The valid codes in item order, None where there is none, and the items that have one."""
    codes = tuple(
        None if isinstance(answer, Missing) or answer not in item.codes else answer
        for item, answer in zip(items, answers, strict=True)
    )
    return codes, tuple(item.id for item, code in zip(items, codes, strict=True) if code is not None)
