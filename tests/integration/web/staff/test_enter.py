"""Staff type in a form with the patient's own pages: banner, marks, ways out, and nothing lost between two tabs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lrrc_qol.persistence.models import Answer, AuditEntry, PatientSession, Response, Staff
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from tests.clock import FixedClock
from tests.factories import make_patient, make_staff
from tests.staff_browser import StaffBrowser, signed_in
from tests.staff_entry import EntryFields, part_addresses


@pytest.fixture
def fields(runtime: Runtime) -> EntryFields:
    return EntryFields(runtime.clock.now().date())


def begin(browser: StaffBrowser, patient: str, fields: EntryFields, **changes: str) -> str:
    """Go through the entry page; the address of the first form."""
    done = browser.press(f"/staff/patients/{patient}/enter", **fields.form(**changes))
    assert done.status_code == 303, done.text
    return part_addresses(browser.client)


def save(
    browser: StaffBrowser, form: str, item: str, value: int, *, key: str = "typed-in-1"
) -> tuple[int, dict[str, object]]:
    token = browser.csrf("/account/password")
    done = browser.client.post(
        f"{form}/save",
        json={"key": key, "version": 0, "answers": [{"item_id": item, "value": value}]},
        headers={"X-CSRFToken": token},
    )
    return done.status_code, done.get_json()


def test_what_is_typed_in_is_marked_and_known_by_who_typed(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str, fields: EntryFields
) -> None:
    form = begin(nurse_browser, patient, fields, mode="telephone", respondent="proxy", relation="partner")
    page = nurse_browser.get(form).text
    assert "You are typing in what the spouse or partner says on the phone for Ada" in " ".join(page.split())
    assert "I feel unwell" not in page
    status, body = save(nurse_browser, form, item_of(nurse_browser, form), 2)
    assert (status, body["saved"]) == (200, True)
    with runtime.reading(COMMAND) as work:
        response = work.session.scalars(select(Response)).one()
        answer = work.session.scalars(select(Answer)).one()
        began = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "began_entry")).one()
    assert (response.mode, response.respondent, response.respondent_relation) == ("telephone", "proxy", "partner")
    assert response.entered_by == answer.staff_id == nurse.id
    assert (began.actor_kind, began.actor_id) == ("staff", nurse.id)


def test_leaving_goes_back_to_the_patient_and_keeps_the_nurse_signed_in(
    nurse_browser: StaffBrowser, patient: str, fields: EntryFields
) -> None:
    form = begin(nurse_browser, patient, fields)
    left = nurse_browser.press("/form/leave")
    assert left.headers["Location"] == f"/staff/patients/{patient}"
    assert nurse_browser.get(form).status_code == 401
    assert nurse_browser.get(f"/staff/patients/{patient}").status_code == 200


def test_the_seat_is_nobodys_after_the_nurse_signed_out(
    app: Flask, runtime: Runtime, nurse_browser: StaffBrowser, patient: str, fields: EntryFields
) -> None:
    form = begin(nurse_browser, patient, fields)
    kept = nurse_browser.client.get_cookie("session")
    assert kept is not None
    nurse_browser.press("/logout")
    copy = app.test_client()
    copy.set_cookie("session", kept.value)
    assert copy.get(form).status_code == 401


def test_the_seat_is_nobodys_once_the_account_is_switched_off(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str, fields: EntryFields
) -> None:
    form = begin(nurse_browser, patient, fields)
    with runtime.writing(COMMAND) as work:
        work.session.get_one(Staff, nurse.id).active = False
    assert nurse_browser.get(form).status_code == 401


def test_the_seat_of_one_nurse_is_not_that_of_another(
    app: Flask, runtime: Runtime, nurse_browser: StaffBrowser, patient: str, fields: EntryFields
) -> None:
    form = begin(nurse_browser, patient, fields)
    with nurse_browser.client.session_transaction() as held:
        seat = held["seat"]
    make_staff(runtime, email="second@north.example")
    other = signed_in(app, "second@north.example")
    with other.client.session_transaction() as held:
        held["seat"] = seat
    assert other.get(form).status_code == 401
    assert nurse_browser.get(form).status_code == 200


def test_a_second_entry_ends_the_first_and_a_save_for_it_is_refused_visibly(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str, fields: EntryFields
) -> None:
    other = make_patient(runtime, nurse, hospital_number="H-2", name="Bo Other")
    first = begin(nurse_browser, patient, fields)
    shown = item_of(nurse_browser, first)
    second = begin(nurse_browser, other, fields)
    assert first != second
    status, body = save(nurse_browser, first, shown, 9)
    assert (status, body["saved"]) == (404, False)
    with runtime.reading(COMMAND) as work:
        assert work.session.scalars(select(Response)).all() == []
        ended = work.session.scalars(select(PatientSession).order_by(PatientSession.id)).all()
    assert [session.ended_at is not None for session in ended] == [True, False]
    assert save(nurse_browser, second, item_of(nurse_browser, second), 1)[0] == 200


def test_a_nurse_of_another_centre_finds_no_such_patient(
    app: Flask, runtime: Runtime, patient: str, fields: EntryFields
) -> None:
    make_staff(runtime, code="SOUTH")
    stranger = signed_in(app, "nurse@south.example")
    assert stranger.get(f"/staff/patients/{patient}/enter").status_code == 404
    assert stranger.press(f"/staff/patients/{patient}/enter", **fields.form()).status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"answered_on": "2027-01-01"}, "in the future"),
        ({"answered_on": "2020-01-01"}, "before the patient was enrolled"),
        ({"respondent": "proxy"}, "Choose who answers for the patient"),
        ({"respondent": "proxy", "relation": "interpreter"}, "An interpreter says what the patient answers"),
        ({"mode": "telephone", "twice": "y"}, "Only paper can be typed twice"),
        ({"mode": "own_phone"}, "Not a valid choice"),
        ({"visit": "somebody-elses"}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(
    nurse_browser: StaffBrowser, patient: str, fields: EntryFields, changes: dict[str, str], words: str
) -> None:
    done = nurse_browser.press(f"/staff/patients/{patient}/enter", **fields.form(**changes))
    assert done.status_code == 422
    assert words in done.text
    assert nurse_browser.get("/form").status_code == 401


def test_a_day_outside_the_window_is_said_and_then_taken(
    runtime: Runtime, clock: FixedClock, nurse_browser: StaffBrowser, patient: str, fields: EntryFields
) -> None:
    clock.advance(days=25)  # the planned operation was five days ago: the baseline window is over
    nurse_browser.sign_in("nurse@north.example")
    late = EntryFields(clock.now().date())
    path = f"/staff/patients/{patient}/enter"
    asked = nurse_browser.press(path, **late.form())
    assert asked.status_code == 422
    assert "lies outside the window of" in asked.text
    confirmed = asked.text.split('name="confirmed" value="')[1].split('"')[0]
    visit = confirmed.split(":")[0]
    # Another day than the one that was asked about is asked about again.
    before = late.form(visit=visit, confirmed=confirmed, answered_on=str(clock.now().date() - timedelta(days=1)))
    assert nurse_browser.press(path, **before).status_code == 422
    assert nurse_browser.press(path, **late.form(visit=visit, confirmed=confirmed)).status_code == 303


def test_sending_leads_back_to_the_patient(
    nurse_browser: StaffBrowser, runtime: Runtime, patient: str, fields: EntryFields
) -> None:
    form = begin(nurse_browser, patient, fields)
    for _ in range(6):
        status, body = save(nurse_browser, form, item_of(nurse_browser, form), 1)
        assert status == 200, body
        token = nurse_browser.csrf("/account/password")
        sent = nurse_browser.client.post(
            f"{form}/submit", json={"key": "send-it-now", "version": body["version"]}, headers={"X-CSRFToken": token}
        ).get_json()
        assert sent["submitted"], sent
        if sent["next"] is None:
            break
        form = f"/form/{sent['next']}"
    assert nurse_browser.get("/form/thanks").headers["Location"] == f"/staff/patients/{patient}"
    with runtime.reading(COMMAND) as work:
        days = set(work.session.scalars(select(Response.answered_on)))
    assert days == {fields.day}


def item_of(browser: StaffBrowser, form: str) -> str:
    """The first question of a form."""
    return browser.get(form).text.split('data-item="')[1].split('"')[0]
