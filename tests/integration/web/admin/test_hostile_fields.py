"""No text in a field of the pages about wording breaks them, runs in a browser or ends in an error of ours."""

from __future__ import annotations

import logging
from urllib.parse import quote

import pytest

from lrrc_qol.runtime import Runtime
from tests.integration.promises.test_hostile_input import FIELD_TEXTS
from tests.integration.web.admin.conftest import Desk
from tests.wording_packs import approved, draft

# What is refused does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SCRIPT = "\"'><script>alert(1)</script>"
LICENCE = {"licence_holder": "Holder", "licence_reference": "No. 1", "permitted_modes": "own_phone", "expires_on": ""}
FORMS = {
    "compare": {"compared": "y", "compared_with": "PDF"},
    "retire": {"reason": "x"},
    "licence": LICENCE,
    "heading": {"title": "x", "recall": "y"},
    "questions/q1": {"text": "x", "help": "", "label_1": "a", "label_2": "b", "label_3": "c", "label_4": "d"},
}
QUERIES = ("/admin/wordings?instrument=", "/admin/wordings?language=", "/admin/wordings/import?instrument=")


def test_no_text_breaks_a_form(desk: Desk, runtime: Runtime, caplog: pytest.LogCaptureFixture) -> None:
    pack = draft(runtime, desk.actor)
    token = desk.browser.csrf("/account/password")
    forms = {f"/admin/wordings/{pack}/{place}": fields for place, fields in FORMS.items()}
    forms["/admin/questionnaires/eq5d5l"] = {"decides": "centre", "visit_kinds": "baseline", "value_set": "China"}
    forms["/admin/questionnaires/pro_ctcae"] = {"decides": "centre", "visit_kinds": "baseline", "groups": "16"}
    forms["/admin/wordings/import"] = {"instrument": "phq2@1.0", "language": "en", "format": "", **LICENCE}
    faults = []
    for path, good in forms.items():
        for name in good:
            for text in FIELD_TEXTS:
                data = good | {name: text.encode("utf-8", "surrogateescape")}
                answer = desk.browser.client.post(path, data=data, headers={"X-CSRFToken": token})
                if answer.status_code >= 500:
                    faults.append(f"{path} {name} {text[:40]!r}: {answer.status_code}")
    assert faults == []
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR] == []


def test_no_query_breaks_a_page(desk: Desk) -> None:
    for query in QUERIES:
        for text in FIELD_TEXTS:
            answer = desk.browser.get(query + quote(text.encode("utf-8", "surrogateescape"), safe=""))
            assert answer.status_code in {200, 400, 422}, (query, text[:40])


def test_texts_of_every_kind_are_shown_as_text(desk: Desk, runtime: Runtime) -> None:
    pack, _ = approved(runtime, desk.actor, says=SCRIPT)
    desk.browser.press(f"/admin/wordings/{pack}/licence", **LICENCE | {"licence_reference": SCRIPT})
    newer = desk.browser.press(f"/admin/wordings/{pack}/heading", title=SCRIPT + "2", recall=SCRIPT)
    desk.browser.press(f"{newer.headers['Location']}/retire", reason=SCRIPT)
    places = ("", "/preview", "/preview/1", "/paper", "/questions/q1", "/heading", "/licence")
    pages = [f"/admin/wordings/{pack}{place}" for place in places]
    pages += [f"{newer.headers['Location']}/difference/{pack}", newer.headers["Location"], "/admin/wordings"]
    for page in (*pages, "/admin/questionnaires/qlq_c30"):
        text = desk.browser.get(page).text
        assert "<script>alert" not in text, page
    assert "&lt;script&gt;alert(1)" in desk.browser.get(pages[0]).text
