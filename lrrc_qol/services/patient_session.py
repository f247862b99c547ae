"""The seat of a patient: which browser may answer which visit, and what the page around a form needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, or_, select, update

from lrrc_qol.domain.clinic_clock import ClinicCalendar
from lrrc_qol.persistence.crypto import token_hash
from lrrc_qol.persistence.models import Centre, Episode, EpisodeEvent, Link, Patient, PatientSession, Plan, Visit
from lrrc_qol.services.clinic.calendar import calendar_of
from lrrc_qol.services.consent.acts import refuses_forms
from lrrc_qol.services.context import Work
from lrrc_qol.services.device_store import device_store_of
from lrrc_qol.services.languages import is_draft
from lrrc_qol.services.patient_facts import anatomy_facts, entry_refusal, ruled_out_anatomy, takes_part
from lrrc_qol.services.wordings.packs import ON_SCREEN

PAPER = "paper"
# What a session keeps as its mode when the paper is to be typed a second time; the forms say `PAPER`.
PAPER_TWICE = "paper_twice"
# What a session keeps as its mode when nothing was due: it opens the patient's own page and no questionnaire.
OWN_PAGE = "own_page"
# The patient answers on a tablet of the ward that a nurse handed over.
WARD_TABLET = "ward_tablet"
STAFF_LANGUAGE = "en"
IDLE_LIMIT = timedelta(minutes=30)
# A tablet that many hands pass on locks sooner. Design figure.
TABLET_IDLE_LIMIT = timedelta(minutes=10)
TOUCH_AFTER = timedelta(minutes=1)
# After the last form is sent the seat can only see the thank-you page and get the result of a repeated submit.
AFTERWARDS = timedelta(minutes=10)
TABLET_AFTERWARDS = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class CentreContact:
    """Whom to call: phone numbers and the hours in which forms are looked at."""

    name: str
    emergency_phone: str
    ward_phone: str
    nurse_phone: str
    clinic_hours: Mapping[str, Any]
    timezone: str
    holidays: frozenset[date] = frozenset()

    @property
    def calendar(self) -> ClinicCalendar:
        """When the clinic is open."""
        return ClinicCalendar(self.clinic_hours, ZoneInfo(self.timezone), self.holidays)


@dataclass(frozen=True, slots=True)
class Seat:
    """A browser that passed the check of a link, and the one visit it may answer.

    The visit is not `visit_planned` when it was begun and nothing asks for it any more.
    `facts` hold by the record, `ruled_out` are known not to hold. `protocol` is the id and version that the episode
    runs on. `draft_language`: the pages must say that nobody has reviewed their translation.

    With `staff_id` that member of staff types in what the patient wrote or says, in `mode`; `answered_on` is the day
    on the paper or of the call, and `twice` paper is typed a second time before it is sent. Without it the patient
    answers alone, also on the ward's tablet.

    With `looks_only` nothing was due when the patient came: the seat opens their own page and no questionnaire.
    `text_size` is what the patient chose, empty for the usual size. `device_store`: where the device is the patient's
    own, answers that were not sent may wait on it.
    """

    session_id: int
    visit_id: int
    visit_public_id: str
    visit_key: str
    visit_planned: bool
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
    patient_public_id: str = ""
    staff_id: int | None = None
    mode: str = ON_SCREEN
    twice: bool = False
    respondent: str = "patient"
    respondent_relation: str | None = None
    answered_on: date | None = None
    looks_only: bool = False
    text_size: str = ""
    device_store: bool = True

    @property
    def told_in(self) -> str:
        """The language of the page and of what it asks the reader to do: the patient's, or that of the staff."""
        return self.language if self.staff_id is None else STAFF_LANGUAGE

    @property
    def on_tablet(self) -> bool:
        """Whether the patient answers on a tablet that belongs to the ward."""
        return self.mode == WARD_TABLET


def contact_of(centre: Centre) -> CentreContact:
    """The part of a centre that a patient may see, under the name that the mails are signed with."""
    return CentreContact(
        name=centre.sender_name,
        emergency_phone=centre.emergency_phone,
        ward_phone=centre.ward_phone,
        nurse_phone=centre.nurse_phone,
        clinic_hours=centre.clinic_hours,
        timezone=centre.timezone,
        holidays=calendar_of(centre).holidays,
    )


def find_seat(work: Work, session_token: str) -> Seat | None:
    """The seat of a session token; None when it ended, idled out, or the patient no longer takes part.

    A member of staff may still type in what is dated before the end of taking part (`entry_refusal`), unless the
    patient's consent refuses forms. Whether that
    person sits at this browser is for the caller to check.
    """
    wanted = (
        PatientSession.token_hash == token_hash(session_token),
        PatientSession.ended_at.is_(None),
        PatientSession.last_seen_at > work.now - IDLE_LIMIT,
        # A link that nobody was given ends with its session; ending the links in mails does not concern it.
        or_(Link.revoked_at.is_(None), PatientSession.staff_id.is_not(None)),
    )
    row = work.session.execute(_seats().where(*wanted).limit(1)).first()
    if row is None:
        return None
    session, visit, episode, patient, centre, plan = row
    on_tablet = session.mode == WARD_TABLET
    if on_tablet and work.now - session.last_seen_at > TABLET_IDLE_LIMIT:
        return None
    afterwards = TABLET_AFTERWARDS if on_tablet else AFTERWARDS
    sent_at = None if session.mode == OWN_PAGE else visit.completed_at
    if sent_at is not None and work.now - sent_at > afterwards:
        return None
    events = work.session.scalars(select(EpisodeEvent).where(EpisodeEvent.episode_id == episode.id)).all()
    if session.staff_id is not None:
        refused = entry_refusal(events, on_paper=_on_paper(session), answered_on=session.answered_on)
        refused = refused or ("consent" if refuses_forms(work, patient.id) else "")
    else:
        refused = (
            ""
            if takes_part(events, work.catalogue.events, today=work.today_in(patient.timezone))
            else "does not take part"
        )
    return None if refused else _seat(work, session, visit, episode, patient, centre, plan)


def staff_seat(work: Work, session_id: int | None) -> Seat | None:
    """The seat of a session of staff, ended or not; None when it is none."""
    wanted = (PatientSession.id == session_id, PatientSession.staff_id.is_not(None))
    row = work.session.execute(_seats().where(*wanted).limit(1)).first()
    return None if row is None else _seat(work, *row)


def seat_of_visit(work: Work, visit_id: int) -> Seat:
    """What rules need to know about the patient of a visit, for an act of staff outside any session."""
    query = (
        select(Visit, Episode, Patient, Centre, Plan)
        .join(Episode, Episode.id == Visit.episode_id)
        .join(Patient, Patient.id == Episode.patient_id)
        .join(Centre, Centre.id == Patient.centre_id)
        .join(Plan, Plan.episode_id == Episode.id)
        .where(Visit.id == visit_id, Visit.centre_id == work.actor.centre())
        .order_by(Plan.ordinal.desc())
        .limit(1)
    )
    return _seat(work, PatientSession(id=0, last_seen_at=work.now), *work.session.execute(query).one())


def _seats() -> Select[PatientSession, Visit, Episode, Patient, Centre, Plan]:
    """Sessions with everything a seat is made of; the newest plan of an episode comes first."""
    return (
        select(PatientSession, Visit, Episode, Patient, Centre, Plan)
        .join(Visit, Visit.id == PatientSession.visit_id)
        .join(Episode, Episode.id == Visit.episode_id)
        .join(Patient, Patient.id == Episode.patient_id)
        .join(Centre, Centre.id == Patient.centre_id)
        .join(Link, Link.id == PatientSession.link_id)
        .join(Plan, Plan.episode_id == Episode.id)
        .order_by(Plan.ordinal.desc())
    )


def _on_paper(session: PatientSession) -> bool:
    return session.mode in {PAPER, PAPER_TWICE}


def _seat(
    work: Work, session: PatientSession, visit: Visit, episode: Episode, patient: Patient, centre: Centre, plan: Plan
) -> Seat:
    name = work.cipher.open(patient.name_sealed, field="patient.name")
    return Seat(
        session_id=session.id,
        visit_id=visit.id,
        visit_public_id=visit.public_id,
        visit_key=visit.own_key,
        visit_planned=visit.planned,
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
        patient_public_id=patient.public_id,
        staff_id=session.staff_id,
        mode=_form_mode(session),
        twice=session.mode == PAPER_TWICE,
        respondent=session.respondent or "patient",
        respondent_relation=session.respondent_relation,
        answered_on=session.answered_on,
        looks_only=session.mode == OWN_PAGE,
        text_size=patient.text_size or "",
        device_store=device_store_of(work, centre).on,
    )


def _form_mode(session: PatientSession) -> str:
    """How forms of this session are answered, as the forms say it."""
    if _on_paper(session):
        return PAPER
    return session.mode if session.mode and session.mode != OWN_PAGE else ON_SCREEN


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
