"""Write down what happened to a patient; death and withdrawal act in the same transaction, also on queued mail."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select, update

from lrrc_qol.domain.errors import InvalidInput, NotFound
from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import Centre, Episode, EpisodeEvent, Link, Message, Patient, PatientSession, Visit
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work
from lrrc_qol.services.find_episode import find_episode
from lrrc_qol.services.plan_episode import rearm_open_visits

ENDING = frozenset({EventKind.DEATH, EventKind.WITHDRAWAL_NEW_DATA, EventKind.WITHDRAWAL_ALL})
SILENCING = ENDING | {EventKind.WITHDRAWAL_REMINDERS, EventKind.OPT_OUT}
REOPENING = frozenset({EventKind.RESUME, EventKind.OPT_IN, EventKind.LEFT_HOSPITAL, EventKind.ADDRESS_CORRECTED})


def record_event(
    work: Work, patient_public_id: str, *, kind: EventKind, happened_on: date, detail: dict[str, Any] | None = None
) -> None:
    """Record an event of the patient's episode; InvalidInput when the day cannot be."""
    patient, episode = find_episode(work, patient_public_id, lock=True)
    centre = work.session.get_one(Centre, patient.centre_id)
    if happened_on > work.today_in(centre.timezone):
        raise InvalidInput({"happened_on": "This day has not come yet."})
    born_on = date.fromisoformat(work.cipher.open(patient.born_on_sealed, field="patient.born_on"))
    if happened_on < born_on:
        raise InvalidInput({"happened_on": "This is before the date of birth."})
    add_event(work, patient, episode, kind=kind, happened_on=happened_on, detail=detail)


def add_event(
    work: Work,
    patient: Patient,
    episode: Episode,
    *,
    kind: EventKind,
    happened_on: date,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add the event and let it act: silence at once, or set the reminders of unfinished visits anew."""
    event = EpisodeEvent(
        public_id=new_public_id(),
        episode_id=episode.id,
        centre_id=episode.centre_id,
        kind=kind.value,
        happened_on=happened_on,
        detail=detail or {},
        recorded_at=work.now,
        recorded_by=work.actor.id if work.actor.kind == "staff" else None,
    )
    work.session.add(event)
    work.session.flush()
    if kind in SILENCING:
        _silence(work, episode, reason=kind.value)
    if kind in ENDING:
        _close_doors(work, patient)
    if kind in REOPENING:
        rearm_open_visits(work, episode, patient)
    audit.record(
        work,
        "recorded_event",
        subject_kind="event",
        subject_id=event.id,
        centre_id=episode.centre_id,
        episode_id=episode.id,
        detail={"kind": kind.value, "happened_on": happened_on.isoformat()},
    )


def revoke_event(work: Work, patient_public_id: str, event_public_id: str, *, reason: str) -> None:
    """Take back an event recorded by mistake; it stays in the record, marked. Reminders are set anew."""
    patient, episode = find_episode(work, patient_public_id, lock=True)
    event = work.session.scalars(
        select(EpisodeEvent).where(
            EpisodeEvent.public_id == event_public_id,
            EpisodeEvent.episode_id == episode.id,
            EpisodeEvent.revoked_at.is_(None),
        )
    ).first()
    if event is None:
        raise NotFound("no such event")
    if not reason.strip():
        raise InvalidInput({"reason": "Say why in a few words."})
    event.revoked_at = work.now
    event.revoked_by = work.actor.id
    work.session.flush()
    rearm_open_visits(work, episode, patient)
    audit.record(
        work,
        "revoked_event",
        subject_kind="event",
        subject_id=event.id,
        centre_id=episode.centre_id,
        episode_id=episode.id,
        detail={"kind": event.kind, "happened_on": event.happened_on.isoformat()},
        reason=reason.strip(),
    )


def _silence(work: Work, episode: Episode, *, reason: str) -> None:
    """No further reminder, and nothing that is queued goes out. Mail under way is stopped by the gate at sending."""
    work.session.execute(
        update(Visit)
        .where(Visit.episode_id == episode.id)
        .values(next_reminder_at=None, next_reminder_ordinal=None)
        .execution_options(synchronize_session=False)
    )
    work.session.execute(
        update(Message)
        .where(Message.episode_id == episode.id, Message.staff_id.is_(None), Message.status == "queued")
        .values(status="suppressed", outcome=reason)
        .execution_options(synchronize_session=False)
    )


def _close_doors(work: Work, patient: Patient) -> None:
    links = select(Link.id).where(Link.patient_id == patient.id)
    work.session.execute(
        update(Link)
        .where(Link.patient_id == patient.id, Link.revoked_at.is_(None))
        .values(revoked_at=work.now)
        .execution_options(synchronize_session=False)
    )
    work.session.execute(
        update(PatientSession)
        .where(PatientSession.link_id.in_(links), PatientSession.ended_at.is_(None))
        .values(ended_at=work.now)
        .execution_options(synchronize_session=False)
    )
