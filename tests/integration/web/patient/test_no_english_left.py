"""A patient of another language reads no word of English on any page: everything goes through translation."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.mail.unsubscribe import make_token
from lrrc_qol.runtime import Runtime
from tests.clock import FixedClock
from tests.factories import make_link, make_patient, make_staff, set_dates
from tests.integration.web.patient.visitor import Visitor, hidden_fields
from tests.patient_links import check_in_link
from tests.pseudo_language import LANGUAGE, with_pseudo_language
from tests.source_tree import TEMPLATES

# Words do not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

UNREAD = re.compile(r"<!DOCTYPE html>|<script.*?</script>|<dt>.*?</dt>|<template.*?</template>", re.DOTALL)
SPOKEN = re.compile(r'\b(?:aria-label|title|alt)="([^"]*)"')
TAG = re.compile(r"<[^>]*>")
LATIN = re.compile(r"[A-Za-z]{2,}")
# Names of people and teams, the placeholder of a script, and the reference of an error are no sentences.
DATA = re.compile(r"NORTH Follow-up Team|\bAda\b|\{\d\}|\b[0-9a-f]{8}\b")


@pytest.fixture(scope="module")
def catalogue(catalogue: Catalogue) -> Catalogue:
    """The definitions with a made-up Arabic."""
    return with_pseudo_language(catalogue)


def english(page: str) -> list[str]:
    """What is left of English on a page: text, and attributes that are read aloud."""
    seen = UNREAD.sub(" ", page)
    texts = [*TAG.sub("\n", seen).splitlines(), *SPOKEN.findall(seen)]
    return [text.strip() for text in map(html.unescape, texts) if LATIN.search(DATA.sub("", text))]


@pytest.mark.parametrize("page", ["<p>Back</p>", '<a aria-label="Change: Xع">ع</a>', "<p>Ada Back</p>"])
def test_a_word_of_english_is_found(page: str, database_url: str) -> None:
    assert english(page)


def test_every_page_is_in_the_language_and_from_the_right(
    app: Flask, runtime: Runtime, clock: FixedClock, client: FlaskClient
) -> None:
    found = {}
    for visit in (before_the_form, in_the_form, after_the_form):
        for name, page in visit(client.application.test_client(), runtime, clock):
            assert f'<html lang="{LANGUAGE}" dir="rtl">' in page, name
            found[name] = english(page)
    assert len(found) > 25
    assert {name: words for name, words in found.items() if words} == {}


def before_the_form(client: FlaskClient, runtime: Runtime, clock: FixedClock) -> Iterator[tuple[str, str]]:
    """Pages for a browser that says only which language it wants, then those of a link."""
    wish = {"Accept-Language": LANGUAGE}
    for path in ("/", "/l/unknown", "/no-such-page", "/form", "/u/x"):
        yield path, client.get(path, headers=wish).text
    yield "post without token", client.post("/l/unknown", headers=wish).text
    nurse = make_staff(runtime, email="first@north.example")
    patient = make_patient(runtime, nurse, language=LANGUAGE, planned_surgery_on=None, hospital_number="H-2")
    today = clock.now().date()
    set_dates(runtime, nurse, patient, surgery_on=today, discharged_on=today)
    now = clock.now()
    token = make_link(runtime, patient, "CHK-D002")
    yield "too early", client.get(f"/l/{token}").text
    clock.advance(days=40)
    yield "closed", client.get(f"/l/{token}").text
    clock.set(now)
    stop = f"/u/{make_token(runtime.settings.secret_key, patient)}"
    yield "stop mails", client.get(stop).text
    yield "mails stopped", client.post(stop).text
    other = make_patient(runtime, nurse, language=LANGUAGE, hospital_number="H-3")
    token = make_link(runtime, other)
    yield "landing", client.get(f"/l/{token}").text
    for year in ("", "58", "1960", "1961", "1962", "1963", "1964"):
        yield f"landing with {year!r}", Visitor(client).open_link(token, year=year).text
    yield "paused", client.get(f"/l/{token}").text


def in_the_form(client: FlaskClient, runtime: Runtime, clock: FixedClock) -> Iterator[tuple[str, str]]:
    """Pages of a form, with and without a script."""
    token = check_in_link(runtime, language=LANGUAGE, hospital_number="H-5", email="h5@example.org")
    visitor = Visitor(client)
    form = visitor.enter(token)
    for path in ("/form", form, f"{form}/item/1", f"{form}/item/3", "/form/call-me", f"{form}/no-such-page"):
        yield path.replace(form, "form"), client.get(path).text
    yield "no answer", visitor.answer(f"{form}/item/1").text
    visitor.answer(f"{form}/item/1", answer=9)
    yield "advice", client.get(f"{form}/advice").text
    visitor.answer(f"{form}/item/2", action="leave_out")
    yield "left out", client.get(f"{form}/item/2").text
    other = Visitor(client.application.test_client())
    other.enter(token)
    old = hidden_fields(client.get(f"{form}/item/1").text)
    other.answer(f"{form}/item/1", answer=3)
    clock.advance(seconds=5)
    yield "two answers", client.post(f"{form}/item/1", data=old | {"action": "continue", "answer": "2"}).text
    yield "review", client.get(f"{form}/review").text
    stale = hidden_fields(client.get(f"{form}/review").text)
    other.answer(f"{form}/item/1", answer=4)
    yield "changed elsewhere", client.post(f"{form}/submit", data=stale).text
    yield "not sent", client.post(f"{form}/submit", data=stale | {"key": "!"}).text
    for template in sorted((TEMPLATES / "errors").glob("*.html")):
        if template.name != "error.html":
            yield template.name, error_page(client, template.name)
    client.post("/form/call-me", data={"csrf_token": stale["csrf_token"]})
    yield "asked for a call", client.get("/form/call-me").text
    client.post(f"{form}/submit", data=hidden_fields(client.get(f"{form}/review").text))
    yield "thanks", client.get("/form/thanks").text
    yield "left", client.post("/form/leave", data={"csrf_token": stale["csrf_token"]}).text
    yield "answered", client.get(f"/l/{token}").text


def after_the_form(client: FlaskClient, runtime: Runtime, clock: FixedClock) -> Iterator[tuple[str, str]]:
    """Pages of a visit of several parts."""
    nurse = make_staff(runtime, role="coordinator")
    patient = make_patient(runtime, nurse, language=LANGUAGE, hospital_number="H-6", email="h6@example.org")
    visitor = Visitor(client)
    form = visitor.enter(make_link(runtime, patient))
    yield "parts", client.get("/form").text
    yield "form of several parts", client.get(form).text
    visitor.answer(f"{form}/item/1", answer=1)
    yield "parts, one begun", client.get("/form").text
    client.post(f"{form}/submit", data=hidden_fields(client.get(f"{form}/review").text))
    yield "thanks, more to come", client.get("/form/thanks").text


def error_page(client: FlaskClient, template: str) -> str:
    """One error page as a browser with the language sees it."""
    app = client.application
    with app.test_request_context("/", headers={"Accept-Language": LANGUAGE}):
        return app.jinja_env.get_template(f"errors/{template}").render(reference="0a1b2c3d")
