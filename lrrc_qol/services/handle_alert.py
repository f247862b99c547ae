"""What nurses do with an alert: see it, take it, write down the contact, close it with what was done."""

from __future__ import annotations

from sqlalchemy import select, update

from lrrc_qol.domain.alerts import AlertStepKind
from lrrc_qol.domain.errors import InvalidInput, LrrcQolError, NotFound
from lrrc_qol.persistence.models import Alert, AlertStep, Staff
from lrrc_qol.services import audit
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
)
NOTE_LIMIT = 4000


class TakenBySomebodyElse(LrrcQolError):
    """Another nurse owns the alert; `owner` is the name to show."""

    def __init__(self, owner: str) -> None:
        super().__init__(f"{owner} has taken this alert")
        self.owner = owner


class AlertClosed(LrrcQolError):
    """The alert was closed meanwhile; nothing was changed."""


def see_alert(work: Work, public_id: str) -> None:
    """Write down that the actor has seen the alert; once per person since it was last raised. NotFound."""
    alert = _locked(work, public_id)
    if alert.closed_at is None:
        _see(work, alert)


def take_alert(work: Work, public_id: str) -> None:
    """Become the owner. TakenBySomebodyElse when it has one, AlertClosed when it is done, NotFound."""
    alert = _open(work, public_id)
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
    _see(work, alert)
    _step(work, alert, AlertStepKind.TAKEN)


def take_over_alert(work: Work, public_id: str) -> None:
    """Take the alert over from its owner, who is off duty or called away; written down like everything else."""
    alert = _open(work, public_id)
    if alert.owner_id == work.actor.id:
        return
    before = alert.owner_id
    alert.owner_id = work.actor.id
    _see(work, alert)
    _step(work, alert, AlertStepKind.TAKEN, detail={"from": before})


def log_contact(work: Work, public_id: str, *, reached: bool, note: str) -> bool:
    """Write down a call, reached or no answer, with an optional note; NotFound, InvalidInput.

    A call that was made is never lost: on a closed alert it joins the history, the alert stays closed, and the answer
    is false.
    """
    _check_note(note)
    alert = _locked(work, public_id)
    still_open = alert.closed_at is None
    if still_open:
        _see(work, alert)
    _step(work, alert, AlertStepKind.CONTACTED if reached else AlertStepKind.NO_ANSWER, note=note)
    return still_open


def close_alert(work: Work, public_id: str, *, action: str, note: str) -> None:
    """Close with what was done (one of ACTIONS) and a note; both are needed. AlertClosed, NotFound, InvalidInput."""
    faults = _close_faults(action, note)
    if faults:
        raise InvalidInput(faults)
    alert = _open(work, public_id)
    _see(work, alert)
    alert.closed_at = work.now
    _step(work, alert, AlertStepKind.CLOSED, action=action, note=note)


def _close_faults(action: str, note: str) -> dict[str, str]:
    faults = {}
    if action not in ACTIONS:
        faults["action"] = "Choose what was done."
    if not note.strip():
        faults["note"] = "Write in a few words what was done."
    elif len(note) > NOTE_LIMIT:
        faults["note"] = f"Use at most {NOTE_LIMIT} characters."
    return faults


def _check_note(note: str) -> None:
    if len(note) > NOTE_LIMIT:
        raise InvalidInput({"note": f"Use at most {NOTE_LIMIT} characters."})


def _locked(work: Work, public_id: str) -> Alert:
    alert = work.session.scalars(
        select(Alert).where(Alert.public_id == public_id, Alert.centre_id == work.actor.centre()).with_for_update()
    ).first()
    if alert is None:
        raise NotFound("no such alert")
    return alert


def _open(work: Work, public_id: str) -> Alert:
    alert = _locked(work, public_id)
    if alert.closed_at is not None:
        raise AlertClosed("this alert was closed already")
    return alert


def _see(work: Work, alert: Alert) -> None:
    steps = work.session.execute(
        select(AlertStep.kind, AlertStep.staff_id).where(AlertStep.alert_id == alert.id).order_by(AlertStep.id.desc())
    ).all()
    for kind, staff_id in steps:
        if kind == AlertStepKind.SEEN and staff_id == work.actor.id:
            return
        if kind in (AlertStepKind.RAISED, AlertStepKind.RAISED_AGAIN):
            break
    _step(work, alert, AlertStepKind.SEEN)


def _step(
    work: Work,
    alert: Alert,
    kind: AlertStepKind,
    *,
    action: str | None = None,
    note: str = "",
    detail: dict[str, int | None] | None = None,
) -> None:
    work.session.add(
        AlertStep(
            alert_id=alert.id,
            kind=kind.value,
            action=action,
            note_sealed=work.cipher.seal(note.strip(), field="alert_step.note") if note.strip() else None,
            taken_at=work.now,
            staff_id=work.actor.id,
            evidence={},
        )
    )
    work.session.flush()
    audit.record(
        work,
        f"alert_{kind.value}",
        subject_kind="alert",
        subject_id=alert.id,
        centre_id=alert.centre_id,
        episode_id=alert.episode_id,
        detail={"action": action} if action else dict(detail or {}),
    )


def _owner_name(work: Work, alert: Alert) -> str:
    owner = select(Staff.name).join(Alert, Alert.owner_id == Staff.id).where(Alert.id == alert.id)
    return work.session.scalar(owner) or "A colleague"
