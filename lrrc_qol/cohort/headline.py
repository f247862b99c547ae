"""Where everyone operated on stands at each visit. Nobody leaves the denominator by dying or falling silent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lrrc_qol.cohort.rows import CohortPatient, CohortVisit
from lrrc_qol.domain.recovery_states import is_worse


@dataclass(frozen=True, slots=True)
class Standing:
    """Counts at one visit that add up to `operated`: all whose time for it is over, whatever became of them.

    `back` and `not_back` are alive with a form that can be compared, `not_compared` have a form but nothing to compare
    it with, `no_form` are alive without one.
    """

    visit: str
    operated: int
    back: int
    not_back: int
    not_compared: int
    no_form: int
    died: int


PARTS = ("back", "not_back", "not_compared", "no_form", "died")


def standings(
    patients: Sequence[CohortPatient], visits: Sequence[CohortVisit], deterioration: float
) -> tuple[Standing, ...]:
    """Count every patient whose window for the visit is over by the calendar, also those who died before it opened."""
    found: list[Standing] = []
    for visit in visits:
        counts = dict.fromkeys(PARTS, 0)
        due = [patient for patient in patients if patient.followed > visit.close_day]
        for patient in due:
            counts[place_at(patient, visit, deterioration)] += 1
        if due:
            found.append(Standing(visit=visit.key, operated=len(due), **counts))
    return tuple(found)


def place_at(patient: CohortPatient, visit: CohortVisit, deterioration: float) -> str:
    """Which of PARTS a patient is in at a visit whose time is over."""
    form = patient.form_at(visit.key)
    if form is not None:
        if form.gain is None:
            return "not_compared"
        return "not_back" if is_worse(form.gain, deterioration) else "back"
    died = patient.died_day is not None and patient.died_day <= visit.close_day
    return "died" if died else "no_form"
