"""What nurses do with an alert: see it, take it, write down the contact, close it with what was done."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from lrrc_qol.domain.alerts import CALLS_BEFORE_NEXT_STEP, AlertStepKind, calls_without_answer
from lrrc_qol.domain.errors import InvalidInput, LrrcQolError
from lrrc_qol.persistence.models import Alert, Staff
from lrrc_qol.services.alert_steps import (
    NOTE_LIMIT,
    PRESS,
    AlertClosed,
    add_step,
    check_note,
    locked_alert,
    locked_open_alert,
    note_seen,
    pressed_before,
    step_kinds,
)
from lrrc_qol.services.context import Work

ACTIONS = (
    "advice",
    "analgesia_change",
    "gp",
    "clinic",
    "emergency_department",
    "readmission",
    "referral",
    "false_alarm",
    "not_reached",
)
NOT_REACHED = "not_reached"

__all__ = [
    "ACTIONS",
    "NOTE_LIMIT",
    "AlertClosed",
    "PutOff",
    "TakenBySomebodyElse",
    "close_alert",
    "log_contact",
    "see_alert",
    "take_alert",
    "take_over_alert",
]


class TakenBySomebodyElse(LrrcQolError):
    """Another nurse owns the alert; `owner` is the name to show."""

    def __init__(self, owner: str) -> None:
        super().__init__(f"{owner} has taken this alert")
        self.owner = owner


class PutOff(LrrcQolError):
    """The alert waits until the instant `until`; whoever wants to work on it now brings it back first."""

    def __init__(self, until: datetime) -> None:
        super().__init__("this alert was put off")
        self.until = until


def see_alert(work: Work, public_id: str) -> None:
    """Write down that the actor has seen the alert; once per person since it was last raised. NotFound."""
    alert = locked_alert(work, public_id)
    if alert.closed_at is None:
        note_seen(work, alert)


def take_alert(work: Work, public_id: str) -> None:
    """Become the owner. TakenBySomebodyElse when it has one, PutOff while it waits, AlertClosed when it is done,
    NotFound."""
    alert = _at_hand(work, public_id)
    if alert.owner_id == work.actor.id:
        return
    # The condition, not the check before it, is what only one of two can pass.
    won = work.session.scalar(
        update(Alert)
        .where(Alert.id == alert.id, Alert.owner_id.is_(None))
        .values(owner_id=work.actor.id)
        .returning(Alert.id)
    )
    if won is None:
        raise TakenBySomebodyElse(_owner_name(work, alert))
    note_seen(work, alert)
    add_step(work, alert, AlertStepKind.TAKEN)


def take_over_alert(work: Work, public_id: str) -> None:
    """Take the alert over from its owner, who is off duty or called away; written down like everything else.

    PutOff while it waits, AlertClosed, NotFound.
    """
    alert = _at_hand(work, public_id)
    if alert.owner_id == work.actor.id:
        return
    before = alert.owner_id
    alert.owner_id = work.actor.id
    note_seen(work, alert)
    add_step(work, alert, AlertStepKind.TAKEN, audited={"from": before})


def log_contact(work: Work, public_id: str, *, reached: bool, note: str, press: str = "") -> bool:
    """Write down a call, reached or no answer, with an optional note; NotFound, InvalidInput.

    Whoever called has the alert from then on, unless somebody had it. A call that was made is never lost: on a closed
    alert it joins the history, the alert stays closed, and the answer is false. The same `press` counts once.
    """
    check_note(note)
    alert = locked_alert(work, public_id)
    still_open = alert.closed_at is None
    if pressed_before(work, alert, press):
        return still_open
    if still_open:
        note_seen(work, alert)
        if alert.owner_id is None:
            alert.owner_id = work.actor.id
            add_step(work, alert, AlertStepKind.TAKEN)
    kind = AlertStepKind.CONTACTED if reached else AlertStepKind.NO_ANSWER
    add_step(work, alert, kind, note=note, detail=_mark(press))
    return still_open


def close_alert(work: Work, public_id: str, *, action: str, note: str, press: str = "") -> None:
    """Close with what was done (one of ACTIONS) and a note; both are needed. AlertClosed, NotFound, InvalidInput.

    That the patient was not reached can be said after three calls only. The same `press` closes once.
    """
    faults = _close_faults(action, note)
    if faults:
        raise InvalidInput(faults)
    if pressed_before(work, locked_alert(work, public_id), press):
        return
    alert = locked_open_alert(work, public_id)
    if action == NOT_REACHED and calls_without_answer(step_kinds(work, alert)) < CALLS_BEFORE_NEXT_STEP:
        raise InvalidInput({"action": f"Write down {CALLS_BEFORE_NEXT_STEP} calls without an answer first."})
    note_seen(work, alert)
    alert.closed_at = work.now
    add_step(work, alert, AlertStepKind.CLOSED, action=action, note=note, detail=_mark(press))


def _mark(press: str) -> dict[str, str]:
    return {PRESS: press} if press else {}


def _at_hand(work: Work, public_id: str) -> Alert:
    """An open alert that does not wait for a later day, locked."""
    alert = locked_open_alert(work, public_id)
    if alert.snoozed_until is not None and alert.snoozed_until > work.now:
        raise PutOff(alert.snoozed_until)
    return alert


def _close_faults(action: str, note: str) -> dict[str, str]:
    faults = {}
    if action not in ACTIONS:
        faults["action"] = "Choose what was done."
    if not note.strip():
        faults["note"] = "Write in a few words what was done."
    elif len(note) > NOTE_LIMIT:
        faults["note"] = f"Use at most {NOTE_LIMIT} characters."
    return faults


def _owner_name(work: Work, alert: Alert) -> str:
    owner = select(Staff.name).join(Alert, Alert.owner_id == Staff.id).where(Alert.id == alert.id)
    return work.session.scalar(owner) or "A colleague"
