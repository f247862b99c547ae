"""Reads the sections of the clinical record into domain objects; a wrong definition stops the start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lrrc_qol.catalogue.definition_file import DefinitionFile, Key, read_definition, read_schema
from lrrc_qol.domain.clinical_record import (
    Condition,
    DefaultFrom,
    Field,
    FieldKind,
    Group,
    Option,
    RecordRules,
    Section,
)
from lrrc_qol.domain.instrument import Confidence

_Faults = Iterator[tuple[Key, str]]
_FLAG_CODES = ("yes", "no")


def load_record(clinical_dir: Path) -> RecordRules:
    """Read and check `record.toml` of a folder; DefinitionError names the file, the place and the reason."""
    file = read_definition(clinical_dir / "record.toml", read_schema(clinical_dir / "record.schema.json"))
    _refuse_first(file)
    data = file.data
    return RecordRules(
        version=data["version"],
        sections=tuple(_section(one, data) for one in data["sections"]),
        reirradiation_after_months=data["limits"]["reirradiation_after_months"],
        total_expects=tuple(data["limits"]["total_expects"]),
    )


def _section(data: Mapping[str, Any], above: Mapping[str, Any]) -> Section:
    groups = tuple(
        Group(one["title"], tuple(_field(field, above) for field in one["fields"])) for one in data["groups"]
    )
    return Section(id=data["id"], title=data["title"], many=data["many"], groups=groups)


def _field(data: Mapping[str, Any], above: Mapping[str, Any]) -> Field:
    source = data if "source" in data else above
    when = data.get("when")
    return Field(
        id=data["id"],
        label=data["label"],
        kind=FieldKind(data["kind"]),
        options=tuple(_option(one, source) for one in data.get("options", ())),
        unit=data.get("unit"),
        lowest=data.get("lowest"),
        highest=data.get("highest"),
        hint=data.get("hint", ""),
        required=data.get("required", False),
        default=data.get("default"),
        default_from=_default_from(data["default_from"]) if "default_from" in data else None,
        when=Condition(when["field"], tuple(when["codes"])) if when else None,
        source=source["source"],
        confidence=Confidence(source["confidence"]),
    )


def _option(data: Mapping[str, Any], above: Mapping[str, Any]) -> Option:
    source = data if "source" in data else above
    return Option(
        code=data["code"],
        label=data["label"],
        short=data.get("short", data["label"][0].lower() + data["label"][1:]),
        sex=data.get("sex"),
        source=source["source"],
        confidence=Confidence(source["confidence"]),
    )


def _default_from(data: Mapping[str, Any]) -> DefaultFrom:
    return DefaultFrom(data["field"], MappingProxyType(dict(data["values"])), data.get("otherwise"))


def _refuse_first(file: DefinitionFile) -> None:
    for key, reason in _faults(file.data):
        raise file.error(key, reason)


def _faults(data: Mapping[str, Any]) -> _Faults:
    """What the schema cannot see: names that are there twice, and fields or codes that nothing has."""
    yield from _twice(("sections",), [one["id"] for one in data["sections"]])
    for number, section in enumerate(data["sections"]):
        fields = [field for group in section["groups"] for field in group["fields"]]
        yield from _twice(("sections", number), [field["id"] for field in fields])
        codes = {field["id"]: _codes(field) for field in fields}
        for place, group in enumerate(section["groups"]):
            for position, field in enumerate(group["fields"]):
                key: Key = ("sections", number, "groups", place, "fields", position)
                yield from _field_faults(key, field, codes)
        if section["id"] == "operation":
            yield from _unknown(
                ("limits", "total_expects"), data["limits"]["total_expects"], codes.get("structures", ())
            )


def _field_faults(key: Key, field: Mapping[str, Any], codes: Mapping[str, Sequence[str]]) -> _Faults:
    yield from _twice((*key, "options"), list(codes[field["id"]]))
    if field.get("lowest", 0) > field.get("highest", float("inf")):
        yield (*key, "lowest"), "is above `highest`"
    own = codes[field["id"]]
    yield from _unknown((*key, "default"), _as_codes([field["default"]] if "default" in field else ()), own)
    if "when" in field:
        yield from _unknown((*key, "when"), field["when"]["codes"], codes.get(field["when"]["field"], ()))
    if "default_from" in field:
        rule = field["default_from"]
        yield from _unknown((*key, "default_from"), rule["values"], codes.get(rule["field"], ()))
        given = [*rule["values"].values(), *([rule["otherwise"]] if "otherwise" in rule else ())]
        yield from _unknown((*key, "default_from"), _as_codes(given), own)


def _codes(field: Mapping[str, Any]) -> Sequence[str]:
    return _FLAG_CODES if field["kind"] == "flag" else [one["code"] for one in field.get("options", ())]


def _as_codes(values: Sequence[str | bool]) -> list[str]:
    return [value if isinstance(value, str) else _FLAG_CODES[not value] for value in values]


def _twice(place: Key, names: Sequence[str]) -> _Faults:
    for name, times in Counter(names).items():
        if times > 1:
            yield place, f"{name!r} is there twice"


def _unknown(place: Key, named: Sequence[str] | Mapping[str, Any], known: Sequence[str]) -> _Faults:
    for name in named:
        if name not in known:
            yield place, f"there is no code {name!r}; known are {', '.join(known) or 'none'}"
