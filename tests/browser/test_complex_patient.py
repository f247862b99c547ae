"""A complex patient, enrolment to month 3, entered by a nurse through the pages: what every page says afterwards."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from lrrc_qol.persistence.models import Assignment, Patient, Response, Visit
from lrrc_qol.services.context import COMMAND
from tests.axe import accessibility_breaches, overflows_sideways
from tests.browser.conftest import LiveSite
from tests.factories import PASSWORD, complete_visit, make_staff, take_seat

# What a browser shows does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
# Ten minutes at six seconds for each thing that is pressed, chosen or typed.
MOST_ACTS = 100


@dataclass
class Nurse:
    """A nurse at a desk; `acts` counts what she presses, chooses or types, signing in aside."""

    page: Page
    live: LiveSite
    patient: str = ""
    acts: int = 0

    @property
    def today(self) -> date:
        return self.live.clock.now().date()

    def sign_in(self) -> None:
        self.page.context.clear_cookies()
        self.page.goto(f"{self.live.url}/login")
        self.page.get_by_label("E-mail").fill("nurse@north.example")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()

    def wait(self, *, until: date) -> None:
        """Let time pass; the session has ended by then."""
        self.live.clock.advance(days=(until - self.today).days)
        self.sign_in()

    def open(self, place: str = "") -> None:
        """One of the tabs, or of the links on them."""
        self.acts += 1
        self.page.goto(f"{self.live.url}/staff/patients/{self.patient}{place}")

    def press(self, name: str, *, kind: Literal["button", "link"] = "button") -> None:
        self.acts += 1
        with self.page.expect_navigation():
            (
                self.page.get_by_role("link", name=name)
                if kind == "link"
                else self.page.get_by_role("button", name=name)
            ).last.click()

    def type(self, label: str, value: str | date) -> None:
        self.acts += 1
        self.page.get_by_label(re.compile(f"^{re.escape(label)}")).fill(str(value))

    def tick(self, *labels: str, group: str = "") -> None:
        place: Page | Locator = self.page.get_by_role("group", name=group, exact=True) if group else self.page
        for label in labels:
            self.acts += 1
            place.get_by_label(label, exact=True).check()

    def select(self, label: str, option: str) -> None:
        self.acts += 1
        self.page.get_by_label(label, exact=True).select_option(option)


def enrol(nurse: Nurse, planned: date) -> None:
    nurse.page.goto(f"{nurse.live.url}/staff/patients/new")
    for label, value in (
        ("Full name", "Ada Example"),
        ("Hospital number", "H-100"),
        ("Date of birth", "1958-04-02"),
        ("E-mail address", "ada@example.org"),
        ("Time zone where the patient lives", "Europe/London"),
        ("Planned date of the operation", planned),
    ):
        nurse.type(label, value)
    nurse.tick("Female")
    nurse.press("Enrol")
    with nurse.live.runtime.reading(COMMAND) as work:
        nurse.patient = work.session.scalars(select(Patient.public_id)).one()


def classify(nurse: Nurse) -> None:
    nurse.open("/classification")
    nurse.press("New assessment", kind="link")
    nurse.tick("MRI")
    nurse.type("Date of the assessment", nurse.today)
    nurse.tick("Bladder", "S2 invaded", "Sciatic nerve")
    nurse.press("Show the proposals")
    nurse.press("Store the assessment")
    expect(nurse.page.get_by_text("The assessment is stored.")).to_be_visible()


def record_disease_and_treatment(nurse: Nurse) -> None:
    nurse.open("/record")
    nurse.press("Enter disease and work-up", kind="link")
    nurse.type("Primary operation on", "2023-05-10")
    nurse.type("Recurrence found on", "2025-11-20")
    nurse.press("Save")
    nurse.press("Add treatment", kind="link")
    nurse.tick("Re-irradiation", group="Treatment")
    nurse.tick("Completed", group="Where it stands")
    nurse.type("Started on", "2026-01-05")
    nurse.type("Ended on", "2026-02-10")
    nurse.type("Dose", "36")
    nurse.press("Save")


def change_dates(nurse: Nurse, reason: str, **days: date) -> None:
    labels = {
        "planned": "Planned date of the operation",
        "operated": "Date of the operation",
        "home": "Date of going home",
    }
    nurse.open("/dates")
    for name, day in days.items():
        nurse.type(labels[name], day)
    nurse.press("See what changes")
    nurse.type("Reason", reason)
    nurse.press("Change the dates")


def record_operation(nurse: Nurse) -> None:
    nurse.open("/record")
    nurse.press("Enter operation", kind="link")
    nurse.tick("Posterior (sacral)", "Lateral", group="Exenteration")
    nurse.tick("Rectum", "Bladder", group="Removed")
    nurse.tick("Yes", group="Sacrectomy")
    nurse.tick("S2", group="Highest level removed")
    nurse.tick("Sciatic left, total", group="Nerves cut")
    nurse.tick("R0", group="Margin")
    nurse.tick("VRAM flap", group="Reconstruction")
    nurse.tick("Colostomy", "Urostomy or conduit", group="Stomas now")
    nurse.press("Save")
    expect(nurse.page.get_by_text("The anatomy follows")).to_be_visible()


def record_complication(nurse: Nurse, since: date) -> None:
    nurse.open("/record")
    nurse.press("Add complication", kind="link")
    nurse.select("Complication", "abscess")
    nurse.tick("IIIa", group="Clavien-Dindo grade")
    nurse.type("Since", since)
    nurse.press("Save")


def record_stay(nurse: Nurse, admitted: date, left: date) -> None:
    for kind, day in (("Readmitted to hospital", admitted), ("Left hospital", left)):
        nurse.open("/events")
        nurse.tick(kind)
        nurse.type("On which day", day)
        nurse.press("Continue")
        if kind == "Readmitted to hospital":
            nurse.tick("Unplanned: complication of the operation")
            nurse.press("Continue")
        nurse.press("Yes, record it")


def interview_a_proxy(nurse: Nurse) -> None:
    nurse.open("/enter")
    nurse.tick("Interview by telephone", "Another person for the patient")
    nurse.select("Who helps, interprets or answers", "partner")
    nurse.press("Go to the questions")
    nurse.press("Start", kind="link")
    page = nurse.page
    while True:
        page.locator(".step:visible input").first.check(force=True)
        while not page.locator("#review").is_visible():
            address = page.url
            page.get_by_role("button", name="Leave this one out").click()
            page.wait_for_url(lambda url, before=address: url != before)
        page.get_by_role("button", name="Send the form").click()
        more, sent = page.get_by_role("link", name="Go on with the next part"), page.get_by_text("typed in and sent.")
        expect(more.or_(sent).first).to_be_visible()
        if sent.is_visible():
            return
        more.click()
        expect(page.locator(".step:visible")).to_have_count(1)


def look(nurse: Nurse, place: str, *sentences: str) -> None:
    """The page says all of this, breaks no rule, and is not wider than a desk or a phone."""
    nurse.page.goto(f"{nurse.live.url}/staff/patients/{nurse.patient}{place}")
    words = " ".join(nurse.page.locator("main").inner_text().split())
    assert [one for one in sentences if one.lower() not in words.lower()] == [], (place, words)
    for width in (1280, 360):
        nurse.page.set_viewport_size({"width": width, "height": 900})
        assert accessibility_breaches(nurse.page) == [], (place, width)
        assert not overflows_sideways(nurse.page), (place, width)
    nurse.page.set_viewport_size({"width": 1280, "height": 900})


def test_a_complex_patient_is_entered_in_few_acts_and_every_page_is_right(live: LiveSite, desktop: Page) -> None:
    make_staff(live.runtime)
    nurse = Nurse(desktop, live)
    nurse.sign_in()
    planned = nurse.today + timedelta(days=20)
    operated, home = planned + timedelta(days=14), planned + timedelta(days=28)
    stays = [(home + timedelta(days=first), home + timedelta(days=last)) for first, last in ((12, 18), (30, 34))]

    enrol(nurse, planned)
    classify(nurse)
    record_disease_and_treatment(nurse)
    nurse.wait(until=planned - timedelta(days=5))
    change_dates(nurse, "Theatre was closed.", planned=operated)
    complete_visit(live.runtime, take_seat(live.runtime, nurse.patient))
    nurse.wait(until=home)
    change_dates(nurse, "Operated and gone home.", operated=operated, home=home)
    record_operation(nurse)
    for admitted, left in stays:
        nurse.wait(until=left)
        record_stay(nurse, admitted, left)
    record_complication(nurse, since=stays[0][0])
    nurse.wait(until=operated + timedelta(days=91))
    interview_a_proxy(nurse)

    with live.runtime.reading(COMMAND) as work:
        of_forms = select(Visit.key, Response.mode, Response.respondent, Response.respondent_relation).distinct()
        forms = work.session.execute(
            of_forms.select_from(Response)
            .join(Assignment, Assignment.id == Response.assignment_id)
            .join(Visit, Visit.id == Assignment.visit_id)
        ).all()
        keys = set(work.session.scalars(select(Visit.key).where(Visit.planned)))
        answered = set(work.session.scalars(select(Visit.key).where(Visit.completed_at.is_not(None))))
    assert {tuple(form) for form in forms} == {
        ("BL1", "own_phone", "patient", None),
        ("M3", "telephone", "proxy", "partner"),
    }
    assert answered == {"BL1", "M3"}
    assert {"CHK-D002", "CHK-R1-D002", "CHK-R2-D002"} <= keys
    look(
        nurse,
        "",
        "S2",
        "sciatic",
        "R0",
        "Colostomy, urostomy",
        "Answered 19 days before the operation",
        "abscess",
        "CHK-R2-D002",
    )
    look(nurse, "/classification", "Mayo", "LATERAL", "S2-II", "late")
    look(
        nurse,
        "/record",
        "Re-irradiation",
        "36",
        "S2",
        "VRAM flap",
        "Colostomy, Urostomy",
        "Empty pelvis syndrome",
        "IIIa",
    )
    look(nurse, "/baseline", "Baseline: before the operation", "Answered 19 days before the operation")
    look(nurse, "/schedule", "3 months after the operation", "Readmitted to hospital", "partner")
    look(nurse, "/dates", "Dates and anatomy")
    assert nurse.acts <= MOST_ACTS
