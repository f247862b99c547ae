"""The pages anybody can open: readable on a phone and a desktop, with and without scripts, for everybody."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.axe import accessibility_breaches, overflows_sideways
from tests.browser.conftest import LiveSite

PAGES = ["/", "/login", "/no-such-page"]


@pytest.mark.parametrize("path", PAGES)
def test_phone(live: LiveSite, phone: Page, path: str) -> None:
    phone.goto(live.url + path)
    assert not overflows_sideways(phone)
    assert accessibility_breaches(phone) == []


@pytest.mark.parametrize("path", PAGES)
def test_desktop(live: LiveSite, desktop: Page, path: str) -> None:
    desktop.goto(live.url + path)
    assert not overflows_sideways(desktop)
    assert accessibility_breaches(desktop) == []


def test_sign_in_page_without_scripts(live: LiveSite, phone_without_javascript: Page) -> None:
    phone_without_javascript.goto(live.url + "/login")
    assert phone_without_javascript.get_by_role("button").is_visible()
