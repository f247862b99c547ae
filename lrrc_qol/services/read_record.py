"""The patient page: everything known of one patient, with every state derived at the moment of reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lrrc_qol.domain.applicability import missing_facts
from lrrc_qol.domain.baseline import Baseline
from lrrc_qol.domain.contact import ContactState, contact_facts_from_events
from lrrc_qol.domain.errors import NotFound
from lrrc_qol.domain.events import (
    EventKind,
    EventRules,
    RecordedEvent,
    counted_without_operation,
    episode_facts,
    was_called_off,
)
from lrrc_qol.domain.schedule import PlannedVisit, Protocol, VisitKind, VisitState, visit_state
from lrrc_qol.persistence.queries.happenings import (
    Ending,
    EventRow,
    MessageRow,
    OpenAlertRow,
    ending_of,
    find_opening,
    list_events,
    list_messages,
    list_open_alerts,
)
from lrrc_qol.persistence.queries.missed import MissedNote, missed_reasons
from lrrc_qol.persistence.queries.record import (
    EpisodeRow,
    FormRow,
    PatientRow,
    ScoreEntry,
    VisitRow,
    find_patient,
    list_episodes,
    list_forms,
    list_left_out,
    list_scores,
    list_visits,
)
from lrrc_qol.services import audit
from lrrc_qol.services.baseline.read import baseline_key, baseline_of
from lrrc_qol.services.context import Work
from lrrc_qol.services.curves import Course, Curve, build_curves
from lrrc_qol.services.patient_facts import facts_held
from lrrc_qol.services.protocols import protocol_at
from lrrc_qol.services.rules_in_force import rules_in_force
from lrrc_qol.services.wordings import NotAsked, not_asked, with_selected_terms


@dataclass(frozen=True, slots=True)
class VisitView:
    """A planned visit, where it stands today, and its questionnaires."""

    row: VisitRow
    state: VisitState
    forms: tuple[FormRow, ...]


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """What the patient page shows; `today` is the patient's local date, days are counted at the centre.

    `not_asked` names the questionnaires that this patient should be asked and is not, each with the reason.
    `unknown_anatomy` has the facts that are not known and on which open questionnaires depend, with their titles.
    `counted_from` is the day that the course of a patient without an operation is counted from, `opened_by` the event
    by which another follow-up began.
    `forms` and `scores` are all there are, `left_out` the items without a value by form; `missed` has why visits were
    not answered, by their row number.
    """

    patient: PatientRow
    protocol: Protocol
    today: date
    day_since_surgery: int | None
    day_since_discharge: int | None
    baseline: Baseline
    contact: ContactState
    ending: Ending | None
    visits: tuple[VisitView, ...]
    curves: tuple[Curve, ...]
    events: tuple[EventRow, ...]
    opened_by: EventRow | None
    not_operated: bool
    alerts: tuple[OpenAlertRow, ...]
    messages: tuple[MessageRow, ...]
    not_asked: tuple[NotAsked, ...]
    unknown_anatomy: Mapping[str, tuple[str, ...]]
    counted_from: date | None
    forms: Sequence[FormRow]
    scores: Sequence[ScoreEntry]
    left_out: Mapping[int, Mapping[str, str]]
    missed: Mapping[int, MissedNote]
    episodes: tuple[EpisodeRow, ...]

    @property
    def ended_on(self) -> date | None:
        """The day of death, withdrawal or another end of follow-up: nothing due from then on was missed."""
        return self.ending.happened_on if self.ending else self.patient.closed_on

    @property
    def earlier(self) -> bool:
        """Whether this is not the newest episode: then it is there to be read only."""
        return self.patient.earlier


def find_patient_row(work: Work, public_id: str, *, episode: int | None = None) -> PatientRow:
    """The patient alone, with the newest episode or the one of that ordinal; NotFound when the centre has none."""
    patient = find_patient(
        work.session, centre_id=work.actor.centre(), public_id=public_id, cipher=work.cipher, episode=episode
    )
    if patient is None:
        raise NotFound("no such patient")
    return patient


def read_record(work: Work, public_id: str, *, episode: int | None = None) -> PatientRecord:
    """Read one patient's record of the newest episode, or of another one; NotFound when the centre has none."""
    patient = find_patient_row(work, public_id, episode=episode)
    scope = {"centre_id": work.actor.centre(), "episode_id": patient.episode_id}
    visits = list_visits(work.session, **scope)
    events = list_events(work.session, **scope)
    today = work.today_in(patient.timezone)
    without_operation = counted_without_operation(_standing(events), work.catalogue.events)
    missed = missed_reasons(work.session, **scope)
    protocol = protocol_at(work, patient.protocol_id, patient.protocol_version)
    judged = baseline_of(work, baseline_key(patient, protocol))
    course = Course(
        visits={visit.id: visit for visit in visits},
        forms=list_forms(work.session, **scope),
        scores=list_scores(work.session, **scope),
        baseline=judged.baseline,
        surgery_on=patient.surgery_on,
        ended_on=episode_facts(_standing(events), work.catalogue.events).ended_on,
        today=today,
        counted_from=None if patient.surgery_on else without_operation,
        missed={visit_id: work.catalogue.missed_reasons.label(note.code) for visit_id, note in missed.items()},
    )
    counted_on = work.today_in(patient.centre_timezone)
    rules = rules_in_force(work, work.actor.centre(), (patient.protocol_id, patient.protocol_version))
    ending = ending_of(events)
    return PatientRecord(
        patient=patient,
        protocol=protocol,
        today=today,
        day_since_surgery=_days_since(patient.surgery_on, counted_on),
        day_since_discharge=_days_since(patient.discharged_on, counted_on),
        baseline=judged.baseline,
        contact=contact_of_events(events, work.catalogue.events, today=today),
        ending=ending,
        visits=_visit_views(course),
        curves=build_curves(course, catalogue=work.catalogue, reliable=rules.reliable),
        counted_from=course.counted_from,
        events=events,
        opened_by=find_opening(
            work.session, centre_id=scope["centre_id"], patient_id=patient.id, ordinal=patient.episode_ordinal
        ),
        not_operated=patient.surgery_on is None and was_called_off(_standing(events), work.catalogue.events),
        alerts=list_open_alerts(work.session, **scope, now=work.now),
        messages=list_messages(work.session, **scope),
        not_asked=not_asked(work, work.actor.centre(), protocol, patient.language),
        forms=course.forms,
        scores=course.scores,
        left_out=list_left_out(work.session, **scope),
        missed=missed,
        episodes=list_episodes(work.session, centre_id=work.actor.centre(), patient_id=patient.id),
        unknown_anatomy={} if ending else _unknown_anatomy(work, patient, course),
    )


def _unknown_anatomy(work: Work, patient: PatientRow, course: Course) -> dict[str, tuple[str, ...]]:
    held = facts_held(patient.sex, patient.anatomy, neoadjuvant=patient.neoadjuvant_planned)
    unknown = [fact for fact, holds in patient.anatomy.items() if holds is None]
    wanted: dict[str, dict[str, None]] = {}
    for form in course.forms:
        if form.submitted_at is not None or not _still_to_come(course.visits[form.visit_id], course.today):
            continue
        instrument = work.catalogue.instrument(form.instrument_id, form.instrument_version)
        for fact in missing_facts(with_selected_terms(instrument, form.options), held=held, unknown=unknown):
            wanted.setdefault(fact, {})[instrument.short_title] = None
    return {fact: tuple(wanted[fact]) for fact in unknown if fact in wanted}


def _still_to_come(visit: VisitRow, today: date) -> bool:
    return visit.planned and visit.completed_at is None and today <= visit.closes_on


def note_view(work: Work, patient: PatientRow, *, part: str) -> None:
    """Write down that a member of staff looked at `part` of a patient's record."""
    audit.record(
        work,
        "viewed_patient",
        subject_kind="patient",
        subject_id=patient.id,
        centre_id=work.actor.centre(),
        episode_id=patient.episode_id,
        detail={"part": part},
    )


def _days_since(day: date | None, today: date) -> int | None:
    return None if day is None else (today - day).days


def contact_of_events(events: Sequence[EventRow], rules: EventRules, *, today: date) -> ContactState:
    """What the events that stand say about contact on `today`, the patient's local date."""
    return contact_facts_from_events(_standing(events), rules, today=today)


def _standing(events: Sequence[EventRow]) -> list[RecordedEvent]:
    return [
        RecordedEvent(EventKind(event.kind), event.happened_on, event.recorded_at, event.detail)
        for event in events
        if event.revoked_at is None
    ]


def _visit_views(course: Course) -> tuple[VisitView, ...]:
    """Visits of the plan, and those dropped from it that were answered before."""
    return tuple(
        VisitView(
            row=visit,
            state=visit_state(_as_planned(visit), today=course.today, submitted=visit.completed_at is not None),
            forms=tuple(form for form in course.forms if form.visit_id == visit.id),
        )
        for visit in course.visits.values()
        if visit.planned or any(form.visit_id == visit.id and form.response_id is not None for form in course.forms)
    )


def _as_planned(visit: VisitRow) -> PlannedVisit:
    return PlannedVisit(
        key=visit.key,
        kind=VisitKind(visit.kind),
        name=visit.name,
        opens_on=visit.opens_on,
        due_on=visit.due_on,
        closes_on=visit.closes_on,
        instruments=(),
    )
