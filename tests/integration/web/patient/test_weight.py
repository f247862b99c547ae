"""What a page weighs on its first load, for browsers of either compression, counted in bytes."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lrrc_qol.persistence.models import PatientSession
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from tests.integration.web.patient.visitor import Visitor
from tests.patient_links import baseline_link

LIMIT = 15 * 1024
SCRIPT_LIMIT = 10 * 1024
ASSETS_KEPT = 4 * 1024
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')


@pytest.mark.parametrize("encoding", ["gzip", "br"])
@pytest.mark.parametrize("language", ["ar", "de", "en", "nl", "zh-Hans"])
def test_the_longest_visit_and_its_assets_stay_within_the_limit(
    client: FlaskClient, runtime: Runtime, encoding: str, language: str
) -> None:
    form = Visitor(client).enter(baseline_link(runtime, language=language))
    paths = [form, *ASSET.findall(client.get(form).text)]
    answers = [client.get(path, headers={"Accept-Encoding": encoding}) for path in paths]
    assert [answer.headers.get("Content-Encoding") for answer in answers] == [encoding] * 3
    assert sum(len(answer.data) for answer in answers) <= LIMIT
    assert len(answers[-1].data) <= SCRIPT_LIMIT


@pytest.mark.parametrize("language", ["ar", "de", "en", "nl", "zh-Hans"])
def test_a_page_without_its_assets_is_small(client: FlaskClient, runtime: Runtime, language: str) -> None:
    form = Visitor(client).enter(baseline_link(runtime, language=language))
    packed = {"Accept-Encoding": "gzip"}
    paths = [f"{form}/item/1", f"{form}/review", "/form", "/form/call-me"]
    assert {path: size for path in paths if (size := len(client.get(path, headers=packed).data)) > ASSETS_KEPT} == {}


def test_a_scanner_that_opens_the_link_a_hundred_times_changes_nothing(client: FlaskClient, runtime: Runtime) -> None:
    token = baseline_link(runtime)
    for _ in range(50):
        assert client.get(f"/l/{token}").status_code == client.head(f"/l/{token}").status_code == 200
    with runtime.reading(COMMAND) as work:
        assert work.session.scalars(select(PatientSession)).all() == []
    assert Visitor(client).enter(token)
