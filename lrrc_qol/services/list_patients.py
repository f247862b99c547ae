"""The list of patients with what a nurse looks for first: baseline, next visit, open alerts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lrrc_qol.domain.baseline import Baseline
from lrrc_qol.domain.contact import ContactState, contact_facts_from_events
from lrrc_qol.domain.events import EventKind, RecordedEvent, was_called_off
from lrrc_qol.domain.schedule import Protocol
from lrrc_qol.persistence.models import Centre
from lrrc_qol.persistence.queries.patients import (
    ListedPatient,
    OpenVisit,
    PatientListFilter,
    Stage,
    StandingEvent,
    count_open_alerts,
    list_open_visits,
    list_patients,
    list_standing_events,
)
from lrrc_qol.services.baseline.read import EpisodeKey, baselines_of
from lrrc_qol.services.context import Work
from lrrc_qol.services.protocols import protocol_at, protocols_at

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class PatientLine:
    """One patient of the list; `day` counts from the operation, `next_visit` is the first that is not finished.

    `not_operated`: it was decided not to operate, or nothing was removed.
    """

    patient: ListedPatient
    day: int | None
    not_operated: bool
    baseline: Baseline
    contact: ContactState
    next_visit: OpenVisit | None
    visit_open: bool
    alerts: dict[str, int]


@dataclass(frozen=True, slots=True)
class PatientPage:
    """One page of the list; `next_before` continues it, None at its end."""

    lines: tuple[PatientLine, ...]
    next_before: int | None


def patient_page(
    work: Work, *, before: int | None = None, hospital_number: str | None = None, stage: Stage | None = None
) -> PatientPage:
    """One page of the centre's patients, newest enrolment first."""
    centre = work.session.get_one(Centre, work.actor.centre())
    wanted = PatientListFilter(PAGE_SIZE + 1, before, hospital_number, stage, _separate_kinds(work))
    found = list_patients(work.session, centre_id=centre.id, wanted=wanted, cipher=work.cipher)
    shown = found[:PAGE_SIZE]
    return PatientPage(
        lines=_lines(work, centre, shown),
        next_before=shown[-1].id if len(found) > PAGE_SIZE else None,
    )


def list_public_ids(
    work: Work, *, limit: int, hospital_number: str | None = None, stage: Stage | None = None
) -> tuple[str, ...]:
    """The public ids of the first `limit` patients of the list, in its order."""
    wanted = PatientListFilter(limit, None, hospital_number, stage, _separate_kinds(work))
    found = list_patients(work.session, centre_id=work.actor.centre(), wanted=wanted, cipher=work.cipher)
    return tuple(patient.public_id for patient in found)


def _separate_kinds(work: Work) -> tuple[str, ...]:
    return tuple(sorted(kind.value for kind in work.catalogue.events.separate_kinds()))


def _lines(work: Work, centre: Centre, shown: Sequence[ListedPatient]) -> tuple[PatientLine, ...]:
    session, ids = work.session, [patient.episode_id for patient in shown]
    protocols = _protocols(work, shown)
    baselines = baselines_of(
        work,
        [
            EpisodeKey(patient.episode_id, patient.surgery_on, patient.planned_surgery_on, protocol)
            for patient, protocol in zip(shown, protocols, strict=True)
        ],
    )
    visits = list_open_visits(session, centre_id=centre.id, episode_ids=ids, now=work.now)
    events = list_standing_events(session, centre_id=centre.id, episode_ids=ids)
    alerts = count_open_alerts(session, centre_id=centre.id, episode_ids=ids)
    today = work.today_in(centre.timezone)
    lines: list[PatientLine] = []
    for patient in shown:
        local_today = work.today_in(patient.timezone)
        visit = next((visit for visit in visits if visit.episode_id == patient.episode_id), None)
        lines.append(
            PatientLine(
                patient=patient,
                not_operated=patient.surgery_on is None
                and was_called_off(_events(events, patient), work.catalogue.events),
                day=None if patient.surgery_on is None else (today - patient.surgery_on).days,
                baseline=baselines[patient.episode_id].baseline,
                contact=contact_facts_from_events(_events(events, patient), work.catalogue.events, today=local_today),
                next_visit=visit,
                visit_open=visit is not None and visit.opens_on <= local_today,
                alerts=alerts.get(patient.episode_id, {}),
            )
        )
    return tuple(lines)


def _protocols(work: Work, shown: Sequence[ListedPatient]) -> list[Protocol]:
    """The protocol of each; one that is unknown or altered stops the list, loudly."""
    versions = [(patient.protocol_id, patient.protocol_version) for patient in shown]
    found = protocols_at(work, set(versions))
    return [found.get(version) or protocol_at(work, *version) for version in versions]


def _events(events: Sequence[StandingEvent], patient: ListedPatient) -> list[RecordedEvent]:
    return [
        RecordedEvent(EventKind(event.kind), event.happened_on, event.recorded_at, event.detail)
        for event in events
        if event.episode_id == patient.episode_id
    ]
