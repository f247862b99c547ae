"""Sign-in, worklist, alert and administration in a real browser: usable on a phone, accessible, no script needed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.axe import accessibility_breaches, overflows_sideways
from tests.browser.conftest import DESKTOP, PHONE, LiveSite
from tests.factories import PASSWORD, make_patient, make_staff
from tests.raised_alerts import pain_alert

# What a browser shows does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def sign_in(page: Page, live: LiveSite, role: str) -> None:
    """Fill in the sign-in form."""
    page.goto(f"{live.url}/login")
    page.get_by_label("E-mail").fill(f"{role}@north.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


@pytest.fixture
def busy_day(live: LiveSite) -> None:
    """A red alert, an amber one, and an operation in three days without a baseline."""
    nurse = make_staff(live.runtime)
    make_staff(live.runtime, role="admin")
    pain_alert(live.runtime, nurse, pain=7, name="Bea Amber", hospital_number="H-2")
    pain_alert(live.runtime, nurse, name="Ada Red")
    soon = live.clock.now().date() + timedelta(days=3)
    make_patient(live.runtime, nurse, name="Cleo Soon", hospital_number="H-3", planned_surgery_on=soon)


@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.usefixtures("busy_day")
def test_every_page_is_accessible_and_fits_the_screen(
    live: LiveSite, open_page: Callable[..., Page], screen: dict[str, Any]
) -> None:
    page = open_page(**screen)
    page.goto(f"{live.url}/login")
    found = {"login": (accessibility_breaches(page), overflows_sideways(page))}
    sign_in(page, live, "nurse")
    found["worklist"] = (accessibility_breaches(page), overflows_sideways(page))
    page.get_by_role("button", name="Open for Ada Red").click()
    page.get_by_text("All other answers").or_(page.get_by_text("The rule behind")).first.click()
    found["alert"] = (accessibility_breaches(page), overflows_sideways(page))
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, live, "admin")
    found["administration"] = (accessibility_breaches(page), overflows_sideways(page))
    assert found == dict.fromkeys(found, ([], False))


@pytest.mark.usefixtures("busy_day")
def test_a_nurse_works_an_alert_off_on_a_phone_without_scripts(live: LiveSite, phone_without_javascript: Page) -> None:
    page = phone_without_javascript
    sign_in(page, live, "nurse")
    expect(page.get_by_role("row")).to_contain_text(["Patient", "Ada Red", "Bea Amber", "Cleo Soon"])
    page.get_by_role("button", name="Take it for Ada Red").click()
    expect(page.get_by_text("You have taken it")).to_be_visible()
    page.get_by_label("Reached", exact=True).check()
    page.get_by_label("Note (optional)").fill("Took the evening dose.")
    page.get_by_role("button", name="Save the call").click()
    page.get_by_label("Advice given").check()
    page.get_by_label("Note", exact=True).fill("Will call again tomorrow.")
    page.get_by_role("button", name="Close the alert").click()
    expect(page.get_by_text("Closed: Advice given")).to_be_visible()
    page.get_by_role("link", name="Worklist").first.click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("Bea Amber")
