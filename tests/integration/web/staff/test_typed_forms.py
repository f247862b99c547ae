"""The pages around typed-in forms: comparison, correction, reasons, and what they say of who typed."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from lrrc_qol.persistence.models import Answer, MissedReason, Response, Task, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.add_task import add_task
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.note_missed_reason import note_missed_reason
from lrrc_qol.services.queue_reminders import CALL_TASK
from lrrc_qol.services.staff_entry import compare_typings, store_second_entry
from tests.factories import answer, assignment, complete_visit, make_staff, save, take_seat, visit_id
from tests.staff_browser import StaffBrowser, signed_in
from tests.staff_entry import nurse_seat

PAIN = "pain_nrs"


def one_response(runtime: Runtime) -> Response:
    with runtime.reading(COMMAND) as work:
        return work.session.scalars(select(Response).where(Response.instrument_id == PAIN)).one()


@pytest.fixture
def paper(runtime: Runtime, nurse: Actor, patient: str) -> str:
    """The pain form typed once of two times; its address."""
    seat = nurse_seat(runtime, nurse, patient, twice=True, respondent="helped", relation="child")
    form = assignment(runtime, seat, PAIN)
    save(runtime, seat, form, answer("pain_worst", 3), key="first")
    return f"/staff/patients/{patient}/forms/{form}"


def test_the_second_page_does_not_show_the_first_typing(nurse_browser: StaffBrowser, paper: str) -> None:
    page = nurse_browser.get(f"{paper}/second").text
    field = re.search(r'<input[^>]*name="i-pain_worst"[^>]*>', page)
    assert field is not None
    assert 'value=""' in field[0]


def test_a_wrong_number_is_said_and_everything_typed_stays(nurse_browser: StaffBrowser, paper: str) -> None:
    done = nurse_browser.press(f"{paper}/second", **{"i-pain_worst": "33", "i-pain_average": "2"})
    assert done.status_code == 422
    assert "This is no answer to this question." in done.text
    assert 'value="33"' in done.text
    assert 'value="2"' in done.text


def test_differences_are_decided_on_the_page_and_the_rate_stands_on_the_form(
    runtime: Runtime, nurse_browser: StaffBrowser, paper: str
) -> None:
    draft = nurse_browser.get(f"/staff/patients/{paper.split('/')[3]}/forms/{one_response(runtime).id}").text
    assert f'{paper}/second"' in draft
    assert nurse_browser.press(f"{paper}/second", **{"i-pain_worst": "8"}).headers["Location"] == f"{paper}/compare"
    page = nurse_browser.get(f"{paper}/compare").text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    assert nurse_browser.press(f"{paper}/compare", version=version[1]).status_code == 422
    done = nurse_browser.press(f"{paper}/compare", version=version[1], **{"c-pain_worst": "second"})
    form = nurse_browser.get(done.headers["Location"]).text
    assert re.search(r"1 of \d+ answers differed", form)
    assert "the patient, with help reading (son or daughter)" in form
    assert "<dt>Typed in by</dt><dd>Nurse of NORTH</dd>" in form


def test_a_second_typing_replaced_meanwhile_is_compared_anew(nurse_browser: StaffBrowser, paper: str) -> None:
    nurse_browser.press(f"{paper}/second", **{"i-pain_worst": "8"})
    page = nurse_browser.get(f"{paper}/compare").text
    shown = {name: re.findall(rf'name="{name}" value="(\d+)"', page)[0] for name in ("version", "typing")}
    nurse_browser.press(f"{paper}/second", **{"i-pain_worst": "9"})

    late = nurse_browser.press(f"{paper}/compare", **shown, **{"c-pain_worst": "second"})
    assert late.status_code == 422
    assert "One of the typings was changed meanwhile" in late.text
    assert "<strong" in late.text.split("Second:")[1]
    fresh = {name: re.findall(rf'name="{name}" value="(\d+)"', late.text)[0] for name in ("version", "typing")}
    assert nurse_browser.press(f"{paper}/compare", **fresh, **{"c-pain_worst": "second"}).status_code == 303


def test_after_the_comparison_both_pages_are_gone(
    runtime: Runtime, nurse: Actor, patient: str, nurse_browser: StaffBrowser, paper: str
) -> None:
    form = paper.rsplit("/", 1)[1]
    with runtime.writing(nurse) as work:
        store_second_entry(work, patient, form, {"pain_worst": 3})
        compare_typings(work, patient, form, chosen={}, version=1)
    assert nurse_browser.get(f"{paper}/second").status_code == 404
    assert nurse_browser.press(f"{paper}/compare", version="1").status_code == 404


def test_the_second_nurse_sees_what_was_corrected_and_keeps_what_she_typed(
    runtime: Runtime, nurse_browser: StaffBrowser, patient: str
) -> None:
    complete_visit(runtime, take_seat(runtime, patient))
    response = one_response(runtime)
    path = f"/staff/patients/{patient}/forms/{response.id}/answers/pain_worst/correct"
    assert nurse_browser.get(path).status_code == 200
    fields = {"version": str(response.version), "reason": "Misread on paper."}
    assert nurse_browser.press(path, answer="4", **fields).status_code == 303
    second = nurse_browser.press(path, **fields | {"answer": "6", "reason": "She says six."})
    assert second.status_code == 409
    assert "Somebody else corrected this form meanwhile" in second.text
    assert "Misread on paper." in second.text
    assert "She says six." in second.text
    assert re.search(r'<option selected value="6">', second.text)
    with runtime.reading(COMMAND) as work:
        values = work.session.scalars(
            select(Answer.value).where(Answer.response_id == response.id, Answer.item_id == "pain_worst")
        ).all()
    assert sorted(value for value in values if value is not None) == [0, 4]


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"answer": "4"}, "Say why in a few words."), ({"reason": "So."}, "Choose the right answer.")],
)
def test_a_correction_needs_an_answer_and_a_reason(
    runtime: Runtime, nurse_browser: StaffBrowser, patient: str, fields: dict[str, str], words: str
) -> None:
    complete_visit(runtime, take_seat(runtime, patient))
    response = one_response(runtime)
    path = f"/staff/patients/{patient}/forms/{response.id}/answers/pain_worst/correct"
    done = nurse_browser.press(path, version=str(response.version), **fields)
    assert done.status_code == 422
    assert words in done.text


def test_a_reason_stands_with_the_visit(runtime: Runtime, nurse_browser: StaffBrowser, patient: str) -> None:
    with runtime.reading(COMMAND) as work:
        visit = work.session.scalars(select(Visit).where(Visit.key == "BL1")).one()
    path = f"/staff/patients/{patient}/visits/{visit.public_id}/reason"
    assert path in nurse_browser.get(f"/staff/patients/{patient}").text
    assert nurse_browser.press(path, code="bored").status_code == 422
    assert nurse_browser.press(path, code="too_ill", note="Infusion today.").status_code == 303
    assert "Too ill, or too much of a burden: Infusion today." in nurse_browser.get(f"/staff/patients/{patient}").text
    assert re.search(r'<option selected value="too_ill">', nurse_browser.get(path).text)


def test_a_reason_of_somebody_else_is_told_before_it_is_replaced(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str
) -> None:
    with runtime.reading(COMMAND) as work:
        visit = work.session.scalars(select(Visit).where(Visit.key == "BL1")).one()
    path = f"/staff/patients/{patient}/visits/{visit.public_id}/reason"
    seen = dict(re.findall(r'name="(seen-[a-z_]+)" value="([^"]*)"', nurse_browser.get(path).text))
    assert seen == {"seen-code": "", "seen-note": ""}
    with runtime.writing(nurse) as work:
        note_missed_reason(work, patient, visit.public_id, code="forgot", note="Rang at noon.")

    late = nurse_browser.press(path, code="too_ill", note="Infusion today.", **seen)
    assert late.status_code == 422
    assert "Somebody else changed this meanwhile" in late.text
    assert "is now <strong>Rang at noon.</strong>" in " ".join(late.text.split())
    assert 'value="Infusion today."' in late.text
    assert re.search(r'<option selected value="too_ill">', late.text)
    fresh = dict(re.findall(r'name="(seen-[a-z_]+)" value="([^"]*)"', late.text))
    assert nurse_browser.press(path, code="too_ill", note="Infusion today.", **fresh).status_code == 303


def test_a_visit_answered_meanwhile_needs_no_reason(
    runtime: Runtime, nurse_browser: StaffBrowser, patient: str
) -> None:
    with runtime.reading(COMMAND) as work:
        visit = work.session.scalars(select(Visit).where(Visit.key == "BL1")).one()
    path = f"/staff/patients/{patient}/visits/{visit.public_id}/reason"
    complete_visit(runtime, take_seat(runtime, patient))

    assert nurse_browser.press(path, code="too_ill", note="").status_code == 303
    assert "answered by now" in nurse_browser.get(f"/staff/patients/{patient}").text
    assert nurse_browser.get(path).status_code == 303
    with runtime.reading(COMMAND) as work:
        assert work.session.scalars(select(MissedReason.code)).all() == []


def test_closing_the_call_of_a_silent_patient_notes_the_reason(
    runtime: Runtime, nurse_browser: StaffBrowser, patient: str
) -> None:
    baseline = visit_id(runtime, patient, "BL1")
    with runtime.writing(COMMAND) as work:
        add_task(work, work.session.get_one(Visit, baseline), kind=CALL_TASK, due_on=date(2026, 3, 2))
    with runtime.reading(COMMAND) as work:
        task = work.session.scalars(select(Task.public_id)).one()
    assert "Why was the form not answered?" in nurse_browser.get(f"/staff/tasks/{task}").text
    nurse_browser.press(f"/staff/tasks/{task}/close", note="Rang.", missed_reason="forgot")
    with runtime.reading(COMMAND) as work:
        assert work.session.scalars(select(MissedReason.code)).all() == ["forgot"]


def test_the_note_of_who_closes_a_task_second_is_not_lost(
    runtime: Runtime, nurse_browser: StaffBrowser, app: Flask, patient: str
) -> None:
    baseline = visit_id(runtime, patient, "BL1")
    with runtime.writing(COMMAND) as work:
        add_task(work, work.session.get_one(Visit, baseline), kind=CALL_TASK, due_on=date(2026, 3, 2))
    with runtime.reading(COMMAND) as work:
        path = f"/staff/tasks/{work.session.scalars(select(Task.public_id)).one()}/close"
    make_staff(runtime, email="second@north.example")
    assert signed_in(app, "second@north.example").press(path, note="No answer.", missed_reason="").status_code == 303

    late = nurse_browser.press(path, note="Rang: she feels well.", missed_reason="forgot")
    assert late.status_code == 409
    assert "Somebody else closed this task meanwhile" in late.text
    assert "No answer." in late.text
    assert "Rang: she feels well." in late.text
    assert "The reason you chose is not stored either" in late.text


def test_who_typed_is_said_in_the_list_of_visits(runtime: Runtime, nurse_browser: StaffBrowser, patient: str) -> None:
    colleague = make_staff(runtime, email="second@north.example")
    seat = nurse_seat(runtime, colleague, patient, mode="telephone", respondent="proxy", relation="partner")
    complete_visit(runtime, seat)
    page = " ".join(nurse_browser.get(f"/staff/patients/{patient}").text.split())
    assert "by phone, by another person" in page


def test_a_red_alert_of_a_comparison_is_told_to_whoever_compares(nurse_browser: StaffBrowser, paper: str) -> None:
    nurse_browser.press(f"{paper}/second", **{"i-pain_worst": "10"})
    version = re.search(r'name="version" value="(\d+)"', nurse_browser.get(f"{paper}/compare").text)
    assert version is not None
    done = nurse_browser.press(f"{paper}/compare", version=version[1], **{"c-pain_worst": "second"})
    assert done.headers["Location"].endswith("/urgent")
    page = nurse_browser.get(done.headers["Location"]).text
    assert 'role="alert"' in page
    assert "For you: what was answered on" in page
    assert "020 7946 0111" in page
    assert f'{done.headers["Location"].removesuffix("/urgent")}">I have read this' in page


def test_a_red_alert_of_a_correction_is_told_and_a_mild_one_is_not(
    runtime: Runtime, nurse_browser: StaffBrowser, patient: str
) -> None:
    complete_visit(runtime, take_seat(runtime, patient))
    response = one_response(runtime)
    form = f"/staff/patients/{patient}/forms/{response.id}"
    path = f"{form}/answers/pain_worst/correct"
    mild = nurse_browser.press(path, answer="4", reason="Misread.", version=str(response.version))
    assert mild.headers["Location"] == form
    red = nurse_browser.press(path, answer="10", reason="Misread.", version=str(one_response(runtime).version))
    assert red.headers["Location"] == f"{form}/urgent"
    assert "For you: what was answered on" in nurse_browser.get(f"{form}/urgent").text
