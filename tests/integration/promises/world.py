"""A centre with a bit of everything about one patient, and the strings that must never reach the wrong reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import count

from sqlalchemy import select

from lrrc_qol.domain.events import EventKind
from lrrc_qol.mail.unsubscribe import make_token
from lrrc_qol.persistence.models import (
    Alert,
    EpisodeEvent,
    LanguageReview,
    Patient,
    PatientNote,
    Response,
    Staff,
    StaffAbsence,
    Task,
)
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.answer_form import submit_response
from lrrc_qol.services.care import write_note
from lrrc_qol.services.classify_recurrence import classify_recurrence
from lrrc_qol.services.clinic.duty import note_absence
from lrrc_qol.services.clinical_record.edit import save_section
from lrrc_qol.services.context import COMMAND, Actor, Work
from lrrc_qol.services.protocol_versions import make_draft
from lrrc_qol.services.record_event import record_event
from lrrc_qol.services.request_call import request_call
from lrrc_qol.services.resend_link import resend_link
from lrrc_qol.services.rule_versions import make_rule_draft
from lrrc_qol.web.admin.wording_words import LANGUAGES
from tests.assessments import an_assessment
from tests.factories import answer, answers_for, assignment, make_link, make_patient, save, take_seat
from tests.staff_entry import nurse_seat
from tests.wording_packs import approved, draft

NAME = "Quillon Featherstone"
YEAR = "1947"
PLACES = (
    *("patient", "alert", "task", "event", "response", "staff", "assignment", "link", "stop", "review"),
    *("wording", "in_use", "twice", "visit", "assessment", "treatment", "plan_draft", "rule_draft", "note", "absence"),
)
PAIN = "pain_nrs"
CHECKED_PART = "distress_nrs"
TYPED_PART, TYPED_ITEM = "pe_wellbeing", "overall"
LICENSED = "phq2"
# One for each record: of two approved wordings in one language only the newer is in use.
WORDING_LANGUAGES = tuple(tag for tag in LANGUAGES if tag != "en")
numbers = count(1)


@dataclass(frozen=True)
class Record:
    """A patient in the middle of the baseline visit: one part sent, one with an alert, a task, an event, a mail.

    `places` fills the variables of any route; `canaries` are strings that only the patient's own centre may read.
    `questions` are those of them that are told by which question was answered and by which rule it was judged.
    """

    places: dict[str, str]
    canaries: tuple[str, ...]
    questions: frozenset[str]
    patient: str
    link: str
    seat_form: str


def make_record(runtime: Runtime, nurse: Actor, *, colleague: Actor) -> Record:
    """A new patient of the nurse's centre with everything that a route can name."""
    number = next(numbers)
    hospital_number, email = f"CANARY-{number}", f"canary.{number}@featherstone.example"
    patient = make_patient(
        runtime,
        nurse,
        name=NAME,
        born_on=date(int(YEAR), 8, 9),
        hospital_number=hospital_number,
        email=email,
        phone="+44 7700 900321",
    )
    phone = take_seat(runtime, patient, year=YEAR)
    pain, checked = assignment(runtime, phone, PAIN), assignment(runtime, phone, CHECKED_PART)
    save(runtime, phone, pain, answer("pain_worst", 9), key="world-pain")
    _, body = save(runtime, phone, checked, answer("distress", 3), key="world-part")
    with runtime.writing(phone.actor) as work:
        submit_response(work, phone.seat, checked, key="world-send", version=body["version"])
        request_call(work, phone.seat)
    typed = nurse_seat(runtime, nurse, patient, twice=True)
    twice = assignment(runtime, typed, TYPED_PART)
    save(runtime, typed, twice, answer(TYPED_ITEM, 4), key="world-paper")
    with runtime.writing(nurse) as work:
        record_event(
            work,
            patient,
            kind=EventKind.RECURRENCE,
            happened_on=work.today_in("Europe/London"),
            detail=answers_for(runtime, EventKind.RECURRENCE),
        )
        resend_link(work, patient)
        write_note(work, patient, f"Noted {hospital_number}.", restricted=True)
        save_section(work, patient, "disease", {"indication": "recurrence"})
        treatment = save_section(work, patient, "treatment", {"kind": "reirradiation"})
        plan_draft = make_draft(work, based_on="1.0")
        rule_draft = make_rule_draft(work)
        today = work.today_in("Europe/London")
        note_absence(work, who=_staff_place(work, colleague), cover="", first_day=today, last_day=today)
        absence = work.session.scalars(
            select(StaffAbsence.public_id).where(StaffAbsence.staff_id == colleague.id)
        ).one()
        assessment = classify_recurrence(work, patient, an_assessment(rated_on=work.today_in("Europe/London")))
    link = make_link(runtime, patient)
    packs = {"instrument_id": LICENSED, "language": WORDING_LANGUAGES[number % len(WORDING_LANGUAGES)]}
    in_use, _ = approved(runtime, nurse, says="Printed", **packs)
    wording = draft(runtime, nurse, says=f"Words {number}", **packs)
    review = f"review-{number}"
    with runtime.writing(COMMAND) as work:
        work.session.add(
            LanguageReview(
                public_id=review,
                centre_id=nurse.centre(),
                language="nl",
                digest="0" * 64,
                reviewer_name="Joost Voorbeeld",
                reviewer_qualification="Nurse, native speaker",
                reviewed_on=work.today_in("Europe/London"),
                recorded_at=work.now,
                recorded_by=nurse.id,
            )
        )
    with runtime.reading(COMMAND) as work:
        row = work.session.scalars(select(Patient).where(Patient.public_id == patient)).one()
        episode = phone.seat.episode_id
        sent = select(Response.id).where(Response.episode_id == episode, Response.submitted_at.is_not(None))
        alert = work.session.scalars(select(Alert).where(Alert.episode_id == episode)).one()
        places = {
            "patient": row.public_id,
            "alert": alert.public_id,
            "task": work.session.scalars(select(Task.public_id).where(Task.episode_id == episode)).one(),
            "event": work.session.scalars(
                select(EpisodeEvent.public_id).where(EpisodeEvent.episode_id == episode)
            ).one(),
            "response": str(work.session.scalars(sent).one()),
            "staff": _staff_place(work, colleague),
            "assignment": pain,
            "link": link,
            "stop": make_token(runtime.settings.secret_key, patient),
            "wording": wording,
            "in_use": in_use,
            "review": review,
            "twice": twice,
            "visit": phone.seat.visit_public_id,
            "assessment": assessment,
            "treatment": treatment.row_key,
            "plan_draft": plan_draft,
            "rule_draft": rule_draft,
            "note": work.session.scalars(select(PatientNote.public_id).where(PatientNote.episode_id == episode)).one(),
            "absence": absence,
        }
        answered = work.catalogue.wording(PAIN, work.catalogue.instrument(PAIN).version, "en", allow_topics=True)
    return Record(
        places=places,
        canaries=(
            NAME,
            NAME.split()[0],
            NAME.split()[1],
            hospital_number,
            email,
            answered.items["pain_worst"].text,
            alert.reason,
            f"Words {number} title",
        ),
        questions=frozenset({answered.items["pain_worst"].text, alert.reason}),
        patient=patient,
        link=link,
        seat_form=pain,
    )


def _staff_place(work: Work, person: Actor) -> str:
    """The public id of a member of staff."""
    return work.session.get_one(Staff, person.id).public_id
