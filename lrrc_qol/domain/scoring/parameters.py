"""Reads the parameters of a scale strictly: a wrong one is a MethodError that names its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from lrrc_qol.domain.instrument import Instrument, Item, Scale, Table
from lrrc_qol.domain.scoring.outcome import MethodError

Least = Callable[[int], int]
"""From the number of expected items to the least number that must be answered."""

Values = Mapping[int, float]
"""What each code of an item is worth."""

UP_TO = re.compile(r"up_to_([1-9][0-9]?)_missing")


def _least_half(expected: int) -> int:
    """Exactly half is enough (EORTC Scoring Manual, 3rd edition: "at least half")."""
    return (expected + 1) // 2


def _least_more_than_half(expected: int) -> int:
    return expected // 2 + 1


def _least_all(expected: int) -> int:
    return expected


def _least_one(expected: int) -> int:  # noqa: ARG001 - all rules are asked the same way
    return 1


MISSING_RULES: Mapping[str, Least] = MappingProxyType(
    {"half": _least_half, "more_than_half": _least_more_than_half, "all": _least_all, "any": _least_one}
)


def missing_rule(scale: Scale) -> Least:
    """The rule named by `missing`."""
    name = str(scale.parameters["missing"])
    if match := UP_TO.fullmatch(name):
        allowed = int(match[1])
        return lambda expected: max(expected - allowed, 1)
    if name not in MISSING_RULES:
        known = ", ".join((*MISSING_RULES, "up_to_1_missing, up_to_2_missing, …"))
        raise MethodError(("parameters", "missing"), f"{name!r} is not one of {known}")
    return MISSING_RULES[name]


def items_of(scale: Scale, instrument: Instrument) -> tuple[Item, ...]:
    """The items of a scale; MethodError when there is none, an unknown one, or one twice."""
    if not scale.items:
        raise MethodError(("items",), f"{scale.method} needs at least one item")
    known = {item.id: item for item in instrument.items}
    for item_id in scale.items:
        if item_id not in known:
            raise MethodError(("items",), f"there is no item {item_id!r}")
    if len(set(scale.items)) != len(scale.items):
        raise MethodError(("items",), "an item is named twice")
    return tuple(known[item_id] for item_id in scale.items)


def no_items(scale: Scale) -> None:
    """Refuse items in a scale that is made of other scales."""
    if scale.items:
        raise MethodError(("items",), "a score made of other scores has no items of its own; leave the list empty")


def common_codes(items: Sequence[Item]) -> tuple[int, int]:
    """Lowest and highest code, the same for all items."""
    lowest, highest = min(items[0].codes), max(items[0].codes)
    for item in items:
        if (min(item.codes), max(item.codes)) != (lowest, highest):
            raise MethodError(("items",), f"{item.id!r} has other codes than {items[0].id!r}")
    return lowest, highest


def check_names(scale: Scale, *needed: str, optional: Sequence[str] = ()) -> None:
    """Refuse a parameter that the method does not know, and one that it lacks."""
    for name in scale.parameters:
        if name not in needed and name not in optional:
            raise MethodError(("parameters", name), f"{scale.method} has no parameter {name!r}")
    for name in needed:
        if name not in scale.parameters:
            raise MethodError(("parameters",), f"{scale.method} needs the parameter {name!r}")


def names(scale: Scale, key: str) -> tuple[str, ...]:
    """A list of ids, each named once; empty when the parameter is absent."""
    value = scale.parameters.get(key, ())
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        raise MethodError(("parameters", key), "must be a list of ids")
    if len(set(value)) != len(value):
        raise MethodError(("parameters", key), "names one twice")
    return tuple(value)


def number(scale: Scale, value: object, *key: str) -> float:
    """A number of the parameters, with its place for the refusal."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MethodError(("parameters", *key), f"{scale.method} needs a number here, not {value!r}")
    return value


def part(name: object, scale: Scale, instrument: Instrument, key: str = "scale") -> Scale:
    """Another scale of the instrument that this one is made of."""
    for other in instrument.scales:
        if other.id == name and other.id != scale.id:
            return other
    raise MethodError(("parameters", key), f"there is no scale {name!r} beside this one")


def table(scale: Scale, instrument: Instrument, *columns: str, key: str = "table") -> Table:
    """A table of the instrument that has these columns."""
    name = str(scale.parameters[key])
    if name not in instrument.tables:
        raise MethodError(("parameters", key), f"there is no table {name!r} beside the definition")
    rows = instrument.tables[name]
    lacking = [column for column in columns if not rows or column not in rows[0]]
    if lacking:
        raise MethodError(("parameters", key), f"the table {name} lacks the columns {', '.join(lacking)}")
    return rows


def cell_number(row: Mapping[str, str], column: str, where: str) -> float:
    """The number in one cell of a table."""
    try:
        return float(row[column])
    except ValueError:
        raise MethodError(("parameters",), f"{where}: {row[column]!r} in column {column} is not a number") from None


def cell_code(row: Mapping[str, str], column: str, where: str) -> int | None:
    """The code in one cell of a table; None when it is empty."""
    text = row[column].strip()
    if not text:
        return None
    if not re.fullmatch(r"-?[0-9]+", text):
        raise MethodError(("parameters",), f"{where}: {text!r} in column {column} is not a code")
    return int(text)


def recoded(scale: Scale, items: Sequence[Item]) -> dict[str, Values]:
    """What the parameter `recode` makes of codes, by item; each named item has a value for each of its codes."""
    found: dict[str, Values] = {}
    known = {item.id: item for item in items}
    entries = scale.parameters.get("recode", ())
    if not isinstance(entries, list | tuple):
        raise MethodError(("parameters", "recode"), "must be a list of { items = [...], values = {...} }")
    for entry in entries:
        if not isinstance(entry, Mapping) or set(entry) != {"items", "values"}:
            raise MethodError(("parameters", "recode"), "each entry needs items and values, and nothing else")
        values = {
            int(code): number(scale, value, "recode") for code, value in entry["values"].items() if code.isdigit()
        }
        for item_id in entry["items"]:
            if item_id not in known or item_id in found:
                raise MethodError(("parameters", "recode"), f"{item_id!r} is no item of this scale, or named twice")
            if set(values) != set(known[item_id].codes):
                raise MethodError(("parameters", "recode"), f"the values do not cover the codes of {item_id!r}")
            found[item_id] = values
    return found


def reversed_values(item: Item) -> Values:
    """The codes turned round inside their own range."""
    turn = min(item.codes) + max(item.codes)
    return {code: turn - code for code in item.codes}
