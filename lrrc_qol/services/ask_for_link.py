"""A patient whose link works no more asks for a new one: it goes to the address on file, and nobody learns whether."""

from __future__ import annotations

from sqlalchemy import select

from lrrc_qol.persistence.crypto import token_hash
from lrrc_qol.persistence.models import Centre, Link, Patient
from lrrc_qol.services.add_task import add_task
from lrrc_qol.services.channels import has_way
from lrrc_qol.services.consent.acts import refusing_mail
from lrrc_qol.services.context import Work
from lrrc_qol.services.due_now import newest_episode, visits_due
from lrrc_qol.services.find_episode import events_of
from lrrc_qol.services.patient_facts import contact_state
from lrrc_qol.services.resend_link import queue_fresh_link
from lrrc_qol.services.throttle import ThrottleState, check_in_turn, register_failure

# Enough for somebody who looks into the wrong folder; too few to fill a mailbox with. Design figures.
PER_PATIENT, PER_SOURCE = 3, 10
PATIENT_MINUTES = 24 * 60
SOURCE_MINUTES = 60
TASK = "link_wanted"


def ask_for_link(work: Work, token: str, *, source: str) -> ThrottleState:
    """Queue a fresh link for the patient of `token`, if there is one, something is due and few were asked for today.

    What comes back tells only whether this source asked too often; the rest is the same for every token. Where mail
    is impossible the nurses get a task instead.
    """
    asked = check_in_turn(work, f"new-link-source:{source}")
    if asked.blocked:
        return asked
    _count(work, f"new-link-source:{source}", limit=PER_SOURCE, minutes=SOURCE_MINUTES)
    row = work.session.execute(
        select(Patient, Centre)
        .join(Link, Link.patient_id == Patient.id)
        .join(Centre, Centre.id == Patient.centre_id)
        .where(Link.token_hash == token_hash(token))
    ).first()
    if row is not None:
        _send(work, row[0], row[1])
    return asked


def _send(work: Work, patient: Patient, centre: Centre) -> None:
    key = f"new-link:{patient.id}"
    if check_in_turn(work, key).blocked:
        return
    episode = newest_episode(work, patient.id)
    state = contact_state(events_of(work, episode.id), work.catalogue.events, today=work.today_in(patient.timezone))
    if not state.takes_part or episode.closed_on is not None:
        return
    due = visits_due(work, episode.id)
    if not due:
        return
    _count(work, key, limit=PER_PATIENT, minutes=PATIENT_MINUTES)
    if not has_way(work, patient, state) or refusing_mail(work, [patient.id]):
        add_task(work, due[0], kind=TASK, due_on=work.today_in(centre.timezone))
        return
    queue_fresh_link(work, patient, episode)


def _count(work: Work, key: str, *, limit: int, minutes: int) -> None:
    register_failure(work, key, limit=limit, window_minutes=minutes, block_minutes=minutes)
