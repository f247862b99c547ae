"""What changes who has an alert and when: handed to a colleague, put off until a day, brought back, reopened."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lrrc_qol.domain.alerts import AlertLevel, AlertStepKind
from lrrc_qol.domain.clinic_clock import ClinicCalendar, next_opening
from lrrc_qol.domain.errors import InvalidInput, LrrcQolError
from lrrc_qol.persistence.models import Alert, Centre
from lrrc_qol.services.alert_steps import (
    add_step,
    check_note,
    locked_alert,
    locked_open_alert,
    note_seen,
    restart_clock,
)
from lrrc_qol.services.clinic.calendar import calendar_of
from lrrc_qol.services.clinic.duty import read_team
from lrrc_qol.services.context import Work

# How many days an alert can be put off; a red one only to the next day on which the clinic is open. Design figures.
LONGEST_SNOOZE_DAYS = 14


class AlertNotClosed(LrrcQolError):
    """The alert is open; there is nothing to reopen."""


class OpenedAgain(LrrcQolError):
    """The same rule has raised another alert meanwhile, which is open; `public_id` names it."""

    def __init__(self, public_id: str) -> None:
        super().__init__("the same rule has an open alert")
        self.public_id = public_id


def hand_over(work: Work, public_id: str, *, to: str, note: str) -> str:
    """Give the alert to a colleague who is there, with a note; return the name. AlertClosed, NotFound, InvalidInput."""
    check_note(note, missing="Write what the colleague needs to know.")
    team = read_team(work, work.actor.centre())
    colleague = next((each for each in team.people if each.public_id == to and each.active), None)
    if colleague is None or colleague.id == work.actor.id:
        raise InvalidInput({"to": "Choose a colleague."})
    if team.duty.is_away(colleague.id):
        cover = team.name(team.duty.stand_in(colleague.id))
        hint = f"{cover} stands in." if cover else "Nobody stands in."
        raise InvalidInput({"to": f"{colleague.name} is away. {hint}"})
    alert = locked_open_alert(work, public_id)
    before = alert.owner_id
    note_seen(work, alert)
    alert.owner_id = colleague.id
    add_step(work, alert, AlertStepKind.HANDED_OVER, note=note, detail={"to": colleague.id}, audited={"from": before})
    return colleague.name


def snooze(work: Work, public_id: str, *, until: date, reason: str) -> date:
    """Put the alert off until a day, with a reason; return the day on which it is back.

    It comes back by itself when the clinic opens on that day, or on the next day on which it does, and its clock
    begins then. AlertClosed, NotFound, InvalidInput.
    """
    check_note(reason, missing="Write why it can wait.")
    alert = locked_open_alert(work, public_id)
    calendar = calendar_of(work.session.get_one(Centre, alert.centre_id))
    today = calendar.today(work.now)
    if until <= today:
        raise InvalidInput({"until": "Choose a day after today."})
    latest = latest_day(calendar, AlertLevel(alert.level), work.now)
    if until > latest:
        red = alert.level == AlertLevel.RED
        why = "A red alert waits at most until the next working day" if red else "The longest wait is"
        raise InvalidInput({"until": f"{why}: {latest.day} {latest:%B %Y}."})
    back_at = _morning_of(calendar, until)
    note_seen(work, alert)
    add_step(work, alert, AlertStepKind.SNOOZED, note=reason, detail={"until": back_at.isoformat()})
    alert.snoozed_until = back_at
    restart_clock(alert, calendar, back_at)
    return calendar.today(back_at)


def latest_day(calendar: ClinicCalendar, level: AlertLevel, now: datetime) -> date:
    """The last day until which an alert of a level can be put off."""
    today = calendar.today(now)
    if level is not AlertLevel.RED:
        return today + timedelta(days=LONGEST_SNOOZE_DAYS)
    return calendar.today(_morning_of(calendar, today + timedelta(days=1)))


def bring_back(work: Work, public_id: str) -> None:
    """End the wait of an alert now; nothing happens when it does not wait. AlertClosed, NotFound."""
    alert = locked_open_alert(work, public_id)
    if alert.snoozed_until is None or alert.snoozed_until <= work.now:
        return
    restart_clock(alert, calendar_of(work.session.get_one(Centre, alert.centre_id)), work.now)
    alert.snoozed_until = None
    alert.owner_id = work.actor.id
    add_step(work, alert, AlertStepKind.TAKEN)


def reopen(work: Work, public_id: str, *, reason: str) -> None:
    """Open a closed alert again, with a reason; the actor has it then.

    AlertNotClosed, OpenedAgain, NotFound, InvalidInput.
    """
    check_note(reason, missing="Write why it is open again.")
    alert = locked_alert(work, public_id)
    if alert.closed_at is None:
        raise AlertNotClosed("this alert is open")
    _refuse_second(work, alert)
    try:
        with work.session.begin_nested():
            alert.closed_at = None
            work.session.flush()
    except IntegrityError:  # an answer has raised the same rule in this moment
        _refuse_second(work, alert)
        raise
    alert.owner_id = work.actor.id
    alert.snoozed_until = None
    restart_clock(alert, calendar_of(work.session.get_one(Centre, alert.centre_id)), work.now)
    add_step(work, alert, AlertStepKind.REOPENED, note=reason)


def _refuse_second(work: Work, alert: Alert) -> None:
    other = work.session.scalars(
        select(Alert.public_id).where(
            Alert.episode_id == alert.episode_id, Alert.rule_id == alert.rule_id, Alert.closed_at.is_(None)
        )
    ).first()
    if other is not None:
        raise OpenedAgain(other)


def _morning_of(calendar: ClinicCalendar, day: date) -> datetime:
    """When the clinic opens on a day or first after it; midnight where no hours are known."""
    midnight = datetime.combine(day, time(), tzinfo=calendar.zone).astimezone(UTC)
    return next_opening(calendar, midnight) or midnight
