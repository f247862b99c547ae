"""Events: death and withdrawal ask once more and act at once, a mistake can be taken back."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import AuditEntry, EpisodeEvent, Message
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.clinical_record.edit import save_section
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.record_event import record_event
from tests.clock import FixedClock
from tests.factories import answers_for, make_staff, set_dates
from tests.staff_browser import StaffBrowser, signed_in

TODAY = "2026-03-02"


def kinds(runtime: Runtime) -> list[str]:
    with runtime.reading(COMMAND) as work:
        return list(work.session.scalars(select(EpisodeEvent.kind).order_by(EpisodeEvent.id)))


def press(browser: StaffBrowser, runtime: Runtime, patient: str, kind: str, **more: str) -> TestResponse:
    """Press through to a step of recording an event of today, with the first answer to everything asked."""
    fields = {"kind": kind, "happened_on": TODAY, "details": "yes"} | answers_for(runtime, EventKind(kind)) | more
    return browser.press(f"/staff/patients/{patient}/events", **fields)


def test_an_event_is_recorded_after_what_is_asked_with_it(
    runtime: Runtime, nurse_browser: StaffBrowser, patient: str
) -> None:
    asked = nurse_browser.press(f"/staff/patients/{patient}/events", kind="recurrence", happened_on=TODAY)
    assert "In the pelvis (local)" in asked.text
    assert kinds(runtime) == []

    assert press(nurse_browser, runtime, patient, "recurrence").status_code == 302
    assert kinds(runtime) == ["recurrence"]
    assert "Recurrence found" in nurse_browser.get(f"/staff/patients/{patient}").text


def test_nothing_is_asked_of_a_pause(runtime: Runtime, nurse_browser: StaffBrowser, patient: str) -> None:
    assert nurse_browser.press(f"/staff/patients/{patient}/events", kind="pause", happened_on=TODAY).status_code == 302
    assert kinds(runtime) == ["pause"]


@pytest.mark.parametrize(
    "kind",
    ["death", "withdrawal_reminders", "withdrawal_new_data", "withdrawal_all", "palliative", "cancelled_surgery"],
)
def test_what_ends_contact_or_changes_visits_asks_once_more(
    runtime: Runtime, nurse_browser: StaffBrowser, patient: str, kind: str
) -> None:
    rule = runtime.catalogue.events.rule(EventKind(kind))
    follows = rule.reaction_to(answers_for(runtime, rule.kind)).consequences

    asked = press(nurse_browser, runtime, patient, kind)
    assert asked.status_code == 200
    assert follows[0] in asked.text
    assert kinds(runtime) == []
    back = press(nurse_browser, runtime, patient, kind, back="yes")
    assert f'value="{TODAY}"' in back.text
    assert kinds(runtime) == []
    assert press(nurse_browser, runtime, patient, kind, confirmed="yes").status_code == 302
    assert kinds(runtime) == [kind]


def test_the_visits_that_go_are_shown_before_a_death_is_stored(
    runtime: Runtime, nurse_browser: StaffBrowser, followed: str, clock: FixedClock
) -> None:
    shown = press(nurse_browser, runtime, followed, "death", happened_on=clock.now().date().isoformat())

    assert "Dropped" in shown.text
    assert "12 months" in shown.text


def test_an_answer_that_is_missing_is_asked_for(runtime: Runtime, nurse_browser: StaffBrowser, patient: str) -> None:
    answer = press(nurse_browser, runtime, patient, "death", told_by="", note="From the ward.", confirmed="yes")

    assert answer.status_code == 422
    assert 'id="told_by-error">Choose one.' in answer.text
    assert "From the ward." in answer.text
    assert kinds(runtime) == []


def test_a_note_is_sealed_and_can_be_read_again(runtime: Runtime, nurse_browser: StaffBrowser, patient: str) -> None:
    press(nurse_browser, runtime, patient, "death", note="Told by the daughter.", confirmed="yes")

    with runtime.reading(COMMAND) as work:
        event = work.session.scalars(select(EpisodeEvent)).one()
        audited = str(work.session.scalars(select(AuditEntry.detail)).all())
    assert "daughter" not in str(event.detail)
    assert "daughter" not in audited
    page = nurse_browser.get(f"/staff/patients/{patient}/events/{event.public_id}/take-back").text
    assert "Told by the daughter." in page


def test_death_holds_back_what_is_waiting(runtime: Runtime, nurse_browser: StaffBrowser, patient: str) -> None:
    nurse_browser.press(f"/staff/patients/{patient}/send-link")

    press(nurse_browser, runtime, patient, "death", confirmed="yes")

    with runtime.reading(COMMAND) as work:
        assert set(work.session.scalars(select(Message.status))) == {"suppressed"}
    page = nurse_browser.get(f"/staff/patients/{patient}").text
    assert "Held back" in page
    assert "the patient died" in page
    assert "Send a fresh link" not in page


def test_a_wrong_day_is_corrected_after_a_look_at_the_visits(
    runtime: Runtime, nurse_browser: StaffBrowser, followed: str, clock: FixedClock
) -> None:
    today = clock.now().date().isoformat()
    press(nurse_browser, runtime, followed, "readmission", happened_on=today, confirmed="yes")
    path = re.search(
        rf"/staff/patients/{followed}/events/[\w-]+/take-back", nurse_browser.get(f"/staff/patients/{followed}").text
    )
    assert path is not None
    yesterday = (clock.now().date() - timedelta(days=1)).isoformat()

    shown = nurse_browser.press(path[0], happened_on=yesterday, reason="Typing error.")
    assert "Please confirm" in shown.text
    changed = nurse_browser.press(path[0], happened_on=yesterday, reason="Typing error.", confirmed="yes")

    assert changed.status_code == 302
    with runtime.reading(COMMAND) as work:
        events = work.session.scalars(select(EpisodeEvent).order_by(EpisodeEvent.id)).all()
    assert [(event.happened_on.isoformat(), event.revoked_at is None) for event in events] == [
        (today, False),
        (yesterday, True),
    ]
    assert events[0].detail == events[1].detail


def test_what_is_dated_after_a_death_is_said_and_in_nobodys_way(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, followed: str, clock: FixedClock
) -> None:
    today = clock.now().date()
    press(nurse_browser, runtime, followed, "readmission", happened_on=today.isoformat(), confirmed="yes")
    content = {"type": "sepsis", "grade": "iiia", "happened_on": (today - timedelta(days=1)).isoformat()}
    with runtime.writing(nurse) as work:
        save_section(work, followed, "complication", content, confirmed=True)

    shown = press(nurse_browser, runtime, followed, "death", happened_on=(today - timedelta(days=5)).isoformat())
    page = " ".join(shown.text.split())
    assert "On record for later days." in page
    assert "Sepsis: since" in page
    assert "Readmitted to hospital, 21 April 2026" in page
    assert "1 month after the operation: answered by the patient" in page
    clean = press(nurse_browser, runtime, followed, "death", happened_on=today.isoformat())
    assert "On record for later days." not in clean.text
    said = {"happened_on": (today - timedelta(days=5)).isoformat(), "confirmed": "yes", "plan": mark_in(shown.text)}
    assert press(nurse_browser, runtime, followed, "death", **said).status_code == 302
    assert kinds(runtime)[-1] == "death"


def mark_in(page: str) -> str:
    """The mark of the changes that a page shows."""
    found = re.search(r'name="plan" value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def test_what_follows_is_shown_anew_when_somebody_else_changed_the_record(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str
) -> None:
    answers = {"told_by": "family", "note": "The daughter rang."}
    shown = press(nurse_browser, runtime, patient, "death", **answers)
    set_dates(runtime, nurse, patient, surgery_on=date(2026, 3, 1))

    late = press(nurse_browser, runtime, patient, "death", confirmed="yes", plan=mark_in(shown.text), **answers)
    assert late.status_code == 422
    assert "changed meanwhile" in late.text
    assert 'name="note" value="The daughter rang."' in late.text
    assert kinds(runtime) == []
    seen = mark_in(late.text)
    assert press(nurse_browser, runtime, patient, "death", confirmed="yes", plan=seen, **answers).status_code == 302
    assert kinds(runtime) == ["death"]


def test_what_was_answered_is_kept_on_the_way_back(runtime: Runtime, nurse_browser: StaffBrowser, patient: str) -> None:
    answers = {"told_by": "death_registry", "note": "Entry 12."}
    page = press(nurse_browser, runtime, patient, "death", back="yes", **answers)
    kept = dict(re.findall(r'type="hidden" name="(told_by|note)" value="([^"]*)"', page.text))
    assert kept == answers

    again = nurse_browser.press(f"/staff/patients/{patient}/events", kind="death", happened_on=TODAY, **kept)
    assert re.search(r'<input checked [^>]*value="death_registry"', again.text)
    assert "Entry 12.</textarea>" in again.text
    assert kinds(runtime) == []


def test_an_event_that_a_colleague_took_back_is_said_to_be(
    runtime: Runtime, nurse_browser: StaffBrowser, app: Flask, patient: str
) -> None:
    nurse_browser.press(f"/staff/patients/{patient}/events", kind="pause", happened_on=TODAY)
    path = re.search(
        rf"/staff/patients/{patient}/events/[\w-]+/take-back", nurse_browser.get(f"/staff/patients/{patient}").text
    )
    assert path is not None
    make_staff(runtime, email="second@north.example")
    assert signed_in(app, "second@north.example").press(path[0], reason="Wrong patient.").status_code == 302

    late = nurse_browser.press(path[0], happened_on="2026-03-01", reason="One day earlier.")
    assert late.status_code == 409
    assert "Nurse of NORTH took this event back on" in " ".join(late.text.split())
    assert "One day earlier." in late.text
    assert "1 March 2026" in late.text


def test_another_exenteration_entered_by_mistake_is_taken_back_from_its_follow_up(
    runtime: Runtime, nurse_browser: StaffBrowser, followed: str, clock: FixedClock
) -> None:
    today = clock.now().date().isoformat()
    press(nurse_browser, runtime, followed, "re_exenteration", happened_on=today, stage="planned", confirmed="yes")
    page = nurse_browser.get(f"/staff/patients/{followed}").text
    assert "This follow-up began with: Another exenteration" in page
    path = re.search(rf"/staff/patients/{followed}/events/[\w-]+/take-back", page)
    assert path is not None

    shown = nurse_browser.press(path[0], reason="Another patient.")
    assert "Please confirm" in shown.text
    said = {"confirmed": "yes", "plan": mark_in(shown.text)}
    assert nurse_browser.press(path[0], reason="Another patient.", **said).status_code == 302
    page = nurse_browser.get(f"/staff/patients/{followed}").text
    assert "2 operations" not in page
    assert "12 months" in page


def test_a_correction_is_shown_anew_when_somebody_else_changed_the_record(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, followed: str, clock: FixedClock
) -> None:
    today = clock.now().date()
    press(nurse_browser, runtime, followed, "palliative", happened_on=today.isoformat(), confirmed="yes", course="stop")
    path = re.search(
        rf"/staff/patients/{followed}/events/[\w-]+/take-back", nurse_browser.get(f"/staff/patients/{followed}").text
    )
    assert path is not None
    shown = nurse_browser.press(path[0], reason="Another patient.")
    with runtime.writing(nurse) as work:
        record_event(
            work,
            followed,
            kind=EventKind.READMISSION,
            happened_on=today - timedelta(days=5),
            detail=answers_for(runtime, EventKind.READMISSION),
        )
        record_event(work, followed, kind=EventKind.LEFT_HOSPITAL, happened_on=today - timedelta(days=1))

    late = nurse_browser.press(path[0], reason="Another patient.", confirmed="yes", plan=mark_in(shown.text))
    assert late.status_code == 422
    assert "changed meanwhile" in late.text
    seen = mark_in(late.text)
    done = nurse_browser.press(path[0], reason="Another patient.", confirmed="yes", plan=seen)
    assert done.status_code == 302


def test_bad_input_is_told_beside_the_field(runtime: Runtime, nurse_browser: StaffBrowser, patient: str) -> None:
    for kind, day, place, message in (
        ("", TODAY, "kind", "Choose what happened."),
        ("readmission", "", "happened_on", "Enter the day."),
        ("readmission", "2026-02-30", "happened_on", "There is no 30 February 2026."),
        ("readmission", "2026-03-03", "happened_on", "This day has not come yet."),
        ("address_bounced", TODAY, "kind", "Not a valid choice."),
    ):
        answer = nurse_browser.press(f"/staff/patients/{patient}/events", kind=kind, happened_on=day)

        assert answer.status_code == 422, message
        assert re.search(rf'id="{place}-error">{re.escape(message)}', answer.text), message
    assert kinds(runtime) == []


def test_a_mistake_is_taken_back_with_a_reason(runtime: Runtime, nurse_browser: StaffBrowser, patient: str) -> None:
    nurse_browser.press(f"/staff/patients/{patient}/events", kind="pause", happened_on=TODAY)
    page = nurse_browser.get(f"/staff/patients/{patient}").text
    assert "Mails paused" in page
    path = re.search(rf"/staff/patients/{patient}/events/[\w-]+/take-back", page)
    assert path is not None

    assert nurse_browser.press(path[0], reason="").status_code == 422
    assert nurse_browser.press(path[0], reason="Wrong patient.").status_code == 302
    after = nurse_browser.get(f"/staff/patients/{patient}").text
    assert "<s>Mails paused</s>" in after
    assert "taken back" in after
    assert nurse_browser.get(path[0]).status_code == 404


def test_every_kind_that_is_offered_is_known(runtime: Runtime, nurse_browser: StaffBrowser, patient: str) -> None:
    page = nurse_browser.get(f"/staff/patients/{patient}/events").text

    for kind, rule in runtime.catalogue.events.rules.items():
        assert (f'value="{kind.value}"' in page) is rule.offered
