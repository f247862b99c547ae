"""From stored rows to what cohort figures are computed from: one course per patient, judged as on their page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from statistics import median_low

from lrrc_qol.cohort.rows import CohortForm, CohortPatient, CohortVisit, ScaleFacts
from lrrc_qol.domain.baseline import Baseline, BaselineKind
from lrrc_qol.domain.events import ENDS, EventKind, RecordedEvent
from lrrc_qol.domain.instrument import Direction, Scale
from lrrc_qol.domain.recovery import ScorePoint, Trajectory, build_trajectory
from lrrc_qol.domain.recovery_states import judged_forms, recovery_state, time_to_deterioration, time_to_recovery
from lrrc_qol.persistence.models import Centre
from lrrc_qol.persistence.queries.cohort_rows import (
    BEFORE,
    FormRow,
    OperatedRow,
    baseline_visits,
    list_entries,
    list_operated,
    list_scale_forms,
    list_visit_days,
    visits_asked,
)
from lrrc_qol.persistence.queries.patients import list_standing_events
from lrrc_qol.services.baseline.read import EpisodeKey, baselines_of
from lrrc_qol.services.cohort_strata import Sections, levels_of
from lrrc_qol.services.context import Work
from lrrc_qol.services.protocols import protocols_at

DETERIORATION_FROM_DAY = 69
"""The first day a form counts for definitive deterioration: three weeks before month 3 (project design)."""
_BATCH = 2000  # episodes in one statement; both databases bound the number of values


@dataclass(frozen=True, slots=True)
class Fate:
    """How taking part ended, in days since the operation; None while it has not."""

    died_day: int | None = None
    ended_day: int | None = None


@dataclass(frozen=True, slots=True)
class CentreFacts:
    """What all scales of a centre share, by episode; `visits` are all timepoints after an operation in their order."""

    today: date
    episodes: Mapping[int, OperatedRow]
    fates: Mapping[int, Fate]
    baselines: Mapping[int, Baseline]
    baseline_visits: Mapping[int, int]
    sections: Mapping[int, Sections]
    visits: tuple[CohortVisit, ...]


def read_centre_facts(work: Work, *, refused_scopes: tuple[str, ...] = ()) -> CentreFacts:
    """Read what does not depend on the scale, in a number of statements that grows with thousands of episodes only.

    Who refused one of `refused_scopes` in their newest consent is left out.
    """
    centre_id = work.actor.centre()
    excluded = tuple(sorted(kind.value for kind in work.catalogue.events.excluded_kinds()))
    rows = list_operated(work.session, centre_id=centre_id, excluded_kinds=excluded, refused_scopes=refused_scopes)
    fates: dict[int, Fate] = {}
    baselines: dict[int, Baseline] = {}
    for start in range(0, len(rows), _BATCH):
        some = rows[start : start + _BATCH]
        fates |= _fates(work, some)
        baselines |= _baselines(work, some)
    return CentreFacts(
        today=work.today_in(work.session.get_one(Centre, centre_id).timezone),
        episodes={row.episode_id: row for row in rows},
        fates=fates,
        baselines=baselines,
        baseline_visits=baseline_visits(work.session, centre_id=centre_id),
        sections=list_entries(work.session, centre_id=centre_id),
        visits=_visits(list_visit_days(work.session, centre_id=centre_id)),
    )


def scale_facts(scale: Scale) -> ScaleFacts:
    """How the figures read the scale."""
    return ScaleFacts(
        better_up=scale.direction is Direction.BETTER,
        improvement=None if scale.mid is None else scale.mid.improvement,
        deterioration=None if scale.mid is None else scale.mid.deterioration,
    )


def read_patients(
    work: Work, facts: CentreFacts, *, instrument_id: str, scale: Scale
) -> tuple[tuple[CohortVisit, ...], list[CohortPatient]]:
    """The visits at which the scale is asked, and one row for everybody operated on, with or without a form."""
    centre_id = work.actor.centre()
    asked = visits_asked(work.session, centre_id=centre_id, instrument_id=instrument_id)
    visits = tuple(visit for visit in facts.visits if visit.key in asked)
    forms: dict[int, list[FormRow]] = {}
    rows = list_scale_forms(work.session, centre_id=centre_id, instrument_id=instrument_id, scale_id=scale.id)
    for episode_id, group in groupby(rows, key=lambda row: row.episode_id):
        forms[episode_id] = [*group]
    treatment = work.catalogue.record.section("treatment")
    patients: list[CohortPatient] = []
    for episode_id, row in facts.episodes.items():
        own = forms.get(episode_id, [])
        baseline = _own_baseline(facts, episode_id, own)
        mode = next((form.mode for form in own if form.response_id == baseline.response_id), None)
        levels = levels_of(
            sex=row.sex,
            nerve_resection=row.nerve_resection,
            sections=facts.sections.get(episode_id, {}),
            treatment=treatment,
            mode=mode,
        )
        patients.append(_patient(facts, row, scale, own, baseline=baseline, levels=levels, visits=visits))
    return visits, patients


def _patient(
    facts: CentreFacts,
    row: OperatedRow,
    scale: Scale,
    forms: Sequence[FormRow],
    *,
    baseline: Baseline,
    levels: Mapping[str, str],
    visits: Sequence[CohortVisit],
) -> CohortPatient:
    trajectory = build_trajectory(
        scale, baseline=baseline, points=[_point(form) for form in forms], surgery_on=row.surgery_on
    )
    fate = facts.fates.get(row.episode_id, Fate())
    followed = (facts.today - row.surgery_on).days
    over = fate.died_day is not None or fate.ended_day is not None
    over = over or followed > max((visit.close_day for visit in visits), default=0)
    judged = judged_forms(trajectory)
    return CohortPatient(
        strata=levels,
        followed=followed,
        died_day=fate.died_day,
        baseline=trajectory.baseline_value if judged else None,
        state=recovery_state(trajectory, finished=over).state,
        forms=_forms(trajectory, forms),
        kind=baseline.kind if trajectory.baseline_value is not None else BaselineKind.NONE,
        recovery=time_to_recovery(trajectory, died_day=fate.died_day, ended_day=fate.ended_day),
        deterioration=time_to_deterioration(
            trajectory, from_day=DETERIORATION_FROM_DAY, died_day=fate.died_day, ended_day=fate.ended_day
        ),
    )


def _forms(trajectory: Trajectory, rows: Sequence[FormRow]) -> tuple[CohortForm, ...]:
    by_response = {row.response_id: row for row in rows}
    sign = scale_facts(trajectory.scale).sign
    found: list[CohortForm] = []
    for one in trajectory.points:
        row = by_response[one.point.response_id]
        if row.kind == BEFORE or one.day is None or one.day < 0 or one.point.value is None:
            continue
        keys = (row.visit_key,) if row.also_key is None else (row.visit_key, row.also_key)
        found.append(CohortForm(keys, one.day, one.change, None if one.change is None else sign * one.change))
    return tuple(found)


def _own_baseline(facts: CentreFacts, episode_id: int, forms: Sequence[FormRow]) -> Baseline:
    """The scale's own form of the visit that is the baseline of the episode."""
    whole = facts.baselines[episode_id]
    visit = None if whole.response_id is None else facts.baseline_visits.get(whole.response_id)
    own = next((form for form in forms if form.visit_id == visit and form.kind == BEFORE), None)
    if whole.kind is BaselineKind.NONE or own is None:
        return Baseline(BaselineKind.NONE, None, None, "This scale is not in the baseline.")
    return replace(whole, response_id=own.response_id, answered_on=own.answered_on)


def _point(form: FormRow) -> ScorePoint:
    return ScorePoint(
        response_id=form.response_id,
        visit_key=form.visit_key,
        answered_on=form.answered_on,
        value=form.value,
        reason=form.reason,
        mode=form.mode,
        respondent=form.respondent,
        out_of_window=False,
        answered=0,
        expected=0,
        prorated=False,
        value_set=form.value_set or "",
    )


def _fates(work: Work, rows: Sequence[OperatedRow]) -> dict[int, Fate]:
    operated = {row.episode_id: row for row in rows}
    rules = work.catalogue.events
    died: dict[int, int] = {}
    ended: dict[int, int] = {
        row.episode_id: (row.closed_on - row.surgery_on).days for row in rows if row.closed_on is not None
    }
    for event in list_standing_events(work.session, centre_id=work.actor.centre(), episode_ids=[*operated]):
        day = (event.happened_on - operated[event.episode_id].surgery_on).days
        recorded = RecordedEvent(EventKind(event.kind), event.happened_on, event.recorded_at, event.detail)
        if recorded.kind is EventKind.DEATH:
            died[event.episode_id] = min(day, died.get(event.episode_id, day))
        elif rules.reaction(recorded).schedule in ENDS:
            ended[event.episode_id] = min(day, ended.get(event.episode_id, day))
    return {one: Fate(died.get(one), ended.get(one)) for one in operated}


def _baselines(work: Work, rows: Sequence[OperatedRow]) -> dict[int, Baseline]:
    protocols = protocols_at(work, {(row.protocol_id, row.protocol_version) for row in rows})
    keys = [
        EpisodeKey(row.episode_id, row.surgery_on, row.planned_on, protocol)
        for row in rows
        if (protocol := protocols.get((row.protocol_id, row.protocol_version))) is not None
    ]
    judged = baselines_of(work, keys)
    unknown = Baseline(BaselineKind.NONE, None, None, "The protocol of this episode cannot be read.")
    return {row.episode_id: judged[row.episode_id].baseline if row.episode_id in judged else unknown for row in rows}


def _visits(rows: Sequence[tuple[str, str, date, date, date]]) -> tuple[CohortVisit, ...]:
    """Each timepoint with its usual days since the operation: those of the middle patient."""
    days: dict[str, list[tuple[str, int, int]]] = {}
    for key, name, due, closes, operated in rows:
        days.setdefault(key, []).append((name, (due - operated).days, (closes - operated).days))
    found = [
        CohortVisit(
            key,
            min(name for name, _, _ in some),
            median_low(due for _, due, _ in some),
            median_low(closes for _, _, closes in some),
        )
        for key, some in days.items()
    ]
    return tuple(sorted(found, key=lambda visit: (visit.due_day, visit.key)))
