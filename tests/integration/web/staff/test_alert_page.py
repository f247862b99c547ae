"""The alert page: what was answered and told, taking, calling and closing, all by plain forms."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import Alert, AuditEntry, Response, Task
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.questionnaires import set_questionnaire
from lrrc_qol.services.record_event import record_event
from lrrc_qol.services.request_call import request_call
from tests.clock import FixedClock
from tests.factories import answer, answers_for, assignment, make_patient, make_staff, save, take_seat
from tests.raised_alerts import answer_pain, open_alert, pain_alert, step_kinds
from tests.staff_browser import StaffBrowser, signed_in
from tests.wording_packs import approved


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    """The nurse's account."""
    return make_staff(runtime)


@pytest.fixture
def browser(app: Flask, nurse: Actor) -> StaffBrowser:
    """The nurse, signed in."""
    return signed_in(app, "nurse@north.example")


def test_the_page_shows_answer_scale_rule_and_instruction_and_changes_nothing(
    browser: StaffBrowser, runtime: Runtime, nurse: Actor
) -> None:
    alert = pain_alert(runtime, nurse)
    page = browser.get(f"/staff/alerts/{alert}").text
    assert "How bad was your worst pain in the last 24 hours?" in page
    assert "9 on a scale from 0 (No pain) to 10 (Worst pain you can imagine)" in page
    assert "pain_severe" in page
    assert "The form is not finished yet." in page
    assert "020 7946" in page
    assert "Ada Example" in page
    assert step_kinds(runtime, alert) == ["raised"]
    with runtime.reading(COMMAND) as work:
        viewed = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "viewed_alert")).all()
    assert [row.actor_id for row in viewed] == [nurse.id]


def test_the_page_shows_the_words_that_the_patient_saw(
    browser: StaffBrowser, runtime: Runtime, nurse: Actor, clock: FixedClock
) -> None:
    coordinator = make_staff(runtime, role="coordinator")
    with runtime.writing(coordinator) as work:
        set_questionnaire(work, "phq9", visit_kinds=["baseline"], options={})
    approved(runtime, coordinator, instrument_id="phq9", says="Seen")
    phone = take_seat(runtime, make_patient(runtime, nurse))
    form = assignment(runtime, phone, "phq9")
    save(runtime, phone, form, answer("p9", 3), key="first")
    clock.advance(minutes=1)
    approved(runtime, coordinator, instrument_id="phq9", says="Later")
    with runtime.writing(COMMAND) as work:
        response = work.session.scalars(select(Response)).one()
        alert = Alert(
            public_id="alert",
            centre_id=response.centre_id,
            episode_id=response.episode_id,
            response_id=response.id,
            rule_id="rule",
            rule_version="1",
            level="red",
            reason="Example.",
            evidence={"instrument": "phq9", "items": {"p9": 3}},
            raised_at=work.now,
        )
        work.session.add(alert)
    page = browser.get("/staff/alerts/alert").text
    assert "Seen 9" in page
    assert "Seen code 3" in page
    assert "Later" not in page


def test_opening_from_the_worklist_is_seeing(browser: StaffBrowser, runtime: Runtime, nurse: Actor) -> None:
    alert = pain_alert(runtime, nurse)
    answer = browser.press(f"/staff/alerts/{alert}/open")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/staff/alerts/{alert}")
    assert step_kinds(runtime, alert) == ["raised", "seen"]
    assert "Mark as seen" not in browser.get(f"/staff/alerts/{alert}").text


def test_an_alert_is_taken_called_about_and_closed(browser: StaffBrowser, runtime: Runtime, nurse: Actor) -> None:
    alert = pain_alert(runtime, nurse)
    browser.press(f"/staff/alerts/{alert}/take")
    assert "You have taken it" in browser.get(f"/staff/alerts/{alert}").text
    browser.press(f"/staff/alerts/{alert}/contact", reached="no", note="")
    browser.press(f"/staff/alerts/{alert}/contact", reached="yes", note="Feels better\nnow")
    browser.press(f"/staff/alerts/{alert}/close", action="advice", note="Advice by phone")
    assert step_kinds(runtime, alert) == ["raised", "seen", "taken", "no_answer", "contacted", "closed"]
    page = browser.get(f"/staff/alerts/{alert}").text
    assert "Closed: Advice given" in page
    assert "Advice by phone" in page
    assert "Close the alert" not in page


def test_the_second_nurse_is_told_who_has_it(app: Flask, browser: StaffBrowser, runtime: Runtime, nurse: Actor) -> None:
    alert = pain_alert(runtime, nurse)
    make_staff(runtime, email="second@north.example")
    browser.press(f"/staff/alerts/{alert}/take")
    second = signed_in(app, "second@north.example")
    answer = second.press(f"/staff/alerts/{alert}/take")
    assert answer.status_code == 303
    assert "Nurse of NORTH has taken this alert." in second.get(answer.headers["Location"]).text
    second.press(f"/staff/alerts/{alert}/take-over")
    assert "Taken by" in browser.get(f"/staff/alerts/{alert}").text


def test_what_was_typed_survives_that_a_colleague_closed_the_alert(
    app: Flask, browser: StaffBrowser, runtime: Runtime, nurse: Actor
) -> None:
    alert = pain_alert(runtime, nurse)
    make_staff(runtime, email="second@north.example")
    second = signed_in(app, "second@north.example")
    second.press(f"/staff/alerts/{alert}/close", action="gp", note="Saw the doctor")
    answer = browser.press(f"/staff/alerts/{alert}/close", action="advice", note="Too late")
    assert answer.status_code == 409
    assert "closed meanwhile" in answer.text
    assert "Too late</textarea>" in answer.text
    assert "Close the alert" not in answer.text
    browser.press(f"/staff/alerts/{alert}/contact", reached="yes", note="Too late")
    page = browser.get(f"/staff/alerts/{alert}").text
    assert "The call was added" in page
    assert '<p class="note">Too late</p>' in page
    assert step_kinds(runtime, alert) == ["raised", "seen", "closed", "contacted"]


@pytest.mark.parametrize(
    ("kind", "words"), [(EventKind.DEATH, "Died on"), (EventKind.WITHDRAWAL_NEW_DATA, "Withdrew on")]
)
def test_who_died_or_withdrew_is_said_loudly_on_every_page(
    browser: StaffBrowser, runtime: Runtime, nurse: Actor, kind: EventKind, words: str
) -> None:
    patient = make_patient(runtime, nurse, phone="020 7946 0999")
    phone = take_seat(runtime, patient)
    answer_pain(runtime, phone, 9, key="a")
    with runtime.writing(phone.actor) as work:
        request_call(work, phone.seat)
    with runtime.writing(nurse) as work:
        record_event(
            work, patient, kind=kind, happened_on=runtime.clock.now().date(), detail=answers_for(runtime, kind)
        )
        task = work.session.scalars(select(Task.public_id)).one()
    alert = open_alert(runtime, phone)
    pages = [browser.get(f"/staff/{path}").text for path in (f"alerts/{alert}", f"tasks/{task}", f"patients/{patient}")]
    day = runtime.clock.now().date()
    for page in pages:
        assert f"{words} {day.day} {day:%B %Y}" in page
        assert "No phone number on file" not in page
    died = kind is EventKind.DEATH
    assert [("tel:" in page) for page in pages[:2]] == [not died] * 2
    assert ("Change dates" in pages[2]) is not died
    assert ">Open<" not in pages[2]
    assert ">Not asked<" in pages[2]
    assert ("Red – now" in browser.get("/staff/").text) is not died


def test_a_missing_phone_number_is_said(browser: StaffBrowser, runtime: Runtime, nurse: Actor) -> None:
    patient = make_patient(runtime, nurse)
    phone = take_seat(runtime, patient)
    answer_pain(runtime, phone, 9, key="a")
    with runtime.writing(phone.actor) as work:
        request_call(work, phone.seat)
        task = work.session.scalars(select(Task.public_id)).one()
    for path in (f"alerts/{open_alert(runtime, phone)}", f"tasks/{task}", f"patients/{patient}"):
        page = browser.get(f"/staff/{path}").text
        assert "No phone number on file." in page
        assert "hospital record" in page


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"note": "Typed already"}, "Choose what was done."),
        ({"action": "cured", "note": "Typed already"}, "Not a valid choice."),
        ({"action": "advice", "note": "   "}, "Write in a few words what was done."),
    ],
)
def test_closing_needs_both_and_keeps_what_was_typed(
    browser: StaffBrowser, runtime: Runtime, nurse: Actor, fields: dict[str, str], message: str
) -> None:
    alert = pain_alert(runtime, nurse)
    answer = browser.press(f"/staff/alerts/{alert}/close", **fields)
    assert answer.status_code == 422
    assert message in answer.text
    assert fields["note"] in answer.text
    assert step_kinds(runtime, alert) == ["raised"]


def test_an_answer_changed_later_is_shown_beside_the_one_that_fired(
    browser: StaffBrowser, runtime: Runtime, nurse: Actor
) -> None:
    phone = take_seat(runtime, make_patient(runtime, nurse))
    answer_pain(runtime, phone, 9, key="a")
    alert = open_alert(runtime, phone)
    answer_pain(runtime, phone, 2, key="b", version=1)
    page = browser.get(f"/staff/alerts/{alert}").text
    assert "9 on a scale from 0" in page
    assert "Changed later to: 2 on a scale from 0" in page


def test_a_recurring_alert_says_so(browser: StaffBrowser, runtime: Runtime, nurse: Actor) -> None:
    phone = take_seat(runtime, make_patient(runtime, nurse))
    answer_pain(runtime, phone, 9, key="a")
    browser.press(f"/staff/alerts/{open_alert(runtime, phone)}/close", action="advice", note="Called")
    runtime.clock.advance(minutes=5)  # type: ignore[attr-defined] # the tests' clock
    answer_pain(runtime, phone, 10, key="b", version=1)
    assert "closed 1 time before" in browser.get(f"/staff/alerts/{open_alert(runtime, phone)}").text


def test_notes_are_text_and_never_markup(browser: StaffBrowser, runtime: Runtime, nurse: Actor) -> None:
    alert = pain_alert(runtime, nurse)
    browser.press(f"/staff/alerts/{alert}/contact", reached="yes", note="<script>alert(1)</script>{{7*7}}")
    page = browser.get(f"/staff/alerts/{alert}").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in page
