"""An administrator makes a version on a desk and on a phone: every page accessible and fitting, refused or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, LiveSite
from tests.browser.test_staff_record_pages import check
from tests.factories import PASSWORD, make_staff

# What a browser shows does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_version_from_draft_to_use(live: LiveSite, open_page: Callable[..., Page], device: dict[str, Any]) -> None:
    make_staff(live.runtime, role="admin", email="boss@example.org")
    page = open_page(**device)
    page.goto(f"{live.url}/login")
    page.get_by_label("E-mail").fill("boss@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    page.goto(f"{live.url}/admin/protocols")
    page.get_by_role("button", name="Make a new version").click()
    check(page, "figures")
    page.locator("[id='f-schedule.visits.1.open']").fill("soon")
    page.get_by_role("button", name="Store the draft").click()
    expect(page.get_by_role("link", name="Enter a whole number.")).to_be_visible()
    check(page, "figures refused")

    page.get_by_role("link", name="Visits and messages").click()
    month = page.get_by_role("group", name="1 month after the operation")
    month.get_by_text("Ask something else too").click()
    month.get_by_label("BPI-SF").check()
    page.get_by_role("group", name="18 months after the operation").get_by_label("This visit takes place").check()
    page.get_by_label("Baseline").fill("9")
    page.get_by_role("button", name="Store the visits").click()
    expect(page.get_by_role("link", name="Baseline: from 1 to 3 messages")).to_be_visible()
    check(page, "visits refused")
    page.get_by_label("Baseline").fill("2")
    page.get_by_role("button", name="Store the visits").click()
    expect(month.get_by_text("Longer than meant")).to_be_visible()
    check(page, "visits")

    page.get_by_role("link", name="Calendar").click()
    page.get_by_label("Operation", exact=True).fill("2027-03-01")
    page.get_by_role("button", name="Show the calendar").click()
    expect(page.get_by_text("2 of 7 visits differ")).to_be_visible()
    check(page, "calendar")

    page.get_by_role("link", name="Figures").click()
    page.get_by_label("What is different, and why").fill("Seen again after 18 months.")
    page.get_by_label("Clinical owner").fill("Dr Owner")
    page.get_by_role("button", name="Publish", exact=True).click()
    check(page, "published")
    page.get_by_role("link", name="Follow-up plan").click()
    page.get_by_role("button", name="Use for new patients from now on").click()
    check(page, "list")
