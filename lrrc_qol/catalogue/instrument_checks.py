"""What a JSON Schema cannot say of an instrument: references, directions, bounds, and clinical figures that fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from lrrc_qol.catalogue.definition_file import DefinitionFile, Key
from lrrc_qol.domain.instrument import (
    FACTS,
    NEGATION,
    Direction,
    Domain,
    Instrument,
    Item,
    ItemKind,
    Scale,
    Status,
)
from lrrc_qol.domain.scoring import MethodError, Scorer, compile_scale

RATING_CODES = tuple(range(11))
_UNKNOWN_FACT = f"is not a known fact; known are {', '.join(sorted(FACTS))}"

Fault = tuple[Key, str]


def check_instrument(file: DefinitionFile, instrument: Instrument) -> None:
    """Raise DefinitionError for the first fault found."""
    for key, reason in _faults(instrument, file.path.parent):
        raise file.error(key, reason)


def _faults(instrument: Instrument, folder: Path) -> Iterator[Fault]:
    yield from _identity(instrument, folder)
    if instrument.status is Status.SHELL:
        yield from _shell(instrument)
        return
    yield from _items(instrument)
    yield from _groups(instrument)
    yield from _scales(instrument)


def _identity(instrument: Instrument, folder: Path) -> Iterator[Fault]:
    if instrument.id != folder.parent.name:
        yield ("id",), f"is {instrument.id!r}, but the folder is {folder.parent.name!r}; they must be equal"
    if instrument.version != folder.name:
        yield ("version",), f"is {instrument.version!r}, but the folder is {folder.name!r}; they must be equal"
    if instrument.own_wording and instrument.licence_class != "A":
        yield ("licence_class",), "own wording may be shipped, so the class is A"


def _shell(instrument: Instrument) -> Iterator[Fault]:
    """A shell names what is to come; half a definition would look like one that can be used."""
    if instrument.items:
        yield ("items",), "a shell has no items; remove them, or complete the definition and its status"
    for position, scale in enumerate(instrument.scales):
        if scale.method or scale.items or scale.primary:
            yield ("scales", position), "a scale of a shell has only its names, panel and direction"
        for key, reason in _panel(scale):
            yield ("scales", position, *key), reason


def _items(instrument: Instrument) -> Iterator[Fault]:
    yield from _repeated([item.id for item in instrument.items], "items", "id")
    yield from _repeated([item.number for item in instrument.items], "items", "number")
    for position, item in enumerate(instrument.items):
        for key, reason in _item(item):
            yield ("items", position, *key), reason
    if instrument.own_wording:
        yield from _sensitive_last(instrument)


def _item(item: Item) -> Iterator[Fault]:
    if item.kind is ItemKind.RATING and item.codes != RATING_CODES:
        yield ("codes",), "a rating is asked as eleven boxes, so its codes are 0 to 10 in order"
    if len(item.codes) < 2:
        yield ("range",), "must name the lowest and a higher number"
    if list(item.codes) not in (sorted(item.codes), sorted(item.codes, reverse=True)):
        yield ("codes",), "must run up or down in printed order"
    for condition in item.applies_if:
        if condition.removeprefix(NEGATION) not in FACTS:
            yield ("applies_if",), f"{condition!r} {_UNKNOWN_FACT}, each also with {NEGATION!r}"
    yield from _second_words(item)


def _second_words(item: Item) -> Iterator[Fault]:
    for fact in item.variants:
        if fact not in FACTS:
            yield ("variants", fact), f"{fact!r} {_UNKNOWN_FACT}"
    if item.tells is not None and item.tells.fact not in FACTS:
        yield ("tells", "fact"), f"{item.tells.fact!r} {_UNKNOWN_FACT}"
    if item.tells is not None and item.tells.code not in item.codes:
        yield ("tells", "code"), f"the item has no code {item.tells.code}"


def _groups(instrument: Instrument) -> Iterator[Fault]:
    for name in instrument.default_groups:
        if name not in instrument.groups:
            yield ("default_groups",), f"no item belongs to the group {name!r}"
    if instrument.groups and not instrument.default_groups:
        yield ("default_groups",), "is missing: name the terms that are asked unless a centre selects others"
    group_of = {item.id: item.group for item in instrument.items}
    for position, scale in enumerate(instrument.scales):
        if instrument.groups and len({group_of.get(item_id) for item_id in scale.items}) != 1:
            yield ("scales", position, "items"), "a scale of selectable terms is made of the items of one term"


def _sensitive_last(instrument: Instrument) -> Iterator[Fault]:
    seen = False
    for position, item in enumerate(instrument.items):
        if seen and not item.sensitive:
            yield ("items", position), f"{item.id!r} comes after a sensitive item; sensitive items come last"
        seen = seen or item.sensitive


def _scales(instrument: Instrument) -> Iterator[Fault]:
    yield from _repeated([scale.id for scale in instrument.scales], "scales", "id")
    primary = [position for position, scale in enumerate(instrument.scales) if scale.primary]
    if not primary:
        yield ("scales",), "no scale is the primary one; set primary = true in one of them"
    if len(primary) > 1:
        yield ("scales", primary[1], "primary"), "only one scale can be the primary one"
    faults = False
    for position, scale in enumerate(instrument.scales):
        for key, reason in _scale(scale, instrument):
            faults = True
            yield ("scales", position, *key), reason
    if not faults:
        yield from _circles(instrument)


def _circles(instrument: Instrument) -> Iterator[Fault]:
    try:
        Scorer(instrument)
    except MethodError as error:
        yield ("scales",), error.reason


def _scale(scale: Scale, instrument: Instrument) -> Iterator[Fault]:
    yield from _method(scale, instrument)
    yield from _panel(scale)
    yield from _figures(scale)
    yield from _threshold(scale)


def _method(scale: Scale, instrument: Instrument) -> Iterator[Fault]:
    try:
        rule = compile_scale(scale, instrument)
    except MethodError as error:
        yield error.key, error.reason
        return
    if scale.minimum > rule.minimum or (rule.exact and scale.minimum != rule.minimum):
        yield ("minimum",), f"is {scale.minimum}, but {scale.method} gives {rule.minimum} here"
    if scale.maximum < rule.maximum or (rule.exact and scale.maximum != rule.maximum):
        yield ("maximum",), f"is {scale.maximum}, but {scale.method} gives {rule.maximum} here"


def _panel(scale: Scale) -> Iterator[Fault]:
    """One panel shows one direction: two in one picture get misread (Snyder 2019 consensus)."""
    expected = Direction.BETTER if scale.domain is Domain.FUNCTIONING else Direction.WORSE
    if scale.direction is not expected:
        yield ("direction",), f"scales in the {scale.domain} panel are all {expected}; change domain or direction"


def _figures(scale: Scale) -> Iterator[Fault]:
    width = scale.maximum - scale.minimum
    if scale.step is not None and scale.step > width:
        yield ("step",), f"is wider than the whole scale ({width})"
    if scale.mid is not None:
        for name, size in (("improvement", scale.mid.improvement), ("deterioration", scale.mid.deterioration)):
            if size > width:
                yield ("mid", name), f"{size} is wider than the whole scale ({width})"


def _threshold(scale: Scale) -> Iterator[Fault]:
    threshold = scale.threshold
    if threshold is None:
        return
    side = "below" if scale.direction is Direction.BETTER else "above"
    if threshold.side != side:
        yield ("threshold", "side"), f"must be {side!r}, because the scale is {scale.direction}"
    if not scale.minimum <= threshold.value <= scale.maximum:
        yield ("threshold", "value"), f"{threshold.value} is outside {scale.minimum} to {scale.maximum}"


def _repeated(values: Sequence[str], table: str, key: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for position, value in enumerate(values):
        if value in seen:
            yield (table, position, key), f"{value!r} is used twice"
        seen.add(value)
