"""A complex patient entered on a phone: four pages, few presses, accessible, never wider than the window."""

from __future__ import annotations

from collections.abc import Callable
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


class Form:
    """A page on which presses are counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.presses = 0

    def press(self, wanted: Locator) -> None:
        """Press a link, a button or a box."""
        self.presses += 1
        wanted.click()

    def choose(self, group: str, *labels: str) -> None:
        """Press these choices of a field."""
        for label in labels:
            self.press(self.page.get_by_role("group", name=group, exact=True).get_by_label(label, exact=True))

    def save(self, words: str = "Save") -> None:
        """Press the button at the end of the form."""
        self.press(self.page.get_by_role("button", name=words).last)


def add_treatment(form: Form, operated: date) -> None:
    """Re-irradiation that ended two months before the operation."""
    form.press(form.page.get_by_role("link", name="Add treatment"))
    check(form.page, "treatment")
    form.choose("Treatment", "Re-irradiation")
    form.choose("Where it stands", "Completed")
    form.page.get_by_label("Started on").fill((operated - timedelta(days=80)).isoformat())
    form.page.get_by_label("Ended on").fill((operated - timedelta(days=60)).isoformat())
    form.page.get_by_label("Dose").fill("36")
    form.save()


def enter_operation(form: Form) -> None:
    """A sacrectomy, at first without its level, with two stomas and a flap."""
    page = form.page
    form.press(page.get_by_role("link", name="Enter operation"))
    check(page, "operation")
    assert page.get_by_label("VRAM flap").locator("..").evaluate("label => label.offsetHeight") >= 48
    form.choose("Exenteration", "Posterior (sacral)", "Lateral")
    form.choose("Removed", "Rectum", "Bladder")
    form.choose("Sacrectomy", "Yes")
    form.choose("Nerves cut", "Sciatic left, total")
    form.choose("Margin", "R0")
    form.choose("Reconstruction", "VRAM flap")
    form.choose("Stomas now", "Colostomy", "Urostomy or conduit")
    form.save()
    expect(page.get_by_role("alert")).to_contain_text("Sacrectomy without its level.")
    check(page, "a doubt")
    form.choose("Highest level removed", "S2")
    form.save("Save anyway")
    expect(page.get_by_text("The anatomy follows")).to_be_visible()


def add_complication(form: Form, operated: date) -> None:
    """An abscess, at first without its name."""
    form.press(form.page.get_by_role("link", name="Add complication"))
    form.choose("Clavien-Dindo grade", "IIIa")
    form.page.get_by_label("Since").fill((operated + timedelta(days=9)).isoformat())
    form.save()
    check(form.page, "refused")
    form.page.get_by_label("Complication", exact=True).select_option("abscess")
    form.save()


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
    form = Form(page)
    add_treatment(form, operated)
    enter_operation(form)
    add_complication(form, operated)
    expect(page.get_by_role("table").last).to_contain_text("Empty pelvis syndrome")
    expect(page.locator("#operation")).to_contain_text("Sciatic left, total")
    check(page, "all of it")
    assert form.presses <= MOST_PRESSES
