"""Patient pages say on a practice site that nobody reviewed their translation; in production care goes on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lrrc_qol.config import Mode
from lrrc_qol.persistence.models import LanguageReview
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.languages import Approval, approve_language, language_state
from lrrc_qol.web.guards import RUNTIME_KEY
from tests.factories import make_link, make_patient, make_staff
from tests.integration.web.patient.visitor import Visitor

DRAFT = "nog door niemand nagekeken"
GREETING = {"Accept-Language": "nl"}


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    """The nurse of NORTH."""
    return make_staff(runtime)


@pytest.fixture
def dutch(runtime: Runtime, nurse: Actor) -> str:
    """The token of a link that was mailed to a patient who reads Dutch."""
    return make_link(runtime, make_patient(runtime, nurse, language="nl"))


def go_live(app: Flask, runtime: Runtime) -> None:
    """From now on the site has the mind of production."""
    app.extensions[RUNTIME_KEY] = replace(runtime, settings=replace(runtime.settings, mode=Mode.PRODUCTION))


def review(runtime: Runtime, nurse: Actor, *, digest: str | None = None) -> None:
    """Note a review of the Dutch texts, or of other ones."""
    with runtime.writing(nurse) as work:
        present = language_state(work, "nl").digest
        approve_language(work, "nl", Approval(present, "Joost Voorbeeld", "Nurse", work.now.date()))
    if digest:
        with runtime.writing(COMMAND) as work:
            work.session.query(LanguageReview).update({"digest": digest})


def test_every_page_of_a_draft_language_says_so_until_it_is_reviewed(
    client: FlaskClient, runtime: Runtime, nurse: Actor, dutch: str
) -> None:
    assert DRAFT in client.get(f"/l/{dutch}").text
    form = Visitor(client).enter(dutch)
    for address in ("/form", form, f"{form}/item/1", f"{form}/review", "/form/call-me"):
        assert DRAFT in client.get(address).text, address
    review(runtime, nurse)
    assert DRAFT not in client.get("/form").text


def test_english_pages_say_nothing_of_it(client: FlaskClient, runtime: Runtime, nurse: Actor) -> None:
    token = make_link(runtime, make_patient(runtime, nurse))
    page = client.get(f"/l/{token}").text
    Visitor(client).enter(token)
    assert "Nobody has reviewed" not in page + client.get("/form").text


def test_in_production_a_patient_goes_on_after_the_texts_changed(
    app: Flask, client: FlaskClient, runtime: Runtime, nurse: Actor, dutch: str
) -> None:
    review(runtime, nurse, digest="0" * 64)
    go_live(app, runtime)
    form = Visitor(client).enter(dutch)
    page = client.get(form).text
    assert '<html lang="nl"' in page
    assert DRAFT not in page


def test_in_production_a_page_for_nobody_follows_the_browser_only_to_reviewed_languages(
    app: Flask, client: FlaskClient, runtime: Runtime, nurse: Actor
) -> None:
    assert '<html lang="nl"' in client.get("/", headers=GREETING).text
    go_live(app, runtime)
    for address in ("/", "/l/unknown"):
        assert '<html lang="en"' in client.get(address, headers=GREETING).text
    review(runtime, nurse)
    for address in ("/", "/l/unknown"):
        assert '<html lang="nl"' in client.get(address, headers=GREETING).text


def test_when_the_seat_has_ended_the_page_still_speaks_the_patients_language(
    app: Flask, client: FlaskClient, runtime: Runtime, dutch: str
) -> None:
    go_live(app, runtime)
    Visitor(client).enter(dutch)
    with client.session_transaction() as cookie:
        cookie["seat"] = "ended"
    answer = client.get("/form")
    assert answer.status_code == 401
    assert '<html lang="nl"' in answer.text
    assert "Uw tijd op deze pagina is voorbij" in answer.text
