"""From stored rows to exported subjects: batch by batch, without who withdrew or refused, names never read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from lrrc_qol.domain.baseline import BaselineKind, Verdict
from lrrc_qol.domain.consent import ScopeAct, scopes_that
from lrrc_qol.domain.errors import NotFound
from lrrc_qol.domain.events import EventKind, RecordedEvent, episode_facts
from lrrc_qol.domain.instrument import Instrument, Scale
from lrrc_qol.domain.recovery import TrajectoryPoint
from lrrc_qol.interchange.export import (
    ExportedAnswer,
    ExportedForm,
    ExportedScore,
    MissedForm,
    Subject,
    VisitLabel,
)
from lrrc_qol.persistence.models import ScoreRow
from lrrc_qol.persistence.queries import export as rows
from lrrc_qol.persistence.queries.export import Extent
from lrrc_qol.persistence.queries.patients import list_standing_events
from lrrc_qol.persistence.queries.record import FormRow, VisitRow, score_entry
from lrrc_qol.services.baseline.read import EpisodeBaseline, EpisodeKey, baselines_of
from lrrc_qol.services.context import Actor, Work
from lrrc_qol.services.curves import Course, build_curves, was_missed
from lrrc_qol.services.protocols import protocol_at

EPISODES_PER_BATCH = 100
STUDY_ID_LENGTH = 16
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


def extent_of(work: Work, centre_code: str | None) -> Extent:
    """All centres, or the one of that code; NotFound for an unknown one."""
    centres = rows.list_centres(work.session, centre_code)
    if centre_code is not None and not centres:
        raise NotFound(f"There is no centre {centre_code!r}.")
    return Extent(centres, _refused_scopes(work))


def extent_of_centre(work: Work) -> Extent:
    """The actor's own centre."""
    own = tuple(centre for centre in rows.list_centres(work.session, None) if centre[0] == work.actor.centre())
    return Extent(own, _refused_scopes(work))


def _refused_scopes(work: Work) -> tuple[str, ...]:
    return tuple(scopes_that(work.catalogue.consent_scopes, ScopeAct.NOT_EXPORTED))


def count_in(work: Work, extent: Extent) -> dict[str, int]:
    """How many answers, scores and forms there are to export, counted by the database alone."""
    return {
        "answers": rows.count_answers(work.session, extent),
        "scores": rows.count_scores(work.session, extent),
        "forms": rows.count_forms(work.session, extent),
    }


def instruments_in(work: Work, extent: Extent) -> tuple[Instrument, ...]:
    """Every version of a questionnaire that somebody of the extent began, by id and version."""
    return tuple(work.catalogue.instrument(*found) for found in rows.versions_begun(work.session, extent))


def exported_subjects(work: Work, extent: Extent) -> Iterator[Subject]:
    """Every episode of the extent with what was answered in it; a batch is in memory at a time."""
    for centre_id, code in extent.centres:
        there = replace(work, actor=Actor("command", None, centre_id, None))
        for batch in rows.episode_batches(
            work.session, centre_id=centre_id, refused_scopes=extent.refused_scopes, size=EPISODES_PER_BATCH
        ):
            yield from _Batch(there, code, batch).subjects()
            work.session.expunge_all()


def study_id(work: Work, patient: str) -> str:
    """The name of a patient in exports: always the same at this site, and no key to any of its pages."""
    return work.cipher.lookup(patient, field="export.study_id")[:STUDY_ID_LENGTH]


class _Batch:
    """The rows of some episodes of one centre."""

    def __init__(self, work: Work, centre: str, episodes: Sequence[rows.EpisodeRow]) -> None:
        ids = [episode.id for episode in episodes]
        self._work = work
        self._centre = centre
        self._episodes = episodes
        self._visits = rows.visits_of(work.session, ids)
        self._forms = rows.forms_of(work.session, ids)
        self._answers = rows.answers_of(work.session, ids)
        self._scores = rows.scores_of(work.session, ids)
        self._reasons = rows.missed_codes_of(work.session, ids)
        self._ended = _ended_on(work, ids)
        self._baselines = baselines_of(work, [_key(work, episode) for episode in episodes])

    def subjects(self) -> Iterator[Subject]:
        for episode in self._episodes:
            yield self._subject(episode)

    def _subject(self, episode: rows.EpisodeRow) -> Subject:
        judged = self._baselines[episode.id]
        visits = self._visits.get(episode.id, {})
        assigned = self._forms.get(episode.id, [])
        course = self._course(episode, judged, visits, assigned)
        points = _points(course, self._work)
        reference = _reference_visit(judged, assigned)
        verdicts = _verdicts(judged, assigned)
        return Subject(
            study_id=study_id(self._work, episode.patient),
            episode=episode.ordinal,
            centre=self._centre,
            surgery_on=episode.surgery_on,
            enrolled_on=episode.enrolled_on,
            baseline=judged.baseline.kind.value,
            baseline_chosen=judged.baseline.chosen,
            baseline_why=_without_dates(judged.baseline.why, episode.surgery_on),
            forms=tuple(
                self._form(
                    form,
                    visits[form.visit_id],
                    points,
                    is_baseline=form.visit_id == reference,
                    verdict=_as_baseline(verdicts.get(form.visit_id), episode.surgery_on),
                )
                for form in assigned
                if form.response_id is not None
            ),
            missed=tuple(
                MissedForm(
                    visit=_label(visits[form.visit_id]),
                    instrument=self._instrument(form),
                    reason=self._reasons.get(form.visit_id, ""),
                )
                for form in course.forms
                if was_missed(course, form)
            ),
        )

    def _course(
        self,
        episode: rows.EpisodeRow,
        judged: EpisodeBaseline,
        visits: dict[int, VisitRow],
        assigned: Sequence[rows.AssignedForm],
    ) -> Course:
        return Course(
            visits=visits,
            forms=[_form_row(form) for form in assigned],
            scores=[score_entry(row) for form in assigned for row in self._scores.get(form.response_id or 0, [])],
            baseline=judged.baseline,
            surgery_on=episode.surgery_on,
            ended_on=self._ended.get(episode.id) or episode.closed_on,
            today=self._work.today_in(episode.timezone),
        )

    def _form(
        self,
        form: rows.AssignedForm,
        visit: VisitRow,
        points: Mapping[tuple[int, str], tuple[TrajectoryPoint, float | None]],
        *,
        is_baseline: bool,
        verdict: tuple[str, str],
    ) -> ExportedForm:
        instrument = self._instrument(form)
        items = {item.id: item for item in instrument.items}
        scales = {scale.id: scale for scale in instrument.scales}
        number = form.response_id or 0
        return ExportedForm(
            visit=_label(visit),
            instrument=instrument,
            language=form.language or "",
            mode=form.mode or "",
            respondent=form.respondent or "",
            relation=form.respondent_relation or "",
            typed_by_staff=form.typed_by_staff,
            collected_as=form.baseline_type or "",
            is_baseline=is_baseline,
            as_baseline=verdict[0],
            as_baseline_why=verdict[1],
            started_at=form.started_at or self._work.now,
            submitted_at=form.submitted_at,
            answered_on=form.answered_on,
            answers=tuple(
                ExportedAnswer(
                    item=items[answer.item_id],
                    kind=answer.kind,
                    value=answer.value,
                    version=answer.seq,
                    given_at=answer.given_at,
                    saved_at=answer.saved_at,
                    reason=answer.reason,
                )
                for answer in self._answers.get(number, [])
            ),
            scores=tuple(
                _score(row, scales[row.scale_id], points.get((number, row.scale_id)))
                for row in self._scores.get(number, [])
            ),
        )

    def _instrument(self, form: rows.AssignedForm | FormRow) -> Instrument:
        return self._work.catalogue.instrument(form.instrument_id, form.instrument_version)


def _key(work: Work, episode: rows.EpisodeRow) -> EpisodeKey:
    protocol = protocol_at(work, episode.protocol_id, episode.protocol_version)
    return EpisodeKey(episode.id, episode.surgery_on, episode.planned_surgery_on, protocol)


def _ended_on(work: Work, episode_ids: Sequence[int]) -> dict[int, date | None]:
    events: dict[int, list[RecordedEvent]] = {}
    for event in list_standing_events(work.session, centre_id=work.actor.centre(), episode_ids=episode_ids):
        recorded = RecordedEvent(EventKind(event.kind), event.happened_on, event.recorded_at, event.detail)
        events.setdefault(event.episode_id, []).append(recorded)
    return {number: episode_facts(happened, work.catalogue.events).ended_on for number, happened in events.items()}


def _reference_visit(judged: EpisodeBaseline, assigned: Sequence[rows.AssignedForm]) -> int | None:
    """The visit that the episode is measured against."""
    if judged.baseline.kind is BaselineKind.NONE:
        return None
    wanted = judged.baseline.response_id
    return next((form.visit_id for form in assigned if form.response_id == wanted), None)


def _verdicts(judged: EpisodeBaseline, assigned: Sequence[rows.AssignedForm]) -> dict[int, Verdict]:
    """By visit: what its forms can serve as."""
    visits = {form.response_id: form.visit_id for form in assigned}
    known = ((visits.get(verdict.candidate.response_id), verdict) for verdict in judged.verdicts)
    return {visit: verdict for visit, verdict in known if visit is not None}


def _as_baseline(verdict: Verdict | None, surgery_on: date | None) -> tuple[str, str]:
    """What a form can serve as and why; both empty for one that is no candidate."""
    return ("", "") if verdict is None else (verdict.kind.value, _without_dates(verdict.why, surgery_on))


def _without_dates(words: str, surgery_on: date | None) -> str:
    """Reasons as staff read them, with every date as a day from the operation; they hold nothing that was typed."""

    def day(found: re.Match[str]) -> str:
        on = date.fromisoformat(found[0])
        return "a day" if surgery_on is None else f"day {(on - surgery_on).days}"

    return _DATE.sub(day, words)


def _points(course: Course, work: Work) -> dict[tuple[int, str], tuple[TrajectoryPoint, float | None]]:
    """By response and scale: the point of the recovery curve, and the curve's baseline."""
    return {
        (point.point.response_id, curve.trajectory.scale.id): (point, curve.trajectory.baseline_value)
        for curve in build_curves(course, catalogue=work.catalogue)
        for point in curve.trajectory.points
    }


def _score(row: ScoreRow, scale: Scale, judged: tuple[TrajectoryPoint, float | None] | None) -> ExportedScore:
    point, base = judged or (None, None)
    return ExportedScore(
        scale=scale,
        value=row.value,
        no_score=row.reason,
        answered=row.answered,
        expected=row.expected,
        prorated=row.prorated,
        scoring_version=row.scoring_version,
        generation=row.generation,
        computed_at=row.computed_at,
        band=str(row.inputs.get("label", "")),
        value_set=str(row.inputs.get("value_set", "")),
        base=base,
        change=point.change if point else None,
        change_class=point.change_class.value if point else "",
        not_compared=point.why if point else "",
    )


def _label(visit: VisitRow) -> VisitLabel:
    return VisitLabel(
        key=visit.key,
        name=visit.name,
        kind=visit.kind,
        opens_on=visit.opens_on,
        due_on=visit.due_on,
        closes_on=visit.closes_on,
        also_key=visit.also_key or "",
        planned=visit.planned,
    )


def _form_row(form: rows.AssignedForm) -> FormRow:
    return FormRow(
        visit_id=form.visit_id,
        position=form.position,
        instrument_id=form.instrument_id,
        instrument_version=form.instrument_version,
        response_id=form.response_id,
        mode=form.mode,
        respondent=form.respondent,
        baseline_type=form.baseline_type,
        submitted_at=form.submitted_at,
        answered_on=form.answered_on,
        reviewed_at=None,
        facts=form.facts,
    )
