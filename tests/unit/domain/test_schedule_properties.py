"""What must hold for every calendar, whatever the dates and the zone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from lrrc_qol.domain.plan_changes import compare_unanswered
from lrrc_qol.domain.planning import plan_visits
from lrrc_qol.domain.schedule import (
    Anchors,
    Protocol,
    VisitKind,
    local_instant,
    next_reminder,
    reminder_times,
)

ZONES = (
    "Europe/London",
    "America/New_York",
    "Pacific/Auckland",
    "Asia/Shanghai",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "UTC",
)

days = st.dates(min_value=date(2015, 1, 1), max_value=date(2060, 12, 31))
offsets = st.integers(min_value=-400, max_value=400)
zones = st.sampled_from(ZONES).map(ZoneInfo)
facts = st.frozensets(st.sampled_from(["neoadjuvant", "late_check_ins", "long_follow_up", "stoma"]))


@st.composite
def any_anchors(draw: st.DrawFn) -> Anchors:
    start = draw(days)

    def maybe() -> date | None:
        return draw(st.none() | offsets.map(lambda offset: start + timedelta(days=offset)))

    return Anchors(start, planned_surgery_on=maybe(), surgery_on=maybe(), discharged_on=maybe(), facts=draw(facts))


@settings(deadline=None)
@given(anchors=any_anchors())
def test_windows_are_in_order_and_never_overlap_within_a_kind(pe12: Protocol, anchors: Anchors) -> None:
    plan = plan_visits(pe12, anchors)
    assert list(plan) == sorted(plan, key=lambda visit: visit.opens_on)
    assert len({visit.key for visit in plan}) == len(plan)
    for visit in plan:
        assert anchors.enrolled_on <= visit.opens_on <= visit.due_on <= visit.closes_on
    for kind in VisitKind:
        windows = [visit for visit in plan if visit.kind is kind]
        assert all(earlier.closes_on < later.opens_on for earlier, later in pairwise(windows))


@settings(deadline=None)
@given(anchors=any_anchors())
def test_the_same_dates_give_the_same_plan_and_no_change(pe12: Protocol, anchors: Anchors) -> None:
    plan = plan_visits(pe12, anchors)
    assert plan == plan_visits(pe12, anchors)
    stored = {visit.key: visit for visit in plan}
    assert compare_unanswered(stored, plan, today=anchors.enrolled_on) == ()


@given(day=days, hour=st.integers(min_value=0, max_value=23), zone=zones)
def test_an_hour_is_hit_unless_the_clocks_skip_it(day: date, hour: int, zone: ZoneInfo) -> None:
    instant = local_instant(day, hour, zone)
    local = instant.astimezone(zone)
    assert instant.tzinfo is UTC
    if (local.date(), local.hour, local.minute) != (day, hour, 0):
        before = (instant - timedelta(seconds=1)).astimezone(zone)
        wanted = datetime(day.year, day.month, day.day, hour)  # noqa: DTZ001 - a clock face, compared with clock faces
        assert before.replace(tzinfo=None) < wanted < local.replace(tzinfo=None)


@settings(deadline=None)
@given(anchors=any_anchors(), zone=zones, started=st.none() | st.integers(min_value=-60, max_value=24 * 420))
def test_messages_go_out_by_day_once_and_inside_the_window(
    pe12: Protocol, anchors: Anchors, zone: ZoneInfo, started: int | None
) -> None:
    enrolled_at = local_instant(anchors.enrolled_on, 0, zone)
    not_before = None if started is None else enrolled_at + timedelta(hours=started)
    for visit in plan_visits(pe12, anchors):
        times = reminder_times(visit, pe12.reminders, zone, not_before=not_before)
        assert len(times) <= pe12.reminders.cap
        assert len({one.ordinal for one in times}) == len(times)
        assert [one.ordinal for one in times] == sorted(one.ordinal for one in times)
        for one in times:
            local = one.send_at.astimezone(zone)
            assert 8 <= local.hour < 21
            assert visit.opens_on <= local.date() <= visit.closes_on
            assert one.send_at < one.not_after
            assert not_before is None or one.send_at >= not_before
        assert all(earlier.not_after <= later.send_at for earlier, later in pairwise(times))


@settings(deadline=None)
@given(zone=zones, opened=days, checks=st.lists(st.integers(min_value=0, max_value=24 * 60), max_size=12))
def test_a_form_gets_each_message_at_most_once_and_only_the_newest(
    pe12: Protocol, zone: ZoneInfo, opened: date, checks: list[int]
) -> None:
    visit = plan_visits(
        replace(pe12, visits=(pe12.visit("M1"),)), Anchors(opened, surgery_on=opened - timedelta(days=23))
    )[0]
    times = reminder_times(visit, pe12.reminders, zone, not_before=None)
    start, last, sent = local_instant(opened, 0, zone), None, []
    for hours in sorted(checks):
        now = start + timedelta(hours=hours)
        found = next_reminder(times, now=now, last_ordinal=last)
        if found is not None and found.send_at <= now:
            assert 8 <= now.astimezone(zone).hour < 21
            assert not any(found.send_at < other.send_at <= now for other in times)
            sent.append(now.astimezone(zone).date())
            last = found.ordinal
    assert len(set(sent)) == len(sent) <= pe12.reminders.cap
