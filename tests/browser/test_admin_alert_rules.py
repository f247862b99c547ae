"""An administrator edits alert rules on a desk and on a phone: every page accessible and fitting, refused or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, LiveSite
from tests.browser.test_staff_record_pages import check
from tests.factories import PASSWORD, complete_visit, make_patient, make_staff, take_seat

# What a browser shows does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def sign_in_boss(page: Page, live: LiveSite) -> None:
    """The administrator signs in."""
    page.goto(f"{live.url}/login")
    page.get_by_label("E-mail").fill("boss@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_rules_from_draft_to_followed(live: LiveSite, open_page: Callable[..., Page], device: dict[str, Any]) -> None:
    nurse = make_staff(live.runtime)
    complete_visit(live.runtime, take_seat(live.runtime, make_patient(live.runtime, nurse)), low=False)
    make_staff(live.runtime, role="admin", email="boss@example.org")
    page = open_page(**device)
    sign_in_boss(page, live)
    page.goto(f"{live.url}/admin/alert-rules")
    expect(page.get_by_text("as they come with the follow-up plan")).to_be_visible()
    check(page, "rules")
    page.get_by_role("button", name="Change the rules").click()
    check(page, "rules draft")
    page.locator("[id='f-pain_high-minimum']").fill("11")
    page.locator("[id='on-pain_severe']").uncheck()
    page.get_by_label("Red: minutes to the first call").fill("7")
    page.get_by_role("button", name="Store the draft").click()
    expect(page.get_by_role("link", name="Enter a whole number from 1 to 10.")).to_be_visible()
    expect(page.get_by_role("link", name="Enter a whole number from 15 to 120.")).to_be_visible()
    expect(page.get_by_role("link", name="Confirm that these red rules are to be weakened")).to_be_visible()
    check(page, "rules refused")
    page.locator("[id='f-pain_high-minimum']").fill("8")
    page.get_by_label("Red: minutes to the first call").fill("30")
    page.locator("[id='r-pain_high']").fill("Pain 8 or more")
    page.get_by_label("I want to weaken red rules").check()
    page.get_by_label("Why red rules are weakened").fill("The pain team phones everybody each day.")
    page.get_by_role("button", name="Store the draft").click()
    expect(page.get_by_text("The draft is stored.")).to_be_visible()
    check(page, "rules stored")

    page.get_by_role("link", name="Would have fired").click()
    expect(page.get_by_role("row", name="Worst pain 9 or 10")).to_contain_text("-1")
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("link", name="Name the clinician who answers for the rules")).to_be_visible()
    check(page, "effect refused")
    page.get_by_label("Clinical owner").fill("Dr Owner")
    page.get_by_label("Signed on").fill("2026-03-01")
    page.get_by_label("What is different, and why").fill("Pain from 8 on.")
    page.get_by_label("Yes, follow these weakened red rules").check()
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("Followed now")).to_be_visible()
    expect(page.get_by_text("30 minutes of your opening hours")).to_be_visible()
    check(page, "rules followed")
