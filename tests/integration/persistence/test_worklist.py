"""The worklist: what is on it, in which order, a page at a time, for one centre, at a fixed cost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update

from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import Assignment, EpisodeEvent, Visit
from lrrc_qol.persistence.queries.worklist import Choice, Viewer, WorkKind, Worklist, parse_cursor, read_worklist
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.add_task import add_task
from lrrc_qol.services.baseline.pressing import without_baseline
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.handle_alert import close_alert, take_alert
from lrrc_qol.services.record_event import record_event, revoke_event
from lrrc_qol.services.request_call import request_call
from tests.clock import FixedClock
from tests.consents import give_consent, make_text
from tests.factories import answers_for, complete_visit, make_patient, make_staff, set_dates, take_seat, visit_id
from tests.raised_alerts import answer_pain, pain_alert
from tests.statement_count import counted_statements

CHOSEN = {"kind", "level", "mine", "unowned"}


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    """The nurse who looks."""
    return make_staff(runtime)


def look(runtime: Runtime, nurse: Actor, *, handles_alerts: bool = True, **choices: object) -> Worklist:
    """The worklist as this nurse sees it now."""
    with runtime.reading(nurse) as work:
        viewer = Viewer(
            centre_id=nurse.centre(),
            staff_id=nurse.id or 0,
            handles_alerts=handles_alerts,
            now=work.now,
            today=work.today_in("Europe/London"),
            lacking_baseline=frozenset(without_baseline(work)),
        )
        wanted = Choice(**{name: choices.pop(name) for name in CHOSEN & choices.keys()})  # type: ignore[arg-type]
        return read_worklist(
            work.session,
            viewer,
            cipher=work.cipher,
            rules=work.catalogue.events,
            choice=wanted,
            **choices,  # type: ignore[arg-type]
        )


def kinds(found: Worklist) -> list[str]:
    """The kinds on the page, alerts by their level."""
    return [row.level or row.kind for row in found.rows]


def make_due(runtime: Runtime, day: date) -> None:
    """As if every visit were due on this day."""
    with runtime.writing(COMMAND) as work:
        work.session.execute(update(Visit).values(due_on=day))


def spend_reminders(runtime: Runtime, patient: str, key: str) -> int:
    """As if all reminders of a visit had gone out; the visit's row number."""
    found = visit_id(runtime, patient, key)
    with runtime.writing(COMMAND) as work:
        work.session.execute(
            update(Visit).where(Visit.id == found).values(next_reminder_at=None, next_reminder_ordinal=None)
        )
    return found


def test_a_visit_without_a_questionnaire_waits_for_nobody(runtime: Runtime, nurse: Actor, clock: FixedClock) -> None:
    make_patient(runtime, nurse, planned_surgery_on=clock.now().date() + timedelta(days=25))
    make_due(runtime, clock.now().date())
    assert kinds(look(runtime, nurse)) == ["due"]
    with runtime.writing(COMMAND) as work:
        work.session.execute(delete(Assignment))
    assert kinds(look(runtime, nurse)) == []


def test_everything_is_in_one_list_by_severity(runtime: Runtime, nurse: Actor, clock: FixedClock) -> None:
    today = clock.now().date()
    pain_alert(runtime, nurse, pain=7, hospital_number="amber", planned_surgery_on=today + timedelta(days=25))
    pain_alert(runtime, nurse, hospital_number="red", planned_surgery_on=today + timedelta(days=25))
    make_patient(runtime, nurse, hospital_number="soon", planned_surgery_on=today + timedelta(days=14))
    caller = take_seat(
        runtime,
        make_patient(runtime, nurse, hospital_number="calls", planned_surgery_on=today + timedelta(days=25)),
    )
    with runtime.writing(caller.actor) as work:
        request_call(work, caller.seat)
    make_due(runtime, today)
    found = look(runtime, nurse)
    assert kinds(found) == ["red", "amber", "call_request", "no_baseline", "due", "due", "due"]
    assert {kind: number for kind in WorkKind if (number := found.counts[kind])} == {
        WorkKind.ALERT: 2,
        WorkKind.CALL_REQUEST: 1,
        WorkKind.NO_BASELINE: 1,
        WorkKind.DUE: 3,
    }
    assert (found.counts["red"], found.counts["amber"], found.counts["mine"]) == (1, 1, 0)


def test_of_equal_severity_the_older_comes_first(runtime: Runtime, nurse: Actor, clock: FixedClock) -> None:
    names = ["First", "Second", "Third"]
    for name in names:
        pain_alert(runtime, nurse, name=name, hospital_number=name)
        clock.advance(minutes=5)
    assert [row.patient_name for row in look(runtime, nurse, kind=WorkKind.ALERT).rows] == names


def test_an_alert_says_its_state_owner_and_target_and_leaves_when_closed(
    runtime: Runtime, nurse: Actor, clock: FixedClock
) -> None:
    alert = pain_alert(runtime, nurse)
    with runtime.writing(nurse) as work:
        take_alert(work, alert)
    row = look(runtime, nurse, mine=True).rows[0]
    assert (row.owner_id, row.owner_name, row.steps) == (nurse.id, "Nurse of NORTH", ("raised", "seen", "taken"))
    assert row.target_at is not None
    assert row.target_at > clock.now()
    colleague = make_staff(runtime, email="second@north.example")
    assert look(runtime, colleague, mine=True).rows == ()
    with runtime.writing(nurse) as work:
        close_alert(work, alert, action="advice", note="Called.")
    assert WorkKind.ALERT not in kinds(look(runtime, nurse))


@pytest.mark.parametrize(("days", "listed"), [(0, True), (14, True), (15, False)])
def test_a_missing_baseline_is_pressing_from_two_weeks_before_the_operation(
    runtime: Runtime, nurse: Actor, clock: FixedClock, days: int, listed: bool
) -> None:
    make_patient(runtime, nurse, planned_surgery_on=clock.now().date() + timedelta(days=days))
    assert (look(runtime, nurse, kind=WorkKind.NO_BASELINE).rows != ()) is listed


def test_no_baseline_is_missing_when_the_operation_was_called_off_until_that_is_taken_back(
    runtime: Runtime, nurse: Actor, clock: FixedClock
) -> None:
    patient = make_patient(runtime, nurse, planned_surgery_on=clock.now().date() + timedelta(days=10))
    with runtime.writing(nurse) as work:
        detail = {"follow_up": "yes"}
        day = clock.now().date()
        record_event(work, patient, kind=EventKind.CANCELLED_SURGERY, happened_on=day, detail=detail)
        event = work.session.scalars(select(EpisodeEvent.public_id)).one()
        assert work.session.scalars(select(Visit.planned).where(Visit.key == "BL1")).all() == [False]
    assert kinds(look(runtime, nurse)) == []
    with runtime.writing(nurse) as work:
        revoke_event(work, patient, event, reason="It takes place after all.")
    assert kinds(look(runtime, nurse)) == ["no_baseline"]


def test_a_baseline_is_no_longer_missing_once_it_was_sent_in(runtime: Runtime, nurse: Actor, clock: FixedClock) -> None:
    patient = make_patient(runtime, nurse, planned_surgery_on=clock.now().date() + timedelta(days=10))
    assert kinds(look(runtime, nurse)) == ["no_baseline"]
    complete_visit(runtime, take_seat(runtime, patient))
    assert kinds(look(runtime, nurse)) == ["review"]


def test_a_baseline_that_a_postponed_operation_made_too_old_is_missing_again(
    runtime: Runtime, nurse: Actor, clock: FixedClock
) -> None:
    surgery = clock.now().date() + timedelta(days=10)
    patient = make_patient(runtime, nurse, planned_surgery_on=surgery)
    complete_visit(runtime, take_seat(runtime, patient))
    set_dates(runtime, nurse, patient, planned_surgery_on=clock.now().date() + timedelta(days=57))
    clock.advance(days=50)
    assert kinds(look(runtime, nurse)) == ["no_baseline", "review"]


def test_a_baseline_is_no_longer_missing_after_the_operation(runtime: Runtime, nurse: Actor, clock: FixedClock) -> None:
    surgery = clock.now().date() + timedelta(days=10)
    patient = make_patient(runtime, nurse, planned_surgery_on=surgery)
    clock.advance(days=10)
    set_dates(runtime, nurse, patient, planned_surgery_on=surgery, surgery_on=surgery)
    assert look(runtime, nurse, kind=WorkKind.NO_BASELINE).rows == ()


def test_a_patient_is_silent_when_past_due_without_reminders_left_and_nothing_begun(
    runtime: Runtime, nurse: Actor, clock: FixedClock
) -> None:
    patient = make_patient(runtime, nurse, planned_surgery_on=clock.now().date() + timedelta(days=25))
    spend_reminders(runtime, patient, "BL1")
    make_due(runtime, clock.now().date())
    assert kinds(look(runtime, nurse)) == ["due"]
    with runtime.writing(COMMAND) as work:
        yesterday = clock.now().date() - timedelta(days=1)
        work.session.execute(update(Visit).where(Visit.key == "BL1").values(due_on=yesterday))
    silent = look(runtime, nurse).rows[0]
    assert (silent.kind, silent.due_on) == (WorkKind.SILENT, yesterday)
    answer_pain(runtime, take_seat(runtime, patient), 0, key="begun")
    assert kinds(look(runtime, nurse)) == ["due"]


def test_the_call_about_a_silent_visit_is_one_row_with_it(runtime: Runtime, nurse: Actor, clock: FixedClock) -> None:
    patient = make_patient(runtime, nurse, planned_surgery_on=clock.now().date() + timedelta(days=25))
    silent = spend_reminders(runtime, patient, "BL1")
    with runtime.writing(COMMAND) as work:
        visit = work.session.get_one(Visit, silent)
        visit.due_on = clock.now().date() - timedelta(days=3)
        add_task(work, visit, kind="call_silent_patient", due_on=clock.now().date(), per_visit=True)
    found = look(runtime, nurse)
    assert kinds(found) == ["silent"]
    assert found.rows[0].task_public_id is not None
    assert found.counts[WorkKind.TASK] == 0
    complete_visit(runtime, take_seat(runtime, patient))
    assert kinds(look(runtime, nurse)) == ["review"]


@pytest.mark.parametrize(
    ("kind", "left"),
    [(EventKind.DEATH, []), (EventKind.WITHDRAWAL_ALL, ["red"]), (EventKind.WITHDRAWAL_NEW_DATA, ["red"])],
)
def test_nobody_calls_a_family_and_a_severe_answer_outlives_a_withdrawal(
    runtime: Runtime, nurse: Actor, clock: FixedClock, kind: EventKind, left: list[str]
) -> None:
    today = clock.now().date()
    patient = make_patient(runtime, nurse, planned_surgery_on=today + timedelta(days=10))
    phone = take_seat(runtime, patient)
    with runtime.writing(phone.actor) as work:
        request_call(work, phone.seat)
    answer_pain(runtime, phone, 9, key="pain")
    assert kinds(look(runtime, nurse)) == ["red", "call_request", "no_baseline"]
    with runtime.writing(nurse) as work:
        record_event(work, patient, kind=kind, happened_on=today, detail=answers_for(runtime, kind))
    assert kinds(look(runtime, nurse)) == left


def test_what_holds_the_mails_back_is_said(runtime: Runtime, nurse: Actor, clock: FixedClock) -> None:
    patient = make_patient(runtime, nurse)
    with runtime.writing(nurse) as work:
        record_event(
            work,
            patient,
            kind=EventKind.ADMITTED,
            happened_on=clock.now().date(),
            detail=answers_for(runtime, EventKind.ADMITTED),
        )
    make_due(runtime, clock.now().date())
    assert look(runtime, nurse).rows[0].held == ("inpatient",)


def test_another_centre_sees_and_counts_nothing(runtime: Runtime, nurse: Actor, clock: FixedClock) -> None:
    today = clock.now().date()
    pain_alert(runtime, nurse, planned_surgery_on=today + timedelta(days=10))
    caller = take_seat(
        runtime,
        make_patient(runtime, nurse, hospital_number="H-2", planned_surgery_on=today + timedelta(days=25)),
    )
    with runtime.writing(caller.actor) as work:
        request_call(work, caller.seat)
    make_due(runtime, today)
    assert kinds(look(runtime, nurse)) == ["red", "call_request", "no_baseline", "due"]
    stranger = make_staff(runtime, code="SOUTH")
    found = look(runtime, stranger)
    assert found.rows == ()
    assert not any(found.counts.values())


def test_a_role_without_alerts_sees_the_rest(runtime: Runtime, nurse: Actor) -> None:
    pain_alert(runtime, nurse)
    make_due(runtime, runtime.clock.now().date())
    assert kinds(look(runtime, nurse, handles_alerts=False)) == ["due"]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_pages_show_every_row_once_in_order(runtime: Runtime, nurse: Actor, clock: FixedClock, size: int) -> None:
    today = clock.now().date()
    for number in range(6):
        days = 25 if number % 2 else 10
        pain_alert(
            runtime,
            nurse,
            pain=9 if number < 3 else 7,
            hospital_number=f"H-{number}",
            planned_surgery_on=today + timedelta(days=days),
        )
    make_due(runtime, today)
    whole = [row.public_id for row in look(runtime, nurse).rows]
    assert len(whole) == 12
    shown: list[str] = []
    after = None
    while True:
        page = look(runtime, nurse, after=after, size=size)
        shown += [row.public_id for row in page.rows]
        if page.following is None:
            break
        after = parse_cursor(str(page.following))
    assert shown == whole


def test_the_number_of_statements_does_not_grow_with_patients(runtime: Runtime, nurse: Actor) -> None:
    def cost() -> int:
        with counted_statements(runtime) as statements:
            look(runtime, nurse)
        return len(statements)

    empty = cost()
    pain_alert(runtime, nurse, hospital_number="H-first")
    one = cost()
    for number in range(12):
        pain_alert(runtime, nurse, hospital_number=f"H-{number}")
    assert empty == one == cost() <= 14  # SQLite's BEGIN is one of them
    with runtime.reading(COMMAND) as work:
        assert len(work.session.scalars(select(Visit.episode_id).distinct()).all()) == 13


def test_a_consent_to_renew_stands_in_the_list_until_it_is_renewed(
    runtime: Runtime, nurse: Actor, clock: FixedClock
) -> None:
    today, admin = clock.now().date(), make_staff(runtime, role="admin")
    first, later = make_text(runtime, admin), {"effective_on": today + timedelta(days=3)}
    patients = [
        make_patient(runtime, nurse, hospital_number=number, planned_surgery_on=None) for number in ("1", "2", "none")
    ]
    for patient in patients[:2]:
        give_consent(runtime, nurse, patient, first)
    make_text(runtime, admin, "2.0", renew=False, **later)
    third = make_text(runtime, admin, "3.0", renew=True, **later)
    assert look(runtime, nurse).rows == ()

    clock.advance(days=5)
    rows = look(runtime, nurse, kind=WorkKind.CONSENT).rows
    assert {row.patient_public_id for row in rows} == set(patients[:2])
    assert [row.since for row in rows] == [later["effective_on"]] * 2
    first_page = look(runtime, nurse, size=1)
    assert first_page.counts[WorkKind.CONSENT] == 2
    second_page = look(runtime, nurse, size=1, after=first_page.following)
    assert {row.patient_public_id for row in (*first_page.rows, *second_page.rows)} == set(patients[:2])

    give_consent(runtime, nurse, patients[0], third)
    with runtime.writing(nurse) as work:
        detail = answers_for(runtime, EventKind.DEATH)
        record_event(work, patients[1], kind=EventKind.DEATH, happened_on=clock.now().date(), detail=detail)
    assert look(runtime, nurse, kind=WorkKind.CONSENT).rows == ()


def test_consents_of_another_centre_are_not_ours(runtime: Runtime, nurse: Actor, clock: FixedClock) -> None:
    text = make_text(runtime, make_staff(runtime, role="admin"))
    give_consent(runtime, nurse, make_patient(runtime, nurse, planned_surgery_on=None), text)
    southern = make_staff(runtime, code="SOUTH", role="admin")
    make_text(runtime, southern, "9", renew=True, effective_on=clock.now().date())
    assert look(runtime, nurse, kind=WorkKind.CONSENT).rows == ()
    assert look(runtime, southern, kind=WorkKind.CONSENT).rows == ()
