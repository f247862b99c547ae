"""From a draft to words that patients see: compared, approved, corrected, renewed, retired; and who is warned when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.persistence.models import AuditEntry
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from lrrc_qol.services.wordings import PackView, read_pack
from tests.clock import FixedClock
from tests.factories import make_staff
from tests.integration.web.admin.conftest import Desk
from tests.staff_browser import signed_in
from tests.statement_count import counted_statements
from tests.wording_packs import approved, compared, draft, until

LIST = "/admin/wordings"
COMPARED = {"compared": "y", "compared_with": "PDF of 2026-01-02"}
LICENCE = {"licence_holder": "Holder", "licence_reference": "No. 18", "permitted_modes": ["own_phone"]}


def view(runtime: Runtime, desk: Desk, pack: str) -> PackView:
    """The pack as it is stored."""
    with runtime.reading(desk.actor) as work:
        return read_pack(work, pack)


def acts(runtime: Runtime) -> list[str]:
    """What the trail says was done to words."""
    with runtime.reading(COMMAND) as work:
        query = select(AuditEntry.action).where(AuditEntry.subject_kind == "wording_pack").order_by(AuditEntry.id)
        return list(work.session.scalars(query))


def test_a_file_becomes_words_that_patients_see_in_three_steps(desk: Desk, runtime: Runtime, words: bytes) -> None:
    page = desk.upload(words).headers["Location"]
    assert "I compared every question" in desk.browser.get(page).text
    assert desk.browser.press(f"{page}/compare", **COMPARED).status_code == 303
    assert "Approve these words" in desk.browser.get(page).text
    assert desk.browser.press(f"{page}/approve").status_code == 303

    found = view(runtime, desk, page.rsplit("/", 1)[1])
    assert found.line.state.value == "approved"
    assert (found.compared_with, found.compared_by) == ("PDF of 2026-01-02", "Coordinator of NORTH")
    assert acts(runtime) == ["proposed_wording", "compared_wording", "approved_wording"]
    assert "Approved" in desk.browser.get(page).text


def test_every_text_stands_beside_our_topic_and_its_codes(desk: Desk, runtime: Runtime, qlq: Instrument) -> None:
    page = desk.browser.get(f"{LIST}/{draft(runtime, desk.actor)}").text
    for item in qlq.items:
        assert f"Words {item.number}<" in page
        assert item.topic.capitalize() in page
    assert "<b>4</b> <span>Words code 4</span>" in page


def test_nothing_is_approved_before_it_is_compared(desk: Desk, runtime: Runtime) -> None:
    pack = draft(runtime, desk.actor)
    answer = desk.browser.press(f"{LIST}/{pack}/approve")
    assert answer.status_code == 422
    assert "Nobody has compared these words" in answer.text
    assert view(runtime, desk, pack).line.state.value == "draft"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"compared_with": "PDF"}, "Compare the words with the printed form first"),
        ({"compared": "y"}, "Write which print it was"),
        ({"compared": "y", "compared_with": "x" * 201}, "compared_with-error"),
    ],
)
def test_a_comparison_needs_the_tick_and_the_print(
    desk: Desk, runtime: Runtime, fields: dict[str, str], message: str
) -> None:
    pack = draft(runtime, desk.actor)
    answer = desk.browser.press(f"{LIST}/{pack}/compare", **fields)
    assert answer.status_code == 422
    assert message in answer.text
    assert view(runtime, desk, pack).compared_at is None


def test_a_corrected_question_is_the_next_version_and_the_old_one_stays(desk: Desk, runtime: Runtime) -> None:
    pack, _ = approved(runtime, desk.actor)
    address = f"{LIST}/{pack}/questions/q9"
    assert "Words 9</textarea>" in desk.browser.get(address).text
    labels = {f"label_{code}": f"Words code {code}" for code in (1, 2, 3, 4)}
    unchanged = desk.browser.press(address, text="Words 9", help="", **labels)
    assert unchanged.status_code == 422
    assert "Nothing is different" in unchanged.text

    answer = desk.browser.press(address, text="Better words", help="", **labels | {"label_2": "<i>A bit</i>"})
    assert answer.status_code == 303
    newer = answer.headers["Location"].rsplit("/", 1)[1]
    found = view(runtime, desk, newer)
    assert (found.line.ordinal, found.line.state.value) == (2, "draft")
    assert found.wording.items["q9"].labels[2] == "<i>A bit</i>"
    assert view(runtime, desk, pack).line.state.value == "approved"

    difference = desk.browser.get(f"{LIST}/{newer}/difference/{pack}").text
    assert "2 texts" in difference
    assert "Better words" in difference
    assert "&lt;i&gt;A bit&lt;/i&gt;" in difference
    assert "There is a newer version" in desk.browser.get(f"{LIST}/{pack}").text


def test_a_missing_question_is_settled_by_typing_it_in(desk: Desk, runtime: Runtime, qlq: Instrument) -> None:
    pack = draft(runtime, desk.actor, items={})
    assert "No words yet" in desk.browser.get(f"{LIST}/{pack}").text
    before = view(runtime, desk, pack).line.open_problems
    labels = {f"label_{code}": f"Answer {code}" for code in (1, 2, 3, 4)}
    lacking = desk.browser.press(f"{LIST}/{pack}/questions/q1", text="", **labels | {"label_3": ""})
    assert lacking.status_code == 422
    assert "Enter the question." in lacking.text
    assert "Enter the words of answer 3." in lacking.text
    answer = desk.browser.press(f"{LIST}/{pack}/questions/q1", text="First", **labels)
    assert view(runtime, desk, answer.headers["Location"].rsplit("/", 1)[1]).line.open_problems == before - 1


def test_the_title_and_the_instruction_can_be_corrected(desk: Desk, runtime: Runtime) -> None:
    pack = draft(runtime, desk.actor)
    assert desk.browser.press(f"{LIST}/{pack}/heading", title="", recall="").status_code == 422
    answer = desk.browser.press(f"{LIST}/{pack}/heading", title="Your health", recall="In the past week:")
    found = view(runtime, desk, answer.headers["Location"].rsplit("/", 1)[1])
    assert (found.wording.title, found.wording.recall) == ("Your health", "In the past week:")
    assert "Your health" in desk.browser.get(f"{LIST}/{found.line.public_id}/heading").text


def test_a_renewed_licence_keeps_the_words(desk: Desk, runtime: Runtime, clock: FixedClock) -> None:
    pack, _ = approved(runtime, desk.actor, licence=until(clock.now().date()))
    assert "Holder of the rights" in desk.browser.get(f"{LIST}/{pack}/licence").text
    assert desk.browser.press(f"{LIST}/{pack}/licence", licence_holder="").status_code == 422
    answer = desk.browser.press(f"{LIST}/{pack}/licence", expires_on="2027-03-02", **LICENCE)
    assert answer.status_code == 303
    found = view(runtime, desk, pack)
    assert (found.line.state.value, found.licence.reference, str(found.line.expires_on)) == (
        "approved",
        "No. 18",
        "2027-03-02",
    )


def test_retired_words_need_a_reason_and_cannot_be_changed_any_more(desk: Desk, runtime: Runtime) -> None:
    pack, _ = approved(runtime, desk.actor)
    assert desk.browser.press(f"{LIST}/{pack}/retire", reason=" ").status_code == 422
    assert desk.browser.press(f"{LIST}/{pack}/retire", reason="New version of the holder").status_code == 303
    page = desk.browser.get(f"{LIST}/{pack}").text
    assert "New version of the holder" in page
    assert "Retire the wording" not in page
    for address, fields in (("retire", {"reason": "x"}), ("approve", {}), ("compare", COMPARED), ("licence", LICENCE)):
        assert desk.browser.press(f"{LIST}/{pack}/{address}", **fields).status_code == 422, address


def test_the_list_can_be_narrowed(desk: Desk, runtime: Runtime) -> None:
    german = compared(runtime, desk.actor, language="de")
    english = draft(runtime, desk.actor)
    for query, shown in (("", {german, english}), ("?language=de", {german}), ("?instrument=none", set())):
        page = desk.browser.get(LIST + query).text
        assert {pack for pack in (german, english) if pack in page} == shown, query
    assert "No wording like this." in desk.browser.get(f"{LIST}?instrument=none").text


def test_a_licence_that_ends_within_sixty_days_is_told_to_those_who_can_renew_it(
    app: Flask, desk: Desk, runtime: Runtime, clock: FixedClock
) -> None:
    make_staff(runtime)
    make_staff(runtime, role="admin")
    nurse, admin = signed_in(app, "nurse@north.example"), signed_in(app, "admin@north.example")
    pack, _ = approved(runtime, desk.actor, licence=until(clock.now().date() + timedelta(days=61)))
    banner = "of questionnaire wording"
    assert banner not in desk.browser.get("/staff/patients").text

    clock.advance(days=1)
    for browser, role in ((desk.browser, "coordinator"), (nurse, "nurse"), (admin, "admin")):
        browser.sign_in(f"{role}@north.example")
    assert banner in desk.browser.get("/staff/patients").text
    assert banner not in desk.browser.get("/staff/").text, "there it is a row of the list"
    assert banner not in nurse.get("/staff/patients").text
    assert "Licences of wording that end soon or have ended: 1" in admin.get("/admin/").text
    assert "ends in 60 days" in desk.browser.get(LIST).text

    desk.browser.press(f"{LIST}/{pack}/licence", expires_on="2027-03-02", **LICENCE)
    assert banner not in desk.browser.get("/staff/patients").text


def test_the_pages_cost_the_same_however_many_packs_there_are(desk: Desk, runtime: Runtime) -> None:
    costs = []
    for languages in (("de",), ("nl", "fr", "it", "es")):
        packs = [approved(runtime, desk.actor, language=language)[0] for language in languages]
        for path in (LIST, "/admin/questionnaires", f"{LIST}/{packs[0]}"):
            desk.browser.get(path)
            with counted_statements(runtime) as statements:
                assert desk.browser.get(path).status_code == 200
            costs.append(len(statements))
    assert costs[:3] == costs[3:]


def test_other_centres_do_not_exist(app: Flask, runtime: Runtime, desk: Desk) -> None:
    pack, _ = approved(runtime, desk.actor)
    make_staff(runtime, role="admin", code="SOUTH")
    south = signed_in(app, "admin@south.example")
    reading = ("", "/questions/q1", "/heading", "/licence", "/preview", "/preview/1", "/paper", f"/difference/{pack}")
    for place in reading:
        assert south.get(f"{LIST}/{pack}{place}").status_code == 404, place
    for place in ("/compare", "/approve", "/retire", "/questions/q1", "/heading", "/licence"):
        assert south.press(f"{LIST}/{pack}{place}", **COMPARED, reason="x").status_code == 404, place
    assert desk.browser.get(f"{LIST}/{pack}/questions/none").status_code == 404
    assert desk.browser.get(f"{LIST}/{pack}/difference/none").status_code == 404
