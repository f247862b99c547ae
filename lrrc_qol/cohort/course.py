"""The course of change from baseline: paired at each visit, by the mixed model, by a spline, and as single lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from lrrc_qol.cohort.change import paired_change, percentiles
from lrrc_qol.cohort.mixed import Floats, MixedFit, fit_random_intercept, spline_basis
from lrrc_qol.cohort.rows import CohortPatient, CohortVisit
from lrrc_qol.cohort.small_cells import SMALLEST_CURVE, is_small

Plain = dict[str, Any]

MOST_LINES = 300
KNOTS = (0.05, 0.275, 0.5, 0.725, 0.95)  # Harrell 2015, table 2.3
SPLINE_POINTS = 25


def change_rows(patients: Sequence[CohortPatient], visits: Sequence[CohortVisit]) -> list[Plain]:
    """Paired change at each visit; from one to four patients only the visit is named, percentiles need twenty."""
    rows: list[Plain] = []
    for visit in visits:
        changes = [change for _, change in _changes(patients, visit)]
        described = paired_change(changes)
        if described is None:
            continue
        row: Plain = {"visit": visit.key}
        if not is_small(described.count):
            row |= asdict(described)
        if described.count >= SMALLEST_CURVE:
            row["percentiles"] = asdict(spread) if (spread := percentiles(changes)) else None
        rows.append(row)
    return rows


def single_lines(patients: Sequence[CohortPatient]) -> list[list[list[float]]]:
    """One line of day and change per patient; none below twenty patients, and of many only every so manieth."""
    lines = [
        [[form.day, form.change] for form in patient.forms if form.change is not None]
        for patient in patients
        if any(form.change is not None for form in patient.forms)
    ]
    if len(lines) < SMALLEST_CURVE:
        return []
    step = -(-len(lines) // MOST_LINES)
    return lines[::step]


def visit_model(patients: Sequence[CohortPatient], visits: Sequence[CohortVisit]) -> Plain | None:
    """Change ~ visit + baseline, one random intercept per patient; None below twenty patients.

    The value at a visit is the mean change of a patient with the mean baseline. Without convergence there are no
    points, and the paired means stand alone.
    """
    by_visit = [[*_pairs(patients, visit)] for visit in visits]
    used = [place for place, pairs in enumerate(by_visit) if len(pairs) > 1]
    rows = [(number, place, *pair) for place in used for number, pair in by_visit[place]]
    if len({number for number, *_ in rows}) < SMALLEST_CURVE:
        return None
    numbers, places, baselines, changes = (np.asarray(column) for column in zip(*rows, strict=True))
    design = np.column_stack([*((places == place).astype(float) for place in used), baselines - baselines.mean()])
    fit = fit_random_intercept(design, changes.astype(float), numbers.astype(np.int64))
    counts = [int((places == place).sum()) for place in used]
    points = [
        {"visit": visits[place].key, "count": count, **_combined(fit, np.eye(len(fit.effects))[row])}
        for row, (place, count) in enumerate(zip(used, counts, strict=True))
        if fit.converged and not is_small(count)
    ]
    return {**_fitted(fit), "mean_baseline": float(baselines.mean()), "points": points}


def spline_model(patients: Sequence[CohortPatient]) -> Plain | None:
    """Change ~ restricted cubic spline of the day + baseline, for forms that came early or late; None below twenty."""
    rows = [
        (number, form.day, patient.baseline, form.change)
        for number, patient in enumerate(patients)
        for form in patient.forms
        if form.change is not None and patient.baseline is not None
    ]
    if len({number for number, *_ in rows}) < SMALLEST_CURVE:
        return None
    numbers, days, baselines, changes = (np.asarray(column, dtype=float) for column in zip(*rows, strict=True))
    knots = np.unique(np.percentile(days, [100 * share for share in KNOTS]))
    if len(knots) < 3:
        return None
    centred = baselines - baselines.mean()
    design = np.column_stack([np.ones(len(days)), spline_basis(days, knots), centred])
    fit = fit_random_intercept(design, changes, numbers.astype(np.int64))
    shown = np.linspace(days.min(), days.max(), SPLINE_POINTS)
    basis = np.column_stack([np.ones(len(shown)), spline_basis(shown, knots), np.zeros(len(shown))])
    points = [
        {"day": round(float(day), 1), **_combined(fit, row)}
        for day, row in zip(shown, basis, strict=True)
        if fit.converged
    ]
    return {**_fitted(fit), "knots": [round(float(knot), 1) for knot in knots], "points": points}


def _changes(patients: Sequence[CohortPatient], visit: CohortVisit) -> Iterator[tuple[int, float]]:
    for number, patient in enumerate(patients):
        form = patient.form_at(visit.key)
        if form is not None and form.change is not None:
            yield number, form.change


def _pairs(patients: Sequence[CohortPatient], visit: CohortVisit) -> Iterator[tuple[int, tuple[float, float]]]:
    for number, change in _changes(patients, visit):
        baseline = patients[number].baseline
        if baseline is not None:
            yield number, (baseline, change)


def _combined(fit: MixedFit, weights: Floats) -> Plain:
    return asdict(fit.combine(weights))


def _fitted(fit: MixedFit) -> Plain:
    return {
        "converged": fit.converged,
        "why": fit.why,
        "patients": fit.patients,
        "forms": fit.rows,
        "between": fit.between,
        "within": fit.within,
    }
