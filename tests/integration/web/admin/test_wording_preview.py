"""The preview on a phone: the templates of the patient's pages, framed by our own page only, nothing saved."""

from __future__ import annotations

import re

import pytest

from lrrc_qol.runtime import Runtime
from tests.integration.promises.snapshot import changes, snapshot
from tests.integration.web.admin.conftest import Desk
from tests.wording_packs import draft


@pytest.fixture
def pack(desk: Desk, runtime: Runtime) -> str:
    """A draft of thirty questions."""
    return f"/admin/wordings/{draft(runtime, desk.actor)}"


def test_each_question_is_shown_as_on_the_phone(desk: Desk, pack: str) -> None:
    page = desk.browser.get(f"{pack}/preview/9").text
    assert "Preview: nothing is saved." in page
    assert '<h1 class="question" tabindex="-1">Words 9</h1>' in page
    assert '<span class="recall">Words recall</span>' in page
    assert re.findall(r'name="answer" value="(\d)"', page) == ["1", "2", "3", "4"]
    assert "Question 9 of 30" in page
    assert f'href="{pack}/preview/8"' in page
    assert f'href="{pack}/preview/10"' in page


def test_it_has_no_form_and_no_script_and_saves_nothing(desk: Desk, runtime: Runtime, pack: str) -> None:
    before = snapshot(runtime)
    page = desk.browser.get(f"{pack}/preview/1").text
    assert "<form" not in page
    assert "<script" not in page
    assert changes(before, snapshot(runtime)) == []
    assert desk.browser.client.post(f"{pack}/preview/1", data={"answer": "1"}).status_code in {400, 405}


def test_only_our_own_page_may_frame_it(desk: Desk, pack: str) -> None:
    frame, inside, other = (
        desk.browser.get(path).headers["Content-Security-Policy"]
        for path in (f"{pack}/preview", f"{pack}/preview/1", pack)
    )
    assert "frame-src 'self'" in frame
    assert "frame-ancestors 'none'" in frame
    assert "frame-ancestors 'self'" in inside
    assert "frame-src" not in inside
    assert "frame-ancestors 'none'" in other
    assert "frame-src" not in other


@pytest.mark.parametrize("number", [0, 31, 99999999])
def test_there_is_no_question_beyond_the_last(desk: Desk, pack: str, number: int) -> None:
    answer = desk.browser.get(f"{pack}/preview/{number}")
    assert answer.status_code == 404
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_the_page_around_names_every_question(desk: Desk, pack: str) -> None:
    page = desk.browser.get(f"{pack}/preview").text
    assert page.count('target="phone"') == 30


def test_arabic_runs_from_right_to_left(desk: Desk, runtime: Runtime) -> None:
    pack = draft(runtime, desk.actor, language="ar")
    page = desk.browser.get(f"/admin/wordings/{pack}/preview/1").text
    assert '<html lang="ar" dir="rtl">' in page
    assert '<div lang="ar" dir="rtl">' in page
