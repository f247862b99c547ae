"""One function per thing a test needs: each goes through the real service, with overrides by keyword."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.crypto import new_token, token_hash
from lrrc_qol.persistence.models import Assignment, Centre, Episode, Link, Patient, Staff, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.answer_form import AnswerInput, SaveRequest, list_parts, save_answers, submit_response
from lrrc_qol.services.change_dates import EpisodeDates, change_dates, preview_dates
from lrrc_qol.services.context import ANONYMOUS_PATIENT, COMMAND, Actor
from lrrc_qol.services.enrol_patient import Enrolment, enrol_patient
from lrrc_qol.services.enter_by_link import enter_by_link
from lrrc_qol.services.patient_session import Seat, find_seat
from lrrc_qol.services.staff_accounts import NewCentre, NewStaff, add_centre, add_staff

PASSWORD = "lantern-otter-meadow"
HOURS = {day: ("08:00", "16:00") for day in ("mon", "tue", "wed", "thu", "fri")}


def make_centre(runtime: Runtime, *, code: str = "NORTH", timezone: str = "Europe/London") -> None:
    """A centre with phone numbers and hours, unless it is there already."""
    with runtime.writing(COMMAND) as work:
        if work.session.scalar(select(Centre.id).where(Centre.code == code)) is None:
            add_centre(
                work,
                NewCentre(
                    code=code,
                    name=f"{code} Centre",
                    timezone=timezone,
                    sender_name=f"{code} Follow-up Team",
                    reply_to=f"team@{code.lower()}.example",
                    emergency_phone="999",
                    ward_phone="020 7946 0111",
                    nurse_phone="020 7946 0222",
                    clinic_hours=HOURS,
                ),
            )


def make_staff(runtime: Runtime, *, code: str = "NORTH", role: str = "nurse", email: str | None = None) -> Actor:
    """A member of staff with the password PASSWORD; the centre is made on first use."""
    make_centre(runtime, code=code)
    with runtime.writing(COMMAND) as work:
        public_id = add_staff(
            work,
            NewStaff(
                email=email or f"{role}@{code.lower()}.example",
                name=f"{role.title()} of {code}",
                role=role,
                centre_code=code,
                password=PASSWORD,
            ),
        )
        staff = work.session.scalars(select(Staff).where(Staff.public_id == public_id)).one()
        return Actor(kind="staff", id=staff.id, centre_id=staff.centre_id, role=role)


def enrolment(runtime: Runtime, **changes: Any) -> Enrolment:
    """A patient to be operated on in 20 days; override what the test is about."""
    today = runtime.clock.now().date()
    return Enrolment(
        **{
            "name": "Ada Example",
            "born_on": date(1958, 4, 2),
            "sex": "female",
            "hospital_number": "H-1",
            "email": "ada@example.org",
            "phone": None,
            "language": "en",
            "timezone": "Europe/London",
            "planned_surgery_on": today + timedelta(days=20),
            "neoadjuvant_planned": False,
            "stoma": None,
            "urostomy": None,
        }
        | changes
    )


def make_patient(runtime: Runtime, nurse: Actor, **changes: Any) -> str:
    """An enrolled patient's public id."""
    with runtime.writing(nurse) as work:
        return enrol_patient(work, enrolment(runtime, **changes))


def set_dates(runtime: Runtime, nurse: Actor, patient: str, **dates: Any) -> None:
    """Enter dates as a nurse does: preview, then apply."""
    full = EpisodeDates(
        **{"planned_surgery_on": None, "surgery_on": None, "discharged_on": None, "stoma": None, "urostomy": None}
        | dates
    )
    with runtime.writing(nurse) as work:
        preview = preview_dates(work, patient, full)
        change_dates(
            work,
            patient,
            full,
            expected_version=preview.episode_version,
            reason="As documented.",
            same_operation=preview.asks_same_operation,
        )


def visit_id(runtime: Runtime, patient: str, key: str) -> int:
    """The row number of a visit of the newest episode."""
    with runtime.reading(COMMAND) as work:
        return work.session.scalars(
            select(Visit.id)
            .join(Episode, Episode.id == Visit.episode_id)
            .join(Patient, Patient.id == Episode.patient_id)
            .where(Patient.public_id == patient, Visit.key == key)
            .order_by(Episode.ordinal.desc())
            .limit(1)
        ).one()


def answers_for(runtime: Runtime, kind: EventKind) -> dict[str, str]:
    """The first answer to everything that must be answered when an event is recorded."""
    asks = runtime.catalogue.events.rule(kind).asks
    return {ask.name: next(iter(ask.options), "A few words.") for ask in asks if ask.required}


def make_link(runtime: Runtime, patient: str, key: str = "BL1") -> str:
    """The token of a link to a visit, as a mail would carry it."""
    token = new_token()
    wanted = visit_id(runtime, patient, key)
    with runtime.writing(COMMAND) as work:
        row = work.session.scalars(select(Patient).where(Patient.public_id == patient)).one()
        work.session.add(
            Link(
                token_hash=token_hash(token),
                centre_id=row.centre_id,
                patient_id=row.id,
                visit_id=wanted,
                created_at=work.now,
            )
        )
    return token


@dataclass(frozen=True)
class Phone:
    """A browser that went through a link."""

    seat: Seat
    actor: Actor


def take_seat(runtime: Runtime, patient: str, key: str = "BL1", *, year: str = "1958") -> Phone:
    """Open a link on a new phone with the right year of birth."""
    token = make_link(runtime, patient, key)
    with runtime.writing(ANONYMOUS_PATIENT) as work:
        entry = enter_by_link(work, token, year=year, source="127.0.0.1")
    assert entry.ok, entry.reason
    with runtime.reading(ANONYMOUS_PATIENT) as work:
        seat = find_seat(work, entry.session_token)
    assert seat is not None
    return Phone(seat=seat, actor=Actor(kind="patient", id=seat.patient_id, centre_id=seat.centre_id, role=None))


def assignment(runtime: Runtime, phone: Phone, instrument: str) -> str:
    """The public id of one questionnaire of the seat's visit."""
    with runtime.reading(phone.actor) as work:
        return work.session.scalars(
            select(Assignment.public_id).where(
                Assignment.visit_id == phone.seat.visit_id, Assignment.instrument_id == instrument
            )
        ).one()


def answer(item_id: str, value: int | None, *, age_seconds: float = 0.0) -> AnswerInput:
    """A given answer, or a declined one for None."""
    return AnswerInput(item_id=item_id, value=value, declined=value is None, age_seconds=age_seconds)


def save(
    runtime: Runtime, phone: Phone, form: str, *answers: AnswerInput, key: str, version: int = 0
) -> tuple[int, dict[str, Any]]:
    """One save in a transaction of its own: status and body."""
    with runtime.writing(phone.actor) as work:
        result = save_answers(work, phone.seat, form, SaveRequest(key=key, version=version, answers=answers))
    return result.status, result.body


def complete_visit(runtime: Runtime, phone: Phone, *, low: bool = True) -> None:
    """Answer every item of the visit with its lowest (or highest) code and send all questionnaires."""
    with runtime.writing(phone.actor) as work:
        for part in list_parts(work, phone.seat):
            instrument = work.catalogue.instrument(*part.instrument)
            answers = tuple(
                answer(item.id, item.codes[0 if low else -1]) for item in instrument.applicable_items(phone.seat.facts)
            )
            saved = save_answers(
                work, phone.seat, part.assignment_public_id, SaveRequest(key="all", version=0, answers=answers)
            )
            submit_response(work, phone.seat, part.assignment_public_id, key="send", version=saved.body["version"])
