"""Reviewing a language in a browser: everything can be read on a phone and on paper, and approved without a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.axe import accessibility_breaches, overflows_sideways
from tests.browser.conftest import DESKTOP, PHONE, LiveSite
from tests.factories import PASSWORD, make_staff

# What a browser shows does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DEVICES = pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])


def check(page: Page, place: str) -> None:
    """No broken rule and no sideways scrolling."""
    assert accessibility_breaches(page) == [], place
    assert not overflows_sideways(page), place


@DEVICES
def test_a_language_is_read_approved_and_taken_back(
    live: LiveSite, open_page: Callable[..., Page], device: dict[str, Any]
) -> None:
    make_staff(live.runtime, role="admin")
    page = open_page(**device)
    page.goto(f"{live.url}/login?next=/admin/languages")
    page.get_by_label("E-mail").fill("admin@north.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    check(page, "list")

    page.get_by_role("link", name="Read the texts in Arabic").click()
    expect(page.locator("td[lang=ar][dir=rtl]").first).to_be_visible()
    check(page, "texts")
    page.get_by_role("button", name="Approve these texts").click()
    expect(page.locator(".error-summary")).to_contain_text("Enter the reviewer's full name.")
    check(page, "refused")
    page.get_by_label("Full name of the reviewer").fill("Amal Example")
    page.get_by_label("Profession and command of the language").fill("Specialist nurse, native speaker")
    page.get_by_label("Day of the review").fill("2026-03-02")
    page.get_by_label("This person has read every text").check()
    page.get_by_role("button", name="Approve these texts").click()
    row = page.get_by_role("row", name="Arabic")
    expect(row).to_contain_text("by Amal Example on 2 Mar 2026")
    check(page, "reviewed")

    row.get_by_role("link").click()
    expect(page.get_by_role("button", name="Approve these texts")).to_have_count(0)
    check(page, "reviewed texts")
    page.get_by_role("link", name="Take back").click()
    check(page, "taking back")
    page.get_by_label("Reason").fill("One word was wrong.")
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("One word was wrong.")).to_be_visible()


def test_on_paper_stand_the_texts_and_their_code_and_no_form(live: LiveSite, desktop: Page) -> None:
    make_staff(live.runtime, role="admin")
    desktop.goto(f"{live.url}/login?next=/admin/languages/nl")
    desktop.get_by_label("E-mail").fill("admin@north.example")
    desktop.get_by_label("Password").fill(PASSWORD)
    desktop.get_by_role("button", name="Sign in").click()
    desktop.emulate_media(media="print")
    desktop.set_viewport_size({"width": 794, "height": 1123})
    expect(desktop.get_by_text("Code of these texts")).to_be_visible()
    expect(desktop.get_by_text("Bel nu. Wacht niet op ons.").first).to_be_visible()
    expect(desktop.locator("#approve")).to_be_hidden()
    assert not overflows_sideways(desktop)
