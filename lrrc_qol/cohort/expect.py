"""What became of people alike in extent, sex and baseline, as natural frequencies ready to be shown; for no one person.

A death is counted with those of whom nothing is known, and told apart only beside that, so that the page can speak of
death or not without changing any other number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from lrrc_qol.cohort.frequencies import natural_frequencies, people_between
from lrrc_qol.cohort.headline import place_at
from lrrc_qol.cohort.rows import CohortPatient, CohortVisit, ScaleFacts
from lrrc_qol.cohort.small_cells import SMALLEST_CURVE, hidden_parts, is_small
from lrrc_qol.cohort.summary import TERTILE, tertile_cuts, third_of

Plain = dict[str, Any]
Shape = tuple[bool, ...]
Group = tuple[str, ...]
"""The level in each of ALIKE; empty where it does not matter."""

ALIKE = ("extent", "sex", TERTILE)
SHAPES: tuple[Shape, ...] = tuple(sorted(product((True, False), repeat=len(ALIKE)), key=sum))
"""In which of ALIKE the people of a group are alike; wider groups first, because what they hide narrower ones hide."""
OUTCOMES = ("back", "not_back", "unknown")
DIED, HIDDEN = "died", "hidden"
PICTURES = (20, 100)
"""How many people are drawn. A hundred need as many patients, or the picture would claim more than is known."""


def expectations(patients: Sequence[CohortPatient], visits: Sequence[CohortVisit], facts: ScaleFacts) -> Plain | None:
    """Each group with at least twenty people at some visit; None where nobody can be judged.

    `baseline_cuts` are the scores at which the lowest third of the baselines ends and the highest begins.
    """
    if facts.deterioration is None:
        return None
    cuts = tertile_cuts(patients)
    known = [(_levels(patient, cuts), patient) for patient in patients]
    found: dict[Group, list[Plain]] = {}
    for visit in visits:
        due = [
            (levels, place_at(patient, visit, facts.deterioration))
            for levels, patient in known
            if patient.followed > visit.close_day
        ]
        veils: dict[Shape, frozenset[str]] = {}
        for shape in SHAPES:
            counts = _counts(due, shape)
            wider = [veil for one, veil in veils.items() if all(a or not b for a, b in zip(shape, one, strict=True))]
            veils[shape] = _hidden(counts).union(*wider)
            for group, row in _rows(counts, veils[shape]).items():
                found.setdefault(group, []).append({"visit": visit.key} | row)
    groups = [dict(zip(ALIKE, group, strict=True)) | {"visits": rows} for group, rows in sorted(found.items())]
    return {"groups": groups, "baseline_cuts": None if cuts is None else [*cuts]}


def _levels(patient: CohortPatient, cuts: tuple[float, float] | None) -> tuple[str | None, ...]:
    return (*(patient.strata.get(one) for one in ALIKE if one != TERTILE), third_of(patient.baseline, cuts))


def _counts(due: Sequence[tuple[tuple[str | None, ...], str]], shape: Shape) -> dict[Group, dict[str, int]]:
    """How many of each group that is alike in the things of `shape` are in which part."""
    counts: dict[Group, dict[str, int]] = {}
    for levels, place in due:
        group = tuple((level if used else "") for level, used in zip(levels, shape, strict=True))
        if None not in group:
            row = counts.setdefault(tuple(str(one) for one in group), dict.fromkeys((*OUTCOMES, DIED), 0))
            row[place if place in ("back", "not_back") else "unknown"] += 1
            row[DIED] += place == DIED
    return counts


def _hidden(counts: Mapping[Group, Mapping[str, int]]) -> frozenset[str]:
    """What is small in one group is hidden in all beside it, because a wider group has their sum."""
    return hidden_parts([{part: row[part] for part in OUTCOMES} for row in counts.values()]) if counts else frozenset()


def _rows(counts: Mapping[Group, Mapping[str, int]], hidden: frozenset[str]) -> dict[Group, Plain]:
    """The rows of groups that are alike in the same things, without the hidden parts, which wider groups hide as well.

    Where a group itself is of one to four people, none of these groups is shown.
    """
    outcomes = {group: {part: row[part] for part in OUTCOMES} for group, row in counts.items()}
    sizes = {group: sum(row.values()) for group, row in outcomes.items()}
    if not counts or any(is_small(size) for size in sizes.values()):
        return {}
    apart = "unknown" not in hidden and not any(
        is_small(row[DIED]) or is_small(row["unknown"] - row[DIED]) for row in counts.values()
    )
    return {
        group: _row(row, hidden, died=counts[group][DIED] if apart else None)
        for group, row in outcomes.items()
        if sizes[group] >= SMALLEST_CURVE
    }


def _row(counts: Mapping[str, int], hidden: frozenset[str], *, died: int | None) -> Plain:
    people = sum(counts.values())
    return {
        "people": people,
        "counts": {part: None if part in hidden else count for part, count in counts.items()},
        DIED: died,
        "of": {str(of): _picture(counts, hidden, of, died) for of in PICTURES if of == PICTURES[0] or people >= of},
    }


def _picture(counts: Mapping[str, int], hidden: frozenset[str], of: int, died: int | None) -> Plain:
    """So many of `of` people in each part. The dead are taken out of `unknown`, so that no other part changes."""
    parts = {part: count for part, count in counts.items() if part not in hidden}
    if together := sum(counts[part] for part in hidden):
        parts[HIDDEN] = together
    shared = natural_frequencies(parts, of)
    with_death: Plain | None = None
    if died is not None:
        unknown = {"unknown": counts["unknown"] - died, DIED: died}
        split = natural_frequencies(unknown, shared["unknown"]) if counts["unknown"] else unknown
        with_death = shared | split
    between = None if "back" in hidden else [*people_between(counts["back"], sum(counts.values()), of)]
    return {"parts": shared, "with_death": with_death, "back_between": between}
