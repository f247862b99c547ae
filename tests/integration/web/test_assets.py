"""Static files: addresses that change with the content, and the drawing library packed once."""

from __future__ import annotations

import gzip

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from lrrc_qol.charts.script import plotly_script
from lrrc_qol.web.assets import (
    ALOUD_SCRIPT,
    PATIENT_SCRIPT,
    PATIENT_STYLE,
    STATIC_DIR,
    asset_url,
    patient_script_url,
    plotly_url,
)
from lrrc_qol.web.languages import speak

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


@pytest.mark.parametrize("language", ["ar", "de", "en", "nl", "zh-Hans"])
def test_the_script_of_the_patient_pages_is_one_file_with_the_words_of_a_language(
    app: Flask, client: FlaskClient, language: str
) -> None:
    with app.test_request_context():
        speak(language, draft=False)
        address, send = patient_script_url(), str(app.jinja_env.from_string("{{ _('Send my answers') }}").render())
    answer = client.get(address)
    assert address.startswith(f"/static/patient.{language}.js?v=")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Service-Worker-Allowed"] == "/form"
    assert f"<dd>{send}</dd>" in answer.text
    assert "{%" not in answer.text


def test_another_version_of_the_script_is_given_but_not_kept(client: FlaskClient) -> None:
    """A page from before a deploy asks the new site for the script that it names."""
    answer = client.get("/static/patient.en.js?v=0000000000000000")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"
    assert client.get("/static/patient.xx.js").status_code == 404


def test_the_script_that_reads_aloud_is_found_beside_that_of_the_pages(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context():
        speak("de", draft=False)
        address = patient_script_url().replace("patient", "aloud")
    answer = client.get(address)
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert '"Vorlesen"' in answer.text
    assert client.get("/static/aloud.xx.js").status_code == 404


@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
def test_the_script_comes_packed_as_the_phone_likes(client: FlaskClient, encoding: str) -> None:
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}[encoding]
    answer = client.get("/static/patient.en.js", headers={"Accept-Encoding": encoding})
    assert answer.headers.get("Content-Encoding", "identity") == encoding
    assert unpack(answer.data).decode() == client.get("/static/patient.en.js").text


def test_a_comment_in_a_script_begins_and_ends_on_its_line(database_url: str) -> None:
    names = (*PATIENT_SCRIPT, *ALOUD_SCRIPT, PATIENT_STYLE)
    parts = [(STATIC_DIR / name).read_text(encoding="utf-8") for name in names]
    lines = [line.strip() for part in parts for line in part.splitlines()]
    assert [line for line in lines if line.startswith("/*") != line.endswith("*/")] == []
    assert [
        line for part in parts for line in part.splitlines() if "`" in line and not line.strip().startswith("//")
    ] == []
