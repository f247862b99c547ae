"""A seat at a patient's form, through staff: on paper, on the phone or face to face, or on the ward's tablet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import exists, or_, select

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.persistence.crypto import new_token, token_hash
from lrrc_qol.persistence.models import Assignment, Link, PatientSession, Response, Visit
from lrrc_qol.persistence.queries.record import PatientRow
from lrrc_qol.services import audit
from lrrc_qol.services.answer_form.rows import rows_with_words
from lrrc_qol.services.consent.acts import refuses_forms
from lrrc_qol.services.context import Work
from lrrc_qol.services.find_episode import events_of
from lrrc_qol.services.link_rules import was_begun
from lrrc_qol.services.patient_facts import entry_refusal
from lrrc_qol.services.patient_session import PAPER, PAPER_TWICE, WARD_TABLET, find_seat
from lrrc_qol.services.read_record import find_patient_row

MODES = (PAPER, "telephone", "face_to_face", WARD_TABLET)
RESPONDENTS = ("patient", "helped", "interpreter", "proxy")
WITH_RELATION = frozenset({"helped", "interpreter", "proxy"})
NEVER_A_PROXY = "interpreter"
FORMS_REFUSED = (
    "The patient's newest consent refuses that forms are answered. If the patient agrees now, record that under "
    "Consent first."
)
# A form may be taken a little before its time, when the patient is there anyway. Design figure.
AHEAD = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class EntryVisit:
    """A visit of the episode that has forms to be sent, with its window."""

    id: int
    public_id: str
    key: str
    name: str
    opens_on: date
    due_on: date
    closes_on: date

    def holds(self, day: date) -> bool:
        """Whether the day lies in the window."""
        return self.opens_on <= day <= self.closes_on


@dataclass(frozen=True, slots=True)
class EntryRequest:
    """What the form says. `visit` is empty for the one that the day proposes; `twice` is for paper only.

    `any_day`: a day outside the window of the visit was seen and is meant.
    """

    visit: str
    mode: str
    respondent: str
    relation: str
    answered_on: date
    twice: bool = False
    any_day: bool = False


class OutOfWindow(InvalidInput):
    """The day lies outside the window of the visit, which must be said before it is used all the same."""

    def __init__(self, visit: EntryVisit) -> None:
        super().__init__({"visit": f"The day lies outside the window of {visit.name}."})
        self.visit = visit


def read_entry_visits(work: Work, public_id: str) -> tuple[PatientRow, tuple[EntryVisit, ...]]:
    """The patient and the visits that something can be typed in for, by due day; NotFound as everywhere.

    Those that open much later are left out: nobody answers them yet.
    """
    patient = find_patient_row(work, public_id)
    soon = work.today_in(patient.timezone) + AHEAD
    unsent = (
        select(Assignment.id)
        .outerjoin(Response, Response.assignment_id == Assignment.id)
        .where(Assignment.visit_id == Visit.id, Response.submitted_at.is_(None))
        .correlate(Visit)
    )
    rows = work.session.execute(
        select(Visit.id, Visit.public_id, Visit.key, Visit.name, Visit.opens_on, Visit.due_on, Visit.closes_on)
        .where(
            Visit.episode_id == patient.episode_id,
            Visit.centre_id == work.actor.centre(),
            or_(Visit.planned, was_begun()),
            Visit.opens_on <= soon,
            Visit.completed_at.is_(None),
            exists(unsent),
        )
        .order_by(Visit.due_on, Visit.id)
    )
    return patient, tuple(EntryVisit(*row) for row in rows)


def propose_visit(visits: Sequence[EntryVisit], day: date) -> EntryVisit | None:
    """The visit that a form of that day belongs to: whose window holds it, else the nearest by due day.

    Of several windows that hold it, the one whose due day is nearest counts.
    """
    holding = [visit for visit in visits if visit.holds(day)]
    return min(holding or visits, key=lambda visit: (abs((visit.due_on - day).days), visit.due_on), default=None)


def begin_entry(work: Work, public_id: str, wanted: EntryRequest) -> str:
    """Open a session at the visit's forms; return its token.

    It is this member of staff's, who types in, except for the ward's tablet: there it is the patient's, and who gives
    the tablet away has to be signed out of it.

    InvalidInput for a day that cannot be, a person who cannot answer so, or no question that may be asked this way;
    OutOfWindow unless a day outside the window was confirmed.
    """
    patient, visits = read_entry_visits(work, public_id)
    faults = _faults(work, patient, wanted)
    visit = _visit(visits, wanted)
    if visit is None:
        faults["visit"] = "There is no visit with forms still to be sent." if not visits else "Choose a visit."
    if faults or visit is None:
        raise InvalidInput(faults)
    if not visit.holds(wanted.answered_on) and not wanted.any_day:
        raise OutOfWindow(visit)
    return _take_seat(work, patient, visit, wanted)


def _visit(visits: Sequence[EntryVisit], wanted: EntryRequest) -> EntryVisit | None:
    if not wanted.visit:
        return propose_visit(visits, wanted.answered_on)
    return next((visit for visit in visits if visit.public_id == wanted.visit), None)


def _faults(work: Work, patient: PatientRow, wanted: EntryRequest) -> dict[str, str]:
    faults = {
        "mode": "" if wanted.mode in MODES else "Choose how the form is answered.",
        "respondent": "" if wanted.respondent in RESPONDENTS else "Choose who answers.",
        "relation": _relation_fault(work, wanted),
        "answered_on": _day_fault(work, patient, wanted),
        "twice": "Only paper can be typed twice." if wanted.twice and wanted.mode != PAPER else "",
    }
    return {name: text for name, text in faults.items() if text}


def _relation_fault(work: Work, wanted: EntryRequest) -> str:
    if wanted.relation and wanted.relation not in work.catalogue.relations.labels:
        return "Choose from the list."
    if wanted.respondent != "proxy":
        return ""
    if not wanted.relation:
        return "Choose who answers for the patient."
    if wanted.relation == NEVER_A_PROXY:
        return "An interpreter says what the patient answers. Choose “through an interpreter” above."
    return ""


def _day_fault(work: Work, patient: PatientRow, wanted: EntryRequest) -> str:
    if wanted.answered_on > work.today_in(patient.timezone):
        return "The day is in the future."
    if wanted.answered_on < patient.enrolled_on:
        return "The day is before the patient was enrolled."
    if refuses_forms(work, patient.id):
        return FORMS_REFUSED
    if wanted.mode == WARD_TABLET and wanted.answered_on != work.today_in(patient.timezone):
        return "On the tablet the patient answers now: the day is today."
    events = events_of(work, patient.episode_id)
    return entry_refusal(events, on_paper=wanted.mode == PAPER, answered_on=wanted.answered_on)


def _take_seat(work: Work, patient: PatientRow, visit: EntryVisit, wanted: EntryRequest) -> str:
    """A session with a link of its own, whose token nobody ever gets."""
    centre_id = work.actor.centre()
    link = Link(
        token_hash=token_hash(new_token()),
        centre_id=centre_id,
        patient_id=patient.id,
        visit_id=visit.id,
        created_at=work.now,
    )
    work.session.add(link)
    work.session.flush()
    token, on_tablet = new_token(), wanted.mode == WARD_TABLET
    work.session.add(
        PatientSession(
            token_hash=token_hash(token),
            link_id=link.id,
            visit_id=visit.id,
            staff_id=None if on_tablet else work.actor.id,
            mode=PAPER_TWICE if wanted.twice else wanted.mode,
            respondent=wanted.respondent,
            respondent_relation=wanted.relation if wanted.relation and wanted.respondent in WITH_RELATION else None,
            answered_on=None if on_tablet else wanted.answered_on,
            created_at=work.now,
            last_seen_at=work.now,
        )
    )
    work.session.flush()
    _check_questions(work, token)
    audit.record(
        work,
        "began_entry",
        subject_kind="visit",
        subject_id=visit.id,
        centre_id=centre_id,
        episode_id=patient.episode_id,
        detail={
            "mode": wanted.mode,
            "respondent": wanted.respondent,
            "answered_on": wanted.answered_on.isoformat(),
            "twice": wanted.twice,
        },
    )
    return token


def _check_questions(work: Work, token: str) -> None:
    """InvalidInput unless the licence of at least one questionnaire that is still to be sent permits this way."""
    seat = find_seat(work, token)
    if seat is None or not rows_with_words(work, seat, unsent=True):
        raise InvalidInput({"mode": "No questionnaire of this visit may be asked this way: see the licences."})
