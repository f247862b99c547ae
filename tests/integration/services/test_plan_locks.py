"""Sending a form and planning anew at the same time: both take their locks in one order, so they only take turns."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from lrrc_qol.domain.events import EventKind
from lrrc_qol.jobs.tick import run_tick
from lrrc_qol.mail import MemoryMailer
from lrrc_qol.persistence.models import Assignment, Message, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.answer_form import list_parts, submit_response
from lrrc_qol.services.change_dates import EpisodeDates, change_dates, preview_dates
from lrrc_qol.services.context import COMMAND, Actor, Work
from lrrc_qol.services.record_event import record_event
from lrrc_qol.services.resend_link import resend_link
from tests.clock import FixedClock
from tests.factories import Phone, answer, answers_for, make_patient, make_staff, save, set_dates, take_seat
from tests.statement_count import counted_statements

OPERATED = date(2026, 3, 22)
BLOCKED = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    """A nurse."""
    return make_staff(runtime)


@pytest.fixture
def patient(runtime: Runtime, nurse: Actor, clock: FixedClock) -> str:
    """One month after the operation."""
    patient = make_patient(runtime, nurse, planned_surgery_on=OPERATED)
    clock.advance(days=50)
    set_dates(runtime, nurse, patient, surgery_on=OPERATED)
    return patient


@pytest.fixture
def phone(runtime: Runtime, patient: str) -> Phone:
    """The phone at the form of one month, which may count for discharge as well."""
    return take_seat(runtime, patient, "M1")


def first_form(runtime: Runtime, phone: Phone) -> str:
    """The first form of the seat, with one answer."""
    with runtime.reading(phone.actor) as work:
        part = list_parts(work, phone.seat)[0]
    item = runtime.catalogue.instrument(*part.instrument).applicable_items(phone.seat.facts)[0]
    save(runtime, phone, part.assignment_public_id, answer(item.id, item.codes[0]), key="one")
    return part.assignment_public_id


def send(runtime: Runtime, phone: Phone, form: str) -> int:
    """Send it; the status."""
    with runtime.writing(phone.actor) as work:
        return submit_response(work, phone.seat, form, key="send", version=1).status


def move(work: Work, patient: str) -> None:
    """Another day of the operation."""
    dates = EpisodeDates(None, OPERATED + timedelta(days=3), OPERATED + timedelta(days=20), None, None)
    seen = preview_dates(work, patient, dates).episode_version
    change_dates(work, patient, dates, expected_version=seen, reason="Corrected.", same_operation=True)


def test_sending_takes_the_locks_of_planning_before_any_other(runtime: Runtime, phone: Phone) -> None:
    form = first_form(runtime, phone)
    with counted_statements(runtime) as statements:
        assert send(runtime, phone, form) == 200
    tables = [one.split("FROM ")[1].split()[0] for one in statements if one.startswith("SELECT")]
    assert tables[:3] == ["centre", "episode", "assignment"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # on SQLite only one can write at a time
def test_who_sends_while_a_date_changes_waits_without_holding_anything(
    runtime: Runtime, nurse: Actor, patient: str, phone: Phone
) -> None:
    form = first_form(runtime, phone)
    with ThreadPoolExecutor(1) as pool:
        with runtime.writing(nurse) as work:
            move(work, patient)
            sent = pool.submit(send, runtime, phone, form)
            waits = False
            while not waits and not sent.done():
                with runtime.reading(COMMAND) as other:
                    waits = bool(other.session.scalar(BLOCKED))
            assert waits
            # Had the other one taken a row before it began to wait, these would be refused at once.
            for model in (Assignment, Visit):
                work.session.execute(select(model.id).with_for_update(nowait=True))
        assert sent.result() == 200
    with runtime.reading(COMMAND) as work:
        visit = work.session.scalars(select(Visit).where(Visit.id == phone.seat.visit_id)).one()
        assert (visit.key, visit.home_key) == ("M1", "M1")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_date_that_changes_while_a_form_is_sent_waits_for_it(
    runtime: Runtime, nurse: Actor, patient: str, phone: Phone
) -> None:
    form = first_form(runtime, phone)

    def correct() -> None:
        with runtime.writing(nurse) as work:
            move(work, patient)

    with ThreadPoolExecutor(1) as pool:
        with runtime.writing(phone.actor) as work:
            assert submit_response(work, phone.seat, form, key="send", version=1).status == 200
            moved = pool.submit(correct)
            waits = False
            while not waits and not moved.done():
                with runtime.reading(COMMAND) as other:
                    waits = bool(other.session.scalar(BLOCKED))
            assert waits
            work.session.execute(select(Visit.id).with_for_update(nowait=True))
        moved.result()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_death_waits_for_no_mail_that_a_worker_has_its_hand_on(
    runtime: Runtime, nurse: Actor, patient: str, clock: FixedClock
) -> None:
    with runtime.writing(nurse) as work:
        resend_link(work, patient)
    kind = EventKind.DEATH
    with runtime.writing(COMMAND) as worker:
        held = worker.session.scalars(select(Message).with_for_update()).one()
        with runtime.writing(nurse) as work:
            record_event(work, patient, kind=kind, happened_on=clock.now().date(), detail=answers_for(runtime, kind))
        # The worker goes on to the visit, as it does when a step is given back.
        worker.session.execute(select(Visit.id).where(Visit.id == held.visit_id).with_for_update())
    mailer = MemoryMailer()
    run_tick(replace(runtime, mailer=mailer))
    assert mailer.mails == []
    with runtime.reading(COMMAND) as work:
        assert work.session.scalars(select(Message.status)).all() == ["suppressed"]
