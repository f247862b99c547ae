"""Sign-in and sign-out over HTTP: equal refusals, no way off the site, dead cookies stay dead."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from lrrc_qol.persistence.models import StaffSession
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from lrrc_qol.services.staff_session import ACCOUNT_TRIES
from tests.clock import FixedClock
from tests.factories import PASSWORD, make_staff
from tests.staff_browser import StaffBrowser, signed_in

EMAIL = "nurse@north.example"


@pytest.fixture
def browser(app: Flask, runtime: Runtime) -> StaffBrowser:
    """A fresh browser; there is one account, a nurse's."""
    make_staff(runtime)
    return StaffBrowser(app.test_client())


def copy_of(app: Flask, browser: StaffBrowser) -> StaffBrowser:
    """Another browser with the same session cookie, as a thief would have it."""
    thief = app.test_client()
    cookie = browser.client.get_cookie("session")
    assert cookie is not None
    thief.set_cookie("session", cookie.value)
    return StaffBrowser(thief)


def test_the_right_password_leads_to_the_first_page(browser: StaffBrowser) -> None:
    answer = browser.sign_in(EMAIL)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/")
    assert "Nurse of NORTH" in browser.get("/staff/").text


@pytest.mark.parametrize(("role", "page"), [("researcher", "/staff/cohort"), ("admin", "/admin/")])
def test_each_role_has_its_first_page(browser: StaffBrowser, runtime: Runtime, role: str, page: str) -> None:
    make_staff(runtime, role=role)
    assert browser.sign_in(f"{role}@north.example").headers["Location"] == page


def test_somebody_signed_in_does_not_see_the_form_again(browser: StaffBrowser) -> None:
    browser.sign_in(EMAIL)
    assert browser.get("/login").headers["Location"] == "/staff/"


def test_signing_in_again_holds_no_lock_that_the_old_session_needs(
    browser: StaffBrowser, runtime: Runtime, clock: FixedClock
) -> None:
    browser.sign_in(EMAIL)
    token = browser.csrf("/account/password")
    clock.advance(minutes=2)
    form = {"csrf_token": token, "email": EMAIL, "password": PASSWORD, "next": ""}
    assert browser.client.post("/login", data=form).status_code == 303
    with runtime.reading(COMMAND) as work:
        old = work.session.scalars(select(StaffSession).order_by(StaffSession.id)).first()
    assert old is not None
    # The touch of the old session went through, so it did not wait for the transaction of the sign-in.
    assert (old.last_seen_at, old.ended_at) == (clock.now(), clock.now())


def test_wrong_password_and_unknown_address_give_the_same_page(app: Flask, browser: StaffBrowser) -> None:
    pages = []
    for email in (EMAIL, "nobody@north.example"):
        visitor = StaffBrowser(app.test_client())
        answer = visitor.sign_in(email, "wrong-wrong-wrong")
        pages.append((answer.status_code, without_token(answer.text).replace(email, "EMAIL")))
    assert pages[0] == pages[1]
    assert pages[0][0] == 422
    assert "wrong-wrong-wrong" not in pages[0][1]


def test_too_many_tries_say_how_long_to_wait_for_known_and_unknown_alike(app: Flask, browser: StaffBrowser) -> None:
    answers = []
    for email in (EMAIL, "nobody@north.example"):
        for _ in range(ACCOUNT_TRIES):
            browser.sign_in(email, "wrong-wrong-wrong")
        answer = browser.sign_in(email)
        answers.append((answer.status_code, answer.headers["Retry-After"], "Wait 60 seconds" in answer.text))
    assert answers == [(429, "60", True)] * 2


def test_the_owners_browser_is_not_kept_out_by_a_strangers_guesses(app: Flask, browser: StaffBrowser) -> None:
    browser.sign_in(EMAIL)
    browser.press("/logout")
    stranger = StaffBrowser(app.test_client())
    for _ in range(ACCOUNT_TRIES):
        stranger.sign_in(EMAIL, "wrong-wrong-wrong")
    assert stranger.sign_in(EMAIL).status_code == 429
    assert browser.sign_in(EMAIL).status_code == 303


def test_empty_fields_get_a_message_each(browser: StaffBrowser) -> None:
    answer = browser.sign_in("", "")
    assert answer.status_code == 422
    assert "Enter your e-mail address." in answer.text
    assert "Enter your password." in answer.text


def test_without_a_token_nothing_is_tried(browser: StaffBrowser) -> None:
    answer = browser.client.post("/login", data={"email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 400
    assert browser.get("/staff/").status_code == 302


def test_a_post_from_another_site_is_refused(browser: StaffBrowser) -> None:
    form = {"csrf_token": browser.csrf("/login"), "email": EMAIL, "password": PASSWORD}
    answer = browser.client.post("/login", data=form, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


def test_a_deep_link_survives_sign_in(browser: StaffBrowser) -> None:
    form = browser.get("/staff/?kind=due&mine=1")
    assert form.headers["Location"].startswith("/login?next=")
    page = browser.get(form.headers["Location"])
    assert 'value="/staff/?kind=due&amp;mine=1"' in page.text
    assert browser.sign_in(EMAIL, next_page="/staff/?kind=due&mine=1").headers["Location"] == "/staff/?kind=due&mine=1"


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "https://evil.example/", "/\t/evil.example", "javascript:alert(1)", "\\\\x"],
)
def test_nobody_is_led_off_the_site(browser: StaffBrowser, target: str) -> None:
    assert browser.sign_in(EMAIL, next_page=target).headers["Location"] == "/staff/"
    assert browser.client.get("/login", query_string={"next": target}).headers["Location"] == "/staff/"


def test_signing_in_starts_a_fresh_session(app: Flask, browser: StaffBrowser) -> None:
    browser.get("/login")
    before = browser.client.get_cookie("session")
    browser.sign_in(EMAIL)
    after = browser.client.get_cookie("session")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    planted = app.test_client()
    planted.set_cookie("session", before.value)
    assert planted.get("/staff/").status_code == 302


def test_signing_in_drops_what_the_browser_held_before(browser: StaffBrowser) -> None:
    with browser.client.session_transaction() as held:
        held["seat"] = "a patient's seat"
    browser.sign_in(EMAIL)
    with browser.client.session_transaction() as held:
        assert "seat" not in held


def test_signing_in_again_ends_the_session_before(app: Flask, browser: StaffBrowser, runtime: Runtime) -> None:
    browser.sign_in(EMAIL)
    thief = copy_of(app, browser)
    form = {"csrf_token": browser.csrf("/account/password"), "email": EMAIL, "password": PASSWORD}
    assert browser.client.post("/login", data=form).status_code == 303
    assert thief.get("/staff/").status_code == 302


def test_a_copied_cookie_is_dead_after_signing_out(app: Flask, browser: StaffBrowser) -> None:
    browser.sign_in(EMAIL)
    thief = copy_of(app, browser)
    assert thief.get("/staff/").status_code == 200
    answer = browser.press("/logout")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login?signed_out=1")
    assert "You are signed out." in browser.get("/login?signed_out=1").text
    assert [one.get("/staff/").status_code for one in (browser, thief)] == [302, 302]
    assert thief.client.post("/logout", data={"csrf_token": "x"}).status_code in {400, 401}


def test_signing_out_needs_a_press(browser: StaffBrowser) -> None:
    browser.sign_in(EMAIL)
    assert browser.get("/logout").status_code == 405
    assert browser.get("/staff/").status_code == 200


def test_a_session_idles_out_unless_it_is_used(app: Flask, browser: StaffBrowser, clock: FixedClock) -> None:
    browser.sign_in(EMAIL)
    for _ in range(3):
        clock.advance(minutes=14)
        assert browser.get("/staff/").status_code == 200
    clock.advance(minutes=15)
    assert browser.get("/staff/").status_code == 302


def test_the_cookies_are_out_of_reach_of_scripts_and_other_sites(browser: StaffBrowser) -> None:
    cookies = browser.sign_in(EMAIL).headers.getlist("Set-Cookie")
    assert {cookie.split("=")[0] for cookie in cookies} == {"session", "known_browser"}
    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)


def test_a_disabled_account_is_out_with_its_next_request(app: Flask, browser: StaffBrowser, runtime: Runtime) -> None:
    browser.sign_in(EMAIL)
    make_staff(runtime, role="admin")
    admin = signed_in(app, "admin@north.example")
    button = next(part for part in admin.get("/admin/").text.split('action="') if part.startswith("/admin/staff/"))
    assert admin.press(button.split('"')[0]).status_code == 303
    assert browser.get("/staff/").status_code == 302
    assert browser.sign_in(EMAIL).status_code == 422


def without_token(page: str) -> str:
    """A page with its CSRF token cut out."""
    start = page.index('name="csrf_token"')
    return page[:start] + page[page.index(">", start) :]
