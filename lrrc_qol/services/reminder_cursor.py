"""Where the reminders of a visit stand: the one place that sets `next_reminder_at`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from lrrc_qol.domain.schedule import (
    PlannedVisit,
    ReminderPolicy,
    ReminderTime,
    VisitKind,
    local_instant,
    next_reminder,
    reminder_times,
)
from lrrc_qol.persistence.models import Visit
from lrrc_qol.services.link_rules import closes_for_good_at


def own_policy(policy: ReminderPolicy, hour: int | None) -> ReminderPolicy:
    """The policy with the hour that a patient chose for the mails; as it is where none was, or one not allowed."""
    if hour is None or not policy.quiet_until <= hour < policy.quiet_from:
        return policy
    return replace(policy, local_hour=hour)


def move_hour(visit: Visit, policy: ReminderPolicy, *, zone: str, now: datetime) -> None:
    """Put the next look at a visit to the sending hour of its day, unless that has passed."""
    if visit.next_reminder_at is None:
        return
    place = ZoneInfo(zone)
    moved = local_instant(visit.next_reminder_at.astimezone(place).date(), policy.local_hour, place)
    if moved > now:
        visit.next_reminder_at = moved


def as_planned(visit: Visit, instruments: tuple[str, ...] = ()) -> PlannedVisit:
    """A stored visit as the domain's value."""
    return PlannedVisit(
        key=visit.key,
        kind=VisitKind(visit.kind),
        name=visit.name,
        opens_on=visit.opens_on,
        due_on=visit.due_on,
        closes_on=visit.closes_on,
        instruments=instruments,
    )


def arm(visit: Visit, policy: ReminderPolicy, *, zone: str, now: datetime) -> None:
    """Set the reminders of a visit for its present window; those already past collapse into one that goes out now."""
    times = reminder_times(as_planned(visit), policy, ZoneInfo(zone), not_before=now)
    _place(visit, policy, times, zone=zone, now=now, last_ordinal=None)


def advance(
    visit: Visit,
    policy: ReminderPolicy,
    *,
    zone: str,
    now: datetime,
    last_ordinal: int | None,
    call_left: bool = True,
) -> None:
    """Move the cursor behind the newest message that went out (None: none did); with `call_left` the call is ahead."""
    times = reminder_times(as_planned(visit), policy, ZoneInfo(zone), not_before=None)
    _place(visit, policy, times, zone=zone, now=now, last_ordinal=last_ordinal, call_left=call_left)


def wait_for_call(visit: Visit, policy: ReminderPolicy, *, zone: str, now: datetime) -> None:
    """No mail can go out for now: look again on the call day; the reminders that are left stay left."""
    visit.next_reminder_at = _call_look(visit, policy, zone=zone, now=now)


def look_again_tomorrow(visit: Visit, policy: ReminderPolicy, *, zone: str, now: datetime) -> None:
    """Put the visit off to the next sending hour of another day; nothing is spent. Ends with the visit's last day."""
    look = tomorrow(policy, zone=zone, now=now)
    visit.next_reminder_at = look if look < closes_for_good_at(visit) else None


def disarm(visit: Visit) -> None:
    """No further reminder for this visit."""
    visit.next_reminder_at = None
    visit.next_reminder_ordinal = None


def call_at(visit: Visit, policy: ReminderPolicy, *, zone: str) -> datetime | None:
    """When a nurse should phone because the visit is still silent; None when the protocol asks for no call."""
    days = policy.call_task_after_due_days.get(VisitKind(visit.kind))
    if days is None:
        return None
    return local_instant(visit.due_on + timedelta(days=days), policy.local_hour, ZoneInfo(zone))


def tomorrow(policy: ReminderPolicy, *, zone: str, now: datetime) -> datetime:
    """The sending hour of the patient's next day."""
    place = ZoneInfo(zone)
    return local_instant(now.astimezone(place).date() + timedelta(days=1), policy.local_hour, place)


def _place(
    visit: Visit,
    policy: ReminderPolicy,
    times: Sequence[ReminderTime],
    *,
    zone: str,
    now: datetime,
    last_ordinal: int | None,
    call_left: bool = True,
) -> None:
    """Stand at whatever comes first: the next message or the call day. Without a message left the ordinal is None."""
    upcoming = next_reminder(times, now=now, last_ordinal=last_ordinal)
    call = _call_look(visit, policy, zone=zone, now=now) if call_left else None
    looks = [look for look in (upcoming.send_at if upcoming else None, call) if look is not None]
    visit.next_reminder_at = min(looks, default=None)
    visit.next_reminder_ordinal = upcoming.ordinal if upcoming else None


def _call_look(visit: Visit, policy: ReminderPolicy, *, zone: str, now: datetime) -> datetime | None:
    """The call day, or tomorrow when it has passed: whoever was just written to gets a day to answer."""
    due = call_at(visit, policy, zone=zone)
    if due is None:
        return None
    look = due if due > now else tomorrow(policy, zone=zone, now=now)
    return look if look < closes_for_good_at(visit) else None
