"""Which pages a walk through a site has shown: every template that is a page, and every address of a blueprint."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import template_rendered

from lrrc_qol.config import ROOT

TEMPLATES = ROOT / "templates"
EXTENDS = re.compile(r'{%-? extends "([^"]+)"')


@dataclass
class Shown:
    """What the site has rendered since the walk began."""

    templates: set[str] = field(default_factory=set)

    def note(self, _app: object, template: Any, **_context: Any) -> None:
        """Called by Flask in the server's threads."""
        self.templates.add(template.name)

    def missing(self, *folders: str) -> set[str]:
        """Pages of these folders that were not shown."""
        return {page for page in page_templates() if page.split("/")[0] in folders} - self.templates


@contextmanager
def noting_pages() -> Iterator[Shown]:
    """Note every page that is rendered in this process."""
    shown = Shown()
    with template_rendered.connected_to(shown.note):
        yield shown


def page_templates() -> set[str]:
    """Templates that fill in a frame and are no frame themselves: each is one page."""
    sources = {
        path.relative_to(TEMPLATES).as_posix(): path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html")
    }
    frames = {name: found[1] for name, text in sources.items() if (found := EXTENDS.search(text))}
    return set(frames) - set(frames.values())
