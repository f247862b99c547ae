"""A nurse at a desk types in for a patient: an interview on the phone, and paper that is typed twice."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lrrc_qol.persistence.models import Response
from lrrc_qol.services.context import COMMAND
from tests.axe import accessibility_breaches, overflows_sideways
from tests.browser.conftest import LiveSite
from tests.factories import PASSWORD, make_patient, make_staff

# What a browser shows does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def check(page: Page, place: str) -> None:
    """No broken rule, and no sideways scrolling on a desk or a phone."""
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert accessibility_breaches(page) == [], (place, width)
        assert not overflows_sideways(page), (place, width)


def begin(page: Page, live: LiveSite, patient: str, mode: str) -> None:
    page.goto(f"{live.url}/login?next=/staff/patients/{patient}/enter")
    page.get_by_label("E-mail").fill("nurse@north.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label(mode).check()


def fill_part(page: Page) -> None:
    """Answer each question of the part with its first option, up to the review."""
    while not page.locator("#review").is_visible():
        page.locator(".step:visible input").first.check(force=True)
        page.locator("#next").click()
        page.wait_for_function("document.querySelector('#status').textContent.length > 0")


def test_an_interview_by_telephone_goes_through_the_patients_own_pages(live: LiveSite, desktop: Page) -> None:
    nurse = make_staff(live.runtime)
    patient = make_patient(live.runtime, nurse)
    begin(desktop, live, patient, "Interview by telephone")
    check(desktop, "begin")
    desktop.get_by_role("button", name="Go to the questions").click()
    desktop.get_by_role("link", name="Start").click()
    expect(desktop.get_by_text("You are typing in what Ada says on the phone")).to_be_visible()
    expect(desktop.get_by_text("Read each question and its answers aloud exactly")).to_be_visible()
    check(desktop, "question")
    while True:
        fill_part(desktop)
        with desktop.expect_response(lambda reply: reply.url.endswith("/submit")):
            desktop.get_by_role("button", name="Send the form").click()
        more = desktop.get_by_role("link", name="Go on with the next part")
        sent = desktop.get_by_text("The form is typed in and sent.")
        expect(more.or_(sent)).to_be_visible()
        if sent.is_visible():
            break
        more.click()
    assert desktop.url == f"{live.url}/staff/patients/{patient}"
    with live.runtime.reading(COMMAND) as work:
        found = work.session.execute(select(Response.mode, Response.entered_by, Response.submitted_at)).all()
    assert {(mode, by) for mode, by, _ in found} == {("telephone", nurse.id)}
    assert all(at is not None for *_, at in found)


def test_paper_is_typed_twice_and_compared_before_it_is_sent(live: LiveSite, desktop: Page) -> None:
    patient = make_patient(live.runtime, make_staff(live.runtime))
    begin(desktop, live, patient, "From paper")
    desktop.get_by_label("Type the paper twice").check()
    desktop.get_by_role("button", name="Go to the questions").click()
    desktop.get_by_role("link", name="Start").click()
    fill_part(desktop)
    desktop.get_by_role("button", name="Type it a second time").click()
    expect(desktop.get_by_role("heading", name="Type it a second time")).to_be_visible()
    check(desktop, "second typing")
    for group in desktop.locator(".second-typing fieldset").all():
        group.locator("input").first.check()
    desktop.locator(".second-typing fieldset").first.locator("input").nth(1).check()
    desktop.get_by_role("button", name="Compare the two").click()
    expect(desktop.get_by_text("One answer differs")).to_be_visible()
    check(desktop, "comparison")
    desktop.get_by_label("Second:").check()
    desktop.get_by_role("button", name="Send the form").click()
    expect(desktop.get_by_text("1 of 30 answers differed")).to_be_visible()
    check(desktop, "form")
    desktop.get_by_role("link", name="Correct").first.click()
    check(desktop, "correction")


def test_the_wards_tablet_locks_itself_in_the_patients_hands(live: LiveSite, desktop: Page) -> None:
    patient = make_patient(live.runtime, make_staff(live.runtime))
    desktop.clock.install()
    begin(desktop, live, patient, "By the patient, on this tablet")
    desktop.get_by_role("button", name="Go to the questions").click()
    check(desktop, "parts on the tablet")
    desktop.get_by_role("link", name="Start").click()
    desktop.locator(".step:visible input").first.check(force=True)
    expect(desktop.locator("#status")).to_contain_text("Saved")
    desktop.clock.run_for(9 * 60 * 1000)
    desktop.mouse.click(5, 5)
    desktop.clock.run_for(9 * 60 * 1000)
    expect(desktop.locator("#player")).to_be_visible()
    desktop.clock.run_for(61 * 1000)
    expect(desktop.get_by_role("heading", name="This tablet is locked")).to_be_visible()
    check(desktop, "locked")
    desktop.go_back()
    expect(desktop.locator("#player")).to_have_count(0)
    desktop.goto(f"{live.url}/staff/patients/{patient}")
    expect(desktop.get_by_label("Password")).to_be_visible()
