"""The seat of a patient: which browser may answer which visit, and what the page around a form needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from lrrc_qol.persistence.crypto import token_hash
from lrrc_qol.persistence.models import Centre, Episode, EpisodeEvent, Link, Patient, PatientSession, Plan, Visit
from lrrc_qol.services.context import Work
from lrrc_qol.services.languages import is_draft
from lrrc_qol.services.patient_facts import anatomy_facts, ruled_out_anatomy, takes_part

IDLE_LIMIT = timedelta(minutes=30)
TOUCH_AFTER = timedelta(minutes=1)
# After the last form is sent the seat can only see the thank-you page and get the result of a repeated submit.
AFTERWARDS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class CentreContact:
    """Whom to call: phone numbers and the hours in which forms are looked at."""

    name: str
    emergency_phone: str
    ward_phone: str
    nurse_phone: str
    clinic_hours: Mapping[str, Any]
    timezone: str


@dataclass(frozen=True, slots=True)
class Seat:
    """A browser that passed the check of a link, and the one visit it may answer.

    `facts` hold by the record, `ruled_out` are known not to hold. `protocol` is the id and version that the episode
    runs on. `draft_language`: the pages must say that nobody has reviewed their translation.
    """

    session_id: int
    visit_id: int
    visit_public_id: str
    visit_key: str
    visit_name: str
    visit_kind: str
    episode_id: int
    patient_id: int
    centre_id: int
    centre: CentreContact
    first_name: str
    language: str
    timezone: str
    facts: frozenset[str]
    ruled_out: frozenset[str]
    protocol: tuple[str, str]
    discharged_on: date | None
    last_seen_at: datetime
    draft_language: bool = False


def contact_of(centre: Centre) -> CentreContact:
    """The part of a centre that a patient may see, under the name that the mails are signed with."""
    return CentreContact(
        name=centre.sender_name,
        emergency_phone=centre.emergency_phone,
        ward_phone=centre.ward_phone,
        nurse_phone=centre.nurse_phone,
        clinic_hours=centre.clinic_hours,
        timezone=centre.timezone,
    )


def find_seat(work: Work, session_token: str) -> Seat | None:
    """The seat of a session token; None when it ended, idled out, or the patient no longer takes part."""
    row = work.session.execute(
        select(PatientSession, Visit, Episode, Patient, Centre, Plan)
        .join(Visit, Visit.id == PatientSession.visit_id)
        .join(Episode, Episode.id == Visit.episode_id)
        .join(Patient, Patient.id == Episode.patient_id)
        .join(Centre, Centre.id == Patient.centre_id)
        .join(Link, Link.id == PatientSession.link_id)
        .join(Plan, Plan.episode_id == Episode.id)
        .where(
            PatientSession.token_hash == token_hash(session_token),
            PatientSession.ended_at.is_(None),
            PatientSession.last_seen_at > work.now - IDLE_LIMIT,
            Link.revoked_at.is_(None),
        )
        .order_by(Plan.ordinal.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    session, visit, episode, patient, centre, plan = row
    if visit.completed_at is not None and work.now - visit.completed_at > AFTERWARDS:
        return None
    events = work.session.scalars(select(EpisodeEvent).where(EpisodeEvent.episode_id == episode.id)).all()
    if not takes_part(events, work.catalogue.events, today=work.today_in(patient.timezone)):
        return None
    name = work.cipher.open(patient.name_sealed, field="patient.name")
    return Seat(
        session_id=session.id,
        visit_id=visit.id,
        visit_public_id=visit.public_id,
        visit_key=visit.key,
        visit_name=visit.name,
        visit_kind=visit.kind,
        episode_id=episode.id,
        patient_id=patient.id,
        centre_id=centre.id,
        centre=contact_of(centre),
        first_name=name.split()[0],
        language=patient.language,
        timezone=patient.timezone,
        facts=anatomy_facts(patient, episode),
        ruled_out=ruled_out_anatomy(episode),
        protocol=(plan.protocol_id, plan.protocol_version),
        discharged_on=episode.discharged_on,
        last_seen_at=session.last_seen_at,
        draft_language=is_draft(work, centre.id, patient.language),
    )


def needs_touch(work: Work, seat: Seat) -> bool:
    """Whether the last-seen time is old enough to be worth a write."""
    return work.now - seat.last_seen_at > TOUCH_AFTER


def touch_seat(work: Work, seat: Seat) -> None:
    """Move the idle limit."""
    work.session.execute(
        update(PatientSession).where(PatientSession.id == seat.session_id).values(last_seen_at=work.now)
    )


def leave(work: Work, seat: Seat) -> None:
    """End this browser's session; the link in the mail still opens the form."""
    work.session.execute(
        update(PatientSession)
        .where(PatientSession.id == seat.session_id, PatientSession.ended_at.is_(None))
        .values(ended_at=work.now)
    )
