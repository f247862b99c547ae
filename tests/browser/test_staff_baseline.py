"""The baseline of a patient on a desk and a phone: the verdict with its reasons, another form, one asked for anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from lrrc_qol.services.context import Actor
from tests.browser.conftest import DESKTOP, PHONE, LiveSite
from tests.browser.test_staff_record_pages import check
from tests.factories import PASSWORD, complete_visit, make_patient, make_staff, set_dates, take_seat

# What a browser shows does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DEVICES = pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture
def nurse(live: LiveSite) -> Actor:
    """A nurse."""
    return make_staff(live.runtime)


def baseline_tab(live: LiveSite, page: Page, patient: str) -> None:
    """Sign in and open the tab as a nurse does."""
    page.goto(f"{live.url}/login")
    page.get_by_label("E-mail").fill("nurse@north.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{live.url}/staff/patients/{patient}")
    page.get_by_role("link", name="Baseline", exact=True).first.click()
    expect(page.get_by_role("heading", name="Baseline", exact=True)).to_be_visible()


@DEVICES
def test_the_verdict_another_choice_and_a_repeat(
    live: LiveSite, nurse: Actor, open_page: Callable[..., Page], device: dict[str, Any]
) -> None:
    patient = make_patient(live.runtime, nurse, name="Ada Longname-Featherstonehaugh")
    complete_visit(live.runtime, take_seat(live.runtime, patient))
    live.clock.advance(days=2)
    page = open_page(**device)
    baseline_tab(live, page, patient)
    verdict = page.get_by_role("region", name="Before the operation")
    expect(verdict.get_by_text("By the rules:")).to_be_visible()
    expect(verdict.get_by_role("listitem").first).to_contain_text("days before the planned operation")
    check(page, "verdict")

    choice = page.get_by_role("radio", name="Before the operation")
    choice.check()
    page.get_by_role("button", name="Store the choice").click()
    expect(page.get_by_role("link", name="Say why in a few words")).to_be_visible()
    expect(choice).to_be_checked()
    check(page, "choice without a reason")
    page.get_by_label("Why", exact=True).fill("The surgeon saw the patient on that day.")
    page.get_by_role("button", name="Store the choice").click()
    expect(page.get_by_text("The baseline is chosen.")).to_be_visible()
    expect(page.get_by_text("The surgeon saw the patient on that day.")).to_be_visible()
    check(page, "chosen")

    page.get_by_role("button", name="Ask for a new baseline").click()
    expect(page.get_by_role("button", name="Yes, record it")).to_be_visible()
    check(page, "repeat asked for")
    page.get_by_role("button", name="Yes, record it").click()
    expect(page.get_by_text("Recorded: New baseline asked for.")).to_be_visible()
    expect(page.get_by_role("region", name="Before the operation (earlier form)")).to_be_visible()
    check(page, "repeat recorded")


@DEVICES
def test_a_baseline_from_memory(
    live: LiveSite, nurse: Actor, open_page: Callable[..., Page], device: dict[str, Any]
) -> None:
    patient = make_patient(live.runtime, nurse)
    today = live.clock.now().date()
    set_dates(live.runtime, nurse, patient, surgery_on=today)
    page = open_page(**device)
    baseline_tab(live, page, patient)
    expect(page.get_by_text("No form from before the operation was sent.")).to_be_visible()
    check(page, "none")
    page.get_by_role("button", name="Ask for a baseline from memory").click()
    page.get_by_role("button", name="Yes, record it").click()
    expect(page.get_by_text("Recorded: Baseline from memory asked for.")).to_be_visible()
    complete_visit(live.runtime, take_seat(live.runtime, patient, "BLR"))
    page.reload()
    verdict = page.get_by_role("region", name="from memory")
    expect(verdict).to_contain_text("Recalled after the operation: shown, not used to judge recovery.")
    expect(page.get_by_role("radio", name="as recalled: shown, recovery is not judged by it")).to_be_visible()
    check(page, "recalled")
