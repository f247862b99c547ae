"""The consent pages: what counts, what is refused with the reason, and the badge on the patient page."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import AuditEntry, Consent
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.record_event import record_event
from tests.clock import FixedClock
from tests.consents import ALL, give_consent, make_text
from tests.factories import answers_for, make_staff
from tests.staff_browser import StaffBrowser, signed_in


@pytest.fixture
def admin(runtime: Runtime) -> Actor:
    return make_staff(runtime, role="admin")


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def fields(text: str, **changes: object) -> dict[str, object]:
    return {"text": text, "given_on": "2026-03-02", "scopes": list(ALL), "form": "paper"} | changes


def stored(runtime: Runtime) -> list[Consent]:
    with runtime.reading(COMMAND) as work:
        return list(work.session.scalars(select(Consent).order_by(Consent.id)))


def test_a_consent_is_recorded_once_and_counts(
    runtime: Runtime, admin: Actor, nurse_browser: StaffBrowser, patient: str
) -> None:
    text, path = make_text(runtime, admin), f"/staff/patients/{patient}/consent"
    assert "No consent recorded" in nurse_browser.get(f"/staff/patients/{patient}").text
    for _ in range(2):
        assert nurse_browser.press(path, **fields(text, scopes=["answer_forms", "contact_mail"])).status_code == 302
    (row,) = stored(runtime)
    assert (row.given_on, row.scopes, row.form) == (date(2026, 3, 2), ["answer_forms", "contact_mail"], "paper")
    page = words(nurse_browser.get(path).text)
    assert "Consent is current" in page
    assert "Refused Audit of care, Research" in page
    assert "left out of flask export" in page
    assert "No consent recorded" not in nurse_browser.get(f"/staff/patients/{patient}").text
    with runtime.reading(COMMAND) as work:
        (detail,) = work.session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "recorded_consent"))
    assert detail["refused"] == ["care_audit", "research"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"given_on": "2026-03-03"}, "This day has not come yet."),
        ({"given_on": "1950-01-01"}, "This is before the date of birth."),
        ({"given_on": "2025-12-31"}, "in effect only since 2026-01-01"),
        ({"given_on": "31 2 2026"}, "There is no 31 February 2026."),
        ({"given_on": ""}, "Enter the day."),
        ({"text": "another"}, "Not a valid choice"),
        ({"scopes": ["everything"]}, "not a valid choice"),
        ({"scopes": ["sharing"]}, "not a valid choice"),
        ({"form": "by wire"}, "Not a valid choice"),
        ({"note": "x" * 501}, "At most 500 characters."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(
    runtime: Runtime,
    admin: Actor,
    nurse_browser: StaffBrowser,
    patient: str,
    changes: dict[str, object],
    said: str,
) -> None:
    text = make_text(runtime, admin)
    sent = fields(text) | {"note": "As we said."} | changes
    answered = nurse_browser.press(f"/staff/patients/{patient}/consent", **sent)
    assert answered.status_code == 422
    assert said in answered.text
    assert str(sent["note"]) in answered.text
    assert stored(runtime) == []


def test_a_consent_of_somebody_else_is_told_before_another_one_counts(
    runtime: Runtime, admin: Actor, nurse: Actor, nurse_browser: StaffBrowser, patient: str
) -> None:
    text = make_text(runtime, admin)
    path = f"/staff/patients/{patient}/consent"
    assert 'name="seen" value="0"' in nurse_browser.get(path).text
    give_consent(runtime, nurse, patient, text)

    sent = fields(text) | {"note": "As we said."}
    late = nurse_browser.press(path, **sent, seen="0")
    assert late.status_code == 422
    assert "Somebody else recorded a consent meanwhile" in late.text
    assert "As we said.</textarea>" in late.text
    assert len(stored(runtime)) == 1
    assert 'name="seen" value="1"' in late.text
    assert nurse_browser.press(path, **sent, seen="1").status_code == 302
    assert len(stored(runtime)) == 2


def test_nobody_consents_after_the_death(
    runtime: Runtime, admin: Actor, nurse: Actor, nurse_browser: StaffBrowser, clock: FixedClock, patient: str
) -> None:
    text = make_text(runtime, admin)
    with runtime.writing(nurse) as work:
        kind, day = EventKind.DEATH, clock.now().date()
        record_event(work, patient, kind=kind, happened_on=day, detail=answers_for(runtime, kind))
    clock.advance(days=1)
    nurse_browser.sign_in("nurse@north.example")
    refused = nurse_browser.press(f"/staff/patients/{patient}/consent", **fields(text, given_on="2026-03-03"))
    assert refused.status_code == 422
    assert "after the patient&#39;s death (2026-03-02)" in refused.text
    assert stored(runtime) == []


def test_a_day_before_the_text_can_be_confirmed(
    runtime: Runtime, admin: Actor, nurse_browser: StaffBrowser, patient: str
) -> None:
    sent = fields(make_text(runtime, admin), given_on="2025-12-31", early_is_right="y")
    assert nurse_browser.press(f"/staff/patients/{patient}/consent", **sent).status_code == 302
    assert [row.given_on for row in stored(runtime)] == [date(2025, 12, 31)]


def test_the_text_of_another_centre_is_not_there(runtime: Runtime, nurse_browser: StaffBrowser, patient: str) -> None:
    foreign = make_text(runtime, make_staff(runtime, code="SOUTH", role="admin"))
    assert nurse_browser.press(f"/staff/patients/{patient}/consent", **fields(foreign)).status_code == 422
    assert stored(runtime) == []


def test_a_later_text_asks_again_on_the_patient_page(
    runtime: Runtime, admin: Actor, nurse: Actor, nurse_browser: StaffBrowser, clock: FixedClock, patient: str
) -> None:
    give_consent(runtime, nurse, patient, make_text(runtime, admin))
    make_text(runtime, admin, "2.0", effective_on=date(2026, 3, 3), renew=True)
    assert "Consent to renew" not in nurse_browser.get(f"/staff/patients/{patient}").text
    clock.advance(days=1)
    nurse_browser.sign_in("nurse@north.example")
    assert "Consent to renew" in nurse_browser.get(f"/staff/patients/{patient}").text
    assert "Go through version 2.0" in nurse_browser.get(f"/staff/patients/{patient}/consent").text


def test_enrolment_can_record_the_consent_of_today(runtime: Runtime, admin: Actor, nurse_browser: StaffBrowser) -> None:
    person = {
        "name": "Bo Example",
        "born_on": "1960-01-31",
        "sex": "male",
        "hospital_number": "H-9",
        "email": "bo@example.org",
        "language": "en",
        "timezone": "Europe/London",
    } | dict.fromkeys(
        ("stoma", "urostomy", "rectum_removed", "bladder_removed", "vagina", "nerve_resection"), "unknown"
    )
    assert "Consent" not in nurse_browser.get("/staff/patients/new").text
    make_text(runtime, admin)
    assert "agreed to all of it" in nurse_browser.get("/staff/patients/new").text
    assert nurse_browser.press("/staff/patients/new", **person, consent_given="y").status_code == 302
    assert [row.scopes for row in stored(runtime)] == [list(ALL)]


def test_an_administrator_adds_versions_that_are_never_changed(app: Flask, runtime: Runtime, admin: Actor) -> None:
    browser = signed_in(app, "admin@north.example")
    text = {"version": "1.0", "title": "Follow-up", "scopes": ["answer_forms"], "effective_on": "2026-03-01"}
    assert browser.press("/admin/consent", **text).status_code == 303
    again = browser.press("/admin/consent", **(text | {"title": "Other words"}))
    assert again.status_code == 422
    assert "There is such a version already." in again.text
    assert 'value="Other words"' in again.text
    assert browser.press("/admin/consent", **(text | {"version": "2", "scopes": []})).status_code == 422
    page = words(browser.get("/admin/consent").text)
    assert "1.0 In effect Follow-up Answering forms 1 Mar 2026 no 0" in page
