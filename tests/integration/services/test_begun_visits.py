"""A form that was begun can be finished, also when its visit gives way to an answered one or is asked for no more."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from lrrc_qol.jobs.delivery import deliver_all
from lrrc_qol.persistence.models import Answer, Message, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.ask_for_link import ask_for_link
from lrrc_qol.services.context import ANONYMOUS_PATIENT, COMMAND, Actor
from lrrc_qol.services.due_now import visits_due
from lrrc_qol.services.read_record import read_record
from lrrc_qol.services.selfcheck import find_breaches
from lrrc_qol.services.staff_entry import read_entry_visits
from tests.clock import FixedClock
from tests.factories import (
    answer,
    assignment,
    complete_visit,
    make_link,
    make_patient,
    make_staff,
    save,
    set_dates,
    take_seat,
    visit_id,
)
from tests.staff_entry import nurse_seat

OPERATED = date(2026, 3, 22)
PAIN = "pain_nrs"


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    """A nurse."""
    return make_staff(runtime)


@pytest.fixture
def patient(runtime: Runtime, nurse: Actor, clock: FixedClock) -> str:
    """One month after the operation a form is begun and left; the one of three months is sent."""
    patient = make_patient(runtime, nurse, planned_surgery_on=OPERATED)
    clock.advance(days=20 + 30)
    set_dates(runtime, nurse, patient, surgery_on=OPERATED)
    phone = take_seat(runtime, patient, "M1")
    save(runtime, phone, assignment(runtime, phone, PAIN), answer("pain_worst", 3), key="begun")
    clock.advance(days=61)
    complete_visit(runtime, take_seat(runtime, patient, "M3"))
    return patient


def move(runtime: Runtime, nurse: Actor, patient: str, days: int) -> None:
    """The operation was so many days later than was written down."""
    set_dates(runtime, nurse, patient, surgery_on=OPERATED + timedelta(days=days))


def rows(runtime: Runtime) -> dict[str, Visit]:
    """All visits by key."""
    with runtime.reading(COMMAND) as work:
        return {row.key: row for row in work.session.scalars(select(Visit))}


def the_draft(runtime: Runtime, number: int) -> Visit:
    """The visit that was begun."""
    return next(row for row in rows(runtime).values() if row.id == number)


def breaches(runtime: Runtime) -> list[str]:
    """What the self-check finds among visits and references."""
    return [f"{name}: {words}" for name, words in find_breaches(lambda: runtime.reading(COMMAND)) if name != "mail"]


def test_a_draft_that_gave_way_is_due_and_can_be_sent(runtime: Runtime, nurse: Actor, patient: str) -> None:
    number = visit_id(runtime, patient, "M1")
    move(runtime, nurse, patient, 60)
    row = the_draft(runtime, number)
    assert (row.key, row.home_key, row.planned) == (f"X-{number}", "M1", False)
    assert row.name == "1 month after the operation (another form)"
    assert row.next_reminder_at is None
    assert rows(runtime)["M1"].home_key == "M3"
    with runtime.reading(ANONYMOUS_PATIENT) as work:
        assert number in [visit.id for visit in visits_due(work, row.episode_id)]

    phone = take_seat(runtime, patient, row.key)
    assert (phone.seat.visit_id, phone.seat.visit_key) == (number, "M1")
    complete_visit(runtime, phone)
    row = the_draft(runtime, number)
    assert (row.key, row.home_in_window, row.planned) == ("M1", True, True)
    assert rows(runtime)["M3"].home_key == "M3"
    with runtime.reading(COMMAND) as work:
        assert "pain_worst" in set(work.session.scalars(select(Answer.item_id)))
    assert breaches(runtime) == []


def test_a_mail_of_long_ago_leads_to_the_draft(runtime: Runtime, nurse: Actor, patient: str) -> None:
    token = make_link(runtime, patient, "M1")
    number = visit_id(runtime, patient, "M1")
    move(runtime, nurse, patient, 60)
    assert take_seat(runtime, patient, f"X-{number}").seat.visit_id == number
    with runtime.writing(ANONYMOUS_PATIENT) as work:
        ask_for_link(work, token, source="127.0.0.1")
    with runtime.reading(COMMAND) as work:
        assert list(work.session.scalars(select(Message.visit_id).where(Message.kind == "link_resent"))) == [number]
    assert deliver_all(runtime, runtime.clock.now(), lambda: False)["sent"] >= 1


def test_staff_go_on_with_the_draft(runtime: Runtime, nurse: Actor, patient: str, clock: FixedClock) -> None:
    number = visit_id(runtime, patient, "M1")
    move(runtime, nurse, patient, 60)
    with runtime.reading(nurse) as work:
        _, visits = read_entry_visits(work, patient)
        shown = read_record(work, patient).visits
    public_id = the_draft(runtime, number).public_id
    assert public_id in [visit.public_id for visit in visits]
    assert "1 month after the operation (another form)" in [view.row.name for view in shown]
    complete_visit(runtime, nurse_seat(runtime, nurse, patient, visit=public_id, answered_on=clock.now().date()))
    assert the_draft(runtime, number).key == "M1"
    assert breaches(runtime) == []


def test_a_draft_has_its_visit_back_when_the_answered_form_moves_on(
    runtime: Runtime, nurse: Actor, patient: str
) -> None:
    number = visit_id(runtime, patient, "M1")
    before = the_draft(runtime, number)
    move(runtime, nurse, patient, 60)
    move(runtime, nurse, patient, 0)
    after = the_draft(runtime, number)
    assert (after.key, after.planned, after.name) == ("M1", True, before.name)
    assert (after.opens_on, after.closes_on) == (before.opens_on, before.closes_on)
    assert breaches(runtime) == []


def test_what_was_begun_of_a_visit_that_nothing_asks_for_can_be_sent(
    runtime: Runtime, nurse: Actor, clock: FixedClock
) -> None:
    patient = make_patient(runtime, nurse, planned_surgery_on=OPERATED)
    clock.advance(days=20 + 30)
    set_dates(runtime, nurse, patient, surgery_on=OPERATED)
    phone = take_seat(runtime, patient, "M1")
    save(runtime, phone, assignment(runtime, phone, PAIN), answer("pain_worst", 3), key="begun")
    number = visit_id(runtime, patient, "M1")
    set_dates(runtime, nurse, patient, planned_surgery_on=clock.now().date() + timedelta(days=9))
    row = the_draft(runtime, number)
    assert (row.key, row.planned, row.opens_on, row.closes_on) == ("M1", False, *[clock.now().date()] * 2)
    complete_visit(runtime, take_seat(runtime, patient, "M1"))
    row = the_draft(runtime, number)
    assert (row.key, row.home_key, row.completed_at is not None) == ("M1", "M1", True)
    assert breaches(runtime) == []


def test_the_self_check_finds_a_draft_without_a_home(runtime: Runtime, nurse: Actor, patient: str) -> None:
    number = visit_id(runtime, patient, "M1")
    move(runtime, nurse, patient, 60)
    with runtime.writing(COMMAND) as work:
        work.session.execute(update(Visit).where(Visit.id == number).values(home_key=None))
    assert any(f"visit {number} was begun" in line for line in breaches(runtime))
