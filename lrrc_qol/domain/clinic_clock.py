"""The clinic's clock: it runs in opening hours only and stands still at night, at weekends and on holidays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Further than any closing time of a clinic; a longer search would only mean that the hours are empty.
LONGEST_SEARCH_DAYS = 60
# The surgeon is asked when an alert stays unseen for as long again as its target.
SURGEON_AFTER_TARGETS = 2


@dataclass(frozen=True, slots=True)
class ClinicCalendar:
    """When a clinic is open. `hours` maps mon..sun to opening and closing time ("08:00", "16:00"); a missing day and
    each of `holidays` is closed. `zone` is the clinic's own."""

    hours: Mapping[str, Sequence[str]]
    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()

    def span_on(self, day: date) -> tuple[datetime, datetime] | None:
        """Opening and closing instant of a day (aware UTC); None when it is closed all day."""
        span = self.hours.get(WEEKDAYS[day.weekday()])
        if not span or day in self.holidays:
            return None
        opens_at, closes_at = (
            datetime.combine(day, time.fromisoformat(text), tzinfo=self.zone).astimezone(UTC) for text in span
        )
        return opens_at, closes_at

    def today(self, now: datetime) -> date:
        """The clinic's civil date at an instant."""
        return now.astimezone(self.zone).date()

    def spans_from(self, start: datetime, days: int = LONGEST_SEARCH_DAYS) -> Iterator[tuple[datetime, datetime]]:
        """The stretches of opening time at and after `start`, the first one cut where it has begun."""
        first_day = self.today(start)
        for number in range(days):
            span = self.span_on(first_day + timedelta(days=number))
            if span is not None and span[1] > start:
                yield max(span[0], start), span[1]


def after_open_minutes(calendar: ClinicCalendar, start: datetime, minutes: float) -> datetime:
    """When `minutes` of opening time have passed since `start` (aware UTC).

    Without any opening hours the minutes simply run.
    """
    left = timedelta(minutes=minutes)
    for opens_at, closes_at in calendar.spans_from(start):
        if opens_at + left <= closes_at:
            return opens_at + left
        left -= closes_at - opens_at
    return start + timedelta(minutes=minutes)


def open_minutes(calendar: ClinicCalendar, start: datetime, end: datetime) -> float:
    """The minutes of opening time between two instants, 0 when `end` is not later.

    Without any opening hours every minute counts.
    """
    if end <= start:
        return 0.0
    if not any(calendar.hours.values()):
        return (end - start) / timedelta(minutes=1)
    days = (calendar.today(end) - calendar.today(start)).days + 1
    passed = sum(
        (max(min(closes_at, end) - opens_at, timedelta()) for opens_at, closes_at in calendar.spans_from(start, days)),
        timedelta(),
    )
    return passed / timedelta(minutes=1)


def next_opening(calendar: ClinicCalendar, start: datetime) -> datetime | None:
    """The first open instant at or after `start`; None when no opening time is known."""
    return next((opens_at for opens_at, _ in calendar.spans_from(start)), None)


def surgeon_due_at(calendar: ClinicCalendar, clock_from: datetime, target_at: datetime) -> datetime:
    """When an alert that nobody has seen goes to the surgeon: after twice the opening time of its target."""
    minutes = open_minutes(calendar, clock_from, target_at)
    return after_open_minutes(calendar, clock_from, minutes * SURGEON_AFTER_TARGETS)


@dataclass(frozen=True, slots=True)
class Absence:
    """A stretch of days in which somebody is away, both days included; without `last_day` for good.

    `cover_id` stands in, None: nobody does.
    """

    staff_id: int
    first_day: date
    last_day: date | None
    cover_id: int | None

    def holds_on(self, day: date) -> bool:
        """Whether the person is away on that day."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True, slots=True)
class Duty:
    """Who works on one day: `active` are those with an account that is on and a role that handles alerts."""

    day: date
    active: frozenset[int]
    absences: tuple[Absence, ...] = ()

    def stand_in(self, staff_id: int | None) -> int | None:
        """The person, or who covers, or who covers for the cover; None when that leads to nobody.

        For somebody who left, the cover of the newest absence counts whether or not its last day has passed.
        """
        met: set[int] = set()
        while staff_id is not None and staff_id not in met:
            met.add(staff_id)
            away = self._away(staff_id)
            if away is None:
                return staff_id if staff_id in self.active else None
            staff_id = away.cover_id
        return None

    def is_away(self, staff_id: int) -> bool:
        """Whether nothing is to be sent to this person on that day."""
        return staff_id not in self.active or self._away(staff_id) is not None

    def reached(self, people: Sequence[int]) -> frozenset[int]:
        """Everybody who is there of `people`, with the covers of those who are not."""
        return frozenset(found for each in people if (found := self.stand_in(each)) is not None)

    def _away(self, staff_id: int) -> Absence | None:
        left = staff_id not in self.active
        theirs = [each for each in self.absences if each.staff_id == staff_id and (left or each.holds_on(self.day))]
        return theirs[-1] if theirs else None
