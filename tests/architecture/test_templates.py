"""Templates escape everything and bring nothing inline, so that a strict content security policy can hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.source_tree import PACKAGE, TEMPLATES, place, written_files

UNESCAPED = re.compile(r"\|\s*safe\b|autoescape\s+false|\bMarkup\s*\(|\brender_template_string\b")
TAG = re.compile(r"<(?![!/])[a-zA-Z](?:\{\{.*?\}\}|\{%.*?%\}|\"[^\"]*\"|'[^']*'|[^>\"'])*>", re.DOTALL)
HANDLER = re.compile(r"\son[a-z]+\s*=", re.IGNORECASE)
STYLE = re.compile(r"\sstyle\s*=|^<style\b", re.IGNORECASE)
SCRIPT = re.compile(r"^<script\b(?!.*\ssrc\s*=)", re.IGNORECASE | re.DOTALL)
SCRIPT_ADDRESS = re.compile(r"javascript:", re.IGNORECASE)
INLINE = {"event handler": HANDLER, "script": SCRIPT, "script address": SCRIPT_ADDRESS, "style": STYLE}


def inline_parts(text: str) -> list[str]:
    """What a strict policy would block in a template: one line per finding."""
    return [f"{what}: {tag[:60]}" for tag in TAG.findall(text) for what, rule in INLINE.items() if rule.search(tag)]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('<p style="color: red">', "style"),
        ("<style>p { }</style>", "style"),
        ('<a href="x" onclick="go()">', "event handler"),
        ('<a title="a > b" onclick="go()">', "event handler"),
        ("<script>go()</script>", "script"),
        ('<a href="javascript:go()">', "script address"),
    ],
)
def test_inline_parts_are_found(text: str, what: str) -> None:
    assert [found.split(":")[0] for found in inline_parts(text)] == [what]


def test_harmless_parts_pass() -> None:
    text = '<script src="{{ asset("phone.js") }}" defer></script><p class="style" data-only="x">on = off</p>'
    assert inline_parts(text) == []


def test_no_template_brings_anything_inline() -> None:
    found = [
        f"{place(file)}: {part}"
        for file in written_files(".html", ".svg", under=TEMPLATES)
        for part in inline_parts(file.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_nothing_switches_escaping_off() -> None:
    found = [
        f"{place(file)}: {match.group()}"
        for folder in (TEMPLATES, PACKAGE)
        for file in _texts(folder)
        for match in UNESCAPED.finditer(file.read_text(encoding="utf-8"))
    ]
    assert found == []


def _texts(folder: Path) -> list[Path]:
    return written_files(".html", ".txt", ".svg", ".py", under=folder)
