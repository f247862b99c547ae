"""One's own password over HTTP."""

from __future__ import annotations

import pytest
from flask import Flask

from lrrc_qol.runtime import Runtime
from tests.factories import PASSWORD, make_staff
from tests.staff_browser import StaffBrowser, signed_in

EMAIL = "nurse@north.example"
NEW = "meadow-lantern-otter"


@pytest.fixture
def browser(app: Flask, runtime: Runtime) -> StaffBrowser:
    """A signed-in nurse."""
    make_staff(runtime)
    return signed_in(app, EMAIL)


def test_a_change_signs_out_everybody_else_and_keeps_this_browser(app: Flask, browser: StaffBrowser) -> None:
    elsewhere = signed_in(app, EMAIL)
    stolen = app.test_client()
    cookie = browser.client.get_cookie("session")
    assert cookie is not None
    stolen.set_cookie("session", cookie.value)
    answer = browser.press("/account/password", current_password=PASSWORD, new_password=NEW, repeated=NEW)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account/password")
    assert "Your password is changed." in browser.get("/account/password").text
    assert elsewhere.get("/staff/").status_code == 302
    assert stolen.get("/staff/").status_code == 302
    assert StaffBrowser(app.test_client()).sign_in(EMAIL, NEW).status_code == 303


@pytest.mark.parametrize(
    ("current", "new", "repeated", "message"),
    [
        ("", NEW, NEW, "Enter your present password."),
        ("not-my-password", NEW, NEW, "This is not your present password."),
        (PASSWORD, NEW, "something-else", "The two new passwords are not the same."),
        (PASSWORD, "too short", "too short", "Use at least 12 characters."),
    ],
)
def test_what_is_wrong_stands_beside_the_field(
    browser: StaffBrowser, current: str, new: str, repeated: str, message: str
) -> None:
    answer = browser.press("/account/password", current_password=current, new_password=new, repeated=repeated)
    assert answer.status_code == 422
    assert message in answer.text
    assert new not in answer.text


def test_a_stranger_is_sent_to_sign_in(app: Flask) -> None:
    assert app.test_client().get("/account/password").status_code == 302
