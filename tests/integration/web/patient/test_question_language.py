"""A questionnaire in a language that the pages do not speak says so to a screen reader."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.persistence.models import Patient
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from tests.integration.web.patient.visitor import Visitor
from tests.patient_links import check_in_link

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def catalogue(catalogue: Catalogue) -> Catalogue:
    """The definitions with French questions, and no French pages."""
    english = {key: one for key, one in catalogue.wordings.items() if key[2] == "en"}
    french = {(*key[:2], "fr"): replace(one, language="fr") for key, one in english.items()}
    return replace(catalogue, wordings={**catalogue.wordings, **french})


def test_english_pages_mark_french_questions(client: FlaskClient, runtime: Runtime) -> None:
    token = check_in_link(runtime)
    with runtime.writing(COMMAND) as work:
        work.session.execute(update(Patient).values(language="fr"))
    form = Visitor(client).enter(token)
    for path, mark in (
        (form, '<div class="unit" lang="fr" dir="auto"'),
        (f"{form}/item/1", '<div lang="fr" dir="auto">'),
    ):
        page = client.get(path).text
        assert '<html lang="en" dir="ltr">' in page
        assert mark in page


def test_questions_in_the_pages_language_need_no_mark(client: FlaskClient, runtime: Runtime) -> None:
    page = client.get(Visitor(client).enter(check_in_link(runtime, language="nl"))).text
    assert page.count('lang="') == 1
