"""Holidays, leave, escalation, measures and an alert that is moved, on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, LiveSite
from tests.browser.test_staff_record_pages import check
from tests.factories import PASSWORD, make_staff
from tests.raised_alerts import pain_alert

# What a browser shows does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def sign_in(page: Page, live: LiveSite, email: str) -> None:
    """Through the sign-in page."""
    page.goto(f"{live.url}/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def clean(page: Page) -> None:
    """Nothing sticks out sideways, and axe has nothing to say."""
    check(page, page.url)


@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["360", "1280"])
def test_an_administrator_enters_holidays_and_names_the_chain(
    live: LiveSite, open_page: Callable[..., Page], screen: dict[str, object]
) -> None:
    make_staff(live.runtime)
    make_staff(live.runtime, role="clinician")
    make_staff(live.runtime, role="admin")
    page = open_page(**screen)
    sign_in(page, live, "admin@north.example")
    page.goto(f"{live.url}/admin/hours")
    page.get_by_role("textbox", name="Days").fill("2026-04-03, Good Friday\n2026-04-06, Easter Monday")
    page.get_by_role("button", name="Add these days").click()
    expect(page.get_by_text("Good Friday", exact=False).first).to_be_visible()
    clean(page)
    page.goto(f"{live.url}/admin/escalation")
    page.get_by_label("Second nurse").select_option(label="Nurse of NORTH")
    page.get_by_label("Surgeon").select_option(label="Clinician of NORTH")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    clean(page)


@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["360", "1280"])
def test_a_nurse_puts_an_alert_off_and_brings_it_back(
    live: LiveSite, open_page: Callable[..., Page], screen: dict[str, object]
) -> None:
    nurse = make_staff(live.runtime)
    make_staff(live.runtime, email="second@north.example")
    alert = pain_alert(live.runtime, nurse, pain=7)
    page = open_page(**screen)
    sign_in(page, live, "nurse@north.example")
    page.goto(f"{live.url}/staff/alerts/{alert}")
    clean(page)
    page.get_by_text("Put it off until a day").click()
    day = live.clock.now().date() + timedelta(days=1)
    page.get_by_label("Until which day").fill(day.isoformat())
    page.get_by_label("Why it can wait").fill("Sees the doctor tomorrow.")
    page.get_by_role("button", name="Put off").click()
    expect(page.get_by_text("comes back by itself").first).to_be_visible()
    clean(page)
    page.goto(f"{live.url}/staff/alerts/waiting")
    clean(page)
    page.get_by_role("button", name="Bring back now").click()
    expect(page.get_by_text("You have taken it")).to_be_visible()
    for path in ("/staff/measures", "/staff/leave", "/staff/forms"):
        page.goto(f"{live.url}{path}")
        clean(page)
