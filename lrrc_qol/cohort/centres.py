"""Figures of several centres beside each other and together: counts and means only, nothing of single patients.

A reader of one centre sees the others without their names. So the rule for small numbers is stricter than inside a
centre: at each visit only centres with enough patients stand there, at least three of them or none, and all together
are those that stand there and nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Any

from lrrc_qol.cohort.change import paired_change
from lrrc_qol.cohort.expected import expected_course
from lrrc_qol.cohort.headline import PARTS, standings
from lrrc_qol.cohort.rows import CohortPatient, CohortVisit, ScaleFacts
from lrrc_qol.cohort.small_cells import SMALLEST_CELL, SMALLEST_CURVE, hidden_parts, is_small

Plain = dict[str, Any]
Counts = Mapping[str, int]

FEWEST_CENTRES = 3
"""Of two centres each would know the other."""
OWN, TOGETHER = "your centre", "all participating centres"
CAME = ("in_time", "late", "missing")


@dataclass(frozen=True, slots=True)
class Completion:
    """How many forms of a visit were expected, how many came in time and late."""

    key: str
    name: str
    expected: int
    in_time: int
    late: int


@dataclass(frozen=True, slots=True)
class CentreRows:
    """One centre: its visits, everybody operated on with the forms of one scale, and how completely forms came."""

    visits: Sequence[CohortVisit]
    patients: Sequence[CohortPatient]
    completion: Sequence[Completion]


@dataclass(frozen=True, slots=True)
class Compared:
    """The figures of each centre by row number and of all together; none where fewer than three are large enough."""

    centres: Mapping[int, Plain]
    together: Plain
    visits: tuple[CohortVisit, ...]
    expected: Sequence[Plain]

    def seen_by(self, own: int, others: Sequence[int]) -> dict[str, Plain]:
        """The levels as one centre reads them: its own, all together, and the others with letters in this order."""
        if not self.centres:
            return {}
        named = {OWN: self.centres[own]} if own in self.centres else {}
        named[TOGETHER] = self.together
        shown = [one for one in others if one != own and one in self.centres]
        return named | {f"centre {letters(place)}": self.centres[one] for place, one in enumerate(shown)}


def compare(centres: Mapping[int, CentreRows], facts: ScaleFacts) -> Compared:
    """Put the centres with at least twenty patients operated on beside each other."""
    large = {one: rows for one, rows in centres.items() if len(rows.patients) >= SMALLEST_CURVE}
    if len(large) < FEWEST_CENTRES:
        return Compared({}, {}, (), ())
    visits = shared_visits([rows.visits for rows in large.values()])
    parts = {
        "headline": _headline(large, visits, facts),
        "change": _change(large, visits),
        "completion": _completion(large),
    }
    found = {
        one: {"patients": len(rows.patients)} | {part: by_centre.get(one, []) for part, by_centre in parts.items()}
        for one, rows in large.items()
    }
    together: Plain = {"patients": sum(len(rows.patients) for rows in large.values())}
    return Compared(
        centres=found,
        together=together | {part: by_centre.get(None, []) for part, by_centre in parts.items()},
        visits=visits,
        expected=_expected(large, visits),
    )


def letters(place: int) -> str:
    """A to Z, then AA, AB and so on."""
    name = ""
    place += 1
    while place:
        place, one = divmod(place - 1, 26)
        name = chr(ord("A") + one) + name
    return name


def shared_visits(centres: Sequence[Sequence[CohortVisit]]) -> tuple[CohortVisit, ...]:
    """Each timepoint with the usual days of the middle centre."""
    by_key: dict[str, list[CohortVisit]] = {}
    for visits in centres:
        for visit in visits:
            by_key.setdefault(visit.key, []).append(visit)
    found = (
        CohortVisit(
            key,
            min(visit.name for visit in some),
            median_low(visit.due_day for visit in some),
            median_low(visit.close_day for visit in some),
        )
        for key, some in by_key.items()
    )
    return tuple(sorted(found, key=lambda visit: (visit.due_day, visit.key)))


def hidden_between(rows: Sequence[Counts]) -> frozenset[str]:
    """Which parts to hide in all of these rows, so that in none of them one to four people follow from the total.

    The hidden parts of a row together are a difference anybody can compute, so more are hidden while that is small.
    """
    hidden = set(hidden_parts(rows))
    while any(is_small(sum(count for part, count in row.items() if part in hidden)) for row in rows):
        left = {part: sum(row[part] for row in rows) for part in rows[0] if part not in hidden}
        if not left:
            break
        some = {part: total for part, total in left.items() if total} or left
        hidden.add(min(some, key=lambda part: (some[part], part)))
    return frozenset(hidden)


Rows = dict[int | None, list[Plain]]
"""The rows of each centre; those of all together stand under None."""


def _headline(centres: Mapping[int, CentreRows], visits: Sequence[CohortVisit], facts: ScaleFacts) -> Rows:
    found: Rows = {}
    if facts.deterioration is None:
        return found
    stands = {
        one: {stand.visit: stand for stand in standings(rows.patients, rows.visits, facts.deterioration)}
        for one, rows in centres.items()
    }
    for visit in visits:
        there = {
            one: {part: int(getattr(by_visit[visit.key], part)) for part in PARTS}
            for one, by_visit in stands.items()
            if visit.key in by_visit and by_visit[visit.key].operated >= SMALLEST_CURVE
        }
        _put_counts(found, there, {"visit": visit.key}, of="operated")
    return found


def _completion(centres: Mapping[int, CentreRows]) -> Rows:
    found: Rows = {}
    lines = {one: {line.key: line for line in rows.completion} for one, rows in centres.items()}
    order = {line.key: line.name for rows in centres.values() for line in rows.completion}
    for key, name in order.items():
        there = {
            one: {"in_time": line.in_time, "late": line.late, "missing": line.expected - line.in_time - line.late}
            for one, by_key in lines.items()
            if (line := by_key.get(key)) is not None and line.expected >= SMALLEST_CURVE
        }
        _put_counts(found, there, {"visit": key, "name": name}, of="expected")
    return found


def _put_counts(found: Rows, there: Mapping[int, Counts], start: Plain, *, of: str) -> None:
    """One row for each centre that is there and one for all, with the same parts hidden in each."""
    if len(there) < FEWEST_CENTRES:
        return
    parts = next(iter(there.values()))
    rows: dict[int | None, Counts] = {one: row for one, row in there.items()}
    rows[None] = {part: sum(row[part] for row in there.values()) for part in parts}
    hidden = hidden_between([*rows.values()])
    for one, row in rows.items():
        shown = {part: None if part in hidden else count for part, count in row.items()}
        found.setdefault(one, []).append(start | {of: sum(row.values())} | shown)


def _change(centres: Mapping[int, CentreRows], visits: Sequence[CohortVisit]) -> Rows:
    """Mean and limits of the paired change. No quartiles: of a few pairs they are the values of single patients."""
    found: Rows = {}
    for visit in visits:
        changes = {one: _changes(rows.patients, visit.key) for one, rows in centres.items()}
        there: dict[int | None, list[float]] = {
            one: values for one, values in changes.items() if len(values) >= SMALLEST_CELL
        }
        if len(there) < FEWEST_CENTRES:
            continue
        there[None] = [value for values in there.values() for value in values]
        for one, values in there.items():
            described = paired_change(values)
            if described is not None:
                row = {name: getattr(described, name) for name in ("count", "mean", "low", "high")}
                found.setdefault(one, []).append({"visit": visit.key} | row)
    return found


def _changes(patients: Sequence[CohortPatient], visit: str) -> list[float]:
    forms = (patient.form_at(visit) for patient in patients)
    return [form.change for form in forms if form is not None and form.change is not None]


def _expected(centres: Mapping[int, CentreRows], visits: Sequence[CohortVisit]) -> list[Plain]:
    """The centiles of all patients together, in windows in which at least three centres have five patients."""
    everybody = [patient for rows in centres.values() for patient in rows.patients]
    single = [
        {row["first_day"] for row in expected_course(rows.patients, visits) if row["patients"]}
        for rows in centres.values()
    ]
    return [
        row
        for row in expected_course(everybody, visits)
        if sum(row["first_day"] in days for days in single) >= FEWEST_CENTRES
    ]
