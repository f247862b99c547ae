"""The languages page: all texts are read, an administrator notes the review, production offers the language."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask

from lrrc_qol.config import Mode
from lrrc_qol.persistence.models import LanguageReview
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from lrrc_qol.services.languages import language_texts
from lrrc_qol.web.guards import RUNTIME_KEY
from tests.factories import make_staff
from tests.staff_browser import StaffBrowser, signed_in

REVIEW = {
    "reviewer_name": "Joost Voorbeeld",
    "reviewer_qualification": "Specialist nurse, native speaker",
    "reviewed_on": "2 3 2026",
    "confirmed": "y",
}
DIGEST = re.compile(r'name="digest"[^>]*value="([0-9a-f]{64})"')
TAKE_BACK = re.compile(r"/admin/languages/nl/reviews/[^\"]+/take-back")


@pytest.fixture
def site(app: Flask, runtime: Runtime) -> Flask:
    """The site with the mind of production."""
    app.extensions[RUNTIME_KEY] = replace(runtime, settings=replace(runtime.settings, mode=Mode.PRODUCTION))
    return app


@pytest.fixture
def admin(site: Flask, runtime: Runtime) -> StaffBrowser:
    """The signed-in administrator of NORTH."""
    make_staff(runtime, role="admin")
    return signed_in(site, "admin@north.example")


def approve(browser: StaffBrowser, language: str = "nl", **changes: str) -> tuple[int, str]:
    """Open the reading page and send its form; status and body."""
    found = DIGEST.search(browser.get(f"/admin/languages/{language}").text)
    digest = {"digest": found[1]} if found else {}
    answer = browser.press(f"/admin/languages/{language}/approve", **(digest | REVIEW | changes))
    return answer.status_code, answer.text


def languages_offered(site: Flask) -> list[str]:
    """The choices on the enrolment page of NORTH's nurse."""
    page = signed_in(site, "nurse@north.example").get("/staff/patients/new").text
    found = re.search(r'<select[^>]*id="language".*?</select>', page, re.DOTALL)
    assert found is not None
    return re.findall(r'value="([^"]+)"', found[0])


def test_the_list_says_where_each_language_stands(admin: StaffBrowser) -> None:
    assert "/admin/languages" in admin.get("/admin/").text
    page = admin.get("/admin/languages").text
    for words in (
        "English",
        "Original",
        "Dutch (Nederlands)",
        "German (Deutsch)",
        "Arabic (العربية)",
        "Not yet reviewed",
    ):
        assert words in page
    assert "practice system" not in page


@pytest.mark.parametrize(("language", "direction"), [("nl", "ltr"), ("ar", "rtl"), ("de", "ltr"), ("zh-Hans", "ltr")])
def test_the_reading_page_shows_every_text_beside_the_english(
    admin: StaffBrowser, runtime: Runtime, language: str, direction: str
) -> None:
    page = admin.get(f"/admin/languages/{language}").text
    assert f'lang="{language}" dir="{direction}"' in page
    for section in language_texts(runtime.catalogue, language):
        for line in section.lines:
            for text in (line.english, line.translated):
                assert text.split("\n")[0].replace("&", "&amp;").replace("'", "&#39;").replace('"', "&#34;") in page


def test_english_is_read_but_not_approved(admin: StaffBrowser) -> None:
    page = admin.get("/admin/languages/en").text
    assert "Approve these texts" not in page
    status, body = approve(admin, "en")
    assert (status, "needs no review" in body) == (422, True)


def test_an_approval_offers_the_language_and_taking_back_ends_it(
    site: Flask, runtime: Runtime, admin: StaffBrowser
) -> None:
    make_staff(runtime)
    assert languages_offered(site) == ["en"]
    assert approve(admin)[0] == 303
    assert languages_offered(site) == ["en", "nl"]
    page = admin.get("/admin/languages").text
    assert "Reviewed" in page
    assert "by <bdi>Joost Voorbeeld</bdi> on 2 Mar 2026" in page
    found = TAKE_BACK.search(admin.get("/admin/languages/nl").text)
    assert found is not None
    assert "Joost Voorbeeld" in admin.get(found[0]).text
    assert admin.press(found[0], reason="").status_code == 422
    assert languages_offered(site) == ["en", "nl"]
    assert admin.press(found[0], reason="A word was wrong.").status_code == 303
    assert languages_offered(site) == ["en"]
    assert "A word was wrong." in admin.get("/admin/languages/nl").text
    assert admin.press(found[0], reason="Again.").status_code == 422


def test_a_review_of_earlier_texts_says_that_a_new_one_is_due(admin: StaffBrowser, runtime: Runtime) -> None:
    approve(admin)
    with runtime.writing(COMMAND) as work:
        work.session.query(LanguageReview).update({"digest": "0" * 64})
    page = admin.get("/admin/languages").text
    assert "Texts changed since the review" in page
    assert "A new review is due." in page
    assert "Approve these texts" in admin.get("/admin/languages/nl").text


def test_other_texts_than_those_on_the_page_are_not_approved(
    site: Flask, runtime: Runtime, admin: StaffBrowser
) -> None:
    make_staff(runtime)
    assert approve(admin, digest="0" * 64)[0] == 409
    assert languages_offered(site) == ["en"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reviewer_name": ""}, "full name"),
        ({"reviewer_name": "\u202e"}, "full name"),
        ({"reviewer_qualification": " "}, "command of the language"),
        ({"reviewer_qualification": "9" * 5000}, "200 ordinary characters"),
        ({"reviewed_on": "31 2 2026"}, "There is no 31 February 2026."),
        ({"reviewed_on": "3 3 2026"}, "still to come"),
        ({"reviewed_on": "9999-12-31"}, "still to come"),
        ({"reviewed_on": "0001-01-01"}, "Check the year"),
        ({"confirmed": ""}, "Tick this"),
    ],
)
def test_what_is_wrong_stands_beside_the_field_and_nothing_typed_is_lost(
    site: Flask, runtime: Runtime, admin: StaffBrowser, changes: dict[str, str], words: str
) -> None:
    make_staff(runtime)
    status, page = approve(admin, **changes)
    assert (status, words in page) == (422, True)
    assert ("Joost Voorbeeld" in page) == ("reviewer_name" not in changes)
    assert languages_offered(site) == ["en"]


def test_markup_in_a_name_stays_text(admin: StaffBrowser) -> None:
    assert approve(admin, reviewer_name="<script>alert(1)</script>")[0] == 303
    for address in ("/admin/languages", "/admin/languages/nl"):
        page = admin.get(address).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("language", ["fr", "xx", "EN", "..%2f..", "nl%00", "a" * 300, "'%20OR%201=1"])
def test_a_language_that_is_not_there_is_not_found(admin: StaffBrowser, language: str) -> None:
    assert admin.get(f"/admin/languages/{language}").status_code == 404
    assert admin.press(f"/admin/languages/{language}/approve", **REVIEW).status_code == 404


def test_nothing_of_another_centre_is_seen_or_taken_back(site: Flask, runtime: Runtime, admin: StaffBrowser) -> None:
    approve(admin)
    found = TAKE_BACK.search(admin.get("/admin/languages/nl").text)
    assert found is not None
    make_staff(runtime, code="SOUTH", role="admin")
    foreign = signed_in(site, "admin@south.example")
    assert "Joost Voorbeeld" not in foreign.get("/admin/languages").text + foreign.get("/admin/languages/nl").text
    assert foreign.get(found[0]).status_code == 404
    assert foreign.press(found[0], reason="By mistake.").status_code == 404
    assert "Reviewed" in admin.get("/admin/languages").text


def test_a_practice_site_says_that_it_offers_everything(app: Flask, runtime: Runtime) -> None:
    make_staff(runtime, role="admin")
    make_staff(runtime)
    assert "practice system" in signed_in(app, "admin@north.example").get("/admin/languages").text
    assert sorted(languages_offered(app)) == ["ar", "de", "en", "nl", "zh-Hans"]
