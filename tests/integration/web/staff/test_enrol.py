"""Enrolment: good input plans the visits, bad input is told beside the field and loses nothing."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask
from sqlalchemy import select

from lrrc_qol.persistence.models import Episode
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from tests.factories import make_patient, make_staff
from tests.staff_browser import StaffBrowser, signed_in

GOOD = {
    "name": "Ada Example",
    "born_on": "1958-04-02",
    "sex": "female",
    "hospital_number": "H-100",
    "email": "ada@example.org",
    "phone": "",
    "language": "en",
    "timezone": "Europe/London",
    "planned_surgery_on": "2026-03-20",
    "stoma": "unknown",
    "urostomy": "unknown",
}
BAD = (
    ("name", "   ", "Enter the patient's name."),
    ("born_on", "2026-02-31", "There is no 31 February 2026."),
    ("born_on", "yesterday", "This is not a date."),
    ("born_on", "2015-01-01", "Patients must be at least 18 years old."),
    ("born_on", "", "Enter the date of birth."),
    ("sex", "", "Choose female or male."),
    ("hospital_number", "", "Enter the hospital number."),
    ("email", "ada@nowhere", "This cannot be an e-mail address"),
    ("timezone", "Europe/Lundon", "This time zone is not known."),
    ("planned_surgery_on", "2026-02-29", "There is no 29 February 2026."),
    ("planned_surgery_on", "2031-01-01", "This is more than two years ahead."),
    ("phone", "call me", "Use digits, spaces and + only"),
)


def test_a_patient_is_enrolled_and_planned(nurse_browser: StaffBrowser) -> None:
    answer = nurse_browser.press("/staff/patients/new", **GOOD)

    assert answer.status_code == 302
    page = nurse_browser.get(answer.headers["Location"]).text
    assert "Ada Example" in page
    assert "Before the operation" in page


def test_the_original_language_is_proposed_and_the_others_follow(nurse_browser: StaffBrowser) -> None:
    page = nurse_browser.get("/staff/patients/new").text
    select_box = page[page.index('name="language"') :]
    offered = re.findall(r'<option [^>]*value="([^"]+)"', select_box[: select_box.index("</select>")])
    assert offered == ["en", "ar", "zh-Hans", "nl", "de"]


def test_the_anatomy_is_entered_at_enrolment(runtime: Runtime, nurse_browser: StaffBrowser) -> None:
    anatomy = {
        "stoma": "yes",
        "urostomy": "no",
        "rectum_removed": "yes",
        "bladder_removed": "no",
        "vagina": "yes",
        "nerve_resection": "unknown",
    }
    nurse_browser.press("/staff/patients/new", **GOOD | anatomy)
    with runtime.reading(COMMAND) as work:
        episode = work.session.scalars(select(Episode)).one()
        known = {"yes": True, "no": False, "unknown": None}
        assert {fact: getattr(episode, fact) for fact in anatomy} == {fact: known[anatomy[fact]] for fact in anatomy}


def test_bad_input_is_told_beside_the_field(nurse_browser: StaffBrowser) -> None:
    for field, typed, message in BAD:
        answer = nurse_browser.press("/staff/patients/new", **GOOD | {field: typed})

        page = html.unescape(answer.text)
        assert answer.status_code == 422, field
        assert re.search(rf'id="{field}-error">{re.escape(message)}', page), message
        assert "error-summary" in page
        assert page.count("<title>Error: ") == 1
        if typed.strip() and field != "sex":
            assert f'value="{typed}"' in page, field
        assert 'value="Ada Example"' in page or field == "name"


def test_a_number_that_is_taken_is_told_beside_the_field(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser
) -> None:
    make_patient(runtime, nurse, hospital_number="h-100")

    answer = nurse_browser.press("/staff/patients/new", **GOOD)

    assert answer.status_code == 422
    assert re.search(r'id="hospital_number-error">A patient with this hospital number is already enrolled', answer.text)
    assert 'value="H-100"' in answer.text


def test_a_date_may_be_typed_as_people_write_it(nurse_browser: StaffBrowser) -> None:
    answer = nurse_browser.press("/staff/patients/new", **GOOD | {"born_on": "2/4/1958"})

    assert answer.status_code == 302
    assert "Born 2 April 1958" in nurse_browser.get(answer.headers["Location"]).text


def test_what_looks_like_a_page_is_shown_as_text(nurse_browser: StaffBrowser) -> None:
    answer = nurse_browser.press("/staff/patients/new", **GOOD | {"name": "<script>alert(1)</script>"})

    page = nurse_browser.get(answer.headers["Location"]).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize("role", ["clinician", "researcher"])
def test_who_may_not_enrol(app: Flask, runtime: Runtime, nurse: Actor, role: str) -> None:
    make_staff(runtime, role=role)
    browser = signed_in(app, f"{role}@north.example")

    assert browser.get("/staff/patients/new").status_code == 403
    assert browser.press("/staff/patients/new", **GOOD).status_code == 403
