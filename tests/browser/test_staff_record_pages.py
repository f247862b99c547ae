"""The pages around a patient's record on a desk and on a phone: accessible, and never wider than the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.axe import accessibility_breaches, overflows_sideways
from tests.browser.conftest import DESKTOP, PHONE, LiveSite
from tests.factories import PASSWORD, complete_visit, make_patient, make_staff, take_seat

# What a browser shows does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def check(page: Page, place: str) -> None:
    """No broken rule and no sideways scrolling."""
    assert accessibility_breaches(page) == [], place
    assert not overflows_sideways(page), place


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_is_accessible_and_fits(
    live: LiveSite, open_page: Callable[..., Page], device: dict[str, Any]
) -> None:
    patient = make_patient(live.runtime, make_staff(live.runtime), name="Ada Longname-Featherstonehaugh")
    complete_visit(live.runtime, take_seat(live.runtime, patient))
    page = open_page(**device)
    page.goto(f"{live.url}/login")
    page.get_by_label("E-mail").fill("nurse@north.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    record = f"/staff/patients/{patient}"
    pages = (record, f"{record}/address", f"{record}/anatomy", f"{record}/dates")
    for path in ("/staff/patients", "/staff/cohort", *pages):
        page.goto(live.url + path)
        check(page, path)

    page.locator("[name=surgery_on]").fill("2026-03-01")
    page.get_by_role("button", name="See what changes").click()
    expect(page.get_by_role("heading", name="What changes")).to_be_visible()
    check(page, "what changes")

    page.goto(f"{live.url}{record}/events")
    check(page, "events")
    page.get_by_label("Died").check()
    page.get_by_label("On which day").fill("2026-03-02")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Family or friends").check()
    check(page, "who told us")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("button", name="Yes, record it")).to_be_visible()
    check(page, "please confirm")

    page.goto(f"{live.url}{record}")
    page.get_by_role("link", name="QLQ-C30").first.click()
    expect(page.get_by_role("heading", name="Answers")).to_be_visible()
    page.locator(".why summary").first.click()
    check(page, "one form")


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_refused_enrolment_is_accessible_and_leads_to_the_fields(
    live: LiveSite, open_page: Callable[..., Page], device: dict[str, Any]
) -> None:
    make_staff(live.runtime)
    page = open_page(**device)
    page.goto(f"{live.url}/login?next=/staff/patients/new")
    page.get_by_label("E-mail").fill("nurse@north.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    check(page, "enrolment")

    page.get_by_label("Full name").fill("Ada Example")
    page.get_by_role("button", name="Enrol").click()

    check(page, "refused enrolment")
    expect(page.get_by_label("Full name")).to_have_value("Ada Example")
    page.locator(".error-summary").get_by_role("link", name="Enter the hospital number.").click()
    expect(page.get_by_label("Hospital number")).to_be_focused()
