"""Contact log, notes, restricted notes, own tasks, answers over time, calling a patient: as the pages do it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.exc import DatabaseError

from lrrc_qol.persistence.append_only import CARE_TABLES
from lrrc_qol.persistence.models import AuditEntry, ContactEntry, NoteOpening, PatientNote
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from tests.clock import FixedClock
from tests.factories import complete_visit, make_patient, make_staff, take_seat
from tests.raised_alerts import answer_pain
from tests.staff_browser import StaffBrowser, signed_in
from tests.statement_count import counted_statements

SECRET = "She fears for her marriage."
REASON = "She rang in tears and you were off duty."


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    """The nurse's account."""
    return make_staff(runtime)


@pytest.fixture
def browser(app: Flask, nurse: Actor) -> StaffBrowser:
    """The nurse, signed in."""
    return signed_in(app, "nurse@north.example")


@pytest.fixture
def colleague(app: Flask, runtime: Runtime, nurse: Actor) -> StaffBrowser:
    """Another nurse of the centre, signed in."""
    make_staff(runtime, email="second@north.example")
    return signed_in(app, "second@north.example")


@pytest.fixture
def patient(runtime: Runtime, nurse: Actor) -> str:
    """A patient with a phone."""
    return make_patient(runtime, nurse, phone="+44 20 7946 0999")


def actions(runtime: Runtime) -> list[str]:
    """What the audit trail says, oldest first."""
    with runtime.reading(COMMAND) as work:
        return list(work.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_a_contact_is_written_down_in_the_log_and_audited(
    browser: StaffBrowser, runtime: Runtime, patient: str
) -> None:
    page = f"/staff/patients/{patient}/care"
    assert "No contact is written down yet." in browser.get(page).text
    refused = browser.press(f"/staff/patients/{patient}/contacts", call="shouted", with_whom="patient")
    assert refused.status_code == 422
    sent = browser.press(
        f"/staff/patients/{patient}/contacts", call="in", with_whom="relative", note="The son asks about the wound."
    )
    assert sent.headers["Location"] == page
    text = browser.get(page).text
    assert "They called: a relative" in text
    assert "The son asks about the wound." in text
    assert "logged_contact" in actions(runtime)
    with runtime.reading(COMMAND) as work:
        stored = work.session.scalars(select(ContactEntry.note_sealed)).one()
        assert stored is not None
        assert b"wound" not in stored


def test_calls_about_alerts_stand_in_the_log_of_those_who_handle_alerts(
    app: Flask, browser: StaffBrowser, runtime: Runtime, patient: str
) -> None:
    answer_pain(runtime, take_seat(runtime, patient), 9, key="pain")
    alert = re.search(r"/staff/alerts/([^/\"]+)/take", browser.get("/staff/").text)
    assert alert is not None
    browser.press(f"/staff/alerts/{alert[1]}/contact", reached="no", note="Mailbox full.")
    assert "Mailbox full." in browser.get(f"/staff/patients/{patient}/care").text
    make_staff(runtime, role="coordinator")
    assert (
        "Mailbox full." not in signed_in(app, "coordinator@north.example").get(f"/staff/patients/{patient}/care").text
    )


def test_a_restricted_note_is_opened_with_a_reason_that_its_author_sees(
    browser: StaffBrowser, colleague: StaffBrowser, runtime: Runtime, patient: str, clock: FixedClock
) -> None:
    browser.press(f"/staff/patients/{patient}/notes", text="Prefers calls in the evening.")
    browser.press(f"/staff/patients/{patient}/notes", text=SECRET, restricted="y")
    page = f"/staff/patients/{patient}/care"
    assert SECRET in browser.get(page).text
    seen = colleague.get(page).text
    assert "Prefers calls in the evening." in seen
    assert SECRET not in seen
    found = re.search(rf"/staff/patients/{patient}/notes/[^/]+/open", seen)
    assert found is not None
    door = found[0]
    assert SECRET not in colleague.get(door).text
    assert (answer := colleague.press(door, reason=" ")).status_code == 422
    assert SECRET not in answer.text
    assert "opened_restricted_note" not in actions(runtime)

    assert colleague.press(door, reason=REASON).headers["Location"] == door
    assert SECRET in colleague.get(door).text
    assert "opened_restricted_note" in actions(runtime)
    assert SECRET not in colleague.get(page).text  # the list stays as it was
    assert REASON in browser.get(page).text
    assert REASON not in colleague.get(page).text

    clock.advance(minutes=14)
    assert SECRET in colleague.get(door).text
    clock.advance(minutes=1)
    assert SECRET not in colleague.get(door).text


def test_opening_ones_own_note_leaves_no_trace(browser: StaffBrowser, runtime: Runtime, patient: str) -> None:
    browser.press(f"/staff/patients/{patient}/notes", text=SECRET, restricted="y")
    with runtime.reading(COMMAND) as work:
        note = work.session.scalars(select(PatientNote.public_id)).one()
    browser.press(f"/staff/patients/{patient}/notes/{note}/open", reason="Mine.")
    with runtime.reading(COMMAND) as work:
        assert work.session.scalars(select(NoteOpening)).all() == []


def test_what_was_written_down_can_not_be_changed(browser: StaffBrowser, runtime: Runtime, patient: str) -> None:
    browser.press(f"/staff/patients/{patient}/contacts", call="out", with_whom="patient")
    browser.press(f"/staff/patients/{patient}/notes", text=SECRET)
    for model in (ContactEntry, PatientNote):
        assert model.__tablename__ in CARE_TABLES
        with pytest.raises(DatabaseError, match="only ever added"), runtime.writing(COMMAND) as work:
            work.session.execute(delete(model))


def test_an_own_task_comes_onto_the_worklist_on_its_day(browser: StaffBrowser, patient: str, clock: FixedClock) -> None:
    today = clock.now().date()
    door = f"/staff/patients/{patient}/tasks"
    assert (
        browser.press(door, words="Ask about the stoma nurse", due_on=str(today - timedelta(days=1))).status_code == 422
    )
    browser.press(door, words="Ask about the stoma nurse", due_on=str(today + timedelta(days=1)))
    assert "Ask about the stoma nurse" in browser.get(f"/staff/patients/{patient}/care").text
    assert "Ask about the stoma nurse" not in browser.get("/staff/").text
    clock.advance(days=1)
    browser = signed_in(browser.client.application, "nurse@north.example")
    assert "Ask about the stoma nurse" in browser.get("/staff/?kind=task").text


def test_call_now_opens_the_interview_with_the_conversation_log(
    browser: StaffBrowser, runtime: Runtime, patient: str
) -> None:
    page = browser.get(f"/staff/patients/{patient}/call").text
    assert "tel:+442079460999" in page
    assert "2 April 1958" in page
    assert browser.press(f"/staff/patients/{patient}/call").headers["Location"] == "/form"
    form = browser.get("/form").text
    assert "says on the phone" in form
    assert "Conversation log" in form
    door = f"/staff/patients/{patient}/contacts"
    said = {"call": "out", "with_whom": "patient", "note": "Sleeps badly."}
    assert browser.press(door, back="/form", **said).headers["Location"] == "/form"
    for elsewhere in ("//evil.example", "/staff/", "/form/../staff", "https://evil.example/form"):
        assert browser.press(door, back=elsewhere, **said).headers["Location"] == f"/staff/patients/{patient}/care"
    assert "Sleeps badly." in browser.get(f"/staff/patients/{patient}/care").text


def test_answers_over_time_are_a_table_of_questions_by_visits_at_a_fixed_cost(
    browser: StaffBrowser, runtime: Runtime, nurse: Actor
) -> None:
    first = make_patient(runtime, nurse, hospital_number="one")
    assert "No form has been sent yet." in browser.get(f"/staff/patients/{first}/answers").text
    complete_visit(runtime, take_seat(runtime, first), low=False)

    def cost(address: str) -> int:
        with counted_statements(runtime) as statements:
            assert browser.get(address).status_code == 200
        return len(statements)

    page = browser.get(f"/staff/patients/{first}/answers?instrument=pain_nrs").text
    assert 'class="shade-5"' in page
    assert "<strong>10</strong>" in page
    alone = cost(f"/staff/patients/{first}/answers?instrument=pain_nrs")
    assert cost(f"/staff/patients/{first}/answers?instrument=qlq_c30") <= alone + 1  # licensed words are looked up
    assert "pain_nrs" in browser.get(f"/staff/patients/{first}/answers?instrument=nonsense").text


def test_the_anatomy_page_stands_among_the_tabs(browser: StaffBrowser, patient: str) -> None:
    page = browser.get(f"/staff/patients/{patient}/anatomy").text
    assert 'aria-label="This patient"' in page
    assert f"/staff/patients/{patient}/care" in page
