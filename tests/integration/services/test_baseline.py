"""The baseline in the database: what excludes a form, whose choice counts, and two people at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from lrrc_qol.domain.baseline import BaselineKind
from lrrc_qol.domain.errors import InvalidInput, StaleWrite
from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import AuditEntry
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.baseline.pressing import without_baseline
from lrrc_qol.services.choose_baseline import BaselinePage, choose_form, read_baseline
from lrrc_qol.services.clinical_record.store import save_entry
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.read_record import read_record
from lrrc_qol.services.record_event import record_event
from tests.clock import FixedClock
from tests.factories import complete_visit, make_patient, make_staff, set_dates, take_seat


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    return make_staff(runtime)


@pytest.fixture
def patient(runtime: Runtime, nurse: Actor, clock: FixedClock) -> str:
    """Answered ten days before the planned operation."""
    patient = make_patient(runtime, nurse, planned_surgery_on=clock.now().date() + timedelta(days=10))
    complete_visit(runtime, take_seat(runtime, patient))
    return patient


def look(runtime: Runtime, nurse: Actor, patient: str) -> BaselinePage:
    with runtime.reading(nurse) as work:
        return read_baseline(work, patient)


def choose(runtime: Runtime, nurse: Actor, patient: str, response_id: int | None, **changes: object) -> None:
    with runtime.writing(nurse) as work:
        given = {"reason": "The other one was on a bad day.", "seen": 0} | changes
        choose_form(work, patient, response_id=response_id, **given)  # type: ignore[arg-type]


def admit(runtime: Runtime, nurse: Actor, clock: FixedClock, patient: str, reason: str) -> None:
    with runtime.writing(nurse) as work:
        day = clock.now().date() - timedelta(days=1)
        record_event(work, patient, kind=EventKind.READMISSION, happened_on=day, detail={"reason": reason})


@pytest.mark.parametrize(("reason", "serves"), [("planned", True), ("unplanned_other", False)])
def test_an_emergency_admission_before_the_operation_excludes_the_form_everywhere(
    runtime: Runtime, nurse: Actor, clock: FixedClock, patient: str, reason: str, serves: bool
) -> None:
    clock.advance(days=12)
    today = clock.now().date()
    set_dates(runtime, nurse, patient, surgery_on=today)
    admit(runtime, nurse, clock, patient, reason)

    kind = BaselineKind.PROSPECTIVE if serves else BaselineKind.NONE
    assert look(runtime, nurse, patient).judged.baseline.kind is kind
    with runtime.reading(nurse) as work:
        record = read_record(work, patient)
    assert record.baseline.kind is kind
    assert {curve.trajectory.baseline.kind for curve in record.curves} == {kind}


def test_a_treatment_that_still_goes_on_makes_the_worklist_ask_for_a_new_form(
    runtime: Runtime, nurse: Actor, clock: FixedClock, patient: str
) -> None:
    content = {"kind": "induction_chemo", "status": "started", "started_on": clock.now().date().isoformat()}
    with runtime.writing(nurse) as work:
        save_entry(work, patient, "treatment", content=content, row_key="a", expected_ordinal=0)
    with runtime.reading(nurse) as work:
        assert list(without_baseline(work).values()) == [
            "Induction chemotherapy is still going on: ask for a new baseline."
        ]


def test_a_chosen_form_serves_as_an_old_one_until_the_rules_decide_again(
    runtime: Runtime, nurse: Actor, clock: FixedClock, patient: str
) -> None:
    clock.advance(days=2)
    admit(runtime, nurse, clock, patient, "unplanned_other")
    only = look(runtime, nurse, patient).judged.verdicts[0].candidate.response_id

    choose(runtime, nurse, patient, only)
    chosen = look(runtime, nurse, patient).judged
    assert (chosen.baseline.kind, chosen.baseline.response_id) == (BaselineKind.STALE, only)
    assert chosen.choice is not None

    choose(runtime, nurse, patient, None, seen=chosen.choice.id)
    assert look(runtime, nurse, patient).judged.baseline.kind is BaselineKind.NONE
    with runtime.reading(COMMAND) as work:
        actions = work.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions[-2:] == ["chose_baseline", "left_baseline_to_the_rules"]


def test_two_people_who_choose_at_once_do_not_overwrite_each_other(
    runtime: Runtime, nurse: Actor, patient: str
) -> None:
    only = look(runtime, nurse, patient).judged.verdicts[0].candidate.response_id
    choose(runtime, nurse, patient, only)
    with pytest.raises(StaleWrite):
        choose(runtime, nurse, patient, None)


@pytest.mark.parametrize(
    ("response_id", "reason", "field"),
    [(999, "Because.", "response"), (None, " ", "reason"), (None, "x" * 501, "reason")],
)
def test_a_form_of_nobody_and_a_missing_reason_are_refused(
    runtime: Runtime, nurse: Actor, patient: str, response_id: int | None, reason: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        choose(runtime, nurse, patient, response_id, reason=reason)
    assert field in refused.value.fields


def test_a_postponed_operation_is_said_with_both_days(
    runtime: Runtime, nurse: Actor, clock: FixedClock, patient: str
) -> None:
    planned = clock.now().date() + timedelta(days=10)
    later = planned + timedelta(days=60)
    assert "postponed" not in reasons(look(runtime, nurse, patient))
    clock.advance(days=1)
    set_dates(runtime, nurse, patient, planned_surgery_on=later)
    page = look(runtime, nurse, patient)
    assert f"planned for {planned}, now {later}" in reasons(page)
    assert page.proposal == "Operation postponed: ask for a new baseline."


def reasons(page: BaselinePage) -> str:
    """All that is said about the newest form."""
    return " ".join(reason.text for reason in page.judged.verdicts[0].reasons)
