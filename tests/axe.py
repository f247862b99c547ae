"""Accessibility rules for a page that is open in the browser."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG_TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]


def accessibility_breaches(page: Page) -> list[str]:
    """One line per broken WCAG 2.2 A or AA rule: rule, what is wrong, where; empty when all hold.

    Not for a page whose scripts are switched off: axe is a script and would never answer there.
    """
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG_TAGS}})
    return [f"{breach['id']}: {breach['help']} at {_places(breach)}" for breach in found.response["violations"]]


def _places(breach: dict[str, Any]) -> str:
    return ", ".join(" ".join(map(str, node["target"])) for node in breach["nodes"])


def overflows_sideways(page: Page) -> bool:
    """Whether the page is wider than the screen, so that a phone would scroll sideways or shrink it."""
    return bool(page.evaluate("document.documentElement.scrollWidth > screen.width"))
