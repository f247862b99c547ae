"""What a JSON Schema cannot say of an instrument: references, directions, bounds, and clinical figures that fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from lrrc_qol.catalogue.definition_file import DefinitionFile, Key
from lrrc_qol.domain.instrument import FACTS, NEGATION, Direction, Domain, Instrument, Item, ItemKind, Scale
from lrrc_qol.domain.scoring import MethodError, compile_scale

RATING_CODES = tuple(range(11))

Fault = tuple[Key, str]


def check_instrument(file: DefinitionFile, instrument: Instrument) -> None:
    """Raise DefinitionError for the first fault found."""
    for key, reason in _faults(instrument, file.path.parent):
        raise file.error(key, reason)


def _faults(instrument: Instrument, folder: Path) -> Iterator[Fault]:
    yield from _identity(instrument, folder)
    yield from _items(instrument)
    yield from _scales(instrument)


def _identity(instrument: Instrument, folder: Path) -> Iterator[Fault]:
    if instrument.id != folder.parent.name:
        yield ("id",), f"is {instrument.id!r}, but the folder is {folder.parent.name!r}; they must be equal"
    if instrument.version != folder.name:
        yield ("version",), f"is {instrument.version!r}, but the folder is {folder.name!r}; they must be equal"
    if instrument.own_wording and instrument.licence_class != "A":
        yield ("licence_class",), "own wording may be shipped, so the class is A"


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
    if list(item.codes) not in (sorted(item.codes), sorted(item.codes, reverse=True)):
        yield ("codes",), "must run up or down in printed order"
    for condition in item.applies_if:
        if condition.removeprefix(NEGATION) not in FACTS:
            known = ", ".join(sorted(FACTS))
            yield ("applies_if",), f"{condition!r} is not a known fact; known are {known}, each also with {NEGATION!r}"


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
    for position, scale in enumerate(instrument.scales):
        for key, reason in _scale(scale, instrument):
            yield ("scales", position, *key), reason


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
    if scale.minimum != rule.minimum:
        yield ("minimum",), f"is {scale.minimum}, but {scale.method} gives {rule.minimum} here"
    if scale.maximum != rule.maximum:
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
