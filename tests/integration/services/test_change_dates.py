"""Dates that move: what is previewed is what is applied, and what was answered stays where it was."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput, NotFound, StaleWrite
from lrrc_qol.persistence.models import Episode, Response, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.change_dates import EpisodeDates, change_dates, preview_dates
from lrrc_qol.services.context import COMMAND, Actor
from tests.clock import FixedClock
from tests.factories import complete_visit, make_patient, make_staff, set_dates, take_seat

PLANNED = date(2026, 3, 22)


def dates(**changes: object) -> EpisodeDates:
    """Dates of an episode that is planned for the 22nd of March 2026."""
    full = {"planned_surgery_on": PLANNED, "surgery_on": None, "discharged_on": None, "stoma": None, "urostomy": None}
    return EpisodeDates(**full | changes)  # type: ignore[arg-type]


def visits(runtime: Runtime) -> dict[str, Visit]:
    """All visits by key."""
    with runtime.reading(COMMAND) as work:
        return {visit.key: visit for visit in work.session.scalars(select(Visit))}


def apply(runtime: Runtime, nurse: Actor, patient: str, wanted: EpisodeDates) -> dict[str, str]:
    """Preview and apply; both must say the same."""
    with runtime.reading(nurse) as work:
        preview = preview_dates(work, patient, wanted)
    with runtime.writing(nurse) as work:
        plan = change_dates(work, patient, wanted, expected_version=preview.episode_version, reason="Operation moved.")
    assert plan == preview.plan
    return {change.key: change.change for change in plan.changes}


def test_surgery_and_discharge_plan_the_later_visits(runtime: Runtime, clock: FixedClock) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse, planned_surgery_on=PLANNED)
    clock.set(clock.now().replace(month=4, day=10))
    changed = apply(runtime, nurse, patient, dates(surgery_on=PLANNED, discharged_on=date(2026, 4, 9)))
    assert {"DC", "CHK-D002", "CHK-D056", "M1", "M3", "M6", "M9", "M12"} <= set(changed)
    planned = visits(runtime)
    assert planned["CHK-D002"].opens_on == date(2026, 4, 11)
    assert planned["M12"].due_on == date(2027, 3, 22)


def test_a_moved_operation_moves_what_is_unanswered(runtime: Runtime) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse, planned_surgery_on=PLANNED)
    before = visits(runtime)["BL1"]
    assert apply(runtime, nurse, patient, dates(planned_surgery_on=date(2026, 4, 25))) == {"BL1": "moved"}
    after = visits(runtime)["BL1"]
    assert (after.opens_on, after.closes_on) == (date(2026, 3, 28), date(2026, 4, 24))
    assert after.arming == before.arming + 1
    assert after.next_reminder_at is not None
    assert after.next_reminder_at.isoformat() == "2026-03-28T09:00:00+00:00"


def test_an_operation_moved_after_the_baseline_was_answered_keeps_the_answers(runtime: Runtime) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse, planned_surgery_on=PLANNED)
    complete_visit(runtime, take_seat(runtime, patient))
    assert apply(runtime, nurse, patient, dates(planned_surgery_on=date(2026, 6, 1))) == {"BL1": "kept_answered"}
    after = visits(runtime)["BL1"]
    assert (after.opens_on, after.closes_on, after.planned) == (date(2026, 5, 4), date(2026, 5, 31), True)
    assert (after.next_reminder_at, after.home_key, after.home_in_window) == (None, "BL1", True)
    with runtime.reading(COMMAND) as work:
        assert len(work.session.scalars(select(Response).where(Response.submitted_at.is_not(None))).all()) == 4


def test_a_date_taken_back_drops_visits_but_keeps_their_rows(runtime: Runtime, clock: FixedClock) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse, planned_surgery_on=PLANNED)
    clock.set(clock.now().replace(month=4, day=10))
    set_dates(runtime, nurse, patient, planned_surgery_on=PLANNED, surgery_on=PLANNED)
    changed = apply(runtime, nurse, patient, dates())
    assert set(changed.values()) == {"dropped"}
    dropped = visits(runtime)["M3"]
    assert not dropped.planned
    assert dropped.next_reminder_at is None
    assert apply(runtime, nurse, patient, dates(surgery_on=PLANNED))["M3"] == "added"
    assert visits(runtime)["M3"].id == dropped.id


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"surgery_on": date(2026, 3, 2), "discharged_on": date(2026, 3, 1)}, "discharged_on"),
        ({"discharged_on": date(2026, 3, 1)}, "discharged_on"),
        ({"surgery_on": date(2026, 3, 3)}, "surgery_on"),
        ({"surgery_on": date(1940, 3, 3)}, "surgery_on"),
    ],
)
def test_impossible_dates_are_refused_beside_their_field(
    runtime: Runtime, changes: dict[str, date], field: str
) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse, planned_surgery_on=PLANNED)
    with runtime.reading(nurse) as work, pytest.raises(InvalidInput) as refused:
        preview_dates(work, patient, dates(**changes))
    assert field in refused.value.fields


def test_a_preview_that_is_out_of_date_is_not_applied(runtime: Runtime) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse, planned_surgery_on=PLANNED)
    with runtime.reading(nurse) as work:
        preview = preview_dates(work, patient, dates(planned_surgery_on=date(2026, 4, 25)))
    set_dates(runtime, nurse, patient, planned_surgery_on=date(2026, 5, 1))
    with runtime.writing(nurse) as work, pytest.raises(StaleWrite):
        change_dates(work, patient, preview.dates, expected_version=preview.episode_version, reason="Moved.")
    with runtime.reading(COMMAND) as work:
        assert work.session.scalars(select(Episode.planned_surgery_on)).one() == date(2026, 5, 1)


def test_another_centre_does_not_find_the_patient(runtime: Runtime) -> None:
    patient = make_patient(runtime, make_staff(runtime))
    stranger = make_staff(runtime, code="SOUTH")
    with runtime.reading(stranger) as work, pytest.raises(NotFound):
        preview_dates(work, patient, dates())


def test_another_day_of_an_operation_that_was_followed_has_to_be_the_same_operation(
    runtime: Runtime, clock: FixedClock
) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse, planned_surgery_on=PLANNED)
    complete_visit(runtime, take_seat(runtime, patient))
    clock.set(clock.now().replace(month=4, day=20))
    set_dates(runtime, nurse, patient, planned_surgery_on=PLANNED, surgery_on=PLANNED)
    earlier = dates(surgery_on=date(2026, 3, 21))
    with runtime.reading(nurse) as work:
        assert not preview_dates(work, patient, earlier).asks_same_operation  # the baseline came before it
    complete_visit(runtime, take_seat(runtime, patient, "M1"))
    for wanted, asked in ((earlier, True), (dates(), True), (dates(surgery_on=PLANNED, stoma=True), False)):
        with runtime.reading(nurse) as work:
            preview = preview_dates(work, patient, wanted)
        assert preview.asks_same_operation == asked
    seen = preview.episode_version
    with runtime.writing(nurse) as work, pytest.raises(InvalidInput) as refused:
        change_dates(work, patient, earlier, expected_version=seen, reason="Typing error.")
    assert set(refused.value.fields) == {"same_operation"}
    with runtime.writing(nurse) as work:
        change_dates(work, patient, earlier, expected_version=seen, reason="Typing error.", same_operation=True)
    with runtime.reading(COMMAND) as work:
        assert work.session.scalars(select(Episode.surgery_on)).one() == date(2026, 3, 21)
