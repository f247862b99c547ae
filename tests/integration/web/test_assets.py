"""Static files: addresses that change with the content, and the drawing library packed once."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lrrc_qol.charts.script import plotly_script
from lrrc_qol.web.assets import PACKED, STATIC_DIR, asset_url, plotly_url

# Files do not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def library(app: Flask) -> str:
    """The address of the drawing library."""
    with app.test_request_context():
        return plotly_url()


def test_the_library_is_sent_packed_and_kept_for_good(client: FlaskClient, library: str) -> None:
    answer = client.get(library, headers={"Accept-Encoding": "gzip, br"})

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.mimetype == "text/javascript"
    assert gzip.decompress(answer.data) == plotly_script()


def test_a_browser_that_cannot_unpack_gets_it_plain(client: FlaskClient, library: str) -> None:
    answer = client.get(library, headers={"Accept-Encoding": "identity"})

    assert "Content-Encoding" not in answer.headers
    assert answer.data == plotly_script()


def test_no_other_version_exists(client: FlaskClient) -> None:
    assert client.get("/static/vendor/plotly-0000000000000000.js").status_code == 404


def test_the_address_of_a_file_names_its_content(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context():
        styles, script = asset_url("staff.css"), asset_url("chart.js")

    assert styles.startswith("/static/staff.css?v=")
    assert styles.split("=")[1] != script.split("=")[1]
    assert client.get(styles).status_code == 200


def test_the_parts_of_a_script_come_as_one_file_without_comments(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context():
        address = asset_url("patient.js")
    answer = client.get(address)
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    written = [(STATIC_DIR / part).read_text(encoding="utf-8") for part in PACKED["patient.js"]]
    lines = [line.strip() for part in written for line in part.splitlines()]
    code = "".join(line for line in lines if not line.startswith(("//", "/*")))
    assert "".join(answer.text.split()) == "".join(code.split())
    for untouched in ('"status "', r"/^(\+\d+) ?\(0\)/", '"; "'):
        assert (untouched in answer.text) == any(untouched in part for part in written)


def test_a_comment_in_a_script_begins_and_ends_on_its_line(database_url: str) -> None:
    parts = [(STATIC_DIR / part).read_text(encoding="utf-8") for names in PACKED.values() for part in names]
    lines = [line.strip() for part in parts for line in part.splitlines()]
    assert [line for line in lines if line.startswith("/*") != line.endswith("*/")] == []
    assert [
        line for part in parts for line in part.splitlines() if "`" in line and not line.strip().startswith("//")
    ] == []
