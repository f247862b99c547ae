"""A browser of a member of staff without JavaScript: signs in, presses buttons with the page's CSRF token."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories import PASSWORD

CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass
class StaffBrowser:
    """One cookie jar. `token_page` is a page the person may open, to take the CSRF token from."""

    client: FlaskClient
    token_page: str = "/account/password"

    def sign_in(self, email: str, password: str = PASSWORD, *, next_page: str = "") -> TestResponse:
        """Fill in the sign-in form; the answer, not followed."""
        form = {"csrf_token": self.csrf("/login"), "email": email, "password": password, "next": next_page}
        return self.client.post("/login", data=form)

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path)

    def press(self, path: str, **fields: Any) -> TestResponse:
        """Send a form with a good CSRF token; the answer, not followed."""
        return self.client.post(path, data={"csrf_token": self.csrf(self.token_page)} | fields)

    def csrf(self, path: str) -> str:
        """The CSRF token that a page carries."""
        found = CSRF.search(self.client.get(path).text)
        assert found is not None, f"{path} carries no CSRF token"
        return found[1]


def signed_in(app: Flask, email: str) -> StaffBrowser:
    """A fresh browser in which this person is signed in."""
    browser = StaffBrowser(app.test_client())
    answer = browser.sign_in(email)
    assert answer.status_code == 303, answer.text
    return browser
