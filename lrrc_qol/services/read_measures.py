"""How the team keeps up, week by week: first contacts, alerts, completion, forms nobody has read. Nobody is ranked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from lrrc_qol.cohort.small_cells import SMALLEST_CELL, is_small
from lrrc_qol.domain.alerts import AlertLevel
from lrrc_qol.domain.clinic_clock import ClinicCalendar, open_minutes
from lrrc_qol.persistence.models import Centre
from lrrc_qol.persistence.queries.measures import (
    AlertTimes,
    FormTimes,
    VisitEnd,
    read_alert_times,
    read_form_times,
    read_visit_ends,
)
from lrrc_qol.services.clinic.calendar import calendar_of
from lrrc_qol.services.context import Work
from lrrc_qol.services.read_cohort import HIDDEN, Share

WEEKS = 12
UNREAD_AFTER = timedelta(days=7)
LEVELS = (AlertLevel.RED, AlertLevel.AMBER, AlertLevel.YELLOW)
NOTHING = Share(0, 0)


@dataclass(frozen=True, slots=True)
class FirstContact:
    """Alerts of one level raised in a week. `minutes` is the median opening time until the patient was first reached
    or the alert was closed; None when hidden or when there is none."""

    alerts: int | None
    minutes: int | None
    within: Share


@dataclass(frozen=True, slots=True)
class Week:
    """One week from its Monday, or all of them together. Counts from one to four, and what gives them away, are
    hidden (None). `unread` are the forms that nobody had read a week after they came."""

    monday: date | None
    levels: tuple[tuple[AlertLevel, FirstContact], ...]
    forms: int | None
    alerts_per_form: float | None
    completion: Share
    unread: int | None

    def contact(self, level: str) -> FirstContact:
        """The first contacts of one level."""
        return dict(self.levels)[AlertLevel(level)]


@dataclass(frozen=True, slots=True)
class Measures:
    """The last weeks, newest first, what all of them make together, and how completely each visit was answered."""

    weeks: tuple[Week, ...]
    together: Week
    visits: tuple[tuple[str, Share], ...]


@dataclass(frozen=True, slots=True)
class _Rows:
    """What was read, for one stretch of time that ends at `end`."""

    alerts: Sequence[AlertTimes]
    forms: Sequence[FormTimes]
    visits: Sequence[VisitEnd]
    start: datetime
    end: datetime


def read_measures(work: Work) -> Measures:
    """The measures of the actor's centre; four statements."""
    centre = work.session.get_one(Centre, work.actor.centre())
    calendar = calendar_of(centre)
    today = calendar.today(work.now)
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - timedelta(weeks=number) for number in range(WEEKS + 1)]
    since = _midnight(mondays[-1], calendar.zone)
    ending = tuple(sorted(kind.value for kind in work.catalogue.events.ending_kinds()))
    every = _Rows(
        alerts=read_alert_times(work.session, centre_id=centre.id, since=since),
        forms=read_form_times(work.session, centre_id=centre.id, since=since),
        visits=read_visit_ends(work.session, centre_id=centre.id, since=since, until=work.now, ending=ending),
        start=since,
        end=work.now,
    )
    parts = [_part(every, each, calendar.zone) for each in mondays]
    weeks = tuple(_week(part, calendar, day) for part, day in zip(parts, mondays, strict=True))
    return Measures(
        weeks=weeks,
        together=_guarded(_week(every, calendar, None), weeks),
        visits=_by_visit(every.visits),
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _part(every: _Rows, monday: date, zone: ZoneInfo) -> _Rows:
    start, end = _midnight(monday, zone), min(_midnight(monday + timedelta(weeks=1), zone), every.end)
    return _Rows(
        alerts=[row for row in every.alerts if start <= row.raised_at < end],
        forms=every.forms,
        visits=[row for row in every.visits if start <= row.closes_at < end],
        start=start,
        end=end,
    )


def _week(rows: _Rows, calendar: ClinicCalendar, monday: date | None) -> Week:
    forms = sum(rows.start <= row.submitted_at < rows.end for row in rows.forms)
    alerts = len(rows.alerts)
    unread = sum(
        row.submitted_at <= rows.end - UNREAD_AFTER and (row.reviewed_at is None or row.reviewed_at > rows.end)
        for row in rows.forms
    )
    return Week(
        monday=monday,
        levels=tuple((level, _first_contact(rows, level, calendar)) for level in LEVELS),
        forms=_shown(forms),
        alerts_per_form=None if is_small(alerts) or is_small(forms) or not forms else round(alerts / forms, 2),
        completion=_share([row.completed_at is not None for row in rows.visits]),
        unread=_shown(unread),
    )


def _guarded(together: Week, weeks: Sequence[Week]) -> Week:
    """All weeks together, without the sums that would tell what one week hides."""
    levels = tuple(
        (
            level,
            FirstContact(
                alerts=_guarded_count(contact.alerts, [week.contact(level).alerts for week in weeks]),
                minutes=contact.minutes,
                within=_guarded_share(contact.within, [week.contact(level).within for week in weeks]),
            ),
        )
        for level, contact in together.levels
    )
    return replace(
        together,
        levels=levels,
        forms=_guarded_count(together.forms, [week.forms for week in weeks]),
        completion=_guarded_share(together.completion, [week.completion for week in weeks]),
    )


def _guarded_count(total: int | None, parts: Sequence[int | None]) -> int | None:
    rest = (total or 0) - sum(part or 0 for part in parts)
    return None if total is None or is_small(rest) else total


def _guarded_share(total: Share, parts: Sequence[Share]) -> Share:
    if total.numerator is None or total.denominator is None:
        return HIDDEN
    good = total.numerator - sum(part.numerator or 0 for part in parts)
    every = total.denominator - sum(part.denominator or 0 for part in parts)
    return HIDDEN if is_small(good) or is_small(every) or is_small(every - good) else total


def _first_contact(rows: _Rows, level: AlertLevel, calendar: ClinicCalendar) -> FirstContact:
    alerts = [row for row in rows.alerts if row.level == level]
    times = [open_minutes(calendar, row.raised_at, row.contacted_at) for row in alerts if row.contacted_at is not None]
    return FirstContact(
        alerts=_shown(len(alerts)),
        minutes=round(median(times)) if len(times) >= SMALLEST_CELL else None,
        within=_share([kept for row in alerts if (kept := _kept(row, rows.end, calendar)) is not None]),
    )


def _kept(row: AlertTimes, end: datetime, calendar: ClinicCalendar) -> bool | None:
    """Whether the first contact was in time; None while its time runs, and without a target."""
    if row.target_at is None:
        return None
    allowed = open_minutes(calendar, row.clock_from or row.raised_at, row.target_at)
    taken = open_minutes(calendar, row.raised_at, row.contacted_at or end)
    return taken <= allowed if row.contacted_at is not None or taken > allowed else None


def _by_visit(visits: Iterable[VisitEnd]) -> tuple[tuple[str, Share], ...]:
    came: defaultdict[str, list[bool]] = defaultdict(list)
    for row in visits:
        came[row.name].append(row.completed_at is not None)
    return tuple((name, _share(outcomes)) for name, outcomes in sorted(came.items()))


def _share(outcomes: Sequence[bool]) -> Share:
    good, every = sum(outcomes), len(outcomes)
    if not every:
        return NOTHING
    return HIDDEN if is_small(good) or is_small(every - good) or is_small(every) else Share(good, every)


def _shown(count: int) -> int | None:
    return None if is_small(count) else count
