"""Reads the table of events and their reactions; a table that is not complete stops the start."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lrrc_qol.catalogue.definition_file import DefinitionFile, Key, read_definition, read_schema
from lrrc_qol.domain.events import (
    AlertsReaction,
    AnalysisReaction,
    Ask,
    Double,
    EventKind,
    EventRule,
    EventRules,
    Reaction,
    RemindersReaction,
    ScheduleReaction,
)
from lrrc_qol.domain.instrument import Confidence

_REACTION = ("schedule", "reminders", "alerts", "analysis", "hold_days", "consequences", "outdates_baseline")


def load_events(folder: Path, instruments: Collection[str]) -> EventRules:
    """Read `events.toml`; DefinitionError names the place and the reason when an event or a reaction is wrong.

    `instruments` are the ids of all questionnaires that there are.
    """
    file = read_definition(folder / "events.toml", read_schema(folder / "events.schema.json"))
    for key, reason in _faults(file):
        raise file.error(key, reason)
    unknown = [one for one in file.data["short_set"]["instruments"] if one not in instruments]
    if unknown:
        raise file.error(("short_set", "instruments"), f"there is no questionnaire {', '.join(unknown)}")
    schedule = file.data["schedule"]
    return EventRules(
        version=file.data["version"],
        rules=MappingProxyType(
            {EventKind(name): _rule(EventKind(name), entry) for name, entry in file.data["events"].items()}
        ),
        restart_after_days=schedule["restart_after_days"],
        short_set=tuple(file.data["short_set"]["instruments"]),
        double=_double(file.data["double"]),
    )


def _double(entry: Mapping[str, Any]) -> Double:
    return Double(**{**entry, "confidence": Confidence(entry["confidence"])})


def _rule(kind: EventKind, entry: Mapping[str, Any]) -> EventRule:
    plain = {name: entry[name] for name in _REACTION if name in entry}
    answers = entry.get("by_answer", {})
    return EventRule(
        kind=kind,
        words=entry["words"],
        reaction=_reaction(plain),
        asks=tuple(
            Ask(ask["name"], ask["words"], MappingProxyType(ask.get("options", {})), ask["required"])
            for ask in entry.get("asks", ())
        ),
        offered=entry["offered"],
        confirm=entry.get("confirm", False),
        before_enrolment=entry.get("before_enrolment", False),
        latest_counts=entry.get("latest_counts", False),
        depends_on=entry.get("depends_on"),
        by_answer=MappingProxyType({answer: _reaction(plain | own) for answer, own in answers.items()}),
        source=entry["source"],
        confidence=Confidence(entry["confidence"]),
    )


def _reaction(entry: Mapping[str, Any]) -> Reaction:
    return Reaction(
        schedule=ScheduleReaction(entry["schedule"]),
        reminders=RemindersReaction(entry["reminders"]),
        alerts=AlertsReaction(entry["alerts"]),
        analysis=AnalysisReaction(entry["analysis"]),
        hold_days=entry.get("hold_days", 0),
        consequences=tuple(entry["consequences"]),
        outdates_baseline=entry.get("outdates_baseline", False),
    )


def _faults(file: DefinitionFile) -> Iterator[tuple[Key, str]]:
    events: Mapping[str, Mapping[str, Any]] = file.data["events"]
    for kind in EventKind:
        if kind.value not in events:
            yield ("events",), f"[events.{kind.value}] is missing; every event has its line"
    for name, entry in events.items():
        if name not in list(EventKind):
            yield ("events", name), f"is no event; known are {', '.join(EventKind)}"
        else:
            yield from ((("events", name, *key), reason) for key, reason in _event_faults(entry))


def _event_faults(entry: Mapping[str, Any]) -> Iterator[tuple[Key, str]]:
    asks = {ask["name"]: ask for ask in entry.get("asks", ())}
    if len(asks) != len(entry.get("asks", ())):
        yield ("asks",), "two of them have one name"
    depends_on = entry.get("depends_on")
    if (depends_on is None) != ("by_answer" not in entry):
        yield (), "`depends_on` and `by_answer` belong together"
    if depends_on is not None:
        options = asks.get(depends_on, {}).get("options", {})
        for answer in entry["by_answer"]:
            if answer not in options:
                yield ("by_answer", answer), f"is no answer to {depends_on!r}; known are {', '.join(options) or 'none'}"
    for reaction in (entry, *entry.get("by_answer", {}).values()):
        if ("hold_days" in reaction) != (reaction.get("reminders") == RemindersReaction.HOLD):
            yield (), '`hold_days` belongs to reminders = "hold" and only to it'
