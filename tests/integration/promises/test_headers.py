"""Every answer, refusals and faults included, tells the browser to be careful; no script can reach a cookie."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from http.cookies import SimpleCookie

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lrrc_qol.factory import create_app
from lrrc_qol.persistence.db import DatabaseBusy
from lrrc_qol.runtime import Runtime
from tests.factories import make_staff
from tests.integration.promises.doors import ADMIN, NOBODY, NURSE, PATIENT, RESEARCHER, doors_for, make_callers
from tests.staff_browser import StaffBrowser

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
CLOSED = ("default-src", "object-src", "base-uri", "frame-ancestors")
FRAMED = "/admin/wordings/{wording}/preview/1"
A_YEAR = 31_536_000
# What the policy would block: scripts, styles and handlers inside the page.
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)|<style(?![^>]*\bid=\"plotly)|\sstyle=|\son[a-z]+=\"|javascript:", re.IGNORECASE
)
TELLING = re.compile(r"Traceback|sqlalchemy|psycopg|sqlite3|werkzeug|site-packages|SELECT |\.py\b", re.IGNORECASE)


def faults(answer: TestResponse, *, cached: bool, framed: bool = False) -> Iterator[str]:
    """What is missing or wrong in the headers of an answer; `framed` is a page that one of our own may frame."""
    headers = answer.headers
    policy = {
        words[0]: words[1:] for words in map(str.split, headers.get("Content-Security-Policy", "").split(";")) if words
    }
    yield from (f"{name}: {headers.get(name)}" for name, value in FIXED.items() if headers.get(name) != value)
    framed_by = ["'self'"] if framed else ["'none'"]
    closed = {name: ["'none'"] for name in CLOSED} | {"frame-ancestors": framed_by}
    yield from (f"policy: {name}" for name, wanted in closed.items() if policy.get(name) != wanted)
    if "unsafe" in str(policy) or policy.get("script-src") != ["'self'"] or "*" in str(policy):
        yield f"policy: {policy}"
    age = re.match(r"max-age=(\d+)", headers.get("Strict-Transport-Security", ""))
    if age is None or int(age[1]) < A_YEAR:
        yield "Strict-Transport-Security"
    if cached == ("no-store" in headers.get("Cache-Control", "")):
        yield f"Cache-Control: {headers.get('Cache-Control')}"
    if "Server" in headers and "/" in headers["Server"]:
        yield f"Server: {headers['Server']}"
    if headers.get("Access-Control-Allow-Origin"):
        yield "Access-Control-Allow-Origin"
    if answer.mimetype == "text/html" and (found := INLINE.search(answer.text)):
        yield f"page: {answer.text[max(0, found.start() - 40) : found.end() + 40]!r}"


def cookie_faults(answer: TestResponse, *, secure: bool) -> Iterator[str]:
    """Cookies that a script could read, another site send, or plain http carry."""
    for line in answer.headers.getlist("Set-Cookie"):
        for cookie in SimpleCookie(line).values():
            if (
                not cookie["httponly"]
                or cookie["samesite"] not in {"Lax", "Strict"}
                or bool(cookie["secure"]) != secure
            ):
                yield f"cookie {cookie.OutputString()[:30]}"


def test_every_door_answers_with_every_header(app: Flask, runtime: Runtime) -> None:
    found = []
    for caller in make_callers(app, runtime, (NOBODY, PATIENT, NURSE, RESEARCHER, ADMIN)):
        for door in doors_for(caller.kind):
            for method in ("OPTIONS", "HEAD", None):
                answer = caller.knock(door, method=method)
                cached = door.address.startswith("/static/") or door.address == "{drawing library}"
                framed = door.address == FRAMED and answer.request.method != "OPTIONS" and answer.status_code == 200
                wrong = [*faults(answer, cached=cached, framed=framed), *cookie_faults(answer, secure=False)]
                found += [
                    f"{caller.kind}: {method or door.method} {door.address} {answer.status_code}: {each}"
                    for each in wrong
                ]
    assert found == []


def refusals(client: FlaskClient, csrf: str) -> Iterator[TestResponse]:
    """One answer of every kind of refusal."""
    headers = {"X-CSRFToken": csrf}
    yield client.get("/", headers={"Host": "a b"})  # 400 or 200, but with headers
    yield client.post("/login")  # 400
    yield client.get("/form")  # 401
    yield client.post("/login", headers=headers | {"Origin": "https://elsewhere.example"})  # 403
    yield client.get("/no/such/page")  # 404
    yield client.get("/static/no-such-file.css")  # 404
    yield client.get("/static/../app.py")  # 404
    yield client.get("/static/vendor/plotly-0000.js")  # 404
    yield client.delete("/login")  # 405
    yield client.post("/login", data=b"x" * 70_000, headers=headers)  # 413
    yield client.post("/login", data={}, headers=headers)  # 422
    yield client.get("/staff", headers={"Accept": "application/json"})  # a redirect to the slash
    for _ in range(31):
        last = client.post("/l/no-such-token", data={"year": "1950"}, headers=headers)
    yield last  # 404 or 429


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_refusals_carry_them_too_and_tell_nothing(app: Flask, accept: str) -> None:
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT"] = accept
    csrf = StaffBrowser(client).csrf("/login")
    answers = list(refusals(client, csrf))
    assert {400, 401, 403, 404, 405, 413, 422} <= {answer.status_code for answer in answers}
    assert [(answer.request.path, each) for answer in answers for each in faults(answer, cached=False)] == []
    assert [(answer.request.path, found) for answer in answers if (found := TELLING.findall(answer.text))] == []


@pytest.mark.parametrize(
    ("error", "status"), [(RuntimeError("canary of a fault"), 500), (DatabaseBusy("canary of a lock"), 503)]
)
@pytest.mark.parametrize("path", ["/", "/staff/", "/form"])
def test_faults_carry_them_too_and_tell_nothing(
    app: Flask, runtime: Runtime, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, path: str
) -> None:
    def fail() -> None:
        raise error

    # The site serves other tests as well: what is added here goes with the test.
    monkeypatch.setitem(app.before_request_funcs, None, [fail, *app.before_request_funcs.get(None, ())])
    for accept in ("text/html", "application/json"):
        answer = app.test_client().get(path, headers={"Accept": accept})
        assert (answer.status_code, list(faults(answer, cached=False))) == (status, [])
        assert "canary" not in answer.text
        assert not TELLING.search(answer.text)


def test_cookies_are_secure_when_the_address_is(runtime: Runtime) -> None:
    make_staff(runtime)
    settings = replace(runtime.settings, base_url="https://localhost")
    client = create_app(runtime=replace(runtime, settings=settings)).test_client()
    client.environ_base |= {"wsgi.url_scheme": "https", "SERVER_PORT": "443"}
    browser = StaffBrowser(client)
    page, entry = client.get("/login"), browser.sign_in("nurse@north.example")
    assert [line.split("=")[0] for line in entry.headers.getlist("Set-Cookie")] == ["known_browser", "session"]
    assert [fault for answer in (page, entry) for fault in cookie_faults(answer, secure=True)] == []
