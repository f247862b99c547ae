"""Survival, time to recovery and time to deterioration, told at the planned visits: in between nothing is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from lrrc_qol.cohort.rows import CohortPatient, CohortVisit
from lrrc_qol.cohort.small_cells import SMALLEST_CURVE, is_small
from lrrc_qol.cohort.survival import Step, aalen_johansen, at_days, kaplan_meier
from lrrc_qol.domain.recovery_states import Ending, TimeToEvent

Plain = dict[str, Any]
_KINDS = {Ending.EVENT: 1, Ending.DIED: 2, Ending.CENSORED: 0}


def survival(patients: Sequence[CohortPatient], visits: Sequence[CohortVisit]) -> Plain:
    """Overall survival by Kaplan-Meier; who is alive is observed until today."""
    times = _until_death(patients)
    if len(times) < SMALLEST_CURVE:
        return {"patients": _shown(len(times)), "points": []}
    steps = kaplan_meier([time.day for time in times], [time.ending is Ending.DIED for time in times])
    return {"patients": len(times), "points": _points(steps, visits, start=1.0)}


def recovery(patients: Sequence[CohortPatient], visits: Sequence[CohortVisit]) -> Plain:
    """Cumulative incidence of a confirmed return among those who declined, with death competing (Aalen-Johansen)."""
    times = [_at_visit(patient.recovery, visits) for patient in patients if patient.recovery is not None]
    return _incidence(times, visits)


def deterioration(patients: Sequence[CohortPatient], visits: Sequence[CohortVisit]) -> Plain:
    """Definitive deterioration, once with death as part of the event and once with death ending the observation."""
    times = [_at_visit(one.deterioration, visits) for one in patients if one.deterioration is not None]
    days = [time.day for time in times]
    if len(times) < SMALLEST_CURVE:
        return {"patients": _shown(len(times)), "with_death": [], "without_death": []}
    with_death = kaplan_meier(days, [time.ending is not Ending.CENSORED for time in times])
    without = kaplan_meier(days, [time.ending is Ending.EVENT for time in times])
    return {
        "patients": len(times),
        "with_death": _points(with_death, visits, start=1.0),
        "without_death": _points(without, visits, start=1.0),
    }


def single_times(patients: Sequence[CohortPatient], visits: Sequence[CohortVisit]) -> dict[str, list[list[Any]]]:
    """What each of the three curves is computed from: of everybody who enters it the day, how it ended, and the place
    in `patients`; earliest first, so that the order tells nothing."""
    curves: dict[str, Sequence[TimeToEvent | None]] = {
        "survival": _until_death(patients),
        "recovery": [one.recovery and _at_visit(one.recovery, visits) for one in patients],
        "deterioration": [one.deterioration and _at_visit(one.deterioration, visits) for one in patients],
    }
    return {
        curve: sorted([time.day, time.ending.value, place] for place, time in enumerate(times) if time is not None)
        for curve, times in curves.items()
    }


def _until_death(patients: Sequence[CohortPatient]) -> list[TimeToEvent]:
    return [
        TimeToEvent(one.followed, Ending.CENSORED) if one.died_day is None else TimeToEvent(one.died_day, Ending.DIED)
        for one in patients
    ]


def _incidence(times: Sequence[TimeToEvent], visits: Sequence[CohortVisit]) -> Plain:
    if len(times) < SMALLEST_CURVE:
        return {"patients": _shown(len(times)), "points": []}
    steps = aalen_johansen([time.day for time in times], [_KINDS[time.ending] for time in times])
    return {"patients": len(times), "points": _points(steps, visits, start=0.0)}


def _at_visit(time: TimeToEvent, visits: Sequence[CohortVisit]) -> TimeToEvent:
    """A time read off a form, moved to the planned day of the nearest visit, so that forms of one visit are ties.

    A death keeps its day. Who died is never observed for less time than the form before the death.
    """
    if time.ending is Ending.DIED or not visits:
        return time
    nearest = min(visits, key=lambda visit: (abs(visit.due_day - time.day), visit.due_day))
    return TimeToEvent(nearest.due_day, time.ending)


def _points(steps: Sequence[Step], visits: Sequence[CohortVisit], *, start: float) -> list[Plain]:
    """At each visit that somebody is still observed at: the share, its limits, and the counts up to it.

    A share that from one to four events made is hidden with all counts that would give them away.
    """
    known = at_days(steps, [visit.due_day for visit in visits], start=start)
    last = max((step.day for step in steps), default=0)
    return [
        {"visit": visit.key} | _veiled(step) for visit, step in zip(visits, known, strict=True) if visit.due_day <= last
    ]


def _veiled(step: Step) -> Plain:
    row = asdict(step)
    few, few_others = is_small(step.events), is_small(step.others)
    few_left = is_small(step.at_risk) or is_small(step.censored)
    hidden = {
        "value": few,
        "low": few,
        "high": few,
        "other_value": few_others,
        "events": few or few_others,
        "others": few or few_others,
        "censored": few or few_others or few_left,
        "at_risk": few_left,
    }
    return {name: None if hidden.get(name) else value for name, value in row.items()}


def _shown(count: int) -> int | None:
    return None if is_small(count) else count
