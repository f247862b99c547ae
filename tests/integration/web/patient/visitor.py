"""A browser without JavaScript at the patient pages: opens links, fills in forms, sends JSON."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.patient_links import YEAR

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)"(?: id="[^"]+")? value="([^"]*)">')
CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
FORM_PATH = re.compile(r"/form/[A-Za-z0-9_-]{16,}")


@dataclass
class Visitor:
    """One cookie jar."""

    client: FlaskClient

    def open_link(self, token: str, *, year: str = YEAR, script: bool = False) -> TestResponse:
        """Open the landing page and send a year; the answer, not followed."""
        page = self.client.get(f"/l/{token}").text
        return self.client.post(f"/l/{token}", data=hidden_fields(page) | {"year": year, "js": "1" if script else ""})

    def enter(self, token: str) -> str:
        """Go through a link as a page with JavaScript; the path of the form."""
        found = FORM_PATH.search(self.open_link(token, script=True).headers["Location"])
        assert found is not None
        return found[0]

    def csrf(self, path: str) -> str:
        """The CSRF token that a page carries."""
        found = CSRF.search(self.client.get(path).text)
        assert found is not None
        return found[1]

    def send(self, path: str, body: Any, *, csrf: str) -> TestResponse:
        """One JSON request as the page's script sends it."""
        return self.client.post(path, json=body, headers={"X-CSRFToken": csrf})

    def answer(self, path: str, *, action: str = "continue", **fields: Any) -> TestResponse:
        """Fill in one question's page; the answer, not followed."""
        page = self.client.get(path).text
        return self.client.post(path, data=hidden_fields(page) | {"action": action} | fields)


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of the page's first form."""
    start = page.index("<form")
    return dict(HIDDEN.findall(page[start : page.index("</form>", start)]))


def save_body(*answers: dict[str, Any], key: str = "first-key", version: int = 0) -> dict[str, Any]:
    """The body of a save request."""
    return {"key": key, "version": version, "answers": list(answers)}
