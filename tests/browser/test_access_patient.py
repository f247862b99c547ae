"""Every patient page in every language: what axe, a ruler and the smallest phone say of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession, Page, ViewportSize

from tests.axe import LOOKS, accessibility_breaches, breaches_in_every_look, overflows_sideways
from tests.browser.conftest import running_site
from tests.browser.patient_walk import PARTS, Centre, breaking
from tests.browser.shown_pages import Shown, noting_pages

LANGUAGES = {"en": "ltr", "de": "ltr", "ar": "rtl", "zh-Hans": "ltr", "nl": "ltr"}
# Its words are as long as those of the others: one look is enough for what only words can break.
LIGHT_ONLY = "nl"
SMALLEST: ViewportSize = {"width": 320, "height": 568}
USUAL: ViewportSize = {"width": 360, "height": 740}
# A desktop window of 1280 px at 200 %.
ZOOMED: ViewportSize = {"width": 640, "height": 450}
LEAST_TARGET = 48
TEXT_SIZES = ("large", "larger")
# What can be pressed, and how large the place is that takes the press. A link in the middle of a sentence is as high
# as its line (WCAG 2.2, 2.5.8, inline); the way round the head of the page shows only for the keyboard.
SMALL_TARGETS = """(least) => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter((one) => one.checkVisibility() && !one.matches("[type=hidden], .skip-link") && !one.closest("[inert]"))
    .filter((one) => !document.querySelector("dialog[open]") || one.closest("dialog[open]"))
    .filter((one) => one.tagName !== "A" || getComputedStyle(one).display !== "inline"
        || [...one.parentElement.childNodes].every((node) => node === one || !node.textContent.trim()))
    .map((one) => [one, (one.matches("label input") ? one.closest("label") : one).getBoundingClientRect()])
    .filter(([, box]) => box.height < least - .01 || box.width < least - .01)
    .map(([one, box]) => `${one.outerHTML.slice(0, 60)} ${box.width.toFixed(1)} x ${box.height.toFixed(1)}`)"""


def look(page: Page, cdp: CDPSession, language: str) -> list[str]:
    """Put every question to the page that is open; what is wrong with it."""
    root = page.locator("html")
    spoken = (root.get_attribute("lang"), root.get_attribute("dir"))
    found = [] if spoken == (language, LANGUAGES[language]) else [f"language: {spoken}"]
    found += accessibility_breaches(page, practice=True) if language == LIGHT_ONLY else breaches_in_every_look(page)
    page.set_viewport_size(SMALLEST)
    found += page.evaluate(SMALL_TARGETS, LEAST_TARGET)
    found += [*wide(page, "smallest phone"), *larger_text(page, cdp)]
    page.set_viewport_size(ZOOMED)
    found += wide(page, "zoomed")
    page.set_viewport_size(USUAL)
    return found


def larger_text(page: Page, cdp: CDPSession) -> list[str]:
    """Too wide with the text sizes of the settings, or with text twice as large as the browser's own."""
    found: list[str] = []
    before = page.evaluate("document.documentElement.className")
    for size in TEXT_SIZES:
        page.evaluate("(size) => { document.documentElement.className = size; }", size)
        found += wide(page, size)
    page.evaluate("(size) => { document.documentElement.className = size; }", before)
    cdp.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    found += wide(page, "text at 200 %")
    cdp.send("Page.setFontSizes", {"fontSizes": {"standard": 16, "fixed": 13}})
    return found


def wide(page: Page, how: str) -> list[str]:
    return [f"too wide: {how}"] if overflows_sideways(page) else []


@dataclass
class Walked:
    """The site, what it has shown, and which parts of the walk were gone without a fault."""

    centre: Centre
    shown: Shown
    done: set[tuple[str, str]] = field(default_factory=set)


@pytest.fixture(scope="module")
def walked(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    """One site with patients of every language at every place of the way."""
    file = tmp_path_factory.mktemp("patients") / "site.sqlite3"
    shutil.copyfile(migrated_sqlite, file)
    with running_site(f"sqlite:///{file}", prepare=breaking) as site, noting_pages() as shown:
        yield Walked(Centre(site, tuple(LANGUAGES)), shown)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_patient_page_is_for_everybody(browser: Browser, walked: Walked, language: str, part: str) -> None:
    # No `is_mobile`: a phone keeps the scale that it had in the last of the windows.
    context = browser.new_context(viewport=USUAL, has_touch=True, locale=language)
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.emulate_media(**LOOKS["light"])
    cdp = context.new_cdp_session(page)
    site = walked.centre.live
    steps = PARTS[part](page, site, walked.centre.people[language])
    faults = {name: found for name in steps if (found := look(page, cdp, language))}
    context.close()
    assert faults == {}
    walked.done.add((language, part))


def test_every_page_that_a_patient_can_see_was_looked_at(walked: Walked) -> None:
    if not {("en", part) for part in PARTS} <= walked.done:
        pytest.skip("needs the whole walk in English")
    assert walked.shown.missing("patient") == set()
