"""The printed form says exactly what the phone says: same order, numbers, texts, answers and codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.domain.instrument import FACTS
from lrrc_qol.factory import create_app
from lrrc_qol.persistence.models import Assignment, Centre, Episode, Patient, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.web.admin.printed_form import Condition
from lrrc_qol.web.languages import speak
from tests.factories import make_link, make_patient, make_staff, set_dates
from tests.filter_form import BOWEL, with_filter_form
from tests.integration.web.admin.conftest import Desk
from tests.integration.web.patient.visitor import Visitor
from tests.paper_form import ReadQuestion, read_phone, read_questions
from tests.staff_browser import signed_in
from tests.wording_packs import LICENCE, approved, draft, in_production

NO_PAPER = replace(LICENCE, permitted_modes=("own_phone",))


def own_paper(app: Flask, instrument: str, version: str, language: str = "en") -> str:
    """The printed form of shipped words, as a coordinator sees it."""
    browser = signed_in(app, "coordinator@north.example")
    answer = browser.get(f"/admin/questionnaires/{instrument}/{version}/paper/{language}")
    assert answer.status_code == 200
    return answer.text


def on_the_phone(app: Flask, runtime: Runtime, nurse: Actor, key: str, **person: object) -> str:
    """The form pages of a patient's phone, one for each part of the visit."""
    patient = make_patient(runtime, nurse, **person)
    if key != "BL1":
        today = runtime.clock.now().date()
        home = today - timedelta(days=2)
        set_dates(runtime, nurse, patient, surgery_on=home - timedelta(days=10), discharged_on=home)
    visitor = Visitor(app.test_client())
    visitor.enter(make_link(runtime, patient, key))
    with runtime.reading(COMMAND) as work:
        visit = select(Visit.id).join(Episode).join(Patient).where(Patient.public_id == patient, Visit.key == key)
        parts = work.session.scalars(
            select(Assignment.public_id).where(Assignment.visit_id == visit.scalar_subquery())
        ).all()
    return "".join(visitor.client.get(f"/form/{part}").text for part in parts)


def same(paper: ReadQuestion, phone: ReadQuestion) -> bool:
    """Whether a question reads alike on both."""
    return (paper.text("text"), paper.text("help"), paper.codes, paper.labels) == (
        phone.text("question"),
        phone.text("help"),
        phone.codes,
        phone.labels,
    )


@pytest.mark.parametrize(
    ("instrument", "key"),
    [("pain_nrs", "BL1"), ("distress_nrs", "BL1"), ("pe_wellbeing", "BL1"), ("pe_checkin", "CHK-D002")],
)
def test_paper_and_phone_say_the_same(app: Flask, runtime: Runtime, instrument: str, key: str) -> None:
    nurse = make_staff(runtime)
    make_staff(runtime, role="coordinator")
    found = runtime.catalogue.instrument(instrument)
    paper = read_questions(own_paper(app, found.id, found.version), "data-key")
    page = on_the_phone(app, runtime, nurse, key)
    phone = {one.key: one for one in read_phone(page)}
    asked = [one for one in paper if one.key in phone]

    assert [(one.key, one.text("number")) for one in paper] == [(item.id, item.number) for item in found.items]
    assert [one.key for one in asked] == [key for key in phone if key in {item.id for item in found.items}]
    assert len(asked) >= 0.6 * len(paper)
    assert [one.key for one in asked if not same(one, phone[one.key])] == []


def test_paper_says_whom_to_call(app: Flask, runtime: Runtime) -> None:
    make_staff(runtime)
    make_staff(runtime, role="coordinator")
    page = own_paper(app, "pain_nrs", "1.0")
    assert "This form is not watched day and night." in page
    with runtime.reading(COMMAND) as work:
        centre = work.session.scalars(select(Centre)).one()
        assert centre.ward_phone in page


@pytest.fixture
def filtered(runtime: Runtime) -> Runtime:
    """A site that asks a questionnaire with a filter question and two wordings of some questions."""
    return replace(runtime, catalogue=with_filter_form(runtime.catalogue))


def test_both_wordings_are_printed_each_marked_with_who_answers_it(filtered: Runtime) -> None:
    app = create_app(runtime=filtered)
    nurse = make_staff(filtered)
    make_staff(filtered, role="coordinator")
    text = own_paper(app, BOWEL.id, BOWEL.version)
    paper = read_questions(text, "data-key")
    phone = read_phone(on_the_phone(app, filtered, nurse, "BL1", sex="male"))

    assert [(one.key, one.text("number")) for one in paper][:4] == [
        ("bag", "1"),
        ("leaks", "2"),
        ("leaks@stoma", "2"),
        ("skin", "3"),
    ]
    assert text.count("Only if you answered question 1 with: Yes") == 3
    assert text.count("Only if you answered question 1 with: No") == 3
    assert "Only for men" in text
    # The phone has the same wordings in the same order, whichever way the filter question is answered.
    texts = [one.text("question") for one in phone]
    for others in ("leaks@stoma", "skin@stoma"), ("leaks", "skin"):
        expected = [one.text("text") for one in paper if one.key not in others and one.text("text") in texts]
        assert [text for text in texts if text in expected] == expected
    assert "How about leaks around the bag?" in texts
    assert all(same(one, next(two for two in phone if two.text("question") == one.text("text"))) for one in paper[:6])


@pytest.mark.parametrize("language", ["en", "nl", "zh-Hans", "ar", "de"])
def test_who_answers_is_said_in_every_language_of_the_pages(app: Flask, catalogue: Catalogue, language: str) -> None:
    macro: Callable[[Condition], str] = app.jinja_env.get_template("macros/paper.html").module.who_answers  # type: ignore[attr-defined]
    with app.test_request_context("/admin/"):
        speak(language, draft=False)
        said = {str(macro(Condition(fact, holds))).strip() for fact in FACTS for holds in (True, False)}
    assert len(said) == 2 * len(FACTS)
    assert language == "en" or not any(words.startswith("Only") for words in said)


def test_shipped_words_are_printed_in_their_language(app: Flask, runtime: Runtime) -> None:
    make_staff(runtime, role="coordinator")
    text = own_paper(app, "pain_nrs", "1.0", "ar")
    assert 'dir="rtl"' in text
    assert runtime.catalogue.wordings["pain_nrs", "1.0", "ar"].recall in text
    assert "Date" not in text


def test_production_prints_no_language_that_nobody_reviewed(runtime: Runtime) -> None:
    coordinator = make_staff(runtime, role="coordinator")
    pack, _ = approved(runtime, coordinator, language="ar")
    browser = signed_in(create_app(runtime=in_production(runtime)), "coordinator@north.example")
    refused = browser.get("/admin/questionnaires/pain_nrs/1.0/paper/ar")
    assert refused.status_code == 409
    assert "Nobody at your centre has reviewed this language" in refused.text
    assert browser.get("/admin/questionnaires/pain_nrs/1.0/paper/en").status_code == 200
    # A pack was approved word by word; only the sentences around it stay in English.
    page = browser.get(f"/admin/wordings/{pack}/paper").text
    assert ">Date<" in page
    assert 'lang="ar"' in page


def test_only_the_terms_that_the_centre_selected_are_printed(desk: Desk, runtime: Runtime) -> None:
    pack, _ = approved(runtime, desk.actor, instrument_id="pro_ctcae")
    whole = len(read_questions(desk.browser.get(f"/admin/wordings/{pack}/paper").text, "data-key"))
    chosen = {"decides": "centre", "visit_kinds": ["baseline"], "groups": ["16"], "confirmed": "yes"}
    assert desk.browser.press("/admin/questionnaires/pro_ctcae", **chosen).status_code == 303
    printed = read_questions(desk.browser.get(f"/admin/wordings/{pack}/paper").text, "data-key")
    terms = [item.id for item in runtime.catalogue.instrument("pro_ctcae").items if item.group == "16"]
    assert [one.key for one in printed] == terms
    assert whole > len(terms)


@pytest.mark.parametrize(
    "path", ["none/1.0/paper/en", "pain_nrs/9/paper/en", "pain_nrs/1.0/paper/xx", "qlq_c30/3.0/paper/en"]
)
def test_what_is_not_shipped_has_no_paper_form(desk: Desk, path: str) -> None:
    assert desk.browser.get(f"/admin/questionnaires/{path}").status_code == 404


def test_an_approved_pack_is_printed_with_its_licence_and_fields_at_the_top(desk: Desk, runtime: Runtime) -> None:
    pack, _ = approved(runtime, desk.actor, credit="Shown by permission.")
    answer = desk.browser.get(f"/admin/wordings/{pack}/paper")
    assert answer.status_code == 200
    for words in ("Name", "Date", "NORTH", "Shown by permission.", "Holder of the rights. No. 17.", "Words recall"):
        assert words in answer.text
    paper = read_questions(answer.text, "data-key")
    assert [one.text("number") for one in paper] == [str(number) for number in range(1, 31)]
    assert paper[28].codes == [str(code) for code in range(1, 8)]


def test_a_draft_and_a_licence_without_paper_are_not_printed(desk: Desk, runtime: Runtime) -> None:
    pack = draft(runtime, desk.actor)
    answer = desk.browser.get(f"/admin/wordings/{pack}/paper")
    assert answer.status_code == 409
    assert "approved and in use" in answer.text
    pack, _ = approved(runtime, desk.actor, says="Other", licence=NO_PAPER)
    answer = desk.browser.get(f"/admin/wordings/{pack}/paper")
    assert answer.status_code == 409
    assert "does not permit paper" in answer.text
    assert "Paper form</a>" not in desk.browser.get(f"/admin/wordings/{pack}").text
