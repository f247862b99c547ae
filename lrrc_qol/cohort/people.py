"""The single patients behind the figures, so that these can be recomputed by hand: no name, no date, no other fact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lrrc_qol.cohort.rows import CohortPatient, CohortVisit
from lrrc_qol.cohort.summary import TERTILE, tertile_cuts, third_of
from lrrc_qol.cohort.times import single_times

Plain = dict[str, Any]


def behind_the_figures(
    patients: Sequence[CohortPatient], visits: Sequence[CohortVisit], strata: Sequence[str]
) -> Plain:
    """What a file of single patients is made from.

    `levels` has the level of each patient in each of `strata`; `people` and the times behind each curve refer to it by
    place. Everybody with a form that can be compared is among the people: the place, the baseline and the forms.
    """
    cuts = tertile_cuts(patients)
    return {
        "strata": [*strata],
        "levels": [_levels(patient, cuts, strata) for patient in patients],
        "people": _people(patients, visits),
        "times": single_times(patients, visits),
    }


def _people(patients: Sequence[CohortPatient], visits: Sequence[CohortVisit]) -> list[Plain]:
    """A form is day, change, and for each visit that it is the form of, whether the time for that visit is over: only
    then does it enter the sensitivity. A form that another one of its visit goes before stands for no visit.
    """
    closes = {visit.key: visit.close_day for visit in visits}
    found: list[Plain] = []
    for place, patient in enumerate(patients):
        forms = [
            [
                form.day,
                form.change,
                {
                    key: patient.followed > closes[key]
                    for key in form.visits
                    if key in closes and patient.form_at(key) is form
                },
            ]
            for form in patient.forms
            if form.change is not None
        ]
        if forms:
            found.append({"place": place, "baseline": patient.baseline, "forms": forms})
    return found


def _levels(patient: CohortPatient, cuts: tuple[float, float] | None, strata: Sequence[str]) -> list[str | None]:
    levels = dict(patient.strata) | {TERTILE: third_of(patient.baseline, cuts)}
    return [levels.get(one) for one in strata]
