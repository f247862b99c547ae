"""The worklist page: words for each kind, filters in the address, the banner when the jobs stand still."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lrrc_qol.jobs.periodic import TICK_JOBS
from lrrc_qol.persistence.models import JobRun, Task
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.request_call import request_call
from tests.clock import FixedClock
from tests.factories import make_patient, make_staff, take_seat
from tests.raised_alerts import pain_alert
from tests.staff_browser import StaffBrowser, signed_in
from tests.statement_count import counted_statements

BANNER = "Reminders and alert mails are not going out."


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    """The nurse's account."""
    return make_staff(runtime)


@pytest.fixture
def browser(app: Flask, nurse: Actor) -> StaffBrowser:
    """The nurse, signed in."""
    return signed_in(app, "nurse@north.example")


def test_an_empty_list_says_so(browser: StaffBrowser) -> None:
    assert "Nothing here." in browser.get("/staff/").text


def test_a_red_alert_stands_first_with_words_owner_and_clock(
    browser: StaffBrowser, runtime: Runtime, nurse: Actor, clock: FixedClock
) -> None:
    make_patient(runtime, nurse, name="Bea Soon", planned_surgery_on=clock.now().date() + timedelta(days=3))
    alert = pain_alert(runtime, nurse, hospital_number="H-2")
    clock.advance(minutes=10)
    page = browser.get("/staff/").text
    assert page.index("Red – now") < page.index("Operation in 3 days, no usable baseline")
    assert "Call within 50 min" in page
    assert f"/staff/alerts/{alert}/take" in page
    browser.press(f"/staff/alerts/{alert}/take")
    page = browser.get("/staff/?mine=1").text
    assert "Ada Example" in page
    assert "Bea Soon" not in page


def test_the_address_filters_by_kind_and_nonsense_shows_everything(
    browser: StaffBrowser, runtime: Runtime, nurse: Actor
) -> None:
    pain_alert(runtime, nurse)
    assert "Red – now" not in browser.get("/staff/?kind=due").text
    for address in ("/staff/?kind=nonsense", "/staff/?after=nonsense", "/staff/?after=10~x~y"):
        assert "Red – now" in browser.get(address).text


def test_a_task_is_opened_and_closed_with_a_note(browser: StaffBrowser, runtime: Runtime, nurse: Actor) -> None:
    phone = take_seat(runtime, make_patient(runtime, nurse))
    with runtime.writing(phone.actor) as work:
        request_call(work, phone.seat)
        task = work.session.scalars(select(Task.public_id)).one()
    assert f"/staff/tasks/{task}" in browser.get("/staff/?kind=call_request").text
    assert "Feels unwell: asked for a call" in browser.get(f"/staff/tasks/{task}").text
    refused = browser.press(f"/staff/tasks/{task}/close", note="  ")
    assert (refused.status_code, "Write in a few words" in refused.text) == (422, True)
    assert browser.press(f"/staff/tasks/{task}/close", note="Called back.").headers["Location"] == "/staff/"
    assert "Called back." in browser.get(f"/staff/tasks/{task}").text
    assert "asked for a call" not in browser.get("/staff/").text


def test_a_coordinator_sees_the_list_without_alerts(app: Flask, runtime: Runtime, nurse: Actor) -> None:
    pain_alert(runtime, nurse, planned_surgery_on=runtime.clock.now().date() + timedelta(days=10))
    make_staff(runtime, role="coordinator")
    page = signed_in(app, "coordinator@north.example").get("/staff/").text
    assert "no usable baseline" in page
    assert "Red – now" not in page
    assert "Alerts" not in page


def test_a_banner_says_when_the_jobs_stand_still(browser: StaffBrowser, runtime: Runtime, clock: FixedClock) -> None:
    assert BANNER in browser.get("/staff/").text
    with runtime.writing(COMMAND) as work:
        now = work.now
        work.session.add_all(JobRun(name=name, started_at=now, finished_at=now, counts={}) for name in TICK_JOBS)
    clock.advance(minutes=3)
    assert BANNER not in browser.get("/staff/").text
    clock.advance(seconds=1)
    assert BANNER in browser.get("/staff/").text


def test_the_page_costs_the_same_whatever_the_number_of_patients(
    browser: StaffBrowser, runtime: Runtime, nurse: Actor
) -> None:
    def cost() -> int:
        with counted_statements(runtime) as statements:
            assert browser.get("/staff/").status_code == 200
        return len(statements)

    pain_alert(runtime, nurse, hospital_number="H-first")
    before = cost()
    for number in range(10):
        pain_alert(runtime, nurse, hospital_number=f"H-{number}")
    assert cost() == before
