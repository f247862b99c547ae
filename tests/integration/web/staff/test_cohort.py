"""The completion table: who was expected, what came in time and late, and no small numbers."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from lrrc_qol.domain.events import EventKind
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import Actor
from lrrc_qol.services.read_cohort import CompletionLine, read_cohort
from lrrc_qol.services.record_event import record_event
from tests.clock import FixedClock
from tests.factories import answers_for, complete_visit, make_patient, make_staff, set_dates, take_seat
from tests.staff_browser import StaffBrowser, signed_in


def lines(runtime: Runtime, nurse: Actor) -> dict[str, CompletionLine]:
    with runtime.reading(nurse) as work:
        return {line.key: line for line in read_cohort(work).operated.lines}


def operated_patients(runtime: Runtime, nurse: Actor, clock: FixedClock, *, count: int) -> list[str]:
    patients = [make_patient(runtime, nurse, hospital_number=f"H-{number}") for number in range(count)]
    for patient in patients:
        complete_visit(runtime, take_seat(runtime, patient))
    clock.advance(days=20)
    day = clock.now().date()
    for patient in patients:
        set_dates(runtime, nurse, patient, planned_surgery_on=day, surgery_on=day)
    return patients


def test_expected_are_those_alive_and_taking_part(runtime: Runtime, nurse: Actor, clock: FixedClock) -> None:
    patients = operated_patients(runtime, nurse, clock, count=6)
    make_patient(runtime, nurse, hospital_number="not operated")
    with runtime.writing(nurse) as work:
        record_event(
            work,
            patients[0],
            kind=EventKind.DEATH,
            happened_on=clock.now().date(),
            detail=answers_for(runtime, EventKind.DEATH),
        )
    clock.advance(days=50)

    found = lines(runtime, nurse)

    assert (found["BL1"].expected, found["BL1"].in_window.numerator, found["BL1"].in_window.percent) == (6, 6, 100)
    assert (found["M1"].expected, found["M1"].in_window.numerator, found["M1"].late) == (5, 0, 0)
    assert "M3" not in found


def test_a_few_late_forms_are_hidden_also_from_subtraction(runtime: Runtime, nurse: Actor, clock: FixedClock) -> None:
    patients = operated_patients(runtime, nurse, clock, count=6)
    clock.advance(days=30)
    for patient in patients[:5]:
        complete_visit(runtime, take_seat(runtime, patient, "M1"))
    clock.advance(days=20)
    complete_visit(runtime, take_seat(runtime, patients[5], "M1"))

    line = lines(runtime, nurse)["M1"]

    assert line.late is None
    assert line.in_window.percent is None
    assert (line.completed.numerator, line.completed.denominator) == (6, 6)


def test_a_corrected_date_does_not_make_late_what_came_in_time(
    runtime: Runtime, nurse: Actor, clock: FixedClock
) -> None:
    patients = operated_patients(runtime, nurse, clock, count=5)
    operated = clock.now().date()
    clock.advance(days=30)
    for patient in patients:
        complete_visit(runtime, take_seat(runtime, patient, "M1"))
        set_dates(runtime, nurse, patient, surgery_on=operated - timedelta(days=18))
    clock.advance(days=20)

    line = lines(runtime, nurse)["M1"]

    assert (line.expected, line.in_window.numerator, line.late) == (5, 5, 0)


@pytest.mark.parametrize(("came", "shown"), [(1, False), (5, True), (7, False), (10, True)])
def test_a_few_missing_forms_are_hidden_too(
    runtime: Runtime, nurse: Actor, clock: FixedClock, came: int, shown: bool
) -> None:
    patients = operated_patients(runtime, nurse, clock, count=10)
    clock.advance(days=30)
    for patient in patients[:came]:
        complete_visit(runtime, take_seat(runtime, patient, "M1"))
    clock.advance(days=20)

    line = lines(runtime, nurse)["M1"]

    assert (line.in_window.numerator, line.completed.numerator) == ((came, came) if shown else (None, None))
    assert (line.expected, line.late) == (10, 0)


def test_fewer_than_five_patients_show_nothing(app: Flask, runtime: Runtime, nurse: Actor, clock: FixedClock) -> None:
    operated_patients(runtime, nurse, clock, count=2)
    make_staff(runtime, role="researcher")
    make_staff(runtime, code="SOUTH")

    page = signed_in(app, "researcher@north.example").get("/staff/cohort").text
    assert "fewer than 5" in page
    assert not re.search(r"\d+ of \d+", page)
    assert "No window has closed yet" in signed_in(app, "nurse@south.example").get("/staff/cohort").text


def test_the_tables_can_be_taken_away_as_they_stand(
    app: Flask, runtime: Runtime, nurse: Actor, clock: FixedClock
) -> None:
    operated_patients(runtime, nurse, clock, count=6)
    clock.advance(days=50)
    browser = signed_in(app, "nurse@north.example")
    assert 'href="/staff/cohort/completion.csv"' in browser.get("/staff/cohort").text
    answer = browser.get("/staff/cohort/completion.csv")
    assert answer.mimetype == "text/csv"
    head, before, month = answer.text.splitlines()
    assert head == "group,visit,name,expected,in_time,late,came,patients,why_not,data_as_of"
    assert before.startswith("operated,BL1,Before the operation,6,6,0,6,6,,2026-")
    assert month.startswith("operated,M1,1 month after the operation,6,0,0,0,6,Not known: 6,2026-")


def test_who_may_not_see_the_cohort(app: Flask, runtime: Runtime, nurse_browser: StaffBrowser) -> None:
    make_staff(runtime, role="admin")

    assert nurse_browser.get("/staff/cohort").status_code == 200
    assert signed_in(app, "admin@north.example").get("/staff/cohort").status_code == 403


def call_off(runtime: Runtime, nurse: Actor, patient: str, *, follow_up: str = "yes") -> None:
    with runtime.writing(nurse) as work:
        day = runtime.clock.now().date()
        detail = {"follow_up": follow_up}
        record_event(work, patient, kind=EventKind.CANCELLED_SURGERY, happened_on=day, detail=detail)


def test_who_was_not_operated_on_is_a_group_of_their_own(
    app: Flask, runtime: Runtime, nurse: Actor, clock: FixedClock
) -> None:
    assert "Not operated on" not in signed_in(app, "nurse@north.example").get("/staff/cohort").text
    others = [make_patient(runtime, nurse, hospital_number=f"N-{number}") for number in range(6)]
    operated_patients(runtime, nurse, clock, count=6)
    for patient in others:
        call_off(runtime, nurse, patient)
    clock.advance(days=30)
    for patient in others:
        complete_visit(runtime, take_seat(runtime, patient, "M1"))
    clock.advance(days=20)

    with runtime.reading(nurse) as work:
        cohort = read_cohort(work)
    assert (cohort.operated.patients, cohort.not_operated.patients) == (6, 6)
    (operated,) = [line for line in cohort.operated.lines if line.key == "M1"]
    (not_operated,) = [line for line in cohort.not_operated.lines if line.key == "M1"]
    assert (operated.expected, operated.in_window.numerator) == (6, 0)
    assert (not_operated.expected, not_operated.in_window.numerator) == (6, 6)
    assert "Patients whose operation was cancelled" in signed_in(app, "nurse@north.example").get("/staff/cohort").text


def test_nothing_is_expected_after_follow_up_was_ended(runtime: Runtime, nurse: Actor, clock: FixedClock) -> None:
    patients = operated_patients(runtime, nurse, clock, count=6)
    clock.advance(days=25)  # M1 is open and due in five days
    with runtime.writing(nurse) as work:
        day = clock.now().date()
        record_event(work, patients[0], kind=EventKind.PALLIATIVE, happened_on=day, detail={"course": "stop"})
    clock.advance(days=50)
    assert lines(runtime, nurse)["M1"].expected == 5
