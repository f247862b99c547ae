"""Answered visits when the plan moves: their label follows from facts, and no form is ever without one."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import Assignment, Response, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.change_dates import EpisodeDates, change_dates, preview_dates
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.record_event import record_event
from tests.clock import FixedClock
from tests.factories import answers_for, complete_visit, make_patient, make_staff, take_seat

Row = tuple[str, str | None, str | None, bool, date, date]


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    """A nurse."""
    return make_staff(runtime)


def move(runtime: Runtime, nurse: Actor, patient: str, operated: date | None, home: date | None = None) -> list[str]:
    """Set the two dates; the preview must say what is applied and every message must be set as it said."""
    wanted = EpisodeDates(date(2026, 3, 22), operated, home, None, None)
    with runtime.reading(nurse) as work:
        preview = preview_dates(work, patient, wanted)
    with runtime.writing(nurse) as work:
        plan = change_dates(
            work,
            patient,
            wanted,
            expected_version=preview.episode_version,
            reason="Corrected.",
            same_operation=preview.asks_same_operation,
        )
    assert plan == preview.plan
    with runtime.reading(COMMAND) as work:
        visits = {visit.key: visit for visit in work.session.scalars(select(Visit))}
    for one in plan.rearmed:
        if one.send_at is not None:
            assert (visits[one.key].next_reminder_at, visits[one.key].planned) == (one.send_at, True)
    return [f"{change.change} {change.key}" for change in plan.changes]


def state(runtime: Runtime) -> list[Row]:
    """Every visit that is planned or answered."""
    answered = (
        select(Assignment.visit_id)
        .join(Response, Response.assignment_id == Assignment.id)
        .where(Response.submitted_at.is_not(None))
    )
    with runtime.reading(COMMAND) as work:
        done = set(work.session.scalars(answered))
        rows = work.session.scalars(select(Visit).order_by(Visit.key)).all()
    return [
        (one.key, one.home_key, one.also_key, one.planned, one.opens_on, one.closes_on)
        for one in rows
        if one.planned or one.id in done
    ]


def test_rows_change_keys_although_they_are_unique(runtime: Runtime, nurse: Actor, clock: FixedClock) -> None:
    patient = make_patient(runtime, nurse, planned_surgery_on=date(2026, 3, 22))
    operated = date(2026, 3, 22)
    clock.advance(days=20 + 91)  # day 91
    move(runtime, nurse, patient, operated)
    complete_visit(runtime, take_seat(runtime, patient, "M3"))
    before = state(runtime)

    changes = move(runtime, nurse, patient, operated + timedelta(days=60))
    assert "relabelled M1" in changes
    now = {row[0]: row for row in state(runtime)}
    assert now["M1"][1] == "M3"  # answered as the form of three months, which is asked again in its own time
    assert now["M3"][1] is None
    assert move(runtime, nurse, patient, operated)
    assert state(runtime) == before


def test_one_month_counts_for_discharge_until_the_date_is_taken_back(
    runtime: Runtime, nurse: Actor, clock: FixedClock
) -> None:
    patient = make_patient(runtime, nurse, planned_surgery_on=date(2026, 3, 22))
    operated = date(2026, 3, 22)
    clock.advance(days=50)
    move(runtime, nurse, patient, operated)
    complete_visit(runtime, take_seat(runtime, patient, "M1"))
    today = clock.now().date()

    assert "doubles M1" in move(runtime, nurse, patient, operated, today)
    kept = {row[0]: row[2] for row in state(runtime)}
    assert kept["M1"] == "DC"
    assert "DC" not in kept
    assert "single M1" in move(runtime, nurse, patient, operated)
    assert {row[0]: row[2] for row in state(runtime)}["M1"] is None
    assert "added DC" in move(runtime, nurse, patient, operated, today - timedelta(days=8))


def test_discharge_is_no_longer_asked_once_one_month_is_complete(
    runtime: Runtime, nurse: Actor, clock: FixedClock
) -> None:
    patient = make_patient(runtime, nurse, planned_surgery_on=date(2026, 3, 22))
    clock.advance(days=50)
    move(runtime, nurse, patient, date(2026, 3, 22), clock.now().date())
    assert "DC" in {row[0] for row in state(runtime)}
    complete_visit(runtime, take_seat(runtime, patient, "M1"))
    assert "DC" not in {row[0] for row in state(runtime)}


def test_a_repeat_sets_the_answered_baseline_aside_and_asks_it_again(
    runtime: Runtime, nurse: Actor, clock: FixedClock
) -> None:
    patient = make_patient(runtime, nurse, planned_surgery_on=date(2026, 3, 22))
    complete_visit(runtime, take_seat(runtime, patient))
    clock.advance(days=5)
    kind = EventKind.BASELINE_REPEAT
    with runtime.writing(nurse) as work:
        record_event(work, patient, kind=kind, happened_on=clock.now().date(), detail=answers_for(runtime, kind))
    rows = {row[0]: row for row in state(runtime)}
    assert (rows["BL0"][1], rows["BL1"][1], rows["BL1"][4]) == ("BL1", None, clock.now().date())
    complete_visit(runtime, take_seat(runtime, patient))
    assert {row[0]: row[1] for row in state(runtime)} == {"BL0": "BL1", "BL1": "BL1"}


def test_steps_in_any_order_end_where_the_final_facts_lead(runtime: Runtime, nurse: Actor, clock: FixedClock) -> None:
    patient = make_patient(runtime, nurse, planned_surgery_on=date(2026, 3, 22))
    complete_visit(runtime, take_seat(runtime, patient))
    operated = date(2026, 3, 22)
    clock.advance(days=20 + 30)
    move(runtime, nurse, patient, operated, operated + timedelta(days=12))
    complete_visit(runtime, take_seat(runtime, patient, "M1"))
    complete_visit(runtime, take_seat(runtime, patient, "CHK-D014"))
    clock.advance(days=60)
    complete_visit(runtime, take_seat(runtime, patient, "M3"))
    end = (operated + timedelta(days=3), operated + timedelta(days=10))
    move(runtime, nurse, patient, *end)
    straight = state(runtime)
    for offsets in ((45, 70), (0, 28), (-15, 0), (70, 75)):
        move(runtime, nurse, patient, *(operated + timedelta(days=days) for days in offsets))
        rows = state(runtime)
        assert len({row[0] for row in rows}) == len(rows)
        assert sum(row[1] is not None for row in rows) == 4
        for prefix in ("CHK", "M"):
            windows = sorted(row[4:] for row in rows if row[0].startswith(prefix) and row[3])
            assert all(first[1] < second[0] for first, second in pairwise(windows))
    move(runtime, nurse, patient, None)
    move(runtime, nurse, patient, *end)
    assert state(runtime) == straight
