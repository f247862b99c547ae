"""Importing words: what is kept, what is refused with a sentence and without a trace, and how much may be sent."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from flask import Flask
from sqlalchemy import func, select

from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.interchange import MAXIMUM_BYTES
from lrrc_qol.persistence.models import AuditEntry, WordingPack
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from lrrc_qol.services.wordings import read_pack
from tests.factories import make_staff
from tests.integration.web.admin.conftest import IMPORT, Desk, file_part, send_files
from tests.redcap_dictionary import dictionary
from tests.staff_browser import StaffBrowser, signed_in

# What is read and refused does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NOTHING_STORED = "Nothing was stored."


def stored(runtime: Runtime) -> int:
    """How many packs and audit entries about them there are."""
    with runtime.reading(COMMAND) as work:
        packs = work.session.scalar(select(func.count(WordingPack.id)))
        told = select(func.count(AuditEntry.id)).where(AuditEntry.subject_kind == "wording_pack")
        return int(packs or 0) + int(work.session.scalar(told) or 0)


def test_a_dictionary_becomes_a_draft_with_its_licence(desk: Desk, runtime: Runtime, words: bytes) -> None:
    answer = desk.upload(words, "../files/QLQ <b>.csv", expires_on="2027-01-31")

    assert answer.status_code == 303
    with runtime.reading(desk.actor) as work:
        view = read_pack(work, answer.headers["Location"].rsplit("/", 1)[1])
    assert (view.line.state.value, view.line.language, view.line.open_problems) == ("draft", "de", 0)
    assert (view.source.kind, view.source.name) == ("redcap", "QLQ <b>.csv")
    assert view.licence.holder == "Holder"
    assert view.licence.permitted_modes == ("own_phone", "paper")
    assert str(view.licence.expires_on) == "2027-01-31"
    page = desk.browser.get(answer.headers["Location"]).text
    assert "QLQ &lt;b&gt;.csv" in page
    assert "30 of 30 questions were recognised: 30 by their id." in page


def test_what_is_missing_is_kept_as_a_draft_that_says_so(desk: Desk, qlq: Instrument) -> None:
    answer = desk.upload(dictionary(qlq, without=("q7", "q12")))
    page = desk.browser.get(answer.headers["Location"]).text
    assert "28 of 30 questions were recognised" in page
    assert "Not complete (2)" in page
    assert "Not ready to be compared" in page
    assert "Note the comparison" not in page


def test_the_form_knows_the_questionnaire_and_its_holder(desk: Desk, qlq: Instrument) -> None:
    assert "Which questionnaire" in desk.browser.get(IMPORT).text
    page = desk.browser.get(f"{IMPORT}?instrument=qlq_c30@3.0&language=nl").text
    assert f'value="{qlq.holder}"' in page
    assert '<option selected value="nl">' in page
    assert "checked" not in page.split("The licence permits")[1]  # nobody agrees to a licence by not looking


@pytest.mark.parametrize("chosen", ["", "none@1", "qlq_c30@9", "qlq_c30", "x" * 500])
def test_an_unknown_questionnaire_leads_to_the_choice(desk: Desk, runtime: Runtime, words: bytes, chosen: str) -> None:
    answer = desk.upload(words, instrument=chosen)
    assert answer.status_code == 422
    assert "Choose a questionnaire." in answer.text
    assert stored(runtime) == 0


def bomb() -> bytes:
    """A small archive that would unpack to a hundred megabytes."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("words.csv", b"0" * 100_000_000)
    return raw.getvalue()


BAD_FILES = {
    "nothing": b"",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
    "broken JSON": b'{"resourceType": "Questionnaire", ',
    "another resource": b'{"resourceType": "Patient"}',
    "deep JSON": b"[" * 100_000,
    "FHIR as XML": b"<Questionnaire/>",
    "UTF-16": "key,number".encode("utf-16"),
    "NUL": b"key,text,code,label\nq1,a\0b,1,c\n",
    "a table of something": b"name,age\nAda,44\n",
    "a broken archive": b"PK\x03\x04" + b"\0" * 60,
    "a zip bomb": bomb(),
    "a page": b"<!DOCTYPE html><script>alert(1)</script>",
}


@pytest.mark.parametrize("raw", BAD_FILES.values(), ids=BAD_FILES.keys())
@pytest.mark.parametrize("kind", ["", "fhir", "redcap", "csv"])
def test_a_file_that_cannot_be_used_gets_a_sentence_and_leaves_nothing(
    desk: Desk, runtime: Runtime, raw: bytes, kind: str
) -> None:
    answer = desk.upload(raw, "strange.bin", format=kind)
    assert answer.status_code == 422
    assert "error-summary" in answer.text
    assert NOTHING_STORED in answer.text or "The file is empty." in answer.text
    assert "<script>alert" not in answer.text
    assert stored(runtime) == 0


def test_markup_in_words_is_stripped_and_told(desk: Desk, qlq: Instrument) -> None:
    raw = dictionary(qlq).replace(b"Placeholder question 3", b"<b>Bold</b> <script>alert(1)</script>question")
    page = desk.browser.get(desk.upload(raw).headers["Location"]).text
    assert "Bold question" in page
    assert "<script>alert" not in page
    assert "script" in page.split("Reduced or left out")[1].split("</section>")[0]


def test_fields_that_lack_something_are_named_beside_them(desk: Desk, runtime: Runtime, words: bytes) -> None:
    answer = desk.upload(
        words,
        language="",
        licence_holder="",
        licence_reference="x" * 201,
        permitted_modes=[],
        expires_on="31/31/2026",
        format="pdf",
    )
    assert answer.status_code == 422
    for field in ("language", "licence_holder", "licence_reference", "permitted_modes", "expires_on"):
        assert f'id="{field}-error"' in answer.text, field
    assert stored(runtime) == 0
    assert "Choose the file once more" in answer.text
    assert "Choose the file." in desk.browser.press(IMPORT, instrument="qlq_c30@3.0").text


def test_a_text_that_cannot_be_shown_names_its_question(desk: Desk, runtime: Runtime, words: bytes) -> None:
    answer = desk.upload(words.replace(b"Placeholder question 17", b"x" * 5000))
    assert answer.status_code == 422
    assert "q17: The text has 5000 characters" in answer.text
    assert stored(runtime) == 0


def test_the_same_words_are_not_imported_twice(desk: Desk, words: bytes) -> None:
    assert desk.upload(words).status_code == 303
    answer = desk.upload(words)
    assert answer.status_code == 422
    assert "Exactly these words are there already" in answer.text


def test_two_megabytes_are_read_and_more_are_refused(desk: Desk, runtime: Runtime) -> None:
    for size, status in ((MAXIMUM_BYTES, 422), (MAXIMUM_BYTES + 1, 422), (3 * MAXIMUM_BYTES, 413)):
        assert desk.upload(b"x" * size).status_code == status, size
    assert "at most 2 MB" in desk.upload(b"x" * (MAXIMUM_BYTES + 1)).text
    assert "larger than 2 MB" in desk.upload(b"x" * (3 * MAXIMUM_BYTES)).text
    assert stored(runtime) == 0


def test_a_second_file_goes_with_a_fhir_questionnaire_only(desk: Desk, words: bytes) -> None:
    answer = desk.upload(words, second=json.dumps({"resourceType": "ValueSet"}).encode())
    assert answer.status_code == 422
    assert "second file" in answer.text


def test_everybody_else_and_every_other_page_keeps_the_small_limit(app: Flask, runtime: Runtime, desk: Desk) -> None:
    make_staff(runtime)
    nurse, stranger = signed_in(app, "nurse@north.example"), StaffBrowser(app.test_client(), token_page="/login")
    for browser in (nurse, stranger):
        assert send_files(browser, IMPORT, file=file_part(b"x" * 100_000, "x.csv")).status_code == 413
    for path in ("/admin/questionnaires/qlq_c30", "/login", "/account/password", "/form/x/save"):
        assert desk.send(path, file=file_part(b"x" * 100_000, "x.csv")).status_code == 413, path


def test_the_template_is_a_table_to_fill_in(desk: Desk) -> None:
    answer = desk.browser.get("/admin/questionnaires/qlq_c30/3.0/template.csv")
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="qlq_c30-3.0-words.csv"'
    assert answer.text.count("q30") >= 8
    assert desk.browser.get("/admin/questionnaires/qlq_c30/9/template.csv").status_code == 404


def test_words_are_imported_for_the_own_centre_only(app: Flask, runtime: Runtime, desk: Desk, words: bytes) -> None:
    address = desk.upload(words).headers["Location"]
    make_staff(runtime, role="admin", code="SOUTH")
    south = signed_in(app, "admin@south.example")
    assert south.get(address).status_code == 404
    assert "words.csv" not in south.get("/admin/wordings").text
