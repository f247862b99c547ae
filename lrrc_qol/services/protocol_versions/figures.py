"""The numbers of a protocol that a centre may change, by where they stand in its content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]

_VISIT = {"open": "opens on day", "due": "due on day", "close": "closes on day", "minutes": "minutes"}
_SERIES = {"open_before": "opens days before", "close_after": "closes days after", "minutes": "minutes"}
_BASELINE = {
    "prospective_days": "days before the operation within which a baseline is fresh",
    "stale_days": "days before the operation after which a baseline is too old",
    "recalled_days": "days after the operation within which a baseline from memory counts",
}
_LIMITS = {
    "cap": "messages for one form at most",
    "weekly_cap": "messages a week at most",
    "local_hour": "hour at which they go out",
    "quiet_from": "no message from this hour",
    "quiet_until": "until this hour",
}
_RULE = {
    "minimum": "from this answer",
    "min_rise": "up by at least",
    "max_age_days": "compared with a form at most days old",
}
_KINDS = {"baseline": "Baseline", "discharge": "Going home", "check_in": "Check-in", "follow_up": "Follow-up"}
_LEVELS = ("red", "amber", "yellow")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: `name` is its place in the content joined by dots, `before` the value it has in the older version."""

    name: str
    part: str
    subject: str
    label: str
    value: int
    before: int | None


def figures_of(content: Mapping[str, Any], older: Mapping[str, Any] | None) -> tuple[Figure, ...]:
    """Every number that may be changed, in page order, beside its value in `older`."""
    return tuple(
        Figure(
            ".".join(str(step) for step in path),
            part,
            subject,
            label,
            int(at(content, path)),
            None if older is None else at(older, path),
        )
        for part, subject, label, path in _places(content)
    )


def at(content: Mapping[str, Any], path: Path) -> Any:
    """The value at a place of the content; None when there is none."""
    value: Any = content
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError):
            return None
    return value


def put(content: dict[str, Any], name: str, value: int) -> None:
    """Change the number of that name, which `figures_of` gave."""
    *way, last = (int(step) if step.isdigit() else step for step in name.split("."))
    at(content, tuple(way))[last] = value


def _places(content: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Path]]:
    yield from _visit_places(content["schedule"])
    yield from _reminder_places(content["reminders"])
    for level in _LEVELS:
        path: Path = ("alerts", "levels", level, "target_minutes")
        yield "Alerts", f"Level {level}", "minutes to the first call", path
    for position, rule in enumerate(content["alerts"]["rules"]):
        for key, label in _RULE.items():
            if key in rule:
                yield "Alerts", f"{rule['reason']} ({rule['level']})", label, ("alerts", "rules", position, key)
    for key, label in _BASELINE.items():
        yield "Baseline", "Baseline", label, ("schedule", "baseline", key)


def _visit_places(schedule: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Path]]:
    for table, words in (("visits", _VISIT), ("series", _SERIES)):
        for position, entry in enumerate(schedule.get(table, ())):
            subject = f"{entry['name']} ({entry['key']})"
            if table == "series":
                days = ", ".join(str(day) for day in entry["days"])
                subject = f"{entry['name'].replace('{day}', days)}"
            for key, label in words.items():
                yield "Visits", subject, label, ("schedule", table, position, key)


def _reminder_places(reminders: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Path]]:
    # A version made before there was a cap for the week has none to change.
    for key, label in ((key, label) for key, label in _LIMITS.items() if key in reminders["limits"]):
        yield "Reminders", "Every form", label, ("reminders", "limits", key)
    for kind, subject in _KINDS.items():
        for position, step in enumerate(reminders[kind]["steps"]):
            label = f"message {position + 1}: days after it {'opens' if step['relative_to'] == 'open' else 'is due'}"
            yield "Reminders", subject, label, ("reminders", kind, "steps", position, "offset_days")
        label = "days after it is due: a nurse is asked to phone"
        yield "Reminders", subject, label, ("reminders", kind, "call_task_after_due_days")
