"""What a request says about our own address is never believed: not in mails, in redirects, or in production."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask

from lrrc_qol.config import Mode
from lrrc_qol.factory import create_app
from lrrc_qol.jobs.tick import run_tick
from lrrc_qol.runtime import Runtime
from tests.factories import make_patient, make_staff
from tests.mailbox import Mailbox
from tests.staff_browser import StaffBrowser, signed_in

FORGED = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "gopher",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Port": "666",
    "Forwarded": "host=evil.example;proto=gopher",
    "X-Original-URL": "http://evil.example/",
    "X-Rewrite-URL": "/evil",
}
OUTSIDE = (
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\r\n/evil.example",
    "javascript:alert(1)",
    "http:evil.example",
    "evil.example",
    "/%2F/../\\evil.example",
    "\x00//evil.example",
    "https:///evil.example",
    "@evil.example",
)


def in_production(runtime: Runtime) -> Runtime:
    """The same process with the settings of a real site."""
    settings = replace(runtime.settings, mode=Mode.PRODUCTION, base_url="https://qol.example.org")
    return replace(runtime, settings=settings)


@pytest.mark.parametrize("proxies", [0, 1])
def test_in_production_no_other_host_is_answered(runtime: Runtime, proxies: int) -> None:
    site = in_production(runtime)
    site = replace(site, settings=replace(site.settings, trusted_proxies=proxies))
    client = create_app(runtime=site).test_client()
    for host in ("evil.example", "qol.example.org.evil.example", "evil.example:443", "localhost", "127.0.0.1", "[::1]"):
        for path in ("/", "/login", "/healthz", "/l/some-token", "/staff/", "/static/patient.css"):
            answer = client.get(path, headers=FORGED | {"Host": host})
            assert (answer.status_code, "evil" in answer.text) == (400, False), (host, path)
    answer = client.get("/staff/", headers=FORGED | {"Host": "qol.example.org"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login?next=/staff/")


def test_links_in_mails_and_redirects_never_name_what_a_request_says(
    app: Flask, runtime: Runtime, mailbox: Mailbox
) -> None:
    patient = make_patient(runtime, make_staff(runtime))
    nurse = signed_in(app, "nurse@north.example")
    token = nurse.csrf("/account/password")
    answers = [
        nurse.client.post(f"/staff/patients/{patient}/send-link", data={"csrf_token": token}, headers=FORGED),
        nurse.client.get("/staff/", headers=FORGED),
        app.test_client().get("/staff/", headers=FORGED),
    ]
    for answer in answers:
        assert "evil" not in answer.headers.get("Location", "")
        assert 'href="http' not in answer.text
    run_tick(runtime)
    assert mailbox.mails
    for mail in mailbox.mails:
        addresses = re.findall(r"https?://[^\s\"<>]+", mail.as_string().replace("=\n", ""))
        assert addresses
        assert {address for address in addresses if not address.startswith(f"{runtime.settings.base_url}/")} == set()


def test_signing_in_leads_nowhere_else(app: Flask, runtime: Runtime) -> None:
    make_staff(runtime)
    for target in OUTSIDE:
        browser = StaffBrowser(app.test_client())
        page = browser.client.get("/login", query_string={"next": target})
        assert "evil.example" not in page.headers.get("Location", "")
        answer = browser.sign_in("nurse@north.example", next_page=target)
        if answer.status_code == 303:
            assert answer.headers["Location"] == "/staff/", target
        else:
            assert answer.status_code in {400, 422}, target
