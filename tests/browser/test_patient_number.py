"""A number that is typed on a phone: saved like a tap, never something else than what is shown."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from lrrc_qol.catalogue import Catalogue
from tests.axe import accessibility_breaches
from tests.browser.conftest import LiveSite
from tests.browser.patient_phone import expect_question, expect_saved, press, start
from tests.number_question import ITEM, PLACE, with_number
from tests.patient_links import check_in_link, stored
from tests.shipped import shipped_catalogue

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

RANGE = "A whole number from 0 to 100"
TYPE_A_NUMBER = "Please type a whole number from 0 to 100"


@pytest.fixture(scope="module")
def definitions() -> Catalogue:
    """The definitions with one typed number."""
    return with_number(shipped_catalogue())


def field_on(live: LiveSite, page: Page) -> Locator:
    """The field of the question, on the screen."""
    start(page, live.url, check_in_link(live.runtime))
    press(page, "Leave this one out")
    expect_question(page, PLACE)
    return page.get_by_label(RANGE)


def values(live: LiveSite) -> list[int | None]:
    """What was stored for the question."""
    return [value for item, _, value in stored(live.runtime) if item == ITEM]


def test_a_number_is_saved_and_can_be_changed(live: LiveSite, phone: Page) -> None:
    field = field_on(live, phone)
    expect(field).to_have_value("")
    assert accessibility_breaches(phone) == []
    press(phone, "Continue")
    expect(phone.get_by_role("alert").filter(has_text=TYPE_A_NUMBER)).to_be_visible()
    field.fill("٣")
    press(phone, "Continue")
    expect_saved(phone)
    expect_question(phone, PLACE + 1)
    press(phone, "Back")
    expect(field).to_have_value("3")
    field.fill("4")
    phone.keyboard.press("Enter")
    expect_question(phone, PLACE + 1)
    expect_saved(phone)
    phone.evaluate("location.hash = '#review'")
    expect(phone.locator("#given .given")).to_have_text(["Left out", "4"])
    assert values(live) == [3, 4]


@pytest.mark.parametrize("typed", ["101", "-1", "4.5", "much", ""])
def test_what_is_no_number_of_the_range_changes_nothing(live: LiveSite, phone: Page, typed: str) -> None:
    field = field_on(live, phone)
    field.fill("5")
    press(phone, "Continue")
    expect_saved(phone)
    press(phone, "Back")
    field.fill(typed)
    press(phone, "Continue")
    expect(phone.get_by_role("alert").filter(has_text=TYPE_A_NUMBER)).to_be_visible()
    phone.evaluate("location.hash = '#review'")
    expect(phone.locator("#given .given")).to_have_text(["Left out", "5"])
    phone.go_back()
    expect(field).to_have_value("5")
    assert values(live) == [5]
