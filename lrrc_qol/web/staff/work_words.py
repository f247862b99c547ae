"""States, kinds and spans of time of the worklist and the alert page, as staff read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from lrrc_qol.domain.alerts import (
    CALLS_BEFORE_NEXT_STEP,
    RAISING,
    AlertState,
    AlertStepKind,
    alert_state,
    calls_without_answer,
)
from lrrc_qol.domain.instrument import Missing
from lrrc_qol.domain.recovery import ChangeClass
from lrrc_qol.persistence.queries.worklist import WorkKind

LONGEST_COUNTDOWN = timedelta(hours=12)
KINDS = {
    WorkKind.ALERT: "Alerts",
    WorkKind.CALL_REQUEST: "Asked for a call",
    WorkKind.JOB: "Failed jobs",
    WorkKind.NO_BASELINE: "No baseline",
    WorkKind.LOCKED: "Locked links",
    WorkKind.ADDRESS: "Address problems",
    WorkKind.TASK: "Other tasks",
    WorkKind.SILENT: "Silent",
    WorkKind.REVIEW: "Forms to read",
    WorkKind.CONSENT: "Consent to renew",
    WorkKind.WORDING: "Licences ending",
    WorkKind.DUE: "Due",
}
# The badge of a row that is no alert, and how it looks.
BADGES = {
    WorkKind.CALL_REQUEST: ("Call asked for", "badge-amber"),
    WorkKind.JOB: ("Failed job", "badge-amber"),
    WorkKind.NO_BASELINE: ("No baseline", "badge-amber"),
    WorkKind.LOCKED: ("Locked link", "badge-yellow"),
    WorkKind.ADDRESS: ("Address", "badge-yellow"),
    WorkKind.TASK: ("Task", "badge-info"),
    WorkKind.SILENT: ("Silent", "badge-yellow"),
    WorkKind.REVIEW: ("To read", "badge-info"),
    WorkKind.CONSENT: ("Consent", "badge-plain"),
    WorkKind.WORDING: ("Licence", "badge-plain"),
    WorkKind.DUE: ("Due", "badge-plain"),
}
LEVELS = {"red": "Red", "amber": "Amber", "yellow": "Yellow", "info": "Info"}
CHANGES = {
    ChangeClass.IMPROVED: "better",
    ChangeClass.AS_BEFORE: "about the same",
    ChangeClass.WORSE: "worse",
}
TASKS = {
    "call_request": "Feels unwell: asked for a call",
    "call_silent_patient": "Call: the form was not answered",
    "talk_topics": "Wants to talk about something at the next visit",
    "address_disputed": "Says that somebody else asked for another e-mail address",
    "link_wanted": "Asked for a new link, but no mail can be sent",
    "link_locked": "Could not get in: wrong year of birth several times",
    "mail_failed": "A message could not be sent",
    "address_problem": "Mail came back: the e-mail address does not work",
    "mail_returned_often": "Messages did not arrive several times: check address and number",
    "mail_unwanted": "Marked our mail as unwanted: mails are stopped, ask why",
    "number_problem": "A short message cannot be delivered: mails go out again, check the number",
    "own": "Set by the team",
    "check_anatomy": "Check the anatomy: a form says something else than the record",
}
STATES = {
    AlertState.NEW: "New",
    AlertState.SEEN: "Seen",
    AlertState.CONTACTED: "Patient reached",
    AlertState.CLOSED: "Closed",
}
TRIED = f"No answer, {CALLS_BEFORE_NEXT_STEP} calls or more: decide what comes next"
# What is said instead of "Seen" when this was done last.
LAST_DONE = {
    AlertStepKind.HANDED_OVER: "Handed over",
    AlertStepKind.SNOOZED: "Back: it was put off",
    AlertStepKind.REOPENED: "Reopened",
}
STEPS = {
    AlertStepKind.RAISED: "Raised by the answers",
    AlertStepKind.RECURRED: "Recurred: the rule fired again after it had been closed",
    AlertStepKind.RAISED_AGAIN: "Raised again by newer answers",
    AlertStepKind.SEEN: "Seen",
    AlertStepKind.TAKEN: "Taken",
    AlertStepKind.CONTACTED: "Patient reached",
    AlertStepKind.NO_ANSWER: "Called, no answer",
    AlertStepKind.NOTE: "Note",
    AlertStepKind.HANDED_OVER: "Handed over",
    AlertStepKind.SNOOZED: "Put off",
    AlertStepKind.CHASED: "Past its target: reminded by mail",
    AlertStepKind.ESCALATED: "Not looked at in time: passed on",
    AlertStepKind.CLOSED: "Closed",
    AlertStepKind.REOPENED: "Reopened",
}
ACTIONS = {
    "advice": "Advice given",
    "analgesia_change": "Pain medicine changed",
    "gp": "Sent to the family doctor",
    "clinic": "Clinic visit arranged",
    "emergency_department": "Sent to the emergency department",
    "readmission": "Admitted to hospital",
    "referral": "Referred to another specialist",
    "false_alarm": "False alarm",
    "not_reached": "Not reached after three calls",
}
HELD = {
    "paused": "mails paused",
    "inpatient": "in hospital",
    "opted_out": "mails stopped by the patient",
    "withdrawn_reminders": "wants no reminders",
    "address_bounced": "address does not work",
}
MISSING = {
    Missing.DECLINED: "did not want to answer",
    Missing.NOT_APPLICABLE: "does not apply",
    Missing.NOT_ANSWERED: "not answered",
}
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def task_words(kind: str) -> str:
    """The kind of a task in words; an unknown one reads as its name."""
    return TASKS.get(kind, kind.replace("_", " ").capitalize())


def change_words(value: float, other: float, judged: ChangeClass) -> tuple[str, str]:
    """An arrow for the way the number went, and the words for what that means; no words where nobody can judge."""
    arrow = "↑" if value > other else "↓" if value < other else "→"
    moved = "higher" if value > other else "lower" if value < other else "the same"
    return arrow, CHANGES.get(judged, moved)


def state_words(steps: Sequence[str]) -> str:
    """Where an alert stands, from the kinds of its steps: what was done last, and whether somebody has to look."""
    state = alert_state(steps)
    if state in (AlertState.CONTACTED, AlertState.CLOSED):
        return STATES[state]
    if _passed_on(steps):
        return "Nobody looked in time: passed on"
    if state is AlertState.NEW:
        return "Recurred" if AlertStepKind.RECURRED in steps else STATES[state]
    if tries := calls_without_answer(steps):
        return f"No answer, {tries} of {CALLS_BEFORE_NEXT_STEP} calls" if tries < CALLS_BEFORE_NEXT_STEP else TRIED
    done = [step for step in map(AlertStepKind, steps) if step is not AlertStepKind.CHASED]
    return LAST_DONE.get(done[-1], STATES[state])


def _passed_on(steps: Sequence[str]) -> bool:
    """Whether the program passed the alert on and nobody has done anything since."""
    for step in map(AlertStepKind, reversed(steps)):
        if step is AlertStepKind.ESCALATED:
            return True
        if step not in (*RAISING, AlertStepKind.CHASED):
            return False
    return False


def span_words(span: timedelta) -> str:
    """A length of time in the largest unit that still tells something: 12 min, 5 h, 3 days."""
    span = max(span, timedelta())
    if span < _HOUR:
        return f"{span // timedelta(minutes=1)} min"
    if span < 2 * _DAY:
        return f"{span // _HOUR} h"
    return f"{span // _DAY} days"


def clock_of(steps: Sequence[str], target_at: datetime | None, now: datetime, zone: str) -> tuple[str, bool]:
    """The clock of an alert as `clock_words` says it; none once the patient was reached or the alert closed."""
    met = alert_state(steps) in (AlertState.CONTACTED, AlertState.CLOSED)
    return ("", False) if met else clock_words(target_at, now, zone)


def clock_words(target_at: datetime | None, now: datetime, zone: str) -> tuple[str, bool]:
    """The target of the first call in words for people in `zone`, and whether it has passed."""
    if target_at is None:
        return "At the next contact", False
    if now > target_at:
        return f"{span_words(now - target_at)} over target", True
    if target_at - now > LONGEST_COUNTDOWN:
        # Over a night or a weekend a number of hours would sound like time to spare.
        return f"Call by {target_at.astimezone(ZoneInfo(zone)):%a %H:%M}", False
    return f"Call within {span_words(target_at - now)}", False


def due_words(due_on: date, today: date) -> str:
    """How a form's due day lies to today: due in 3 days, due today, 2 days late."""
    days = (today - due_on).days
    if days == 0:
        return "due today"
    unit = "day" if abs(days) == 1 else "days"
    return f"{days} {unit} late" if days > 0 else f"due in {-days} {unit}"
