"""When messages go out: local hours, clock changes, quiet hours, the newest only after a gap."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lrrc_qol.domain.planning import plan_visits
from lrrc_qol.domain.schedule import (
    Anchors,
    PlannedVisit,
    Protocol,
    ReminderPolicy,
    ReminderStep,
    SendingHours,
    VisitKind,
    local_instant,
    next_reminder,
    reminder_times,
)

LONDON = ZoneInfo("Europe/London")
AUCKLAND = ZoneInfo("Pacific/Auckland")
NEW_YORK = ZoneInfo("America/New_York")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "hour", "expected"),
    [
        ("Europe/London", "2027-03-27", 9, "2027-03-27T09:00"),
        ("Europe/London", "2027-03-28", 9, "2027-03-28T08:00"),
        ("Europe/London", "2027-03-28", 1, "2027-03-28T01:00"),  # clocks skip 01:00 to 02:00
        ("Europe/London", "2027-10-31", 1, "2027-10-31T00:00"),  # 01:00 comes twice: the first
        ("Europe/London", "2027-10-31", 9, "2027-10-31T09:00"),
        ("America/New_York", "2027-03-14", 2, "2027-03-14T07:00"),  # skipped
        ("America/New_York", "2027-03-14", 9, "2027-03-14T13:00"),
        ("America/New_York", "2027-11-07", 1, "2027-11-07T05:00"),  # twice
        ("Pacific/Auckland", "2027-04-04", 9, "2027-04-03T21:00"),
        ("Pacific/Auckland", "2027-09-26", 9, "2027-09-25T20:00"),
        ("Asia/Shanghai", "2028-02-29", 9, "2028-02-29T01:00"),
        ("America/Santiago", "2024-09-08", 0, "2024-09-08T04:00"),  # midnight does not exist that day
        ("Asia/Beirut", "2024-03-31", 0, "2024-03-30T22:00"),  # nor here
        ("Australia/Lord_Howe", "2027-10-03", 2, "2027-10-02T15:30"),  # half an hour is skipped
        ("Pacific/Apia", "2011-12-30", 9, "2011-12-30T10:00"),  # a whole day is skipped: midnight after it
    ],
)
def test_an_hour_on_the_clock_as_an_instant(zone: str, day: str, hour: int, expected: str) -> None:
    assert local_instant(date.fromisoformat(day), hour, ZoneInfo(zone)) == utc(expected)


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2027-01-10T07:59", "2027-01-10T08:00"),
        ("2027-01-10T08:00", "2027-01-10T08:00"),
        ("2027-01-10T20:59", "2027-01-10T20:59"),
        ("2027-01-10T21:00", "2027-01-11T08:00"),
        ("2027-01-31T23:00", "2027-02-01T08:00"),
        ("2027-03-27T22:00", "2027-03-28T07:00"),  # the night the clocks go forward
    ],
)
def test_quiet_hours_move_a_message_to_their_end(instant: str, expected: str) -> None:
    assert SendingHours(LONDON, 21, 8).next_allowed(utc(instant)) == utc(expected)


def test_quiet_hours_survive_a_skipped_day() -> None:
    apia = ZoneInfo("Pacific/Apia")
    allowed = SendingHours(apia, 21, 8).next_allowed(utc("2011-12-30T08:00"))
    assert allowed.astimezone(apia).isoformat() == "2011-12-31T08:00:00+14:00"


STEPS = (ReminderStep(0, "open", 0), ReminderStep(1, "due", 0), ReminderStep(2, "due", 3))
POLICY = ReminderPolicy({VisitKind.FOLLOW_UP: STEPS}, cap=3, call_task_after_due_days={VisitKind.FOLLOW_UP: 7})
M1 = PlannedVisit(
    "M1", VisitKind.FOLLOW_UP, "M1", date(2027, 3, 24), date(2027, 3, 31), date(2027, 4, 14), ("pain_nrs",)
)


def sends(visit: PlannedVisit, not_before: str | None = None, policy: ReminderPolicy = POLICY) -> list[tuple[int, str]]:
    moment = None if not_before is None else utc(not_before)
    times = reminder_times(visit, policy, LONDON, not_before=moment)
    return [(one.ordinal, one.send_at.strftime("%Y-%m-%dT%H:%M")) for one in times]


def test_messages_keep_their_local_hour_across_the_clock_change() -> None:
    assert sends(M1) == [(0, "2027-03-24T09:00"), (1, "2027-03-31T08:00"), (2, "2027-04-03T08:00")]


def test_each_message_lapses_on_the_day_of_the_next() -> None:
    times = reminder_times(M1, POLICY, LONDON, not_before=None)
    assert [one.not_after for one in times] == [
        utc("2027-03-30T23:00"),
        utc("2027-04-02T23:00"),
        utc("2027-04-14T20:00"),
    ]


def test_a_patient_far_from_the_centre_gets_the_message_in_the_own_morning() -> None:
    here = reminder_times(M1, POLICY, LONDON, not_before=None)[0].send_at
    there = reminder_times(M1, POLICY, AUCKLAND, not_before=None)[0].send_at
    assert there.astimezone(AUCKLAND).hour == here.astimezone(LONDON).hour == 9
    assert here - there == timedelta(hours=13)


def test_no_message_after_the_window() -> None:
    short = replace(M1, closes_on=date(2027, 4, 2))
    assert sends(short) == [(0, "2027-03-24T09:00"), (1, "2027-03-31T08:00")]


def test_a_kind_without_cadence_sends_nothing() -> None:
    assert sends(replace(M1, kind=VisitKind.CHECK_IN)) == []


def test_the_cap_holds_whatever_the_steps_say() -> None:
    assert [ordinal for ordinal, _ in sends(M1, policy=replace(POLICY, cap=2))] == [0, 1]


def test_two_steps_on_one_day_are_one_message() -> None:
    opened_when_due = replace(M1, opens_on=M1.due_on)
    assert sends(opened_when_due) == [(1, "2027-03-31T08:00"), (2, "2027-04-03T08:00")]


@pytest.mark.parametrize(
    ("not_before", "expected"),
    [
        ("2027-03-20T12:00", [(0, "2027-03-24T09:00"), (1, "2027-03-31T08:00"), (2, "2027-04-03T08:00")]),
        ("2027-03-25T12:00", [(0, "2027-03-25T12:00"), (1, "2027-03-31T08:00"), (2, "2027-04-03T08:00")]),
        ("2027-03-31T12:00", [(1, "2027-03-31T12:00"), (2, "2027-04-03T08:00")]),
        ("2027-03-31T22:00", [(1, "2027-04-01T07:00"), (2, "2027-04-03T08:00")]),
        ("2027-04-10T12:00", [(2, "2027-04-10T12:00")]),
        ("2027-04-14T20:00", []),
    ],
)
def test_a_late_start_leaves_the_newest_message_only(not_before: str, expected: list[tuple[int, str]]) -> None:
    assert sends(M1, not_before) == expected


@pytest.mark.parametrize(
    ("now", "last", "expected"),
    [
        ("2027-03-20T12:00", None, (0, "2027-03-24T09:00")),  # still to come
        ("2027-03-24T09:00", None, (0, "2027-03-24T09:00")),  # due now
        ("2027-03-26T12:00", None, (0, "2027-03-24T09:00")),  # late
        ("2027-03-26T12:00", 0, (1, "2027-03-31T08:00")),
        ("2027-03-31T01:00", None, (1, "2027-03-31T08:00")),  # the invitation has lapsed overnight
        ("2027-04-01T12:00", None, (1, "2027-03-31T08:00")),  # two missed: the newest
        ("2027-04-10T12:00", 0, (2, "2027-04-03T08:00")),
        ("2027-04-10T22:00", 0, (2, "2027-04-11T07:00")),  # late at night: in the morning
        ("2027-03-30T20:30", None, (1, "2027-03-31T08:00")),  # quiet until the next one's day: only the next
        ("2027-04-10T12:00", 2, None),
        ("2027-04-14T19:59", None, (2, "2027-04-03T08:00")),
        ("2027-04-14T20:00", None, None),
        ("2027-05-01T12:00", None, None),
    ],
)
def test_the_next_message(now: str, last: int | None, expected: tuple[int, str] | None) -> None:
    times = reminder_times(M1, POLICY, LONDON, not_before=None)
    found = next_reminder(times, now=utc(now), last_ordinal=last)
    got = None if found is None else (found.ordinal, found.send_at.strftime("%Y-%m-%dT%H:%M"))
    assert got == expected


def test_the_shipped_baseline_is_chased_until_the_operation(pe12: Protocol) -> None:
    visit = replace(M1, kind=VisitKind.BASELINE, opens_on=date(2027, 2, 1), due_on=date(2027, 2, 22))
    times = reminder_times(replace(visit, closes_on=date(2027, 2, 28)), pe12.reminders, NEW_YORK, not_before=None)
    assert [one.send_at.astimezone(NEW_YORK).strftime("%m-%d %H:%M") for one in times] == [
        "02-01 09:00",
        "02-22 09:00",
        "02-25 09:00",
    ]
    assert pe12.reminders.call_task_after_due_days[VisitKind.BASELINE] == 1


def test_every_visit_of_the_shipped_plan_is_written_about_as_its_rule_says(pe12: Protocol) -> None:
    anchors = Anchors(
        enrolled_on=date(2027, 1, 4),
        planned_surgery_on=date(2027, 2, 1),
        surgery_on=date(2027, 2, 1),
        discharged_on=date(2027, 2, 15),
    )
    visits = plan_visits(pe12, anchors)
    assert len(visits) > 15
    for visit in visits:
        times = reminder_times(visit, pe12.reminders, LONDON, not_before=None)
        steps = pe12.reminders.steps[visit.kind]
        assert times, visit.key
        assert len(times) <= min(len(steps), pe12.reminders.cap), visit.key
        assert [one.ordinal for one in times] == sorted({one.ordinal for one in times}), visit.key
        days = [one.send_at.astimezone(LONDON).date() for one in times]
        wanted = {
            (visit.opens_on if step.relative_to == "open" else visit.due_on) + timedelta(days=step.offset_days)
            for step in steps
        }
        assert set(days) <= wanted, visit.key
        assert days == sorted(set(days)), visit.key
        assert visit.opens_on <= days[0] <= days[-1] <= visit.closes_on, visit.key
