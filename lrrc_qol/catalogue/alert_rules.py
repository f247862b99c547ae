"""Builds a protocol's alert rules from their file and refuses rules that could never fire or leave a patient alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from lrrc_qol.catalogue.definition_file import DefinitionFile, Key
from lrrc_qol.domain.alerts import (
    SOURCE_LANGUAGE,
    AlertLevel,
    AlertRule,
    AlertRuleSet,
    CombinedRule,
    Instruction,
    MissedRule,
    ReliableChange,
    RuleKind,
    ScoreRule,
    ScoreRuleKind,
    TimingWindow,
)
from lrrc_qol.domain.instrument import NEGATION, Confidence, Instrument

PLACEHOLDERS = frozenset({"emergency_phone", "ward_phone", "nurse_phone", "clinic_hours"})
"""What the text of an instruction may leave for the centre to fill in, in curly brackets."""

RULE_TABLES = ("rules", "combined", "score_rules", "missed_rules")
"""The tables of a rule file that hold rules; their ids must differ."""

QUIET_TABLES = frozenset({"score_rules", "missed_rules"})
"""Rules that no patient sees anything of, because nobody is at a page when they fire."""

QUIET_LEVELS = (AlertLevel.YELLOW, AlertLevel.INFO)

_PARAMETERS = {
    RuleKind.AT_OR_ABOVE: {"minimum"},
    RuleKind.IN: {"values"},
    RuleKind.RISE: {"minimum", "min_rise", "max_age_days"},
    RuleKind.PERSISTS: {"minimum", "max_age_days"},
}
_ALL_PARAMETERS = frozenset().union(*_PARAMETERS.values())

_Fault = tuple[Key, str]


def build_alert_rules(
    file: DefinitionFile, instruments: Collection[Instrument], translated: Mapping[str, DefinitionFile]
) -> AlertRuleSet:
    """Return the rules of one file, with its instructions also in the languages of `translated`.

    DefinitionError when they do not fit `instruments` or each other, or when a language lacks an instruction.
    """
    for key, reason in _faults(file.data, instruments):
        raise file.error(key, reason)
    for other in translated.values():
        for key, reason in _translation_faults(other.data["instructions"], file.data["instructions"]):
            raise other.error(key, reason)
    data = file.data
    targets = {AlertLevel(level): entry["target_minutes"] for level, entry in data["levels"].items()}
    return AlertRuleSet(
        version=data["version"],
        owner=data["owner"],
        rules=tuple(_rule(entry) for entry in data["rules"]),
        combined=tuple(_combined(entry) for entry in data.get("combined", ())),
        windows=tuple(
            TimingWindow(entry["fact"], entry["from_day"], entry.get("to_day")) for entry in data.get("windows", ())
        ),
        instructions=MappingProxyType(
            {SOURCE_LANGUAGE: _instructions(SOURCE_LANGUAGE, data["instructions"], data["instructions"])}
            | {
                language: _instructions(language, other.data["instructions"], data["instructions"])
                for language, other in translated.items()
            }
        ),
        target_minutes=MappingProxyType({level: targets.get(level) for level in AlertLevel}),
        score_rules=tuple(_score_rule(entry) for entry in data.get("score_rules", ())),
        missed_rules=tuple(_missed_rule(entry) for entry in data.get("missed_rules", ())),
        reliable=tuple(_reliable(entry) for entry in data.get("reliable_changes", ())),
    )


def _instructions(
    language: str, words: Mapping[str, Any], originals: Mapping[str, Any]
) -> MappingProxyType[str, Instruction]:
    """The words of one language; whom to call is the same in all of them."""
    return MappingProxyType(
        {
            name: Instruction(words[name]["title"], words[name]["text"], entry.get("call"), language)
            for name, entry in originals.items()
        }
    )


def _rule(entry: Mapping[str, Any]) -> AlertRule:
    return AlertRule(
        id=entry["id"],
        level=AlertLevel(entry["level"]),
        kind=RuleKind(entry["kind"]),
        topic=entry["topic"],
        watched=MappingProxyType({name: tuple(items) for name, items in entry["watched"].items()}),
        reason=entry["reason"],
        instruction=entry.get("instruction"),
        source=entry["source"],
        confidence=Confidence(entry["confidence"]),
        minimum=entry.get("minimum", 0),
        values=tuple(entry.get("values", ())),
        min_rise=entry.get("min_rise", 0),
        max_age_days=entry.get("max_age_days", 0),
        requires=tuple(entry.get("requires", ())),
        unless=tuple(entry.get("unless", ())),
        enabled=entry.get("enabled", True),
    )


def _score_rule(entry: Mapping[str, Any]) -> ScoreRule:
    return ScoreRule(
        id=entry["id"],
        level=AlertLevel(entry["level"]),
        kind=ScoreRuleKind(entry["kind"]),
        reason=entry["reason"],
        source=entry["source"],
        confidence=Confidence(entry["confidence"]),
        requires=tuple(entry.get("requires", ())),
        unless=tuple(entry.get("unless", ())),
        enabled=entry.get("enabled", True),
    )


def _missed_rule(entry: Mapping[str, Any]) -> MissedRule:
    return MissedRule(
        id=entry["id"],
        level=AlertLevel(entry["level"]),
        count=entry["count"],
        from_day=entry["from_day"],
        to_day=entry.get("to_day"),
        reason=entry["reason"],
        source=entry["source"],
        confidence=Confidence(entry["confidence"]),
        enabled=entry.get("enabled", True),
    )


def _reliable(entry: Mapping[str, Any]) -> ReliableChange:
    return ReliableChange(
        entry["instrument"], entry["scale"], entry["points"], entry["source"], Confidence(entry["confidence"])
    )


def _combined(entry: Mapping[str, Any]) -> CombinedRule:
    return CombinedRule(
        id=entry["id"],
        level=AlertLevel(entry["level"]),
        of_level=AlertLevel(entry["of_level"]),
        count=entry["count"],
        reason=entry["reason"],
        instruction=entry.get("instruction"),
        source=entry["source"],
        confidence=Confidence(entry["confidence"]),
        enabled=entry.get("enabled", True),
    )


def _faults(data: Mapping[str, Any], instruments: Collection[Instrument]) -> Iterator[_Fault]:
    entries: list[tuple[Key, Mapping[str, Any]]] = [
        ((table, position), entry) for table in RULE_TABLES for position, entry in enumerate(data.get(table, ()))
    ]
    counts = Counter(entry["id"] for _, entry in entries)
    for place, entry in entries:
        if counts[entry["id"]] > 1:
            yield (*place, "id"), f"rule {entry['id']} is there {counts[entry['id']]} times; ids must differ"
        yield from _instruction_faults(place, entry, data["instructions"])
    facts = _known_facts(data, instruments)
    for position, entry in enumerate(data["rules"]):
        yield from _rule_faults(("rules", position), entry, facts)
        yield from _watched_faults(("rules", position), entry, instruments)
    yield from _score_faults(data, instruments, facts)
    yield from _day_faults(data)
    for position, entry in enumerate(data.get("combined", ())):
        if AlertLevel(entry["level"]).rank <= AlertLevel(entry["of_level"]).rank:
            yield ("combined", position, "level"), "must be more urgent than the level it counts"
    yield from _text_faults(data["instructions"], {entry.get("instruction") for _, entry in entries})


def _score_faults(
    data: Mapping[str, Any], instruments: Collection[Instrument], facts: Collection[str]
) -> Iterator[_Fault]:
    for position, entry in enumerate(data.get("score_rules", ())):
        yield from _fact_faults(("score_rules", position), entry, facts)
    for position, entry in enumerate(data.get("reliable_changes", ())):
        scales = {scale.id for one in instruments if one.id == entry["instrument"] for scale in one.scales}
        if entry["scale"] not in scales:
            yield ("reliable_changes", position, "scale"), f"instrument {entry['instrument']} has no such scale"


def _day_faults(data: Mapping[str, Any]) -> Iterator[_Fault]:
    for table in ("windows", "missed_rules"):
        for position, entry in enumerate(data.get(table, ())):
            if entry.get("to_day", entry["from_day"]) < entry["from_day"]:
                yield (table, position, "to_day"), "must not be before from_day"


def _known_facts(data: Mapping[str, Any], instruments: Collection[Instrument]) -> frozenset[str]:
    """Facts a rule may ask for: days since discharge, and the anatomy that decides which items are asked."""
    conditions = (condition for one in instruments for item in one.items for condition in item.applies_if)
    timing = (window["fact"] for window in data.get("windows", ()))
    return frozenset(condition.removeprefix(NEGATION) for condition in conditions) | frozenset(timing)


def _instruction_faults(place: Key, entry: Mapping[str, Any], instructions: Mapping[str, Any]) -> Iterator[_Fault]:
    name = entry.get("instruction")
    if place[0] in QUIET_TABLES:
        if entry["level"] not in QUIET_LEVELS:
            yield (*place, "level"), "must be yellow or info: no patient is at a page to be told what to do"
    elif name is not None and name not in instructions:
        yield (*place, "instruction"), f"there is no instruction {name!r}; add [instructions.{name}]"
    elif name is None and entry["level"] in (AlertLevel.RED, AlertLevel.AMBER):
        yield place, f"rule {entry['id']} is {entry['level']}: tell the patient what to do with an instruction"
    elif name is not None and entry["level"] == AlertLevel.RED and "call" not in instructions[name]:
        yield ("instructions", name), f"is shown for the red rule {entry['id']} and must name in `call` whom to phone"


def _rule_faults(place: Key, entry: Mapping[str, Any], facts: Collection[str]) -> Iterator[_Fault]:
    given = _ALL_PARAMETERS & set(entry)
    needed = _PARAMETERS[RuleKind(entry["kind"])]
    for name in sorted(needed - given):
        yield place, f"rule {entry['id']} is of kind {entry['kind']}, which needs `{name}`"
    for name in sorted(given - needed):
        yield (*place, name), f"rule {entry['id']} is of kind {entry['kind']}, which knows no `{name}`"
    yield from _fact_faults(place, entry, facts)


def _fact_faults(place: Key, entry: Mapping[str, Any], facts: Collection[str]) -> Iterator[_Fault]:
    for table in ("requires", "unless"):
        for fact in entry.get(table, ()):
            if fact not in facts:
                yield (*place, table), f"unknown fact {fact!r}; known are {', '.join(sorted(facts))}"


def _watched_faults(place: Key, entry: Mapping[str, Any], instruments: Collection[Instrument]) -> Iterator[_Fault]:
    known = ", ".join(sorted({one.id for one in instruments}))
    for instrument_id, item_ids in entry["watched"].items():
        items = [item for one in instruments if one.id == instrument_id for item in one.items]
        if not items:
            yield (*place, "watched"), f"unknown instrument {instrument_id!r}; known are {known}"
        for item_id in item_ids:
            codes = {code for item in items if item.id == item_id for code in item.codes}
            if not codes:
                yield (*place, "watched"), f"instrument {instrument_id} has no item {item_id!r}"
            for value in _named_codes(entry):
                if value not in codes:
                    yield (*place, "watched"), f"item {item_id} of {instrument_id} has no code {value}"


def _named_codes(entry: Mapping[str, Any]) -> list[int]:
    return [*entry.get("values", ()), *([entry["minimum"]] if "minimum" in entry else [])]


def _text_faults(instructions: Mapping[str, Any], used: Collection[str | None]) -> Iterator[_Fault]:
    for name, entry in instructions.items():
        if name not in used:
            yield ("instructions", name), "no rule uses it; remove it or name it in a rule"
        for part in ("title", "text"):
            for placeholder in _placeholders(entry[part]):
                if placeholder[1:-1] not in PLACEHOLDERS or placeholder[0] + placeholder[-1] != "{}":
                    known = ", ".join(f"{{{one}}}" for one in sorted(PLACEHOLDERS))
                    yield ("instructions", name, part), f"{placeholder} is not known; known are {known}"


def _placeholders(text: str) -> list[str]:
    """Every `{name}` of a text, and every stray brace."""
    return re.findall(r"[{}][^{}]*}?", text)


def _translation_faults(words: Mapping[str, Any], originals: Mapping[str, Any]) -> Iterator[_Fault]:
    """What a language lacks or has too much, compared with the instructions beside the rules."""
    for name in words:
        if name not in originals:
            yield ("instructions", name), "there is no such instruction in alerts.toml; remove it"
    for name, original in originals.items():
        if name not in words:
            yield ("instructions",), f"[instructions.{name}] is missing; a language has all of them or is not offered"
            return
        for part in ("title", "text"):
            needed = sorted(set(_placeholders(original[part])))
            if sorted(set(_placeholders(words[name][part]))) != needed:
                wanted = ", ".join(needed) or "none"
                yield ("instructions", name, part), f"must name the same as in alerts.toml: {wanted}"
