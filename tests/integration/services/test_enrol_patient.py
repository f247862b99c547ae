"""Enrolment: what is refused beside which field, and what a good one makes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.persistence.models import Assignment, AuditEntry, Patient, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from tests.clock import FixedClock
from tests.factories import make_patient, make_staff


def test_plans_the_baseline_visit_with_its_questionnaires(runtime: Runtime) -> None:
    make_patient(runtime, make_staff(runtime))
    with runtime.reading(COMMAND) as work:
        visits = work.session.scalars(select(Visit)).all()
        instruments = work.session.scalars(select(Assignment.instrument_id).order_by(Assignment.position)).all()
    assert [visit.key for visit in visits] == ["BL1"]
    assert visits[0].next_reminder_at == runtime.clock.now()
    assert list(instruments) == ["qlq_c30", "pain_nrs", "distress_nrs", "pe_wellbeing"]


def test_identifiers_are_unreadable_in_the_database(runtime: Runtime) -> None:
    make_patient(runtime, make_staff(runtime))
    with runtime.reading(COMMAND) as work:
        row = work.session.scalars(select(Patient)).one()
        stored = b" ".join((row.name_sealed, row.born_on_sealed, row.hospital_number_sealed, row.email_sealed or b""))
    for secret in (b"Ada", b"Example", b"1958", b"H-1", b"example.org"):
        assert secret not in stored


def test_is_audited_without_names(runtime: Runtime) -> None:
    nurse = make_staff(runtime)
    make_patient(runtime, nurse)
    with runtime.reading(COMMAND) as work:
        entry = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "enrolled_patient")).one()
    assert (entry.actor_kind, entry.actor_id, entry.centre_id) == ("staff", nurse.id, nurse.centre_id)
    assert "Ada" not in str(entry.detail)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("name", "Ada\r\nBcc: x@example.org"),
        ("born_on", date(1890, 1, 1)),
        ("born_on", date(2015, 1, 1)),
        ("born_on", date(2030, 1, 1)),
        ("sex", "other"),
        ("hospital_number", ""),
        ("email", "ada@"),
        ("email", "ada@example..org"),
        ("email", "ada example@example.org"),
        ("phone", "call me"),
        ("language", "xx"),
        ("timezone", "Europe/Lundon"),
        ("planned_surgery_on", date(2026, 3, 1)),
        ("planned_surgery_on", date(2029, 3, 1)),
    ],
)
def test_bad_input_names_its_field_and_writes_nothing(runtime: Runtime, field: str, value: object) -> None:
    nurse = make_staff(runtime)
    with pytest.raises(InvalidInput) as refused:
        make_patient(runtime, nurse, **{field: value})
    assert set(refused.value.fields) == {field}
    with runtime.reading(COMMAND) as work:
        assert work.session.scalars(select(Patient)).all() == []


def test_a_hospital_number_is_taken_whatever_its_case_and_spaces(runtime: Runtime) -> None:
    nurse = make_staff(runtime)
    make_patient(runtime, nurse, hospital_number="AB 12")
    with pytest.raises(InvalidInput) as refused:
        make_patient(runtime, nurse, hospital_number=" ab  12 ")
    assert set(refused.value.fields) == {"hospital_number"}


def test_two_centres_may_use_the_same_number(runtime: Runtime) -> None:
    make_patient(runtime, make_staff(runtime, code="NORTH"))
    make_patient(runtime, make_staff(runtime, code="SOUTH"))


def test_a_patient_enrolled_on_a_leap_day_gets_windows_on_real_days(runtime: Runtime, clock: FixedClock) -> None:
    clock.set(clock.now().replace(year=2028, month=2, day=29))
    make_patient(runtime, make_staff(runtime), planned_surgery_on=date(2028, 3, 31))
    with runtime.reading(COMMAND) as work:
        visit = work.session.scalars(select(Visit)).one()
    assert (visit.opens_on, visit.due_on, visit.closes_on) == (
        date(2028, 3, 3),
        date(2028, 3, 24),
        date(2028, 3, 30),
    )


def test_the_window_opens_at_midnight_where_the_patient_lives(runtime: Runtime) -> None:
    nurse = make_staff(runtime)
    make_patient(runtime, nurse, timezone="Pacific/Auckland", planned_surgery_on=date(2026, 4, 20))
    with runtime.reading(COMMAND) as work:
        visit = work.session.scalars(select(Visit)).one()
    assert visit.opens_on == date(2026, 3, 23)
    # Auckland is 13 hours ahead in its summer time, which lasts until 5 April 2026, and 12 afterwards.
    assert visit.opens_at.isoformat() == "2026-03-22T11:00:00+00:00"
    assert visit.closes_at.isoformat() == "2026-04-19T12:00:00+00:00"
    assert visit.closes_at - visit.opens_at == timedelta(days=28, hours=1)
