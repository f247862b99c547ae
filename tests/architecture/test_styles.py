"""The patients' stylesheet works in both directions of writing and in every script."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.source_tree import PACKAGE

STYLES = PACKAGE / "static" / "patient.css"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
DECLARATION = re.compile(r"(?<=[{;])\s*([a-z-]+)\s*:\s*([^;{}]+)")
PHYSICAL = re.compile(
    r"left|right|(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)(?:-.*)?"
    r"|border-(?:top|bottom)-(?:left|right)-radius|letter-spacing|word-spacing|translate"
)
SIDE = re.compile(r"\b(?:left|right)\b")
# Words in brackets stay together: `max(16px, calc(50% - 20rem))` is one value.
VALUE = re.compile(r"(?:[^\s()]|\((?:[^()]|\([^()]*\))*\))+")
SHORTHANDS = {"margin", "padding", "inset", "border-width", "border-style", "border-color", "border-radius"}


def one_sided(text: str) -> Iterator[str]:
    """Declarations that are right in one direction of writing only, or that pull joined letters apart."""
    for name, value in DECLARATION.findall(COMMENT.sub("", text)):
        parts = VALUE.findall(value)
        uneven = name in SHORTHANDS and len(parts) == 4 and parts[1] != parts[3]
        if PHYSICAL.fullmatch(name) or SIDE.search(value) or uneven:
            yield f"{name}: {value.strip()}"


@pytest.mark.parametrize(
    "declaration",
    [
        "margin-left: 1rem",
        "left: 0",
        "text-align: right",
        "float: left",
        "padding: 0 1rem 0 0",
        "border-top-left-radius: 2px",
        "letter-spacing: .1em",
    ],
)
def test_a_one_sided_declaration_is_found(declaration: str) -> None:
    assert list(one_sided(f"p {{ {declaration}; }}"))


def test_logical_declarations_pass() -> None:
    text = "p { margin-inline-start: 1rem; text-align: end; padding: 1px max(2px, calc(3px + 1px)) 3px; inset: 0; }"
    assert list(one_sided(text)) == []


def test_the_patients_stylesheet_is_right_in_both_directions() -> None:
    assert list(one_sided(STYLES.read_text(encoding="utf-8"))) == []
