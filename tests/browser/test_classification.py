"""Classifying a recurrence on a phone with the keyboard alone: accessible at each step, never wider than the window."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.axe import accessibility_breaches, overflows_sideways
from tests.browser.conftest import PHONE, LiveSite
from tests.factories import PASSWORD, make_patient, make_staff

# What a browser shows does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def check(page: Page, place: str) -> None:
    """No broken rule and no sideways scrolling."""
    assert accessibility_breaches(page) == [], place
    assert not overflows_sideways(page), place


def tab_to(page: Page, label: str) -> None:
    """Press Tab until the field or button of this name has the focus."""
    wanted = page.get_by_label(label, exact=True).or_(page.get_by_role("button", name=label, exact=True))
    for _ in range(120):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{label} cannot be reached with the keyboard")


def test_two_steps_with_the_keyboard_on_a_phone(live: LiveSite, open_page: Callable[..., Page]) -> None:
    patient = make_patient(live.runtime, make_staff(live.runtime))
    page = open_page(**PHONE)
    page.goto(f"{live.url}/login?next=/staff/patients/{patient}/classification")
    page.get_by_label("E-mail").fill("nurse@north.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    check(page, "nothing yet")

    page.get_by_role("link", name="New assessment").press("Enter")
    check(page, "step 1")
    tab_to(page, "MRI")
    page.keyboard.press("Space")
    page.get_by_label("Date of the assessment").fill("2026-02-27")
    for mark in ("Bladder", "S2 invaded"):
        tab_to(page, mark)
        page.keyboard.press("Space")
    tab_to(page, "Show the proposals")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="What the six systems say")).to_be_visible()
    check(page, "step 2")
    yamada = page.get_by_role("group", name="Yamada 2001")
    expect(yamada.get_by_label("LATERAL")).to_be_checked()
    yamada.get_by_label("LATERAL").press("ArrowUp")
    expect(yamada.get_by_label("SACRAL")).to_be_checked()
    tab_to(page, "Store the assessment")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Yamada would be LATERAL; SACRAL is chosen.")).to_be_visible()
    check(page, "a doubt")
    page.get_by_role("button", name="Store it all the same").press("Enter")
    expect(page.get_by_text("The assessment is stored.")).to_be_visible()
    check(page, "stored")

    page.get_by_role("link", name="Entered by mistake").press("Enter")
    page.get_by_role("button", name="Remove the assessment").press("Enter")
    check(page, "refused removal")
    expect(page.get_by_label("Reason")).to_be_visible()
