"""The alert page: what was answered and told, taking, calling and closing, all by plain forms."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from lrrc_qol.persistence.models import AuditEntry
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from tests.factories import make_patient, make_staff, take_seat
from tests.raised_alerts import answer_pain, open_alert, pain_alert, step_kinds
from tests.staff_browser import StaffBrowser, signed_in


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


def test_closing_an_alert_that_a_colleague_closed_changes_nothing(
    app: Flask, browser: StaffBrowser, runtime: Runtime, nurse: Actor
) -> None:
    alert = pain_alert(runtime, nurse)
    make_staff(runtime, email="second@north.example")
    second = signed_in(app, "second@north.example")
    second.press(f"/staff/alerts/{alert}/close", action="gp", note="Saw the doctor")
    answer = browser.press(f"/staff/alerts/{alert}/close", action="advice", note="Too late")
    page = browser.get(answer.headers["Location"]).text
    assert "closed meanwhile" in page
    assert "Too late" not in page


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
