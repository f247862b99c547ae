"""The opening hours and holidays of a centre as a clock, and the clocks of open alerts when those change."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lrrc_qol.domain.clinic_clock import ClinicCalendar, after_open_minutes, open_minutes
from lrrc_qol.persistence.models import Alert, Centre
from lrrc_qol.services.context import Work


def calendar_of(centre: Centre) -> ClinicCalendar:
    """When the clinic of a centre is open."""
    closed = frozenset(date.fromisoformat(day) for day in centre.holidays or {})
    return ClinicCalendar(centre.clinic_hours, ZoneInfo(centre.timezone), closed)


def reset_clocks(work: Work, centre: Centre, before: ClinicCalendar) -> int:
    """Move the targets of open alerts after hours or holidays changed; return how many moved.

    Each keeps the opening time it was given, counted from the same instant.
    """
    after = calendar_of(centre)
    alerts = work.session.scalars(
        select(Alert)
        .where(Alert.centre_id == centre.id, Alert.closed_at.is_(None), Alert.target_at.is_not(None))
        .order_by(Alert.id)
        .with_for_update()
    )
    moved = 0
    for alert in alerts:
        start = alert.clock_from or alert.raised_at
        if alert.target_at is None:
            continue
        target_at = after_open_minutes(after, start, open_minutes(before, start, alert.target_at))
        moved += target_at != alert.target_at
        alert.target_at = target_at
    return moved
