"""A form done with the keys alone, the focus always to be seen; nothing moves for people who want no motion."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, LiveSite
from tests.factories import PASSWORD, make_staff
from tests.patient_links import PAIN_WORST, check_in_link, stored, submitted
from tests.raised_alerts import pain_alert

# What the keys do does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MOST_TABS = 30
# The box of a rating shows the focus of the input that lies over it.
FOCUS = """() => {
    const here = document.activeElement;
    const shown = getComputedStyle(here.matches(".boxes input") ? here.nextElementSibling : here);
    const { top, bottom } = here.getBoundingClientRect();
    return shown.outlineStyle !== "none" && parseFloat(shown.outlineWidth) >= 2 && bottom > 0 && top < innerHeight;
}"""
MOVING = """() => [...document.querySelectorAll("*")].filter((one) => {
    const style = getComputedStyle(one);
    return style.transitionDuration !== "0s" || style.animationName !== "none" || style.scrollBehavior === "smooth";
}).map((one) => one.outerHTML.slice(0, 60))"""


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there; wherever it comes by it must be seen."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS), page.evaluate("document.activeElement.outerHTML.slice(0, 90)")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"no way by keys to {selector}")


def enter(page: Page, live: LiveSite, language: str = "en") -> None:
    page.goto(f"{live.url}/l/{check_in_link(live.runtime, language=language)}")
    tab_to(page, "#year")
    page.keyboard.type("1958")
    page.keyboard.press("Enter")
    expect(page.locator("#player")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_form_is_done_with_the_keys_alone(live: LiveSite, open_page: Callable[..., Page], language: str) -> None:
    page = open_page(**DESKTOP)
    enter(page, live, language)
    tab_to(page, ".boxes input")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    tab_to(page, "#next")
    page.keyboard.press("Enter")
    expect(page.locator(".step:not([hidden]) h1")).to_be_focused()
    while not page.locator("#review:not([hidden])").count():
        address = page.url
        tab_to(page, "#leave-out")
        page.keyboard.press("Space")
        page.wait_for_url(lambda url, before=address: url != before)
    expect(page.locator("#review h1")).to_be_focused()
    tab_to(page, "#next")
    page.keyboard.press("Enter")
    expect(page.locator("#thanks h1")).to_be_focused()
    assert stored(live.runtime)[0] == (PAIN_WORST, "value", 2)
    assert submitted(live.runtime) == 1


def test_the_first_key_leads_past_the_head_of_the_page(live: LiveSite, desktop: Page) -> None:
    desktop.goto(live.url)
    tab_to(desktop, ".skip-link")
    desktop.keyboard.press("Enter")
    assert desktop.url.endswith("#main")


def test_the_call_about_an_alert_is_few_keys_away(live: LiveSite, desktop: Page) -> None:
    nurse = make_staff(live.runtime)
    alert = pain_alert(live.runtime, nurse)
    desktop.goto(f"{live.url}/login?next=/staff/alerts/{alert}")
    desktop.get_by_label("E-mail").fill("nurse@north.example")
    desktop.get_by_label("Password").fill(PASSWORD)
    desktop.get_by_role("button", name="Sign in").click()
    expect(desktop.get_by_role("heading", name="Write down a call")).to_be_visible()
    for key in ("Tab", "Tab", "Enter", "Tab"):
        desktop.keyboard.press(key)
        assert desktop.evaluate(FOCUS), desktop.evaluate("document.activeElement.outerHTML.slice(0, 90)")
    expect(desktop.get_by_label("Reached", exact=True)).to_be_focused()


def test_nothing_moves_for_whoever_wants_no_motion(live: LiveSite, open_page: Callable[..., Page]) -> None:
    page = open_page(**DESKTOP, reduced_motion="reduce")
    enter(page, live)
    assert page.evaluate(MOVING) == []
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(MOVING) != []
