"""A complex patient entered on a phone: four pages, few presses, accessible, never wider than the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.axe import accessibility_breaches, overflows_sideways
from tests.browser.conftest import PHONE, LiveSite
from tests.factories import PASSWORD, make_patient, make_staff, set_dates

# What a browser shows does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MOST_PRESSES = 32


def check(page: Page, place: str) -> None:
    """No broken rule, and no sideways scrolling down to 320 px."""
    assert accessibility_breaches(page) == [], place
    page.set_viewport_size({"width": 320, "height": 700})
    assert not overflows_sideways(page), place
    page.set_viewport_size({"width": 360, "height": 740})


@dataclass
class Fingers:
    """A thumb on a phone that counts how often it presses."""

    page: Page
    presses: int = 0

    def press(self, wanted: Locator) -> None:
        self.presses += 1
        wanted.click()

    def link(self, name: str) -> None:
        with self.page.expect_navigation():
            self.press(self.page.get_by_role("link", name=name))

    def button(self, name: str) -> None:
        with self.page.expect_navigation():
            self.press(self.page.get_by_role("button", name=name).last)

    def choose(self, group: str, *labels: str) -> None:
        for label in labels:
            self.press(self.page.get_by_role("group", name=group, exact=True).get_by_label(label, exact=True))


def enter_treatment(thumb: Fingers, operated: date) -> None:
    page = thumb.page
    thumb.link("Add treatment")
    check(page, "treatment")
    thumb.choose("Treatment", "Re-irradiation")
    thumb.choose("Where it stands", "Completed")
    page.get_by_label("Started on").fill((operated - timedelta(days=80)).isoformat())
    page.get_by_label("Ended on").fill((operated - timedelta(days=60)).isoformat())
    page.get_by_label("Dose").fill("36")
    thumb.button("Save")


def enter_operation(thumb: Fingers) -> None:
    page = thumb.page
    thumb.link("Enter operation")
    check(page, "operation")
    assert page.get_by_label("VRAM flap").locator("..").evaluate("label => label.offsetHeight") >= 48
    thumb.choose("Exenteration", "Posterior (sacral)", "Lateral")
    thumb.choose("Removed", "Rectum", "Bladder")
    thumb.choose("Sacrectomy", "Yes")
    thumb.choose("Nerves cut", "Sciatic left, total")
    thumb.choose("Margin", "R0")
    thumb.choose("Reconstruction", "VRAM flap")
    thumb.choose("Stomas now", "Colostomy", "Urostomy or conduit")
    thumb.button("Save")
    expect(page.get_by_role("alert")).to_contain_text("Sacrectomy without its level.")
    check(page, "a doubt")
    thumb.choose("Highest level removed", "S2")
    thumb.button("Save anyway")
    expect(page.get_by_text("The anatomy follows")).to_be_visible()


def enter_complication(thumb: Fingers, operated: date) -> None:
    page = thumb.page
    thumb.link("Add complication")
    thumb.choose("Clavien-Dindo grade", "IIIa")
    page.get_by_label("Since").fill((operated + timedelta(days=9)).isoformat())
    thumb.button("Save")
    check(page, "refused")
    page.get_by_label("Complication", exact=True).select_option("abscess")
    thumb.button("Save")


def test_a_complex_operation_is_entered_on_a_phone(live: LiveSite, open_page: Callable[..., Page]) -> None:
    nurse = make_staff(live.runtime)
    patient = make_patient(live.runtime, nurse)
    operated = live.runtime.clock.now().date() - timedelta(days=20)
    set_dates(live.runtime, nurse, patient, planned_surgery_on=operated, surgery_on=operated)
    page = open_page(**PHONE)
    page.goto(f"{live.url}/login?next=/staff/patients/{patient}/record")
    page.get_by_label("E-mail").fill("nurse@north.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    check(page, "nothing yet")
    thumb = Fingers(page)
    enter_treatment(thumb, operated)
    enter_operation(thumb)
    enter_complication(thumb, operated)
    expect(page.get_by_role("table").last).to_contain_text("Empty pelvis syndrome")
    expect(page.locator("#operation")).to_contain_text("Sciatic left, total")
    check(page, "all of it")
    assert thumb.presses <= MOST_PRESSES
