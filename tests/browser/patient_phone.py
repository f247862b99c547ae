"""What a patient does on a phone, in the words of the pages."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.patient_links import YEAR


def enter(page: Page, site: str, token: str, *, year: str = YEAR) -> None:
    """Open the link and give the year of birth."""
    page.goto(f"{site}/l/{token}")
    page.get_by_label("In which year were you born?").fill(year)
    page.get_by_role("button", name="Open my form").click()


def start(page: Page, site: str, token: str) -> None:
    """Go through the link to the form that steps by itself."""
    enter(page, site, token)
    expect(page.locator("#player")).to_be_visible()


def tap(page: Page, option: int) -> None:
    """Tap the option at this place (from 0) of the question on the screen."""
    page.locator(".choice:visible, .boxes label:visible").nth(option).click()


def press(page: Page, name: str) -> None:
    """Press the button or link of this name."""
    page.get_by_role("button", name=name, exact=True).or_(page.get_by_role("link", name=name, exact=True)).click()


def expect_question(page: Page, number: int) -> None:
    """The question of this number is on the screen, and it is the only one."""
    expect(page.get_by_text(f"Question {number} of ", exact=False)).to_be_visible()
    expect(page.locator("fieldset:visible")).to_have_count(1)


def expect_saved(page: Page) -> None:
    """The server has acknowledged all answers."""
    expect(page.get_by_role("status").filter(has_text="Saved 12:00")).to_be_visible()


def leave_out_the_rest(page: Page) -> None:
    """Leave out every question from here to the review."""
    while page.locator("fieldset:visible").count():
        address = page.url
        press(page, "Leave this one out")
        page.wait_for_url(lambda url, before=address: url != before)
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
