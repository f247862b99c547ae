"""Live one visit in the past through the real services: link, year of birth, answers, submit, mails, alerts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.services.answer_form import (
    AnswerInput,
    FormItem,
    SaveRequest,
    list_parts,
    open_form,
    save_answers,
    submit_response,
)
from lrrc_qol.services.context import ANONYMOUS_PATIENT, Actor, Work
from lrrc_qol.services.demo_history import (
    PastVisit,
    issue_link,
    open_alerts_before,
    record_sent_messages,
    unread_forms_before,
    visits_of,
)
from lrrc_qol.services.enter_by_link import enter_by_link
from lrrc_qol.services.handle_alert import close_alert, log_contact, take_alert
from lrrc_qol.services.patient_session import find_seat
from lrrc_qol.services.read_form import mark_reviewed

__all__ = [
    "Chooser",
    "PastVisit",
    "Stop",
    "answer_visit",
    "close_old_alerts",
    "mark_messages_sent",
    "read_old_forms",
    "visits_of",
]

Chooser = Callable[[Instrument, tuple[FormItem, ...]], tuple[AnswerInput, ...]]


@dataclass(frozen=True, slots=True)
class Stop:
    """A visit and the day the patient answered it."""

    visit_id: int
    on: date


def answer_visit(work: Work, patient: str, stop: Stop, *, year: int, choose: Chooser) -> None:
    """Answer and send every questionnaire of the visit at `work.now`."""
    token = issue_link(work, patient, stop.visit_id)
    as_patient = replace(work, actor=ANONYMOUS_PATIENT)
    entry = enter_by_link(as_patient, token, year=str(year), source="demo")
    seat = find_seat(as_patient, entry.session_token) if entry.ok else None
    if seat is None:
        return
    as_patient = replace(work, actor=Actor(kind="patient", id=seat.patient_id, centre_id=seat.centre_id, role=None))
    for part in list_parts(as_patient, seat):
        form = open_form(as_patient, seat, part.assignment_public_id)
        answers = choose(work.catalogue.instrument(*part.instrument), form.items)
        saved = save_answers(
            as_patient, seat, part.assignment_public_id, SaveRequest(key="save", version=0, answers=answers)
        )
        submit_response(as_patient, seat, part.assignment_public_id, key="submit", version=saved.body["version"])


def mark_messages_sent(work: Work, patient: str, *, now: datetime) -> None:
    """Write the mails of the past into the outbox as sent; what is due today is left for the jobs process."""
    record_sent_messages(work, patient, now=now)


def read_old_forms(work: Work, patient: str, *, before: datetime) -> None:
    """The nurse read everything but the newest forms, each on the day after it came."""
    for response_id, sent_at in unread_forms_before(work, patient, before=before):
        mark_reviewed(replace(work, now=sent_at + timedelta(days=1)), patient, response_id)


def close_old_alerts(work: Work, patient: str, *, before: datetime) -> None:
    """The nurse dealt with everything but the newest alerts."""
    alerts: Sequence[tuple[str, datetime]] = open_alerts_before(work, patient, before=before)
    for public_id, raised_at in alerts:
        then = replace(work, now=raised_at)
        take_alert(then, public_id)
        log_contact(then, public_id, reached=True, note="Phoned. Knows whom to call if it gets worse.")
        close_alert(then, public_id, action="advice", note="Advice given on the phone; will tell us if it lasts.")
