"""All figures of one scale for every level of one stratum, as plain values ready to be stored; small cells hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from lrrc_qol.cohort.course import change_rows, single_lines, spline_model, visit_model
from lrrc_qol.cohort.headline import PARTS, Standing, standings
from lrrc_qol.cohort.rows import CohortPatient, CohortVisit, ScaleFacts
from lrrc_qol.cohort.sensitivity import tipping_point, worst_rank
from lrrc_qol.cohort.small_cells import hidden_levels, hidden_parts, is_small
from lrrc_qol.cohort.times import deterioration, recovery, survival
from lrrc_qol.domain.baseline import BaselineKind
from lrrc_qol.domain.recovery_states import RecoveryState

Plain = dict[str, Any]
Levels = Mapping[str, Sequence[CohortPatient]]
Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Veils:
    """Which parts are hidden among the states, among the baselines, and in the headline of each visit."""

    states: frozenset[str] = frozenset()
    baselines: frozenset[str] = frozenset()
    headline: Mapping[str, frozenset[str]] = field(default_factory=dict)


NOTHING_HIDDEN = Veils()
TERTILE = "baseline"
TERTILES = ("lowest", "middle", "highest")


def by_level(patients: Sequence[CohortPatient], stratum: str) -> dict[str, list[CohortPatient]]:
    """The patients by their level of a stratum; who has none is left out. The baseline's thirds are made here."""
    levels: dict[str, list[CohortPatient]] = {}
    cuts = tertile_cuts(patients) if stratum == TERTILE else None
    for patient in patients:
        level = patient.strata.get(stratum) if stratum != TERTILE else third_of(patient.baseline, cuts)
        if level is not None:
            levels.setdefault(level, []).append(patient)
    return levels


def summarise(
    levels: Levels, visits: Sequence[CohortVisit], facts: ScaleFacts, *, wider: Veils = NOTHING_HIDDEN
) -> Plain:
    """The figures of each level that is large enough; of the others only that they are small.

    `wider` is what is hidden of all patients together; it is hidden in every level too, because the levels add up.
    """
    hidden = hidden_levels({level: len(patients) for level, patients in levels.items()})
    shown = {level: patients for level, patients in levels.items() if level not in hidden}
    stands = {level: _standings(patients, visits, facts) for level, patients in shown.items()}
    states, baselines = _states(shown), _baselines(shown)
    veils = _veils(states, baselines, stands, visits)
    found: Plain = {level: {"patients": None} for level in sorted(hidden)}
    for level, patients in shown.items():
        found[level] = _figures(patients, visits, facts) | {
            "states": _without(states[level], veils.states | wider.states),
            "baselines": _without(baselines[level], veils.baselines | wider.baselines),
            "headline": [
                _veiled(one, veils.headline[one.visit] | wider.headline.get(one.visit, frozenset()))
                for one in stands[level]
            ],
        }
    return found


def veils_of(patients: Sequence[CohortPatient], visits: Sequence[CohortVisit], facts: ScaleFacts) -> Veils:
    """What is hidden of all these patients together."""
    whole = {"": patients}
    stands = {"": _standings(patients, visits, facts)}
    return _veils(_states(whole), _baselines(whole), stands, visits)


def _veils(
    states: Counts, baselines: Counts, stands: Mapping[str, Sequence[Standing]], visits: Sequence[CohortVisit]
) -> Veils:
    """A part that is small in one level is hidden in all of them."""
    return Veils(
        states=hidden_parts([*states.values()]) if states else frozenset(),
        baselines=hidden_parts([*baselines.values()]) if baselines else frozenset(),
        headline={visit.key: _veil(stands, visit.key) for visit in visits},
    )


def _without(counts: Mapping[str, int], veil: frozenset[str]) -> dict[str, int | None]:
    return {part: None if part in veil else count for part, count in counts.items()}


def _figures(patients: Sequence[CohortPatient], visits: Sequence[CohortVisit], facts: ScaleFacts) -> Plain:
    return {
        "patients": len(patients),
        "change": change_rows(patients, visits),
        "lines": single_lines(patients),
        "visit_model": visit_model(patients, visits),
        "spline_model": spline_model(patients),
        "survival": survival(patients, visits),
        "recovery": recovery(patients, visits),
        "deterioration": deterioration(patients, visits),
        "sensitivity": _sensitivity(patients, visits, facts),
    }


def _baselines(levels: Levels) -> dict[str, dict[str, int]]:
    """How many patients of each level have which kind of baseline."""
    return {
        level: {kind.value: sum(patient.kind is kind for patient in patients) for kind in BaselineKind}
        for level, patients in levels.items()
    }


def _states(levels: Levels) -> dict[str, dict[str, int]]:
    """How many patients of each level are in each state."""
    seen = {patient.state for patients in levels.values() for patient in patients}
    return {
        level: {
            state.value: sum(patient.state is state for patient in patients) for state in RecoveryState if state in seen
        }
        for level, patients in levels.items()
    }


def _standings(
    patients: Sequence[CohortPatient], visits: Sequence[CohortVisit], facts: ScaleFacts
) -> tuple[Standing, ...]:
    return () if facts.deterioration is None else standings(patients, visits, facts.deterioration)


def _veil(stands: Mapping[str, Sequence[Standing]], visit: str) -> frozenset[str]:
    rows = [
        {part: getattr(one, part) for part in PARTS} for all_ in stands.values() for one in all_ if one.visit == visit
    ]
    return hidden_parts(rows) if rows else frozenset()


def _veiled(standing: Standing, veil: frozenset[str]) -> Plain:
    row: Plain = {"visit": standing.visit}
    row["operated"] = None if is_small(standing.operated) else standing.operated
    return row | {part: None if part in veil else getattr(standing, part) for part in PARTS}


def _sensitivity(patients: Sequence[CohortPatient], visits: Sequence[CohortVisit], facts: ScaleFacts) -> list[Plain]:
    """At each visit: complete pairs, the tipping point and the worst rank for death, turned so that up is better."""
    if facts.deterioration is None:
        return []
    rows: list[Plain] = []
    for visit in visits:
        due = [one for one in patients if one.followed > visit.close_day and one.baseline is not None]
        forms = [one.form_at(visit.key) for one in due]
        gains = [form.gain for form in forms if form is not None and form.gain is not None]
        died = sum(
            form is None and one.died_day is not None and one.died_day <= visit.close_day
            for one, form in zip(due, forms, strict=True)
        )
        missing = len(due) - len(gains) - died
        tipping = tipping_point(gains, missing=missing, deterioration=facts.deterioration)
        if tipping is None:
            continue
        hidden = is_small(len(gains)) or is_small(missing)
        ranked = None if is_small(len(gains)) or is_small(died) else worst_rank(gains, died=died)
        rows.append(
            {
                "visit": visit.key,
                "tipping": None if hidden else asdict(tipping),
                "ranked": None if ranked is None else asdict(ranked),
            }
        )
    return rows


def tertile_cuts(patients: Sequence[CohortPatient]) -> tuple[float, float] | None:
    """Where the lowest and the highest third of the baselines begin; None with fewer than three."""
    values = [one.baseline for one in patients if one.baseline is not None]
    if len(values) < len(TERTILES):
        return None
    lower, upper = np.percentile(values, (100 / 3, 200 / 3))
    return float(lower), float(upper)


def third_of(baseline: float | None, cuts: tuple[float, float] | None) -> str | None:
    """The third that a baseline is in; None without a baseline."""
    if baseline is None or cuts is None:
        return None
    return TERTILES[(baseline > cuts[0]) + (baseline > cuts[1])]
