"""A shift of a nurse: 25 patients, six alerts, worked through with the keyboard; news come without losing the place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from lrrc_qol.services.context import Actor
from tests.axe import accessibility_breaches, overflows_sideways
from tests.browser.conftest import DESKTOP, PHONE, LiveSite
from tests.browser.test_staff_worklist import sign_in
from tests.factories import complete_visit, make_patient, make_staff, take_seat
from tests.raised_alerts import pain_alert

# What a browser shows does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ALERTS = 6
PATIENTS = 25


@pytest.fixture
def nurse(live: LiveSite) -> Actor:
    """Whose shift it is."""
    return make_staff(live.runtime)


@pytest.fixture
def shift(live: LiveSite, nurse: Actor) -> None:
    """25 patients: six with an alert, one who sent a form, one who lacks a baseline before the operation."""
    today = live.clock.now().date()
    for number in range(ALERTS):
        pain_alert(
            live.runtime,
            nurse,
            pain=9 if number < 2 else 7,
            name=f"Alert Nr {number + 1}",
            hospital_number=f"A-{number}",
            phone="+44 20 7946 0999",
            planned_surgery_on=today + timedelta(days=25),
        )
        live.clock.advance(minutes=1)  # of equal urgency the older stands first
    sent = make_patient(live.runtime, nurse, name="Sent Aform", hospital_number="S-1")
    complete_visit(live.runtime, take_seat(live.runtime, sent))
    soon = today + timedelta(days=3)
    make_patient(live.runtime, nurse, name="Cleo Soon", hospital_number="S-2", planned_surgery_on=soon)
    for number in range(PATIENTS - ALERTS - 2):
        make_patient(
            live.runtime, nurse, hospital_number=f"P-{number}", planned_surgery_on=today + timedelta(days=25 + number)
        )


def press(place: Locator, key: str) -> None:
    """Go to a control and press a key there, as one does with the keyboard."""
    place.focus()
    place.press(key)


def list_ready(page: Page) -> None:
    """The list is there and its keys work: only the script shows what they are."""
    expect(page.get_by_role("heading", name="Worklist")).to_be_visible()
    expect(page.locator("#keys")).to_be_visible()


def close_by_keyboard(page: Page, number: int) -> None:
    """On the page of an alert: the call, what was done, and back to the list."""
    press(page.get_by_label("Reached", exact=True), "Space")
    press(page.get_by_role("button", name="Save the call"), "Enter")
    press(page.get_by_label("Advice given"), "Space")
    page.get_by_label("Note", exact=True).focus()
    page.keyboard.type(f"Advice number {number}.")
    press(page.get_by_role("button", name="Close the alert"), "Enter")
    expect(page.get_by_text("Closed: Advice given")).to_be_visible()
    press(page.get_by_role("link", name="Worklist").first, "Enter")
    list_ready(page)


@pytest.mark.usefixtures("shift")
def test_a_shift_is_worked_through_with_the_keyboard(live: LiveSite, open_page: Callable[..., Page]) -> None:
    page = open_page(**DESKTOP)
    sign_in(page, live, "nurse")
    list_ready(page)
    page.keyboard.press("?")
    expect(page.get_by_text("take the alert of the row")).to_be_visible()
    assert accessibility_breaches(page) == []
    page.keyboard.press("?")
    for number in range(1, ALERTS + 1):
        page.keyboard.press("j")
        expect(page.get_by_role("button", name=f"Open for Alert Nr {number}")).to_be_focused()
        page.keyboard.press("t")
        expect(page.get_by_role("status")).to_contain_text([f"You have taken the alert of Alert Nr {number}."])
        expect(page.get_by_role("button", name=f"Open for Alert Nr {number}")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_text("You have taken it")).to_be_visible()
        close_by_keyboard(page, number)
    expect(page.get_by_text(f"{ALERTS} alerts closed, {ALERTS} calls written down")).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="See patient Cleo Soon")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Read the form of Sent Aform")).to_be_focused()
    page.keyboard.press("k")
    expect(page.get_by_role("link", name="See patient Cleo Soon")).to_be_focused()


@pytest.mark.usefixtures("shift")
def test_news_come_without_losing_the_place_and_keys_can_be_switched_off(
    live: LiveSite, open_page: Callable[..., Page], nurse: Actor
) -> None:
    page = open_page(**DESKTOP)
    sign_in(page, live, "nurse")
    list_ready(page)
    for _ in range(3):
        page.keyboard.press("j")
    held = page.get_by_role("button", name="Open for Alert Nr 3")
    expect(held).to_be_focused()
    before = held.bounding_box()
    later = {"planned_surgery_on": live.clock.now().date() + timedelta(days=25)}
    for number in (1, 2):
        pain_alert(live.runtime, nurse, name=f"New Red {number}", hospital_number=f"N-{number}", **later)
    # The page looks for news by itself every few seconds; coming back to it looks at once.
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_text("2 new items")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="New Red 1").get_by_text("New", exact=True)).to_be_visible()
    expect(held).to_be_focused()
    after = held.bounding_box()
    assert before is not None
    assert after is not None
    scrolled = page.evaluate("scrollY + innerHeight < document.body.scrollHeight")
    assert abs(after["y"] - before["y"]) < 2 or not scrolled
    page.locator("#keys > summary").click()
    page.get_by_label("Use single keys on this computer").uncheck()
    held.focus()
    page.keyboard.press("j")
    expect(held).to_be_focused()


@pytest.mark.usefixtures("shift")
def test_the_same_steps_fit_a_phone(live: LiveSite, open_page: Callable[..., Page]) -> None:
    page = open_page(**PHONE)
    sign_in(page, live, "nurse")
    found = {"worklist": (accessibility_breaches(page), overflows_sideways(page))}
    call = page.get_by_role("link", name="Call Alert Nr 1")
    expect(call).to_have_attribute("href", "tel:+442079460999")
    box = call.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    page.get_by_role("link", name="Sent Aform").first.click()
    found["patient"] = (accessibility_breaches(page), overflows_sideways(page))
    page.get_by_role("link", name="Answers").click()
    found["answers"] = (accessibility_breaches(page), overflows_sideways(page))
    page.get_by_role("link", name="Calls and notes").click()
    page.get_by_text("Write down a contact").click()
    page.get_by_text("Write a note").click()
    page.get_by_text("Set a task").click()
    found["care"] = (accessibility_breaches(page), overflows_sideways(page))
    page.goto(f"{live.url}/staff/patients")
    page.get_by_role("link", name="Cleo Soon").click()
    page.get_by_role("link", name="Call now").click()
    found["call"] = (accessibility_breaches(page), overflows_sideways(page))
    page.get_by_role("button", name="Start the interview").click()
    page.get_by_text("Conversation log").click()
    page.get_by_label("What was said besides the answers").fill("Sleeps badly.")
    found["interview"] = (accessibility_breaches(page), overflows_sideways(page))
    page.get_by_role("button", name="Write it down and go on").click()
    expect(page.get_by_text("Conversation log")).to_be_visible()
    assert found == dict.fromkeys(found, ([], False))
