"""The schedule page: everything on its day of the centre's calendar, in words."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import MissedReason, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.read_record import read_record
from lrrc_qol.services.read_schedule import read_schedule
from lrrc_qol.services.record_event import record_event
from lrrc_qol.web.staff.patient_words import visit_badge
from tests.clock import FixedClock
from tests.factories import answers_for, make_patient, make_staff, take_seat
from tests.staff_browser import StaffBrowser
from tests.statement_count import counted_statements


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def shown(browser: StaffBrowser, patient: str, show: str = "") -> str:
    answered = browser.get(f"/staff/patients/{patient}/schedule?show={show}")
    assert answered.status_code == 200
    return words(answered.text)


def test_what_was_planned_and_what_became_of_it(nurse_browser: StaffBrowser, followed: str) -> None:
    page = shown(nurse_browser, followed)
    assert "Times are those of your centre (Europe/London)" in page
    assert "The patient lives in" not in page
    assert "2 Mon Enrolled" in page
    assert "22 Sun Operation" in page
    assert "Went home" in page
    assert re.search(r"Opened: Before the operation \(BL1\)", page)
    assert re.search(r"Sent: [^:]*\(M1\) In the window own phone, the patient", page)
    assert re.search(r"Reminder: .*\(M3\) Planned unless the form is sent before", page)
    assert re.search(r"\(CHK-D002\): closed without an answer Missed No reason recorded", page)
    assert "21 Tue Today" in page


def test_only_forms_or_only_messages(nurse_browser: StaffBrowser, followed: str) -> None:
    forms, messages = shown(nurse_browser, followed, "forms"), shown(nurse_browser, followed, "messages")
    assert "Sent: " in forms
    assert "Opened:" not in forms
    assert "Opened:" in messages
    assert "Sent: " not in messages
    assert "Operation" in forms
    assert "Operation" in messages


def test_both_clocks_stand_there_when_the_patient_lives_elsewhere(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser
) -> None:
    away = make_patient(runtime, nurse, hospital_number="H-7", timezone="Pacific/Auckland")
    take_seat(runtime, away)
    page = shown(nurse_browser, away)
    assert "The patient lives in Pacific/Auckland" in page
    assert re.search(r"\d\d:\d\d \d\d:\d\d( on \d+ Mar)? there Opened: Before the operation", page)


def test_a_missed_visit_has_its_newest_reason(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, followed: str
) -> None:
    with runtime.writing(nurse) as work:
        visit = work.session.scalars(select(Visit).where(Visit.key == "CHK-D002")).one()
        for code in ("forgot", "too_ill"):
            work.session.add(
                MissedReason(
                    visit_id=visit.id,
                    episode_id=visit.episode_id,
                    centre_id=visit.centre_id,
                    code=code,
                    recorded_at=work.now,
                    recorded_by=nurse.id,
                )
            )
            work.session.flush()
    assert "Reason: Too ill, or too much of a burden (Nurse of NORTH)" in shown(nurse_browser, followed)


def test_after_death_nothing_is_to_come(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, clock: FixedClock, followed: str
) -> None:
    clock.advance(days=2)  # the day after a check-in was due, whose window is still open
    nurse_browser.sign_in("nurse@north.example")
    assert "(CHK-D021): last day Planned" in shown(nurse_browser, followed)
    with runtime.writing(nurse) as work:
        record_event(
            work,
            followed,
            kind=EventKind.DEATH,
            happened_on=clock.now().date(),
            detail=answers_for(runtime, EventKind.DEATH),
        )
    page = shown(nurse_browser, followed)
    assert "Died" in page
    assert "Planned" not in page
    assert "(M12)" not in page


@pytest.mark.parametrize(
    ("kind", "detail", "days", "missed"),
    [
        # M3 is due on day 91 after the operation; the patient stands at day 30.
        (EventKind.DEATH, {"told_by": "family"}, 60, False),
        (EventKind.DEATH, {"told_by": "family"}, 61, False),
        (EventKind.DEATH, {"told_by": "family"}, 62, True),
        (EventKind.PALLIATIVE, {"course": "stop"}, 61, False),
        (EventKind.PALLIATIVE, {"course": "stop"}, 62, True),
    ],
)
def test_what_was_due_on_the_day_of_death_or_of_a_stop_was_not_missed(
    runtime: Runtime,
    nurse: Actor,
    nurse_browser: StaffBrowser,
    clock: FixedClock,
    followed: str,
    kind: EventKind,
    detail: dict[str, str],
    days: int,
    missed: bool,
) -> None:
    clock.advance(days=days)
    with runtime.writing(nurse) as work:
        record_event(work, followed, kind=kind, happened_on=clock.now().date(), detail=detail)
    clock.advance(days=60)
    with runtime.reading(nurse) as work:
        record = read_record(work, followed)
    (m3,) = [visit for visit in record.visits if visit.row.key == "M3"]
    assert (visit_badge(m3, record.ended_on)[0] == "Missed") is missed
    on_curves = {visit.key for curve in record.curves for visit in curve.trajectory.missed}
    assert ("M3" in on_curves) is missed
    nurse_browser.sign_in("nurse@north.example")
    assert ("(M3): closed without an answer" in shown(nurse_browser, followed)) is False
    assert ("(M3)" in shown(nurse_browser, followed)) is missed


def test_a_second_label_is_shown(runtime: Runtime, nurse_browser: StaffBrowser, followed: str) -> None:
    with runtime.writing(COMMAND) as work:
        work.session.scalars(select(Visit).where(Visit.key == "M1")).one().also_key = "DC"
    assert "(M1, also discharge)" in shown(nurse_browser, followed)


def test_another_centre_has_no_such_patient(runtime: Runtime, followed: str) -> None:
    stranger = make_staff(runtime, code="SOUTH")
    with pytest.raises(Exception, match="no such patient"), runtime.reading(stranger) as work:
        read_schedule(work, followed)


def test_the_number_of_statements_does_not_grow(runtime: Runtime, nurse: Actor, patient: str, followed: str) -> None:
    fresh = make_patient(runtime, nurse, hospital_number="H-8")
    counts = []
    for one in (fresh, followed):
        with runtime.reading(nurse) as work, counted_statements(runtime) as statements:
            read_schedule(work, one)
        counts.append(len(statements))
    assert counts[0] == counts[1]
