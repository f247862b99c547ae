"""The clinic's clock: opening hours, weekends, holidays, the change of the clocks; who stands in for whom."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lrrc_qol.domain.clinic_clock import (
    Absence,
    ClinicCalendar,
    Duty,
    after_open_minutes,
    next_opening,
    open_minutes,
    surgeon_due_at,
)

LONDON = ZoneInfo("Europe/London")
WEEK = {day: ["08:00", "16:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
PLAIN = ClinicCalendar(WEEK, LONDON)
EASTER = ClinicCalendar(WEEK, LONDON, frozenset({date(2026, 4, 3), date(2026, 4, 6)}))
CHRISTMAS = ClinicCalendar(WEEK, LONDON, frozenset({date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1)}))


@pytest.mark.parametrize(
    ("calendar", "raised", "minutes", "target"),
    [
        (PLAIN, "2026-03-02T09:00+00:00", 60, "2026-03-02T10:00+00:00"),  # a Monday morning
        (PLAIN, "2026-03-02T15:30+00:00", 60, "2026-03-03T08:30+00:00"),  # the rest of it is for the next morning
        (PLAIN, "2026-03-06T22:00+00:00", 60, "2026-03-09T09:00+00:00"),  # a Friday night waits for Monday
        (PLAIN, "2026-03-27T15:00+00:00", 240, "2026-03-30T10:00+00:00"),  # the clocks go on the Sunday between
        (PLAIN, "2026-10-23T14:00+00:00", 240, "2026-10-26T11:00+00:00"),  # and back
        (PLAIN, "2026-03-02T07:00+00:00", 480, "2026-03-02T16:00+00:00"),  # exactly until closing time
        (EASTER, "2026-04-02T14:30+00:00", 60, "2026-04-07T07:30+00:00"),  # half an hour, then four closed days
        (EASTER, "2026-04-03T09:00+00:00", 240, "2026-04-07T11:00+00:00"),  # raised on the holiday itself
        (CHRISTMAS, "2026-12-24T15:00+00:00", 960, "2026-12-30T15:00+00:00"),  # two working days over Christmas
    ],
)
def test_only_opening_hours_count_towards_the_target(
    calendar: ClinicCalendar, raised: str, minutes: int, target: str
) -> None:
    found = after_open_minutes(calendar, datetime.fromisoformat(raised), minutes)
    assert found == datetime.fromisoformat(target)


def test_without_opening_hours_the_minutes_simply_run() -> None:
    raised_at = datetime(2026, 3, 7, 12, tzinfo=UTC)
    never_open = ClinicCalendar({}, LONDON)
    assert after_open_minutes(never_open, raised_at, 90) == raised_at + timedelta(minutes=90)
    assert open_minutes(never_open, raised_at, raised_at + timedelta(minutes=90)) == 90
    assert next_opening(never_open, raised_at) is None


def test_what_the_clock_gives_it_also_counts() -> None:
    for number in range(300):
        start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=1747 * number)
        minutes = 1 + 7 * number
        end = after_open_minutes(CHRISTMAS, start, minutes)
        assert open_minutes(CHRISTMAS, start, end) == minutes
        assert open_minutes(CHRISTMAS, end, start) == 0


def test_a_day_of_the_clock_change_has_its_hours_by_the_wall() -> None:
    sundays = ClinicCalendar({"sun": ["00:30", "04:30"]}, LONDON)
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    for day, hours in ((spring, 3), (autumn, 5)):
        midnight = datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(UTC)
        assert open_minutes(sundays, midnight, midnight + timedelta(hours=12)) == hours * 60


def test_the_next_opening_skips_holidays_and_is_now_while_open() -> None:
    assert next_opening(EASTER, datetime(2026, 4, 2, 16, tzinfo=UTC)) == datetime(2026, 4, 7, 7, tzinfo=UTC)
    now = datetime(2026, 4, 7, 9, 12, tzinfo=UTC)
    assert next_opening(EASTER, now) == now


def test_the_surgeon_is_due_after_twice_the_opening_time_of_the_target() -> None:
    start = datetime(2026, 4, 2, 14, 30, tzinfo=UTC)
    target = after_open_minutes(EASTER, start, 60)
    assert surgeon_due_at(EASTER, start, target) == datetime(2026, 4, 7, 8, 30, tzinfo=UTC)


TODAY = date(2026, 4, 7)


def away(staff_id: int, cover_id: int | None, *, first: date = TODAY, last: date | None = TODAY) -> Absence:
    return Absence(staff_id, first, last, cover_id)


@pytest.mark.parametrize(
    ("absences", "found"),
    [
        ((), 1),
        ((away(1, 2),), 2),
        ((away(1, 2), away(2, 3)), 3),
        ((away(1, 2), away(2, 1)), None),
        ((away(1, None),), None),
        ((away(1, 9),), None),  # the cover's account is off
        ((away(1, 2, first=TODAY + timedelta(days=1), last=None),), 1),
        ((away(1, 2, first=TODAY - timedelta(days=9), last=TODAY - timedelta(days=1)),), 1),
        ((away(1, 2, first=TODAY - timedelta(days=9), last=None),), 2),
    ],
)
def test_who_is_away_is_replaced_by_who_stands_in(absences: tuple[Absence, ...], found: int | None) -> None:
    assert Duty(TODAY, frozenset({1, 2, 3}), absences).stand_in(1) == found


def test_a_nurse_who_left_is_replaced_even_after_the_last_day_that_was_written_down() -> None:
    duty = Duty(TODAY, frozenset({2}), (away(1, 2, first=date(2026, 3, 1), last=date(2026, 3, 31)),))
    assert (duty.stand_in(1), duty.stand_in(9), duty.is_away(1)) == (2, None, True)
    assert duty.reached([1, 2, 9]) == {2}
