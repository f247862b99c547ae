"""Holidays move running clocks, leave and the chain are stored with who did it, and each centre has its own."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput, NotFound
from lrrc_qol.persistence.models import Alert, AuditEntry, Staff
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.clinic.duty import note_absence, read_absences, read_team, revoke_absence, set_chain
from lrrc_qol.services.clinic.holidays import Holiday, add_holidays, read_closed_days, remove_holiday
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.staff_accounts import update_centre
from tests.clock import FixedClock
from tests.factories import make_staff
from tests.raised_alerts import pain_alert

MAUNDY_THURSDAY = datetime.fromisoformat("2026-04-02T14:30:00+00:00")
GOOD_FRIDAY, EASTER_MONDAY = Holiday(date(2026, 4, 3), "Good Friday"), Holiday(date(2026, 4, 6), "Easter Monday")


def target(runtime: Runtime, alert: str) -> str:
    """The target of an alert."""
    with runtime.reading(COMMAND) as work:
        found = work.session.scalars(select(Alert.target_at).where(Alert.public_id == alert)).one()
    assert found is not None
    return found.isoformat()[:16]


def public_id(runtime: Runtime, person: Actor) -> str:
    """The public id of an account."""
    with runtime.reading(COMMAND) as work:
        return work.session.get_one(Staff, person.id).public_id


def test_a_holiday_that_is_entered_late_moves_the_clocks_that_run(runtime: Runtime, clock: FixedClock) -> None:
    nurse = make_staff(runtime)
    clock.set(MAUNDY_THURSDAY)
    alert = pain_alert(runtime, nurse)
    assert target(runtime, alert) == "2026-04-03T07:30"
    with runtime.writing(nurse) as work:
        assert add_holidays(work, [GOOD_FRIDAY, EASTER_MONDAY]) == 2
        assert add_holidays(work, [GOOD_FRIDAY]) == 0
    assert target(runtime, alert) == "2026-04-07T07:30"
    with runtime.writing(nurse) as work:
        assert remove_holiday(work, GOOD_FRIDAY.day)
        assert not remove_holiday(work, GOOD_FRIDAY.day)
    assert target(runtime, alert) == "2026-04-03T07:30"
    with runtime.reading(COMMAND) as work:
        audited = work.session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("%holiday%"))).all()
    assert audited == ["added_holidays", "removed_holiday"]


def test_an_alert_raised_before_a_holiday_has_its_target_after_it(runtime: Runtime, clock: FixedClock) -> None:
    nurse = make_staff(runtime)
    clock.set(MAUNDY_THURSDAY)
    with runtime.writing(nurse) as work:
        add_holidays(work, [EASTER_MONDAY, GOOD_FRIDAY])
    assert target(runtime, pain_alert(runtime, nurse)) == "2026-04-07T07:30"


def test_other_hours_move_the_clocks_too(runtime: Runtime, clock: FixedClock) -> None:
    nurse = make_staff(runtime)
    clock.set(MAUNDY_THURSDAY)
    alert = pain_alert(runtime, nurse)
    with runtime.writing(COMMAND) as work:
        update_centre(work, "NORTH", {"clinic_hours": {"thu": ["08:00", "18:00"]}})
    assert target(runtime, alert) == "2026-04-02T15:30"


@pytest.mark.parametrize("days", [[], [Holiday(date(2026, 4, 3), " ")], [Holiday(date(2026, 4, 3), "x" * 81)]])
def test_a_day_needs_a_name(runtime: Runtime, days: list[Holiday]) -> None:
    nurse = make_staff(runtime)
    with pytest.raises(InvalidInput), runtime.writing(nurse) as work:
        add_holidays(work, days)


def test_holidays_and_leave_are_those_of_the_own_centre(runtime: Runtime) -> None:
    nurse, stranger = make_staff(runtime), make_staff(runtime, code="SOUTH")
    person = public_id(runtime, nurse)
    day = runtime.clock.now().date()
    with runtime.writing(nurse) as work:
        add_holidays(work, [GOOD_FRIDAY])
        note_absence(work, who=person, cover="", first_day=day, last_day=None)
        absence = read_absences(work)[0].public_id
    with runtime.writing(stranger) as work:
        assert read_closed_days(work).holidays == ()
        assert read_absences(work) == ()
        with pytest.raises(NotFound):
            revoke_absence(work, absence)
        with pytest.raises(InvalidInput):
            note_absence(work, who=person, cover="", first_day=day, last_day=None)
        with pytest.raises(InvalidInput):
            set_chain(work, second=person, surgeon="")


def test_leave_is_written_down_and_taken_back(runtime: Runtime) -> None:
    nurse, second = make_staff(runtime), make_staff(runtime, email="second@north.example")
    day = runtime.clock.now().date()
    with runtime.writing(second) as work:
        note_absence(work, who=public_id(runtime, nurse), cover=public_id(runtime, second), first_day=day, last_day=day)
        assert read_team(work, nurse.centre()).duty.stand_in(nurse.id) == second.id
        revoke_absence(work, read_absences(work)[0].public_id)
        assert read_team(work, nurse.centre()).duty.stand_in(nurse.id) == nurse.id
        assert read_absences(work) == ()
        audited = work.session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("%absence%"))).all()
    assert audited == ["noted_absence", "revoked_absence"]


def test_nobody_stands_in_for_themselves_and_days_run_forwards(runtime: Runtime) -> None:
    nurse = make_staff(runtime)
    person = public_id(runtime, nurse)
    with pytest.raises(InvalidInput) as caught, runtime.writing(nurse) as work:
        note_absence(work, who=person, cover=person, first_day=date(2026, 4, 3), last_day=date(2026, 4, 2))
    assert set(caught.value.fields) == {"cover", "last_day"}


def test_the_newest_chain_counts_and_the_same_one_is_not_written_twice(runtime: Runtime) -> None:
    nurse, surgeon = make_staff(runtime), make_staff(runtime, role="clinician")
    with runtime.writing(nurse) as work:
        set_chain(work, second=public_id(runtime, nurse), surgeon="")
        for _ in range(2):
            set_chain(work, second="", surgeon=public_id(runtime, surgeon))
        team = read_team(work, nurse.centre())
        audited = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "set_escalation")).all()
    assert (team.second_id, team.surgeon_id, len(audited)) == (None, surgeon.id, 2)
