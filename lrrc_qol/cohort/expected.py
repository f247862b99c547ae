"""Centiles of change from baseline by day since the operation, for a chart like a growth chart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from lrrc_qol.cohort.rows import CohortForm, CohortPatient, CohortVisit
from lrrc_qol.cohort.small_cells import SMALLEST_CURVE, is_small

Plain = dict[str, Any]

CENTILES = (10, 25, 50, 75, 90)


def expected_course(patients: Sequence[CohortPatient], visits: Sequence[CohortVisit]) -> list[Plain]:
    """One row for each window of days that has a form; centiles need twenty patients, counts from one to four hide.

    Windows meet halfway between the usual days of neighbouring visits, so that a late form stands among forms of its
    day and not of its visit. A patient counts once in a window, by the form nearest the usual day.
    """
    rows: list[Plain] = []
    for usual, first, last in day_windows([visit.due_day for visit in visits]):
        forms = [form for patient in patients if (form := _nearest(patient, usual, first, last)) is not None]
        if not forms:
            continue
        row: Plain = {"first_day": first, "last_day": last, "patients": None if is_small(len(forms)) else len(forms)}
        rows.append(row | (_centiles(forms) if len(forms) >= SMALLEST_CURVE else {}))
    return rows


def day_windows(usual: Sequence[int]) -> list[tuple[int, int, int]]:
    """Each usual day after the operation with the first and last day of its window, both included.

    The first window begins the day after the operation; the last reaches as far behind its day as before it.
    """
    days = sorted({day for day in usual if day > 0})
    if not days:
        return []
    starts = [1, *((one + other) // 2 + 1 for one, other in pairwise(days))]
    ends = [*(start - 1 for start in starts[1:]), 2 * days[-1] - starts[-1]]
    return list(zip(days, starts, ends, strict=True))


def _nearest(patient: CohortPatient, usual: int, first: int, last: int) -> CohortForm | None:
    forms = [form for form in patient.forms if form.change is not None and first <= form.day <= last]
    return min(forms, key=lambda form: (abs(form.day - usual), form.day), default=None)


def _centiles(forms: Sequence[CohortForm]) -> Plain:
    """The centiles at places p(n + 1), below which the next patient lies with a chance of p whatever the n."""
    changes = np.asarray([form.change for form in forms], dtype=float)
    values = np.percentile(changes, CENTILES, method="weibull")
    named = {f"p{share}": float(value) for share, value in zip(CENTILES, values, strict=True)}
    return {"day": round(float(np.mean([form.day for form in forms])), 1), **named}
