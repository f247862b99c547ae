"""Reads every follow-up protocol into domain objects; a wrong definition stops the start."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jsonschema import Draft202012Validator

from lrrc_qol.catalogue.alert_rules import build_alert_rules
from lrrc_qol.catalogue.definition_file import DefinitionFile, Key, read_definition, read_schema
from lrrc_qol.domain.alerts import AlertRuleSet
from lrrc_qol.domain.errors import DefinitionError
from lrrc_qol.domain.figures import BaselineRules
from lrrc_qol.domain.instrument import Confidence, Instrument
from lrrc_qol.domain.schedule import (
    KEY_LENGTH,
    WEEKLY_CAP_UNLESS_SAID,
    Anchor,
    Protocol,
    ReminderPolicy,
    ReminderStep,
    VisitKind,
    VisitSpec,
    longest_key,
)

PARTS = ("schedule", "reminders", "alerts")
_INSTRUCTIONS = "instructions"


@dataclass(frozen=True, slots=True)
class ProtocolSource:
    """The definition of one version as it was read, so that a centre can make its own from it.

    `files` are its parts by name, `translated` its instructions by language, `schemas` what each part must look like.
    """

    files: Mapping[str, DefinitionFile]
    translated: Mapping[str, DefinitionFile]
    schemas: Mapping[str, Draft202012Validator]


@dataclass(frozen=True, slots=True)
class LoadedProtocol:
    """One version: what it says, its alert rules, and where both come from."""

    protocol: Protocol
    rules: AlertRuleSet
    source: ProtocolSource


_Placed = tuple[Key, VisitSpec]
"""A visit with its place in the file, for messages."""


def load_protocols(protocols_dir: Path, instruments: Collection[Instrument]) -> tuple[LoadedProtocol, ...]:
    """Read all protocols under `protocols_dir`, one folder per version, in order of folder name.

    Every instrument, item and code they name must be among `instruments`. DefinitionError names file, place, reason.
    """
    schemas = {part: read_schema(protocols_dir / f"{part}.schema.json") for part in (*PARTS, _INSTRUCTIONS)}
    folders = sorted({path.parent for path in protocols_dir.rglob("*.toml")})
    if not folders:
        raise DefinitionError(str(protocols_dir), "folder", "holds no protocol; expected <protocol>/schedule.toml")
    loaded: dict[tuple[str, str], LoadedProtocol] = {}
    for folder in folders:
        one = _load(folder, schemas, instruments)
        protocol = one.protocol
        if (protocol.id, protocol.version) in loaded:
            reason = f"protocol {protocol.id} {protocol.version} is there twice; give the changed one a new version"
            raise DefinitionError(str(folder / "schedule.toml"), "version", reason)
        loaded[protocol.id, protocol.version] = one
    return tuple(loaded.values())


def _load(
    folder: Path, schemas: Mapping[str, Draft202012Validator], instruments: Collection[Instrument]
) -> LoadedProtocol:
    translated = {}
    for path in sorted(folder.glob("*.toml")):
        name, _, language = path.stem.partition(".")
        if name == _INSTRUCTIONS and language:
            translated[language] = _instruction_file(path, language, schemas[_INSTRUCTIONS])
        elif path.stem not in PARTS:
            known = ", ".join((*PARTS, f"{_INSTRUCTIONS}.<language>"))
            raise DefinitionError(str(path), "file", f"is not expected here; known are {known}")
    files = {part: read_definition(folder / f"{part}.toml", schemas[part]) for part in PARTS}
    return build_protocol(ProtocolSource(files, translated, schemas), instruments)


def build_protocol(source: ProtocolSource, instruments: Collection[Instrument]) -> LoadedProtocol:
    """Build a version from its parts, which fit their schemas; DefinitionError for the first thing that cannot be."""
    files = source.files
    schedule, reminders = files["schedule"], files["reminders"]
    placed = list(_placed_visits(schedule.data))
    _refuse_first(schedule, _schedule_faults(schedule.data, placed, {one.id for one in instruments}))
    _refuse_first(reminders, _reminder_faults(reminders.data))
    digests = "".join(files[part].digest for part in PARTS)
    protocol = Protocol(
        id=schedule.data["id"],
        version=schedule.data["version"],
        name=schedule.data["name"],
        visits=tuple(visit for _, visit in placed),
        reminders=_reminders(reminders.data),
        baseline=_baseline(schedule.data["baseline"]),
        digest=hashlib.sha256(digests.encode()).hexdigest(),
    )
    return LoadedProtocol(protocol, build_alert_rules(files["alerts"], instruments, source.translated), source)


def _instruction_file(path: Path, language: str, schema: Draft202012Validator) -> DefinitionFile:
    file = read_definition(path, schema)
    if file.data["language"] != language:
        raise file.error(("language",), f"is {file.data['language']!r}, but the file name says {language!r}")
    return file


def _refuse_first(file: DefinitionFile, faults: Iterator[tuple[Key, str]]) -> None:
    for key, reason in faults:
        raise file.error(key, reason)


def _placed_visits(data: Mapping[str, Any]) -> Iterator[_Placed]:
    for position, entry in enumerate(data["visits"]):
        yield (
            ("visits", position),
            _visit(entry, entry["key"], entry["name"], (entry["open"], entry["due"], entry["close"])),
        )
    for position, entry in enumerate(data.get("series", ())):
        for day in entry["days"]:
            key = entry["key"].format(day=f"{day:03d}")
            window = (day - entry["open_before"], day, day + entry["close_after"])
            yield ("series", position), _visit(entry, key, entry["name"].replace("{day}", str(day)), window)


def _visit(entry: Mapping[str, Any], key: str, name: str, window: tuple[int, int, int]) -> VisitSpec:
    opens, due, closes = window
    return VisitSpec(
        key=key,
        kind=VisitKind(entry["kind"]),
        name=name,
        anchor=Anchor(entry["anchor"]),
        open_offset=opens,
        due_offset=due,
        close_offset=closes,
        instruments=tuple(entry["instruments"]),
        minutes=entry["minutes"],
        optional=entry.get("optional", False),
        requires=tuple(entry.get("requires", ())),
        last_surgery_day=entry.get("last_surgery_day"),
    )


def _baseline(data: Mapping[str, Any]) -> BaselineRules:
    return BaselineRules(
        visits=tuple(data["visits"]),
        prospective_days=data["prospective_days"],
        stale_days=data["stale_days"],
        recalled_days=data["recalled_days"],
        source=data["source"],
        confidence=Confidence(data["confidence"]),
    )


def _reminders(data: Mapping[str, Any]) -> ReminderPolicy:
    limits = data["limits"]
    return ReminderPolicy(
        steps=MappingProxyType(
            {kind: tuple(ReminderStep(**step) for step in data[kind.value]["steps"]) for kind in VisitKind}
        ),
        cap=limits["cap"],
        call_task_after_due_days=MappingProxyType(
            {kind: data[kind.value]["call_task_after_due_days"] for kind in VisitKind}
        ),
        local_hour=limits["local_hour"],
        quiet_from=limits["quiet_from"],
        quiet_until=limits["quiet_until"],
        weekly_cap=limits.get("weekly_cap", WEEKLY_CAP_UNLESS_SAID),
    )


def _schedule_faults(
    data: Mapping[str, Any], placed: list[_Placed], instrument_ids: Collection[str]
) -> Iterator[tuple[Key, str]]:
    counts = Counter(visit.key for _, visit in placed)
    for place, visit in placed:
        if counts[visit.key] > 1:
            yield (*place, "key"), f"visit {visit.key} is there {counts[visit.key]} times; keys must differ"
        yield from _visit_faults(place, visit, instrument_ids)
    yield from _overlaps(placed)
    yield from _baseline_faults(data["baseline"], {visit.key: visit for _, visit in placed})


def _visit_faults(place: Key, visit: VisitSpec, instrument_ids: Collection[str]) -> Iterator[tuple[Key, str]]:
    if (excess := len(longest_key(visit)) - KEY_LENGTH) > 0:
        room = f"with its suffixes ({longest_key(visit)}) it must have {KEY_LENGTH} characters at most"
        yield (*place, "key"), f"{visit.key} is {excess} characters too long: {room}"
    if not visit.open_offset <= visit.due_offset <= visit.close_offset:
        yield (*place, "due"), f"{visit.key} must open, be due and close in this order"
    for instrument in visit.instruments:
        if instrument not in instrument_ids:
            known = ", ".join(sorted(instrument_ids))
            yield (*place, "instruments"), f"{visit.key} names the unknown instrument {instrument!r}; known are {known}"
    if visit.optional and not visit.requires:
        yield place, f"{visit.key} is optional: name in `requires` the fact by which a centre asks for it"


def _overlaps(placed: list[_Placed]) -> Iterator[tuple[Key, str]]:
    groups: dict[tuple[VisitKind, Anchor], list[_Placed]] = {}
    for place, visit in placed:
        groups.setdefault((visit.kind, visit.anchor), []).append((place, visit))
    for group in groups.values():
        ordered = sorted(group, key=lambda entry: entry[1].open_offset)
        for (_, earlier), (place, later) in pairwise(ordered):
            if later.open_offset <= earlier.close_offset:
                reason = f"the window of {later.key} opens before that of {earlier.key} is over"
                yield place, f"{reason} (day {earlier.close_offset})"


def _baseline_faults(data: Mapping[str, Any], visits: Mapping[str, VisitSpec]) -> Iterator[tuple[Key, str]]:
    for key in data["visits"]:
        if key not in visits or visits[key].kind is not VisitKind.BASELINE:
            yield ("baseline", "visits"), f"{key!r} is no baseline visit of this protocol"
    if data["stale_days"] < data["prospective_days"]:
        yield ("baseline", "stale_days"), "must not be smaller than prospective_days"


def _reminder_faults(data: Mapping[str, Any]) -> Iterator[tuple[Key, str]]:
    limits = data["limits"]
    if not limits["quiet_until"] <= limits["local_hour"] < limits["quiet_from"]:
        yield ("limits", "local_hour"), "must lie between quiet_until and quiet_from"
    for kind in VisitKind:
        steps = data[kind.value]["steps"]
        if [step["ordinal"] for step in steps] != list(range(len(steps))):
            yield (kind.value, "steps"), "ordinals must count 0, 1, 2 ... in order"
        if len(steps) > limits["cap"]:
            yield (kind.value, "steps"), f"has {len(steps)} messages, more than the cap of {limits['cap']}"
