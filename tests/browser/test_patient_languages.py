"""The patient pages in every language, in both directions of writing: accessible, on a phone, in the right order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.axe import accessibility_breaches, overflows_sideways
from tests.browser.conftest import PHONE, LiveSite
from tests.browser.patient_phone import tap
from tests.patient_links import PAIN_WORST, YEAR, check_in_link, stored, submitted

# What is looked at here does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SMALLEST = PHONE | {"viewport": {"width": 320, "height": 568}}
DIRECTIONS = {"ar": "rtl", "de": "ltr", "en": "ltr", "nl": "ltr", "zh-Hans": "ltr"}


def start(page: Page, live: LiveSite, language: str, *, year: str = YEAR) -> None:
    """Go through a link to the first question, whatever the language."""
    page.goto(f"{live.url}/l/{check_in_link(live.runtime, language=language)}")
    page.locator("#year").fill(year)
    page.locator("button.main").click()
    expect(page.locator("#player")).to_be_visible()


def go_through(page: Page, live: LiveSite, language: str) -> Iterator[str]:
    """Show landing, question, urgent advice, review and thanks, one after the other."""
    page.goto(f"{live.url}/l/{check_in_link(live.runtime, language=language)}")
    yield "landing"
    page.locator("#year").fill(YEAR)
    page.locator("button.main").click()
    expect(page.locator("#player")).to_be_visible()
    yield "question"
    tap(page, 9)
    expect(page.locator("#advice")).to_be_visible()
    yield "advice"
    page.locator("#advice > button").click()
    page.evaluate("location.hash = '#review'")
    expect(page.locator("#given .given")).to_have_text(["9"])
    yield "review"
    page.locator("#next").click()
    expect(page.locator("section.advice.urgent")).to_be_visible()
    yield "thanks"


@pytest.mark.parametrize(("language", "direction"), DIRECTIONS.items())
def test_every_page_is_accessible_and_fits_a_small_phone(
    live: LiveSite, open_page: Callable[..., Page], language: str, direction: str
) -> None:
    page = open_page(**SMALLEST)
    found: dict[str, Any] = {}
    for name in go_through(page, live, language):
        root = page.locator("html")
        expect(root).to_have_attribute("lang", language)
        expect(root).to_have_attribute("dir", direction)
        found[name] = [*accessibility_breaches(page), *(["too wide"] if overflows_sideways(page) else [])]
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert submitted(live.runtime) == 1


def test_in_arabic_the_scale_runs_from_the_right_and_numbers_from_the_left(live: LiveSite, phone: Page) -> None:
    start(phone, live, "ar", year="١٩٥٨")
    boxes = [box.bounding_box() for box in phone.locator(".boxes label:visible").all()]
    first_row = [box["x"] for box in boxes if box and box["y"] == boxes[0]["y"]]
    assert len(first_row) > 1
    assert first_row == sorted(first_row, reverse=True)
    tap(phone, 3)
    expect(phone.locator("#status.good")).to_contain_text("12:00")
    assert stored(live.runtime) == [(PAIN_WORST, "value", 3)]
    number = phone.locator(".phones b:visible").last
    expect(number).to_have_text("020 7946 0222")
    expect(number).to_have_css("direction", "ltr")
    tap(phone, 9)
    told = phone.locator("#advice-text")
    expect(told).to_contain_text("0111")
    places = told.evaluate(
        """(line) => ["020", "0111"].map((part) => {
            const range = document.createRange(), at = line.textContent.indexOf(part);
            range.setStart(line.firstChild, at);
            range.setEnd(line.firstChild, at + part.length);
            return range.getBoundingClientRect().left;
        })"""
    )
    assert places == sorted(places)


def test_in_arabic_the_form_fills_from_the_right(live: LiveSite, phone: Page) -> None:
    start(phone, live, "ar")
    back, following = phone.locator("#back").bounding_box(), phone.locator("#next").bounding_box()
    assert back
    assert following
    assert back["x"] > following["x"]
