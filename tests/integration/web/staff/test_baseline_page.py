"""The page of the baseline: reasons to read, a choice with a reason, and a colleague who was faster."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from lrrc_qol.persistence.models import Response, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import Actor
from tests.clock import FixedClock
from tests.factories import complete_visit, make_patient, set_dates, take_seat
from tests.staff_browser import StaffBrowser


def test_the_page_gives_reasons_and_keeps_what_was_typed(
    nurse_browser: StaffBrowser, runtime: Runtime, nurse: Actor, clock: FixedClock
) -> None:
    patient = make_patient(runtime, nurse, planned_surgery_on=clock.now().date() + timedelta(days=10))
    complete_visit(runtime, take_seat(runtime, patient))
    address = f"/staff/patients/{patient}/baseline"

    assert "Answered 10 days before the planned operation." in nurse_browser.get(address).text
    assert nurse_browser.press(address, response="", reason="", seen="0").status_code == 422
    assert nurse_browser.press(address, response="", reason="As it was.", seen="0").status_code == 303

    late = nurse_browser.press(address, response="", reason="My own words.", seen="0")
    assert late.status_code == 422
    assert "Somebody else decided meanwhile" in late.text
    assert "My own words." in late.text


def ask(browser: StaffBrowser, patient: str, kind: str, day: str) -> None:
    """Press the button of the baseline page, look at what follows, confirm it."""
    address = f"/staff/patients/{patient}/events"
    assert f'value="{kind}"' in browser.get(f"/staff/patients/{patient}/baseline").text
    seen = browser.press(address, kind=kind, happened_on=day)
    assert seen.status_code == 200, seen.text
    stored = browser.press(address, kind=kind, happened_on=day, confirmed="yes")
    assert stored.headers["Location"] == f"/staff/patients/{patient}/baseline"


def test_a_new_baseline_is_asked_for_and_the_old_one_is_kept_as_bl0(
    nurse_browser: StaffBrowser, runtime: Runtime, nurse: Actor, clock: FixedClock
) -> None:
    patient = make_patient(runtime, nurse, planned_surgery_on=clock.now().date() + timedelta(days=10))
    complete_visit(runtime, take_seat(runtime, patient))
    clock.advance(days=1)
    nurse_browser.sign_in("nurse@north.example")
    ask(nurse_browser, patient, "baseline_repeat", clock.now().date().isoformat())
    with runtime.reading(nurse) as work:
        visits = {visit.key: visit for visit in work.session.scalars(select(Visit))}
    assert visits["BL0"].completed_at is not None
    assert (visits["BL1"].completed_at, visits["BL1"].planned) == (None, True)


def test_a_baseline_from_memory_is_asked_for_and_says_which_week_counts(
    nurse_browser: StaffBrowser, runtime: Runtime, nurse: Actor, clock: FixedClock
) -> None:
    patient = make_patient(runtime, nurse)
    clock.advance(days=25)
    operated = clock.now().date() - timedelta(days=5)
    set_dates(runtime, nurse, patient, surgery_on=operated)
    nurse_browser.sign_in("nurse@north.example")
    ask(nurse_browser, patient, "baseline_recall", clock.now().date().isoformat())
    complete_visit(runtime, take_seat(runtime, patient, "BLR"))
    with runtime.reading(nurse) as work:
        types = set(work.session.scalars(select(Response.baseline_type)))
    assert types == {"recalled"}
    page = nurse_browser.get(f"/staff/patients/{patient}/baseline").text
    assert "Baseline: recalled" in page


def test_what_cannot_be_asked_for_is_refused(
    nurse_browser: StaffBrowser, runtime: Runtime, nurse: Actor, clock: FixedClock
) -> None:
    patient = make_patient(runtime, nurse)
    day = clock.now().date().isoformat()
    refused = nurse_browser.press(f"/staff/patients/{patient}/events", kind="baseline_recall", happened_on=day)
    assert refused.status_code == 422
    assert "No operation is on record" in refused.text
