"""States and kinds as staff read them on the patient pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lrrc_qol.charts.wording import answering_words
from lrrc_qol.domain.baseline import Baseline, BaselineKind
from lrrc_qol.domain.contact import ContactState
from lrrc_qol.domain.events import EventKind
from lrrc_qol.domain.schedule import VisitState
from lrrc_qol.persistence.queries.happenings import MessageRow
from lrrc_qol.persistence.queries.record import FormRow, PatientRow
from lrrc_qol.services.read_record import PatientRecord, VisitView
from lrrc_qol.web.guards import runtime

VISIT_STATES = {
    VisitState.FUTURE: ("Later", ""),
    VisitState.OPEN: ("Open", "badge-info"),
    VisitState.DUE: ("Due", "badge-yellow"),
    VisitState.CLOSED: ("Missed", "badge-plain"),
    VisitState.ANSWERED: ("Answered", "badge-good"),
}
NOT_ASKED = ("Not asked", "")
MESSAGE_KINDS = {
    "invitation": "Invitation",
    "reminder": "Reminder",
    "link_resent": "Fresh link",
    "staff_alert": "Notice to staff",
    "address_confirm": "To a new address: please confirm",
    "address_notice": "To the old address: a change was asked for",
}
MESSAGE_STATES = {
    "queued": ("Waiting to be sent", ""),
    "sending": ("Being sent", ""),
    "sent": ("Sent", "badge-good"),
    "failed": ("Could not be sent", "badge-amber"),
    "suppressed": ("Held back", "badge-plain"),
}
OUTCOMES = {
    "died": "the patient died",
    "death": "the patient died",
    "withdrawn": "the patient withdrew",
    "withdrawal_new_data": "the patient withdrew",
    "withdrawal_all": "the patient withdrew",
    "withdrawal_reminders": "the patient wants no reminders",
    "withdrawn_reminders": "the patient wants no reminders",
    "no_consent": "the patient's consent does not cover mails",
    "opted_out": "the patient stopped the mails",
    "opt_out": "the patient stopped the mails",
    "paused": "mails are paused",
    "inpatient": "the patient is in hospital",
    "answered": "the form was already answered",
    "address_bounced": "the address does not work",
    "no_address": "there is no address",
    "no_form": "no questionnaire of the visit could be shown",
    "window_closed": "the time to answer was over",
    "too_late": "it waited too long; a later message stands for it, or a nurse was asked",
    "planned_anew": "the visit was planned anew",
    "episode_closed": "follow-up has ended",
    "palliative": "follow-up was ended",
    "cancelled_surgery": "follow-up was ended",
    "re_exenteration": "a new follow-up began",
    "unknown": "the patient's state could not be read",
}
FAILURES = {
    "refused": "it was refused for good",
    "gave_up": "it was tried again and again, and given up",
}
REPORTS = {
    "email": {
        "delivered": ("Arrived", "badge-good"),
        "hard": ("Came back: the address does not work", "badge-amber"),
        "soft": ("Did not arrive this time", "badge-yellow"),
        "complaint": ("Marked as unwanted by the patient", "badge-amber"),
    },
    "sms": {
        "delivered": ("Arrived on the phone", "badge-good"),
        "hard": ("Did not arrive: the number does not work", "badge-amber"),
        "soft": ("Did not arrive this time", "badge-yellow"),
        "complaint": ("Marked as unwanted by the patient", "badge-amber"),
    },
}
NO_WORDS = {
    "none": "no approved wording in this language is installed",
    "expired": "the licence of its wording has ended",
    "mode": "the licence of its wording does not permit answers on a phone",
    "shell": "its questions are not defined yet",
}
CONTACT_STATES = (
    ("died", "Died", "badge-red"),
    ("withdrawn", "Withdrawn", "badge-amber"),
    ("withdrawn_reminders", "No reminders wanted", "badge-plain"),
    ("opted_out", "Mails stopped by the patient", "badge-yellow"),
    ("paused", "Mails paused", "badge-yellow"),
    ("inpatient", "In hospital", "badge-info"),
    ("ended", "Follow-up ended", "badge-plain"),
    ("light", "Only the short set", "badge-plain"),
    ("softened", "Softer mails", "badge-plain"),
    ("address_bounced", "Address does not work", "badge-amber"),
)
ANATOMY_WORDS = {
    "stoma": "Has a stoma for stool (bag)",
    "urostomy": "Has a urostomy (bag for urine)",
    "rectum_removed": "Rectum removed",
    "bladder_removed": "Bladder removed, no new bladder made",
    "vagina": "Vagina present or reconstructed",
    "nerve_resection": "Major nerve of the pelvis or leg removed",
}
ANATOMY_NAMES = {
    "stoma": "stoma",
    "urostomy": "urostomy",
    "rectum_removed": "rectum removed",
    "bladder_removed": "bladder removed",
    "vagina": "vagina",
    "nerve_resection": "major nerve removed",
}
# What it is called when the fact is known not to hold and "no" before it would read badly.
NOT_SO = {
    "rectum_removed": "rectum kept",
    "bladder_removed": "bladder kept",
    "nerve_resection": "no major nerve removed",
}
BASELINES = {
    BaselineKind.PROSPECTIVE: ("Baseline: before the operation", "badge-good"),
    BaselineKind.STALE: ("Baseline: old", "badge-yellow"),
    BaselineKind.RECALLED: ("Baseline: recalled", "badge-yellow"),
    BaselineKind.NONE: ("No baseline", "badge-amber"),
}


def outcome_words(message: MessageRow) -> str:
    """Why a message has not gone out, in words; empty for one that has, or that was not tried yet."""
    if message.outcome is None or message.status in ("sent", "sending"):
        return ""
    if message.status == "queued":
        return "it could not be sent yet and is tried again"
    kind, _, reason = message.outcome.partition(": ")
    if kind in FAILURES:
        return f"{FAILURES[kind]} ({reason})" if reason else FAILURES[kind]
    return OUTCOMES.get(message.outcome, message.outcome.replace("_", " "))


def baseline_badge(baseline: Baseline, *, operated: bool) -> tuple[str, str]:
    """Words and badge class of a baseline; before the operation a missing one can still come."""
    if baseline.kind is BaselineKind.NONE and not operated:
        return "No baseline yet", "badge-yellow"
    return BASELINES[baseline.kind]


def contact_badges(contact: ContactState) -> Iterable[tuple[str, str]]:
    """Words and badge class of everything that limits contact."""
    return tuple((words, badge) for name, words, badge in CONTACT_STATES if getattr(contact, name))


def visit_badge(visit: VisitView, ended_on: date | None) -> tuple[str, str]:
    """Words and badge class of a visit; nothing is open, and nothing due then or later missed, after the end."""
    over = ended_on is not None and (visit.state is not VisitState.CLOSED or visit.row.due_on >= ended_on)
    return NOT_ASKED if over and visit.state is not VisitState.ANSWERED else VISIT_STATES[visit.state]


def form_marks(form: FormRow) -> tuple[str, ...]:
    """How and by whom a form was answered, where that is not the patient alone on a screen."""
    return answering_words(form.mode or "", form.respondent or "")


def anatomy_lines(patient: PatientRow) -> tuple[tuple[str, str], ...]:
    """The anatomy in three lines: what is there, what is not, and what is not known."""
    facts = [fact for fact in patient.anatomy if fact != "vagina" or patient.sex == "female"]
    lines = (
        (heading, ", ".join(ANATOMY_NAMES[fact] for fact in facts if patient.anatomy[fact] is known))
        for heading, known in (("Yes", True), ("No", False), ("Not known", None))
    )
    return tuple((heading, words) for heading, words in lines if words)


@dataclass(frozen=True, slots=True)
class StripMark:
    """One happening in the strip above the curves; `day` counts from the operation. `kind` is `anchor` for dates."""

    words: str
    on: date
    day: int | None
    kind: str


def event_strip(record: PatientRecord) -> tuple[StripMark, ...]:
    """The dates of the episode and the events that stand, in order; discharge is one of the dates already."""
    patient = record.patient
    dates = (("Enrolled", patient.enrolled_on), ("Operation", patient.surgery_on), ("Went home", patient.discharged_on))
    marks = [(words, on, "anchor") for words, on in dates if on is not None]
    marks += [
        (event_words(event.kind), event.happened_on, "")
        for event in record.events
        if event.revoked_at is None and event.kind != EventKind.DISCHARGE
    ]
    surgery = patient.surgery_on
    return tuple(
        StripMark(words, on, None if surgery is None else (on - surgery).days, kind)
        for words, on, kind in sorted(marks, key=lambda mark: mark[1])
    )


@dataclass(frozen=True, slots=True)
class AnatomyMark:
    """One fact of the anatomy in words; `state` is yes, no or unknown."""

    fact: str
    state: str
    words: str


def anatomy_marks(patient: PatientRow) -> tuple[AnatomyMark, ...]:
    """Every fact of the anatomy that can apply to this person, what is there first."""
    facts = [fact for fact in patient.anatomy if fact != "vagina" or patient.sex == "female"]
    held = [AnatomyMark(fact, "yes", ANATOMY_NAMES[fact]) for fact in facts if patient.anatomy[fact]]
    unknown = [
        AnatomyMark(fact, "unknown", f"{ANATOMY_NAMES[fact]}: not known")
        for fact in facts
        if patient.anatomy[fact] is None
    ]
    others = [
        AnatomyMark(fact, "no", NOT_SO.get(fact, f"no {ANATOMY_NAMES[fact]}"))
        for fact in facts
        if patient.anatomy[fact] is False
    ]
    return (*held, *unknown, *others)


def day_words(day: int | None) -> str:
    """Days since the operation in words."""
    if day is None:
        return ""
    return "day of the operation" if day == 0 else f"day {day}"


def event_words(kind: str) -> str:
    """An event's kind as a person reads it; the words stand with its reaction in the table of events."""
    return runtime().catalogue.events.rule(EventKind(kind)).words
