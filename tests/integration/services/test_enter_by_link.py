"""Links: opening changes nothing, the year of birth lets in, wrong years are counted on the server."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from lrrc_qol.domain.errors import NotFound
from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import AuditEntry, PatientSession, Task, Throttle
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.answer_form import list_parts, open_form
from lrrc_qol.services.context import ANONYMOUS_PATIENT, COMMAND
from lrrc_qol.services.enter_by_link import YEAR_TRIES, Entry, LinkView, describe_link, enter_by_link
from lrrc_qol.services.patient_session import Seat, find_seat
from lrrc_qol.services.record_event import record_event
from tests.clock import FixedClock
from tests.factories import (
    Phone,
    answer,
    answers_for,
    assignment,
    complete_visit,
    make_link,
    make_patient,
    make_staff,
    save,
    set_dates,
    take_seat,
)


def look(runtime: Runtime, token: str) -> LinkView:
    """What the landing page is told."""
    with runtime.reading(ANONYMOUS_PATIENT) as work:
        return describe_link(work, token)


def enter(runtime: Runtime, token: str, year: str, *, source: str = "127.0.0.1") -> Entry:
    """One try with a year of birth."""
    with runtime.writing(ANONYMOUS_PATIENT) as work:
        return enter_by_link(work, token, year=year, source=source)


def test_looking_at_a_link_writes_nothing_and_says_nothing_personal(runtime: Runtime) -> None:
    patient = make_patient(runtime, make_staff(runtime))
    token = make_link(runtime, patient)
    with runtime.reading(COMMAND) as work:
        before = work.session.scalar(select(func.count()).select_from(AuditEntry))
    view = look(runtime, token)
    assert view.state == "open"
    assert "Ada" not in str(view)
    with runtime.reading(COMMAND) as work:
        assert work.session.scalar(select(func.count()).select_from(AuditEntry)) == before
        assert work.session.scalar(select(func.count()).select_from(PatientSession)) == 0


def test_the_right_year_opens_a_seat_for_this_visit_only(runtime: Runtime) -> None:
    patient = make_patient(runtime, make_staff(runtime))
    phone = take_seat(runtime, patient)
    assert (phone.seat.visit_key, phone.seat.first_name) == ("BL1", "Ada")


def test_five_wrong_years_pause_all_links_of_the_patient_and_leave_one_task(runtime: Runtime) -> None:
    patient = make_patient(runtime, make_staff(runtime))
    first, second = make_link(runtime, patient), make_link(runtime, patient)
    outcomes = [
        enter(runtime, first if number % 2 else second, "1960", source=f"10.0.0.{number}") for number in range(5)
    ]
    assert [outcome.reason for outcome in outcomes] == ["wrong_year"] * 4 + ["paused"]
    assert enter(runtime, make_link(runtime, patient), "1958").reason == "paused"
    with runtime.reading(COMMAND) as work:
        assert [task.kind for task in work.session.scalars(select(Task))] == ["link_locked"]


def test_the_pause_ends_by_itself(runtime: Runtime, clock: FixedClock) -> None:
    patient = make_patient(runtime, make_staff(runtime))
    token = make_link(runtime, patient)
    for _ in range(5):
        enter(runtime, token, "1960")
    clock.advance(minutes=31)
    assert enter(runtime, token, "1958").ok


def test_unknown_links_are_counted_per_address(runtime: Runtime) -> None:
    patient = make_patient(runtime, make_staff(runtime))
    for number in range(30):
        assert enter(runtime, f"guess{number}", "1958").reason in {"unknown", "paused"}
    assert enter(runtime, "one-more", "1958").reason == "paused"
    assert enter(runtime, make_link(runtime, patient), "1958", source="10.9.9.9").ok


def seat_of(runtime: Runtime, entry: Entry) -> Seat:
    """The seat that an entry opened."""
    with runtime.reading(ANONYMOUS_PATIENT) as work:
        seat = find_seat(work, entry.session_token)
    assert seat is not None
    return seat


def test_after_the_visit_was_answered_its_link_opens_the_own_page_and_no_questionnaire(runtime: Runtime) -> None:
    patient = make_patient(runtime, make_staff(runtime))
    token = make_link(runtime, patient)
    phone = take_seat(runtime, patient)
    form = assignment(runtime, phone, "distress_nrs")
    complete_visit(runtime, phone)
    assert look(runtime, token).state == "answered"
    seat = seat_of(runtime, enter(runtime, token, "1958"))
    assert seat.looks_only
    with runtime.reading(phone.actor) as work:
        assert list_parts(work, seat) == ()
        with pytest.raises(NotFound):
            open_form(work, seat, form)
    with pytest.raises(NotFound):
        save(runtime, Phone(seat, phone.actor), form, answer("distress", 3), key="after-the-end")


def test_an_old_link_leads_to_what_is_due_now(runtime: Runtime, clock: FixedClock) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse)
    old = make_link(runtime, patient)
    complete_visit(runtime, take_seat(runtime, patient))
    surgery = clock.advance(days=5).date()
    set_dates(runtime, nurse, patient, surgery_on=surgery, planned_surgery_on=surgery)
    assert look(runtime, old).state == "answered"
    clock.advance(days=28)
    assert look(runtime, old).state == "open"
    seat = seat_of(runtime, enter(runtime, old, "1958"))
    assert (seat.visit_key, seat.looks_only) == ("M1", False)


def test_a_link_too_old_to_trust_opens_nothing_but_its_own_open_visit(runtime: Runtime, clock: FixedClock) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse)
    old = make_link(runtime, patient)
    surgery = clock.advance(days=5).date()
    set_dates(runtime, nurse, patient, surgery_on=surgery, planned_surgery_on=surgery)
    month = make_link(runtime, patient, "M3")
    clock.advance(days=96)
    assert [look(runtime, link).state for link in (old, month)] == ["ended", "open"]
    assert enter(runtime, old, "1958").reason == "ended"


def test_a_link_is_dead_after_death_and_its_open_session_too(runtime: Runtime) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse)
    token = make_link(runtime, patient)
    entry = enter(runtime, token, "1958")
    with runtime.writing(nurse) as work:
        record_event(
            work,
            patient,
            kind=EventKind.DEATH,
            happened_on=runtime.clock.now().date(),
            detail=answers_for(runtime, EventKind.DEATH),
        )
    assert look(runtime, token).state == "ended"
    with runtime.reading(ANONYMOUS_PATIENT) as work:
        assert find_seat(work, entry.session_token) is None


def test_years_tried_all_at_once_count_one_by_one(runtime: Runtime) -> None:
    patient = make_patient(runtime, make_staff(runtime))
    token, tries = make_link(runtime, patient), 2 * YEAR_TRIES
    ready = Barrier(tries)

    def guess(number: int) -> str:
        ready.wait()
        return enter(runtime, token, str(1930 + number), source=f"10.0.0.{number}").reason

    with ThreadPoolExecutor(tries) as pool:
        reasons = sorted(pool.map(guess, range(tries)))
    assert reasons == ["paused"] * (tries - YEAR_TRIES + 1) + ["wrong_year"] * (YEAR_TRIES - 1)
    with runtime.reading(COMMAND) as work:
        assert work.session.scalar(select(Throttle.failures).where(Throttle.key.like("year:%"))) == YEAR_TRIES


def test_a_baseline_link_closes_with_the_operation_and_a_later_form_stays_open_late(
    runtime: Runtime, clock: FixedClock
) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse)
    baseline = make_link(runtime, patient)
    surgery = clock.advance(days=20).date()
    clock.advance(days=1)
    set_dates(runtime, nurse, patient, planned_surgery_on=surgery, surgery_on=surgery)
    assert look(runtime, baseline).state == "closed"
    month = make_link(runtime, patient, "M1")
    assert look(runtime, month).state == "not_yet"
    clock.advance(days=50)
    assert look(runtime, month).state == "open"
    clock.advance(days=24)
    assert look(runtime, month).state == "closed"


def test_an_idle_session_ends(runtime: Runtime, clock: FixedClock) -> None:
    patient = make_patient(runtime, make_staff(runtime))
    entry = enter(runtime, make_link(runtime, patient), "1958")
    clock.advance(minutes=31)
    with runtime.reading(ANONYMOUS_PATIENT) as work:
        assert find_seat(work, entry.session_token) is None
