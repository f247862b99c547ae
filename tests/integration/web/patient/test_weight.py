"""What a page weighs on its first load, for browsers of either compression, counted in bytes."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from lrrc_qol.runtime import Runtime
from tests.integration.web.patient.visitor import Visitor
from tests.patient_links import baseline_link

LIMIT = 15 * 1024
SCRIPT_LIMIT = 10 * 1024
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
