"""The team's measures: opening time counts, what is small is hidden, also from the sums."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import update

from lrrc_qol.domain.alerts import AlertLevel
from lrrc_qol.persistence.models import Response
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.handle_alert import log_contact
from lrrc_qol.services.read_cohort import Share
from lrrc_qol.services.read_measures import Measures, read_measures
from tests.clock import FixedClock
from tests.factories import make_staff
from tests.raised_alerts import pain_alert
from tests.staff_browser import signed_in

FRIDAY = datetime.fromisoformat("2026-03-06T15:30:00+00:00")


def reached_after(runtime: Runtime, nurse: Actor, clock: FixedClock, *, number: int, late: bool) -> None:
    """A red alert raised on Friday half an hour before closing; the patient is reached on Monday morning."""
    clock.set(FRIDAY)
    alert = pain_alert(runtime, nurse, hospital_number=f"H-{number}")
    clock.set(datetime.fromisoformat("2026-03-09T08:00+00:00") + timedelta(minutes=90 if late else 15))
    with runtime.writing(nurse) as work:
        log_contact(work, alert, reached=True, note="")


def measured(runtime: Runtime, nurse: Actor) -> Measures:
    """The measures as they are now."""
    with runtime.reading(nurse) as work:
        return read_measures(work)


def test_the_first_contact_is_measured_in_opening_time(runtime: Runtime, clock: FixedClock) -> None:
    nurse = make_staff(runtime)
    for number in range(10):
        reached_after(runtime, nurse, clock, number=number, late=number < 5)
    found = measured(runtime, nurse)
    week = found.weeks[1]
    red = week.contact(AlertLevel.RED)
    assert (str(week.monday), red.alerts, red.within) == ("2026-03-02", 10, Share(5, 10))
    assert red.minutes == round((45 + 120) / 2)
    assert found.weeks[0].contact(AlertLevel.RED).alerts == 0
    assert found.together.contact(AlertLevel.RED) == red


def test_few_alerts_are_hidden_and_do_not_follow_from_the_sum(app: Flask, runtime: Runtime, clock: FixedClock) -> None:
    nurse = make_staff(runtime)
    for number in range(6):
        reached_after(runtime, nurse, clock, number=number, late=False)
    clock.set(datetime.fromisoformat("2026-03-10T09:00+00:00"))
    pain_alert(runtime, nurse, hospital_number="H-9")
    clock.advance(minutes=5)
    found = measured(runtime, nurse)
    assert found.weeks[0].contact(AlertLevel.RED).alerts is None
    assert found.weeks[1].contact(AlertLevel.RED).alerts == 6
    assert found.together.contact(AlertLevel.RED).alerts is None
    rows = signed_in(app, "nurse@north.example").get("/staff/measures").text.split("<tr>")
    assert "hidden" in rows[2]  # all weeks are more than few, and no line may say otherwise
    assert "under 5" not in rows[2]
    assert "under 5" in rows[3]


def test_forms_that_nobody_read_for_a_week_are_counted(runtime: Runtime, clock: FixedClock) -> None:
    nurse = make_staff(runtime)
    for number in range(5):
        reached_after(runtime, nurse, clock, number=number, late=False)
    with runtime.writing(COMMAND) as work:
        work.session.execute(update(Response).values(submitted_at=FRIDAY))
    clock.set(FRIDAY + timedelta(days=6))
    assert measured(runtime, nurse).weeks[0].unread == 0
    clock.set(FRIDAY + timedelta(days=8))
    assert [week.unread for week in measured(runtime, nurse).weeks[:2]] == [5, 0]
    assert measured(runtime, nurse).weeks[1].alerts_per_form == 1.0


def test_another_centre_is_measured_by_itself(runtime: Runtime, clock: FixedClock) -> None:
    nurse, stranger = make_staff(runtime), make_staff(runtime, code="SOUTH")
    for number in range(5):
        reached_after(runtime, nurse, clock, number=number, late=False)
    assert measured(runtime, stranger).together.contact(AlertLevel.RED).alerts == 0


def test_the_page_and_its_table_tell_the_same_and_name_nobody(app: Flask, runtime: Runtime, clock: FixedClock) -> None:
    nurse = make_staff(runtime)
    for number in range(6):
        reached_after(runtime, nurse, clock, number=number, late=False)
    browser = signed_in(app, "nurse@north.example")
    page, table = browser.get("/staff/measures"), browser.get("/staff/measures.csv")
    assert "45 min" in page.text
    assert page.text.count("Nurse of NORTH") == 1  # the one who is signed in
    lines = table.text.splitlines()
    assert len(lines) == 14
    assert lines[2].startswith("2026-03-02,6,45,6,6,")
    assert "Nurse of NORTH" not in table.text
