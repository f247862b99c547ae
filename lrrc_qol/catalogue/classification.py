"""Reads the classification systems into domain objects; a wrong definition stops the start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lrrc_qol.catalogue.definition_file import DefinitionFile, Key, read_definition, read_schema
from lrrc_qol.domain.classification import (
    Category,
    Choice,
    ClassificationRules,
    CrossCheck,
    Group,
    Structure,
    System,
)
from lrrc_qol.domain.instrument import Confidence

_Faults = Iterator[tuple[Key, str]]


def load_classification(clinical_dir: Path) -> ClassificationRules:
    """Read and check `classification.toml` of a folder; DefinitionError names the file, the place and the reason."""
    schema = read_schema(clinical_dir / "classification.schema.json")
    file = read_definition(clinical_dir / "classification.toml", schema)
    _refuse_first(file)
    data = file.data
    return ClassificationRules(
        groups=tuple(_group(one) for one in data["groups"]),
        fixation=_choices(data["fixation"]),
        symptoms=_choices(data["symptoms"]["grades"]),
        symptoms_source=data["symptoms"]["source"],
        symptoms_confidence=Confidence(data["symptoms"]["confidence"]),
        systems=tuple(_system(one) for one in data["systems"]),
        checks=tuple(_check(one) for one in data["checks"]),
        early_below_months=data["timing"]["early_below_months"],
    )


def _group(data: Mapping[str, Any]) -> Group:
    structures = tuple(Structure(one["id"], one["label"], one.get("sex")) for one in data["structures"])
    return Group(id=data["id"], label=data["label"], hint=data.get("hint", ""), structures=structures)


def _choices(data: list[dict[str, str]]) -> tuple[Choice, ...]:
    return tuple(Choice(one["id"], one["label"]) for one in data)


def _system(data: Mapping[str, Any]) -> System:
    return System(
        id=data["id"],
        name=data["name"],
        version=data["version"],
        origin=data["origin"],
        many=data["select"] == "many",
        by_fixation=data.get("by_fixation", False),
        categories=tuple(_category(one) for one in data["codes"]),
        source=data["source"],
        confidence=Confidence(data["confidence"]),
    )


def _category(data: Mapping[str, Any]) -> Category:
    sets: dict[str, Any] = {key: frozenset(data.get(key, ())) for key in (*_MARK_KEYS, *_CODE_KEYS)}
    return Category(
        code=data["code"],
        text=data["text"],
        reads_as=data.get("reads_as", ""),
        note=data.get("note", ""),
        fixation=data.get("fixation"),
        **sets,
    )


def _check(data: Mapping[str, Any]) -> CrossCheck:
    return CrossCheck(
        id=data["id"],
        because=data["because"],
        marks=frozenset(data.get("marks", ())),
        unless=frozenset(data.get("unless", ())),
        chosen=MappingProxyType(dict(data.get("chosen", {}))),
        expects=MappingProxyType({system: tuple(codes) for system, codes in data["expects"].items()}),
    )


_MARK_KEYS = ("marks", "also", "unless", "note_for")
_CODE_KEYS = ("yields_to", "combines")


def _refuse_first(file: DefinitionFile) -> None:
    for key, reason in _faults(file.data):
        raise file.error(key, reason)


def _faults(data: Mapping[str, Any]) -> _Faults:
    """What the schema cannot see: names that are there twice, and names that nothing has."""
    structures = [one["id"] for group in data["groups"] for one in group["structures"]]
    yield from _twice(("groups",), structures)
    yield from _twice(("systems",), [one["id"] for one in data["systems"]])
    fixed = {one["id"] for one in data["fixation"]}
    for position, system in enumerate(data["systems"]):
        codes = [one["code"] for one in system["codes"]]
        yield from _twice(("systems", position, "codes"), codes)
        for number, category in enumerate(system["codes"]):
            place: Key = ("systems", position, "codes", number)
            yield from _unknown(place, category, _MARK_KEYS, set(structures))
            yield from _unknown(place, category, _CODE_KEYS, set(codes))
            if category.get("fixation", next(iter(fixed))) not in fixed:
                yield (*place, "fixation"), f"no fixation {category['fixation']!r} is listed above"
    yield from _check_faults(data, set(structures))


def _check_faults(data: Mapping[str, Any], structures: set[str]) -> _Faults:
    codes = {one["id"]: {category["code"] for category in one["codes"]} for one in data["systems"]}
    for position, check in enumerate(data["checks"]):
        place: Key = ("checks", position)
        yield from _unknown(place, check, ("marks", "unless"), structures)
        named = [(system, one) for system, several in check["expects"].items() for one in several]
        for system, code in [*named, *check.get("chosen", {}).items()]:
            if code not in codes.get(system, set()):
                yield place, f"there is no code {code!r} in a system {system!r}"


def _twice(place: Key, names: list[str]) -> _Faults:
    for name, times in Counter(names).items():
        if times > 1:
            yield place, f"{name!r} is there twice"


def _unknown(place: Key, table: Mapping[str, Any], keys: tuple[str, ...], known: set[str]) -> _Faults:
    for key in keys:
        for name in table.get(key, ()):
            if name not in known:
                yield (*place, key), f"{name!r} is not defined in this file"
