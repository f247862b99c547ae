"""What every act on an alert shares: the locked row, the step that is added, the mark that a person has looked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from lrrc_qol.domain.alerts import RAISING, AlertStepKind
from lrrc_qol.domain.clinic_clock import ClinicCalendar, after_open_minutes, open_minutes
from lrrc_qol.domain.errors import InvalidInput, LrrcQolError, NotFound
from lrrc_qol.persistence.models import Alert, AlertStep
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work

NOTE_LIMIT = 4000
# What a form carries so that a button pressed twice is one act; kept with the step, no part of the audit.
PRESS = "press"


class AlertClosed(LrrcQolError):
    """The alert was closed meanwhile; nothing was changed."""


def locked_alert(work: Work, public_id: str) -> Alert:
    """An alert of the actor's centre, held until the end of the transaction; NotFound."""
    alert = work.session.scalars(
        select(Alert).where(Alert.public_id == public_id, Alert.centre_id == work.actor.centre()).with_for_update()
    ).first()
    if alert is None:
        raise NotFound("no such alert")
    return alert


def locked_open_alert(work: Work, public_id: str) -> Alert:
    """The same, as long as nobody has closed it; AlertClosed, NotFound."""
    alert = locked_alert(work, public_id)
    if alert.closed_at is not None:
        raise AlertClosed("this alert was closed already")
    return alert


def step_kinds(work: Work, alert: Alert) -> list[str]:
    """What happened to the alert, oldest first."""
    steps = select(AlertStep.kind).where(AlertStep.alert_id == alert.id).order_by(AlertStep.id)
    return list(work.session.scalars(steps))


def pressed_before(work: Work, alert: Alert, press: str) -> bool:
    """Whether the form with this mark was taken in already; never for a form without one."""
    if not press:
        return False
    kept = work.session.scalars(select(AlertStep.evidence).where(AlertStep.alert_id == alert.id))
    return any(evidence.get(PRESS) == press for evidence in kept)


def note_seen(work: Work, alert: Alert) -> None:
    """Write down that the actor has looked; once per person since the alert was last raised."""
    steps = work.session.execute(
        select(AlertStep.kind, AlertStep.staff_id).where(AlertStep.alert_id == alert.id).order_by(AlertStep.id.desc())
    ).all()
    for kind, staff_id in steps:
        if kind == AlertStepKind.SEEN and staff_id == work.actor.id:
            return
        if kind in RAISING:
            break
    add_step(work, alert, AlertStepKind.SEEN)


def add_step(
    work: Work,
    alert: Alert,
    kind: AlertStepKind,
    *,
    action: str | None = None,
    note: str = "",
    detail: dict[str, Any] | None = None,
    audited: dict[str, Any] | None = None,
) -> None:
    """Add one step and its audit row. `detail` is kept with the step, `audited` only in the audit trail."""
    work.session.add(
        AlertStep(
            alert_id=alert.id,
            kind=kind.value,
            action=action,
            note_sealed=work.cipher.seal(note.strip(), field="alert_step.note") if note.strip() else None,
            taken_at=work.now,
            staff_id=work.actor.id,
            evidence=dict(detail or {}),
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
        detail={"action": action} if action else _without_press(detail or {}) | dict(audited or {}),
    )


def _without_press(detail: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in detail.items() if key != PRESS}


def check_note(note: str, *, missing: str = "") -> None:
    """InvalidInput for a note that is too long, or empty where `missing` says what is to be written."""
    if missing and not note.strip():
        raise InvalidInput({"note": missing})
    if len(note) > NOTE_LIMIT:
        raise InvalidInput({"note": f"Use at most {NOTE_LIMIT} characters."})


def restart_clock(alert: Alert, calendar: ClinicCalendar, start: datetime) -> None:
    """Give the alert the opening time of its target once more, from `start`."""
    if alert.target_at is not None:
        minutes = open_minutes(calendar, alert.clock_from or alert.raised_at, alert.target_at)
        alert.target_at = after_open_minutes(calendar, start, minutes)
    alert.clock_from = start
