"""From the link in a mail to a seat at the form: opening shows nothing personal, the year of birth lets in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import select

from lrrc_qol.persistence.crypto import new_token, token_hash
from lrrc_qol.persistence.models import Centre, EpisodeEvent, Link, Patient, PatientSession, Visit
from lrrc_qol.services import audit
from lrrc_qol.services.add_task import add_task
from lrrc_qol.services.context import Work
from lrrc_qol.services.due_now import newest_episode, visits_due
from lrrc_qol.services.languages import is_draft
from lrrc_qol.services.link_rules import answerable, is_alive, is_begun
from lrrc_qol.services.patient_facts import takes_part
from lrrc_qol.services.patient_session import OWN_PAGE, CentreContact, contact_of
from lrrc_qol.services.throttle import check, check_in_turn, clear, register_failure

YEAR_TRIES = 5
YEAR_WINDOW_MINUTES = 60
YEAR_PAUSE_MINUTES = 30
SOURCE_TRIES = 30

LinkState = Literal["open", "answered", "not_yet", "closed", "ended", "paused", "unknown"]


@dataclass(frozen=True, slots=True)
class LinkView:
    """What the landing page may say before anybody is known: never a name, a date of birth or a form.

    `open`: there is something to answer now, perhaps at another visit than the link's own. With `answered`, `not_yet`
    and `closed` there is not; the year of birth then leads to the patient's own page.
    """

    state: LinkState
    centre: CentreContact | None
    language: str
    draft_language: bool = False
    opens_on: date | None = None
    wait_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """The outcome of the year check; with `ok` a session token and the way to the form."""

    ok: bool
    reason: Literal["", "unknown", "ended", "wrong_year", "paused"]
    session_token: str = ""
    wait_minutes: int = 0


@dataclass(frozen=True, slots=True)
class _Found:
    """A link and where it leads: `visit` is the one to answer now, the link's own when there is none."""

    link: Link
    visit: Visit
    patient: Patient
    centre: Centre
    state: LinkState


def describe_link(work: Work, token: str) -> LinkView:
    """What a link leads to; reads only. Unknown and ended links look the same to the page."""
    found = _find(work, token)
    if found is None:
        return LinkView(state="unknown", centre=None, language="en")
    blocked = check(work, _year_key(found.patient))
    state: LinkState = "paused" if blocked.blocked and found.state != "ended" else found.state
    return LinkView(
        state=state,
        centre=contact_of(found.centre),
        language=found.patient.language,
        draft_language=is_draft(work, found.centre.id, found.patient.language),
        opens_on=found.visit.opens_on if state == "not_yet" else None,
        wait_minutes=blocked.wait_minutes,
    )


def enter_by_link(work: Work, token: str, *, year: str, source: str) -> Entry:
    """Check the year of birth and, when right, open a session for what is due now, whichever visit the link is of.

    The link's own visit comes first while it can be answered. With nothing due the session opens the own page only.

    Wrong years are counted per patient (across links, browsers and addresses) and per source address; too many pause
    the link and leave a task for the nurses. The count is part of this transaction, so a refusal is returned, not
    raised.
    """
    found = _find(work, token)
    source_state = check(work, f"link-source:{source}")
    if source_state.blocked:
        return Entry(ok=False, reason="paused", wait_minutes=source_state.wait_minutes)
    if found is None:
        register_failure(
            work, f"link-source:{source}", limit=SOURCE_TRIES, window_minutes=60, block_minutes=YEAR_PAUSE_MINUTES
        )
        return Entry(ok=False, reason="unknown")
    if found.state == "ended":
        return Entry(ok=False, reason="ended")
    blocked = check_in_turn(work, _year_key(found.patient))
    if blocked.blocked:
        return Entry(ok=False, reason="paused", wait_minutes=blocked.wait_minutes)
    born_on = date.fromisoformat(work.cipher.open(found.patient.born_on_sealed, field="patient.born_on"))
    if year.strip() != str(born_on.year):
        return _wrong_year(work, found, source=source)
    clear(work, _year_key(found.patient))
    return Entry(ok=True, reason="", session_token=_open_session(work, found))


def _find(work: Work, token: str) -> _Found | None:
    row = work.session.execute(
        select(Link, Visit, Patient, Centre)
        .join(Visit, Visit.id == Link.visit_id)
        .join(Patient, Patient.id == Link.patient_id)
        .join(Centre, Centre.id == Link.centre_id)
        .where(Link.token_hash == token_hash(token))
    ).first()
    if row is None:
        return None
    link, own, patient, centre = row
    episode = newest_episode(work, patient.id)
    events = work.session.scalars(select(EpisodeEvent).where(EpisodeEvent.episode_id == episode.id)).all()
    today = work.today_in(patient.timezone)
    if link.revoked_at is not None or episode.closed_on or not takes_part(events, work.catalogue.events, today=today):
        return _Found(link, own, patient, centre, "ended")
    state = _state(work, own)
    if state == "open" and own.episode_id == episode.id:
        return _Found(link, own, patient, centre, "open")
    if not is_alive(link, now=work.now):
        return _Found(link, own, patient, centre, "ended")
    due = visits_due(work, episode.id)
    if due:
        return _Found(link, due[0], patient, centre, "open")
    if own.episode_id != episode.id:
        # A link of an earlier operation: the own page is that of the present one.
        first = select(Visit).where(Visit.episode_id == episode.id).order_by(Visit.opens_at, Visit.id).limit(1)
        return _Found(link, work.session.scalars(first).first() or own, patient, centre, "closed")
    return _Found(link, own, patient, centre, state)


def _state(work: Work, visit: Visit) -> LinkState:
    if visit.completed_at is not None:
        return "answered"
    if answerable(visit, now=work.now, begun=not visit.planned and is_begun(work, visit)):
        return "open"
    return "not_yet" if visit.planned and work.now < visit.opens_at else "closed"


def _wrong_year(work: Work, found: _Found, *, source: str) -> Entry:
    register_failure(
        work, f"link-source:{source}", limit=SOURCE_TRIES, window_minutes=60, block_minutes=YEAR_PAUSE_MINUTES
    )
    state = register_failure(
        work,
        _year_key(found.patient),
        limit=YEAR_TRIES,
        window_minutes=YEAR_WINDOW_MINUTES,
        block_minutes=YEAR_PAUSE_MINUTES,
    )
    audit.record(
        work,
        "refused_year_check",
        subject_kind="patient",
        subject_id=found.patient.id,
        centre_id=found.centre.id,
        episode_id=found.visit.episode_id,
    )
    if not state.blocked:
        return Entry(ok=False, reason="wrong_year")
    add_task(work, found.visit, kind="link_locked", due_on=work.today_in(found.centre.timezone))
    return Entry(ok=False, reason="paused", wait_minutes=state.wait_minutes)


def _open_session(work: Work, found: _Found) -> str:
    token = new_token()
    work.session.add(
        PatientSession(
            token_hash=token_hash(token),
            link_id=found.link.id,
            visit_id=found.visit.id,
            mode=None if found.state == "open" else OWN_PAGE,
            created_at=work.now,
            last_seen_at=work.now,
        )
    )
    audit.record(
        work,
        "entered_by_link",
        subject_kind="visit",
        subject_id=found.visit.id,
        centre_id=found.centre.id,
        episode_id=found.visit.episode_id,
    )
    return token


def _year_key(patient: Patient) -> str:
    return f"year:{patient.id}"
