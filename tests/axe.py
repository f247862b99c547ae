"""Accessibility rules for a page that is open in the browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Landmarks, the order of headings and the like: no success criteria, but what people with screen readers steer by.
GOOD_PRACTICE = "best-practice"
# Without motion: a colour on its way from one look to the other would be measured.
LOOKS: Mapping[str, Any] = {
    "light": {"color_scheme": "light", "forced_colors": "none", "reduced_motion": "reduce"},
    "dark": {"color_scheme": "dark", "forced_colors": "none", "reduced_motion": "reduce"},
    "high contrast": {"color_scheme": "light", "forced_colors": "active", "reduced_motion": "reduce"},
}
# What can be right in one look and wrong in another.
LOOK_RULES = ["color-contrast", "link-in-text-block", "target-size"]
RUN = "(options) => axe.run(document, options)"
IS_THERE = "() => typeof axe === 'object'"
# Axe does not dare to call a single letter or digit hard to read and lists it as not sure; the measure is the same.
ONE_CHARACTER = "shortTextContent"
SCRIPT = Axe().axe_script


def accessibility_breaches(page: Page, *, rules: Sequence[str] = (), practice: bool = False) -> list[str]:
    """One line per broken WCAG 2.2 A or AA rule: rule, what is wrong, where; empty when all hold.

    `rules`: only these; `practice`: also what is good practice without being a success criterion.
    Not for a page whose scripts are switched off: axe is a script and would never answer there.
    """
    tags = [*WCAG_TAGS, GOOD_PRACTICE] if practice else WCAG_TAGS
    run_only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": tags}
    if not page.evaluate(IS_THERE):
        page.evaluate(SCRIPT)
    found = page.evaluate(RUN, {"runOnly": run_only, "resultTypes": ["violations", "incomplete"]})
    unsure = [one | {"nodes": [*filter(_one_character, one["nodes"])]} for one in found["incomplete"]]
    breaches = [*found["violations"], *(one for one in unsure if one["nodes"])]
    return [f"{breach['id']}: {breach['help']} at {_places(breach)}" for breach in breaches]


def breaches_in_every_look(page: Page, *, practice: bool = True) -> list[str]:
    """All rules in the light look, and those that a look can break in the others; each line says which look."""
    found: list[str] = []
    for look, media in LOOKS.items():
        page.emulate_media(**media)
        rules = () if look == "light" else LOOK_RULES
        found += [
            f"{look}: {line}" for line in accessibility_breaches(page, rules=rules, practice=practice and not rules)
        ]
    page.emulate_media(**LOOKS["light"])
    return found


def _one_character(node: dict[str, Any]) -> bool:
    return any(_measured(check["data"] or {}) for check in node["any"])


def _measured(data: dict[str, Any]) -> bool:
    """Whether the contrast of the one character was measured; of drawings it often is not known what lies behind."""
    return data.get("messageKey") == ONE_CHARACTER and bool(data.get("fgColor") and data.get("bgColor"))


def _places(breach: dict[str, Any]) -> str:
    return ", ".join(" ".join(map(str, node["target"])) for node in breach["nodes"])


def overflows_sideways(page: Page) -> bool:
    """Whether the page is wider than the screen, so that a phone would scroll sideways or shrink it."""
    return bool(page.evaluate("document.documentElement.scrollWidth > screen.width"))
