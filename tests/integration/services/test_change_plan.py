"""Another version of the plan for one patient: shown first, then followed, over nothing that was answered."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput, NotFound, StaleWrite
from lrrc_qol.persistence.models import AuditEntry, Plan, Response, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.change_plan import change_plan, preview_version, read_versions
from lrrc_qol.services.context import COMMAND, Actor
from tests.clock import FixedClock
from tests.factories import complete_visit, make_centre, make_patient, make_staff, take_seat
from tests.plan_versions import MADE, Parts, publish

PLANNED = date(2026, 4, 22)


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    """A nurse of the centre NORTH."""
    return make_staff(runtime)


@pytest.fixture
def patient(runtime: Runtime, nurse: Actor) -> str:
    """A patient on the shipped version, whose baseline has not opened."""
    return make_patient(runtime, nurse, planned_surgery_on=PLANNED)


def later_in_the_day(parts: Parts) -> None:
    """Mails go out at another hour, the windows stay."""
    parts["reminders"]["limits"]["local_hour"] = 11


def follow(runtime: Runtime, nurse: Actor, patient: str, version: str = MADE) -> dict[str, str]:
    """Preview and apply; both must say the same."""
    with runtime.reading(nurse) as work:
        preview = preview_version(work, patient, version)
    with runtime.writing(nurse) as work:
        plan = change_plan(work, patient, version, expected_version=preview.episode_version, reason=" Late list. ")
    assert plan == preview.plan
    return {change.key: change.change for change in plan.changes}


def baseline(runtime: Runtime) -> Visit:
    """The visit before the operation."""
    with runtime.reading(COMMAND) as work:
        return work.session.scalars(select(Visit).where(Visit.key == "BL1")).one()


def test_windows_and_reminders_follow_the_new_version_and_back(runtime: Runtime, nurse: Actor, patient: str) -> None:
    publish(runtime, nurse)
    before = baseline(runtime)
    assert follow(runtime, nurse, patient) == {"BL1": "moved"}
    after = baseline(runtime)
    assert after.opens_on == before.opens_on - timedelta(days=7) == PLANNED - timedelta(days=35)
    assert after.next_reminder_at is not None
    assert before.next_reminder_at is not None
    assert before.next_reminder_at - after.next_reminder_at == timedelta(days=7)

    assert follow(runtime, nurse, patient, "1.0") == {"BL1": "moved"}
    assert baseline(runtime).next_reminder_at == before.next_reminder_at
    with runtime.reading(COMMAND) as work:
        plans = work.session.scalars(select(Plan).order_by(Plan.ordinal)).all()
    assert [(plan.ordinal, plan.protocol_version, plan.reason) for plan in plans] == [
        (1, "1.0", None),
        (2, MADE, "Late list."),
        (3, "1.0", "Late list."),
    ]
    assert {plan.made_by for plan in plans} == {nurse.id}


def test_reminders_follow_also_where_no_window_moves(runtime: Runtime, nurse: Actor, patient: str) -> None:
    publish(runtime, nurse, later_in_the_day)
    before = baseline(runtime)
    assert follow(runtime, nurse, patient) == {}
    after = baseline(runtime)
    assert before.next_reminder_at is not None
    assert after.next_reminder_at == before.next_reminder_at + timedelta(hours=2)
    assert after.arming == before.arming + 1


def test_what_was_answered_keeps_its_label_and_its_forms(
    runtime: Runtime, nurse: Actor, patient: str, clock: FixedClock
) -> None:
    clock.set(clock.now().replace(month=4, day=1))
    complete_visit(runtime, take_seat(runtime, patient))
    publish(runtime, nurse)
    assert follow(runtime, nurse, patient) == {"BL1": "kept_answered"}
    after = baseline(runtime)
    assert (after.key, after.home_key, after.planned, after.next_reminder_at) == ("BL1", "BL1", True, None)
    with runtime.reading(COMMAND) as work:
        assert len(work.session.scalars(select(Response).where(Response.submitted_at.is_not(None))).all()) == 4


def test_the_change_is_in_the_audit(runtime: Runtime, nurse: Actor, patient: str) -> None:
    publish(runtime, nurse)
    follow(runtime, nurse, patient)
    with runtime.reading(COMMAND) as work:
        entry = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "changed_plan")).one()
    assert (entry.actor_id, entry.reason) == (nurse.id, "Late list.")
    assert entry.detail == {"protocol": "pe12", "before": "1.0", "after": MADE, "visits": {"BL1": "moved"}}


@pytest.mark.parametrize("version", ["1.0", "9.9", ""])
def test_the_same_and_an_unknown_version_are_refused(
    runtime: Runtime, nurse: Actor, patient: str, version: str
) -> None:
    with runtime.reading(nurse) as work, pytest.raises(InvalidInput) as shown:
        preview_version(work, patient, version)
    with runtime.writing(nurse) as work, pytest.raises(InvalidInput) as refused:
        change_plan(work, patient, version, expected_version=1, reason="Late list.")
    assert set(shown.value.fields) == set(refused.value.fields) == {"protocol_version"}


def test_the_version_of_another_centre_is_refused(runtime: Runtime, nurse: Actor, patient: str) -> None:
    make_centre(runtime, code="SOUTH")
    stranger = make_staff(runtime, code="SOUTH", email="nurse@south.example")
    publish(runtime, stranger)
    with runtime.reading(nurse) as work:
        assert MADE not in {one.version for one in read_versions(work, patient).others}
    with runtime.writing(nurse) as work, pytest.raises(InvalidInput):
        change_plan(work, patient, MADE, expected_version=1, reason="Late list.")
    with runtime.writing(stranger) as work, pytest.raises(NotFound):
        change_plan(work, patient, MADE, expected_version=1, reason="Late list.")


@pytest.mark.parametrize("reason", [" ", "x" * 501])
def test_a_reason_is_needed(runtime: Runtime, nurse: Actor, patient: str, reason: str) -> None:
    publish(runtime, nurse)
    with runtime.writing(nurse) as work, pytest.raises(InvalidInput) as refused:
        change_plan(work, patient, MADE, expected_version=1, reason=reason)
    assert set(refused.value.fields) == {"reason"}


def test_a_preview_that_is_out_of_date_is_not_applied(runtime: Runtime, nurse: Actor, patient: str) -> None:
    publish(runtime, nurse)
    publish(runtime, nurse, later_in_the_day, "1.0.1.2")
    with runtime.reading(nurse) as work:
        seen = preview_version(work, patient, MADE).episode_version
    follow(runtime, nurse, patient, "1.0.1.2")
    with runtime.writing(nurse) as work, pytest.raises(StaleWrite):
        change_plan(work, patient, MADE, expected_version=seen, reason="Late list.")
