"""The curves of a patient who was not operated on, and the second label of a form that stands for two visits."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from lrrc_qol.domain.events import EventKind
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import Actor
from lrrc_qol.services.read_record import read_record
from lrrc_qol.services.record_event import record_event
from lrrc_qol.web.staff.curve_panels import curve_panels
from tests.clock import FixedClock
from tests.factories import answers_for, complete_visit, make_patient, make_staff, set_dates, take_seat
from tests.staff_browser import signed_in

OPERATED = date(2026, 3, 22)


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    """A nurse."""
    return make_staff(runtime)


def decide(runtime: Runtime, nurse: Actor, patient: str, kind: EventKind) -> date:
    """Record the event today; the day."""
    today = runtime.clock.now().date()
    with runtime.writing(nurse) as work:
        record_event(work, patient, kind=kind, happened_on=today, detail=answers_for(runtime, kind))
    return today


@pytest.mark.parametrize("kind", [EventKind.CANCELLED_SURGERY, EventKind.PALLIATIVE])
def test_who_was_not_operated_on_has_a_curve_from_the_decision(
    runtime: Runtime, app: Flask, nurse: Actor, clock: FixedClock, kind: EventKind
) -> None:
    patient = make_patient(runtime, nurse, planned_surgery_on=OPERATED)
    complete_visit(runtime, take_seat(runtime, patient))
    clock.advance(days=10)
    decided_on = decide(runtime, nurse, patient, kind)
    with runtime.reading(nurse) as work:
        record = read_record(work, patient)
    assert record.counted_from == decided_on
    view = curve_panels(record)[0].groups[0].leading[0]
    assert view.figure is not None
    assert "since the decision for care without an operation" in view.figure["layout"]["xaxis"]["title"]["text"]
    assert [row.day for row in view.rows] == [-10]
    assert view.reference.startswith("Not operated on: values only")
    assert {row.change for row in view.rows} == {""}
    page = signed_in(app, "nurse@north.example").get(f"/staff/patients/{patient}").text
    assert "There was no operation: the curves are counted from" in page

    set_dates(runtime, nurse, patient, surgery_on=decided_on)
    with runtime.reading(nurse) as work:
        record = read_record(work, patient)
    assert record.counted_from is None
    figure = curve_panels(record)[0].groups[0].leading[0].figure
    assert figure is not None
    assert "since the operation" in figure["layout"]["xaxis"]["title"]["text"]


def test_nothing_is_drawn_while_an_operation_may_still_come(runtime: Runtime, nurse: Actor) -> None:
    patient = make_patient(runtime, nurse, planned_surgery_on=OPERATED)
    complete_visit(runtime, take_seat(runtime, patient))
    with runtime.reading(nurse) as work:
        record = read_record(work, patient)
    assert record.counted_from is None
    assert curve_panels(record)[0].groups[0].leading[0].figure is None


def test_a_form_that_stands_for_two_visits_is_named_by_both(runtime: Runtime, nurse: Actor, clock: FixedClock) -> None:
    patient = make_patient(runtime, nurse, planned_surgery_on=OPERATED)
    clock.advance(days=50)
    set_dates(runtime, nurse, patient, surgery_on=OPERATED, discharged_on=OPERATED + timedelta(days=28))
    complete_visit(runtime, take_seat(runtime, patient, "M1"))
    with runtime.reading(nurse) as work:
        panels = curve_panels(read_record(work, patient))
    names = {row.visit_name for panel in panels for group in panel.groups for view in group.curves for row in view.rows}
    assert "1 month after the operation, also discharge" in names
