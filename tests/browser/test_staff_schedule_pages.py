"""The schedule and the consent of a patient on a desk and on a phone: accessible, fitting, and a consent recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, LiveSite
from tests.browser.test_staff_record_pages import check
from tests.consents import make_text
from tests.factories import PASSWORD, complete_visit, make_patient, make_staff, take_seat

# What a browser shows does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_schedule_and_consent(live: LiveSite, open_page: Callable[..., Page], device: dict[str, Any]) -> None:
    patient = make_patient(live.runtime, make_staff(live.runtime), name="Ada Longname-Featherstonehaugh")
    complete_visit(live.runtime, take_seat(live.runtime, patient))
    make_text(live.runtime, make_staff(live.runtime, role="admin"))
    page = open_page(**device)
    page.goto(f"{live.url}/login")
    page.get_by_label("E-mail").fill("nurse@north.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    page.goto(f"{live.url}/staff/patients/{patient}")
    page.get_by_role("link", name="Schedule").click()
    expect(page.get_by_text("Today", exact=True)).to_be_visible()
    expect(page.get_by_role("table").first).to_be_visible(visible=device is DESKTOP)
    check(page, "schedule")

    page.get_by_role("link", name="Consent", exact=True).click()
    check(page, "consent")
    page.get_by_label("Contact by mail").uncheck()
    page.get_by_label("On paper").check()
    page.get_by_role("button", name="Record this consent").click()
    expect(page.get_by_text("No mail goes to this patient")).to_be_visible()
    check(page, "consent recorded")
    page.get_by_label("On which day").fill("1990-01-01")
    page.get_by_label("On paper").check()
    page.get_by_role("button", name="Record this consent").click()
    expect(page.get_by_label("The day is right")).to_be_visible()
    check(page, "consent refused")
