"""Reads one TOML definition strictly and says where in the file a fault is."""

from __future__ import annotations

import hashlib
import json
import math
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.exceptions import best_match

from lrrc_qol.domain.errors import DefinitionError

Key = tuple[str | int, ...]
"""Where a value stands in a definition: names of tables and keys, positions in lists."""

HEADER = re.compile(r"^\s*(\[{1,2})\s*([\w.-]+)\s*\]{1,2}")
ASSIGNMENT = re.compile(r"^\s*([\w.-]+)\s*=")


@dataclass(frozen=True, slots=True)
class DefinitionFile:
    """One definition as read: its values, its text (for line numbers) and the SHA-256 of its bytes."""

    path: Path
    text: str
    data: dict[str, Any]
    digest: str

    def error(self, key: Sequence[str | int], reason: str) -> DefinitionError:
        """The refusal for the value at `key`, with its line where the file shows one."""
        place = self._readable(key)
        line = _line_of(self.text, tuple(key))
        return DefinitionError(str(self.path), f"line {line}, {place}" if line else place, reason)

    def _readable(self, key: Sequence[str | int]) -> str:
        """Name list entries by their id, as a person would."""
        words: list[str] = []
        value: Any = self.data
        for step in key:
            value = _step(value, step)
            if isinstance(step, int) and words:
                name = value.get("id", step + 1) if isinstance(value, dict) else step + 1
                words[-1] += f"[{name}]"
            else:
                words.append(str(step))
        return ".".join(words) or "file"


def read_definition(path: Path, schema: Draft202012Validator) -> DefinitionFile:
    """Read and check against the schema; DefinitionError for anything that is not as it should be."""
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8")
        data = tomllib.loads(text)
    except FileNotFoundError:
        raise DefinitionError(str(path), "file", "is missing") from None
    except UnicodeDecodeError as error:
        raise DefinitionError(str(path), f"byte {error.start}", "is not UTF-8 text; save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(str(path), "file", f"is not valid TOML: {error}") from None
    return check_definition(DefinitionFile(path, text, data, hashlib.sha256(raw).hexdigest()), schema)


def check_definition(file: DefinitionFile, schema: Draft202012Validator) -> DefinitionFile:
    """Return the file when its values are as the schema says; DefinitionError for the first that is not."""
    for key, value in _values(file.data, ()):
        _refuse_odd_value(file, key, value)
    faults = list(schema.iter_errors(file.data))
    # A mistyped key is also a missing one; the word that stands there tells more than the one that does not.
    fault = next((one for one in faults if one.validator == "additionalProperties"), None) or best_match(faults)
    if fault is not None:
        raise file.error(*_explain(fault))
    return file


def read_schema(path: Path) -> Draft202012Validator:
    """Read a JSON Schema; DefinitionError when it is missing or is no schema."""
    try:
        schema = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DefinitionError(str(path), "file", f"cannot be read as a JSON Schema: {error}") from None
    return Draft202012Validator(schema)


def _refuse_odd_value(file: DefinitionFile, key: Key, value: object) -> None:
    """TOML knows dates, nan and inf; no definition needs them, and JSON Schema lets them through."""
    if isinstance(value, float) and not math.isfinite(value):
        raise file.error(key, f"{value} is not a number to compute with")
    if isinstance(value, date | datetime | time):
        raise file.error(key, "is a date or time; put it in quotes if it is meant as text")


def _values(value: Any, key: Key) -> Iterator[tuple[Key, object]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _values(inner, (*key, name))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _values(inner, (*key, position))
    else:
        yield key, value


def _explain(fault: ValidationError) -> tuple[Key, str]:
    """Say a schema fault in words that tell what to change."""
    key: Key = tuple(fault.absolute_path)
    schema: Any = fault.schema
    instance: Any = fault.instance
    if fault.validator == "additionalProperties":
        allowed = schema.get("properties", {})
        patterns = [re.compile(pattern) for pattern in schema.get("patternProperties", {})]
        extra = next(name for name in instance if name not in allowed and not any(p.search(name) for p in patterns))
        known = f"known keys: {', '.join(allowed)}" if allowed else "keys here must be numbers such as 0 or 10"
        return (*key, extra), f"unknown key {extra!r}; {known}"
    if fault.validator == "required":
        lacking = next(name for name in schema["required"] if name not in instance)
        return key, f"the key {lacking!r} is missing; add it"
    if fault.validator == "pattern" and schema["pattern"] == r"\S":
        return key, "must not be blank"
    return key, fault.message


def _step(value: Any, step: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(str(step))
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return None


def _line_of(text: str, key: Key) -> int | None:
    """The line of the value at `key`, or of the nearest table around it; None when the file does not show it."""
    lines: dict[Key, int] = {}
    for number, place in _places(text):
        for depth in range(1, len(place) + 1):
            lines.setdefault(place[:depth], number)
    return next((lines[key[:depth]] for depth in range(len(key), 0, -1) if key[:depth] in lines), None)


def _places(text: str) -> Iterator[tuple[int, Key]]:
    """Each line that opens a table or assigns a key, with its full key."""
    table: Key = ()
    counts: dict[Key, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := HEADER.match(line):
            table = _table(header[2].split("."), is_list=header[1] == "[[", counts=counts)
            yield number, table
        elif assignment := ASSIGNMENT.match(line):
            yield number, (*table, *assignment[1].split("."))


def _table(names: Sequence[str], *, is_list: bool, counts: dict[Key, int]) -> Key:
    """The full key of a table header: list tables get the position of their latest entry."""
    key: Key = ()
    for name in names[:-1]:
        key = (*key, name)
        if key in counts:
            key = (*key, counts[key])
    key = (*key, names[-1])
    if is_list:
        counts[key] = counts.get(key, -1) + 1
        return (*key, counts[key])
    return key
