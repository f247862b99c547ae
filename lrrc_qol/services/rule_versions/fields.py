"""What an administrator may change in a rule, within which bounds, and what the rule looks at in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lrrc_qol.catalogue.alert_rules import QUIET_LEVELS, QUIET_TABLES, RULE_TABLES
from lrrc_qol.domain.alerts import AlertLevel
from lrrc_qol.domain.instrument import Instrument

# Design figures: wide enough for every clinic, too narrow to make a rule meaningless.
BOUNDS = {
    "min_rise": (1, 5),
    "max_age_days": (1, 14),
    "count": (1, 5),
    "from_day": (0, 365),
    "to_day": (0, 365),
}
# Minutes of opening time to the first call. The words on badges (now, today, in the coming days) stay true within them.
TARGET_BOUNDS = {"red": (15, 120), "amber": (30, 480), "yellow": (240, 2400)}
RED_TARGET = "red_target"
"""Stands among weakened red rules for a first call about a red alert that may come later than the program has it."""
LABELS = {
    "minimum": "from this answer on",
    "min_rise": "up by at least",
    "max_age_days": "compared with a form at most so many days old",
    "count": "how many",
    "from_day": "from this day at home",
    "to_day": "to this day at home",
}
LONGEST_REASON = 300
_FACTS = {
    "first_14_days_home": "the first 14 days at home",
    "first_28_days_home": "the first 28 days at home",
    "after_28_days_home": "the time after 28 days at home",
}
_SCORES = {
    "clear_fall": "a score is worse than before surgery beyond measurement error, or on two forms running",
    "possible_fall": "a score is worse than before surgery on one form",
    "important_problem": "a score has newly crossed the limit of an important problem",
}

Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a rule with its bounds; `name` is the field of the form."""

    name: str
    key: str
    label: str
    value: int
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule as it can be changed. `before` is the rule as plain data in the version it was made from, if there.

    `levels` are those it may have; `red` says that it is red as it comes with the program, `weaker` that it says less
    than there.
    """

    id: str
    table: str
    topic: str
    level: str
    levels: tuple[str, ...]
    enabled: bool
    reason: str
    looks_at: str
    figures: tuple[Figure, ...]
    source: str
    confidence: str
    red: bool
    weaker: bool
    before: Mapping[str, Any] | None


def entries(content: Content) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every rule as plain data with the table it stands in."""
    for table in RULE_TABLES:
        for entry in content.get(table, ()):
            yield table, entry


def rule_lines(content: Content, shipped: Content, older: Content, instruments: Sequence[Instrument]) -> list[RuleLine]:
    """All rules in the order of the file."""
    own, before = ({entry["id"]: entry for _, entry in entries(one)} for one in (shipped, older))
    weak = weakened(content, shipped)
    return [
        RuleLine(
            id=entry["id"],
            table=table,
            topic=str(entry.get("topic", table)).replace("_", " "),
            level=entry["level"],
            levels=_levels(table, entry, content),
            enabled=entry.get("enabled", True),
            reason=entry["reason"],
            looks_at=_looks_at(table, entry),
            figures=tuple(_figures(table, entry, instruments)),
            source=entry["source"],
            confidence=entry["confidence"],
            red=own.get(entry["id"], entry)["level"] == AlertLevel.RED,
            weaker=entry["id"] in weak,
            before=before.get(entry["id"]),
        )
        for table, entry in entries(content)
    ]


def window_figures(content: Content) -> list[Figure]:
    """The days between which a stretch of time holds."""
    return [
        Figure(
            f"w-{window['fact']}-{key}",
            key,
            f"{_fact(window['fact'])}: {LABELS[key]}",
            window[key],
            *BOUNDS[key],
        )
        for window in content.get("windows", ())
        for key in ("from_day", "to_day")
        if key in window
    ]


def target_figures(content: Content) -> list[Figure]:
    """The time to the first call for each level that has one."""
    return [
        Figure(f"t-{level}", level, f"{level}: minutes to the first call", _target(content, level), *bounds)
        for level, bounds in TARGET_BOUNDS.items()
    ]


def _target(content: Content, level: str) -> int:
    return int(content["levels"][level]["target_minutes"])


def weakened_words(content: Content, ids: Collection[str]) -> list[str]:
    """What `weakened` found, as administrators read it."""
    words = [entry["reason"] for _, entry in entries(content) if entry["id"] in ids]
    later = f"the first call about a red alert within {_target(content, 'red')} minutes"
    return [*words, later] if RED_TARGET in ids else words


def weakened(content: Content, shipped: Content) -> frozenset[str]:
    """The rules that are red as they come with the program and would now speak later, less loudly or not at all; and
    RED_TARGET when the first call about a red alert may come later."""
    now = {entry["id"]: entry for _, entry in entries(content)}
    later = frozenset({RED_TARGET} if _target(content, "red") > _target(shipped, "red") else ())
    return later | frozenset(
        entry["id"]
        for _, entry in entries(shipped)
        if entry["level"] == AlertLevel.RED and _says_less(now.get(entry["id"]), entry)
    )


def _says_less(now: Mapping[str, Any] | None, shipped: Mapping[str, Any]) -> bool:
    if now is None or not now.get("enabled", True) or now["level"] != AlertLevel.RED:
        return True
    return any(now.get(key, 0) > shipped.get(key, 0) for key in ("minimum", "min_rise", "count"))


def _levels(table: str, entry: Mapping[str, Any], content: Content) -> tuple[str, ...]:
    """A rule that tells the patient nothing cannot be urgent, nor one red that names no number to call."""
    if table in QUIET_TABLES:
        return tuple(level.value for level in QUIET_LEVELS)
    if table == "combined":
        counted = AlertLevel(entry["of_level"]).rank
        return tuple(level.value for level in AlertLevel if level.rank > counted)
    if "instruction" not in entry:
        return tuple(level.value for level in QUIET_LEVELS)
    calls = "call" in content["instructions"][entry["instruction"]]
    return tuple(level.value for level in AlertLevel if calls or level is not AlertLevel.RED)


def _figures(table: str, entry: Mapping[str, Any], instruments: Sequence[Instrument]) -> Iterator[Figure]:
    for key, label in LABELS.items():
        if key in entry and key != "of_level":
            lowest, highest = (1, _highest(entry, instruments)) if key == "minimum" else BOUNDS[key]
            if key == "count" and table == "combined":
                lowest = 2
            yield Figure(f"f-{entry['id']}-{key}", key, label, entry[key], lowest, highest)


def _highest(entry: Mapping[str, Any], instruments: Sequence[Instrument]) -> int:
    """The highest code that all watched items can have."""
    return min(
        max(item.codes)
        for one in instruments
        for item in one.items
        if item.id in entry["watched"].get(one.id, ()) and item.codes
    )


def _looks_at(table: str, entry: Mapping[str, Any]) -> str:
    if table == "combined":
        words = f"{entry['count']} different troubles at {entry['of_level']} in one form"
    elif table == "score_rules":
        words = _SCORES[entry["kind"]]
    elif table == "missed_rules":
        days = f"from day {entry['from_day']}" + (f" to {entry['to_day']}" if "to_day" in entry else " on")
        words = f"{entry['count']} check-ins running without an answer, due {days} at home"
    else:
        words = _item_words(entry)
    return ", ".join(
        [
            words,
            *(f"only in {_fact(fact)}" for fact in entry.get("requires", ())),
            *(f"not in {_fact(fact)}" for fact in entry.get("unless", ())),
        ]
    )


def _item_words(entry: Mapping[str, Any]) -> str:
    asked = ", ".join(sorted({item.replace("_", " ") for items in entry["watched"].values() for item in items}))
    recent = f"the last form of the same person, at most {entry.get('max_age_days')} days old"
    words = {
        "item_at_or_above": f"{entry.get('minimum')} or more",
        "item_in": f"answer {' or '.join(map(str, entry.get('values', ())))}",
        "item_rise": f"{entry.get('minimum')} or more, and up by {entry.get('min_rise')} or more since {recent}",
        "item_persists": f"{entry.get('minimum')} or more, now and on {recent}",
    }
    return f"{asked}: {words[entry['kind']]}"


def _fact(fact: str) -> str:
    return _FACTS.get(fact, fact.replace("_", " "))
