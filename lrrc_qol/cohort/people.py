"""The single patients behind the figures, so that these can be recomputed by hand: no name, no date, no other fact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lrrc_qol.cohort.rows import CohortPatient, CohortVisit
from lrrc_qol.cohort.summary import TERTILE, tertile_cuts, third_of

Plain = dict[str, Any]


def people(patients: Sequence[CohortPatient], visits: Sequence[CohortVisit], strata: Sequence[str]) -> list[Plain]:
    """Everybody with a form that can be compared: the baseline, the level in each of `strata`, and the forms.

    A form is day, change, and for each visit that it is the form of, whether the time for that visit is over: only then
    does it enter the sensitivity. A form that another one of its visit goes before stands for no visit.
    """
    cuts = tertile_cuts(patients)
    closes = {visit.key: visit.close_day for visit in visits}
    found: list[Plain] = []
    for patient in patients:
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
            levels = dict(patient.strata) | {TERTILE: third_of(patient.baseline, cuts)}
            found.append({"baseline": patient.baseline, "levels": [levels.get(one) for one in strata], "forms": forms})
    return found
