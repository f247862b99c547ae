"""Handing over, putting off, bringing back and reopening: who, when, why, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from lrrc_qol.domain.alerts import AlertState, alert_state, calls_without_answer
from lrrc_qol.domain.errors import InvalidInput, NotFound
from lrrc_qol.persistence.models import Alert, AuditEntry, Staff
from lrrc_qol.persistence.queries.alert import read_alert
from lrrc_qol.persistence.queries.waiting import read_waiting
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.alert_steps import AlertClosed
from lrrc_qol.services.clinic.duty import note_absence
from lrrc_qol.services.context import COMMAND, Actor, Work
from lrrc_qol.services.handle_alert import close_alert, log_contact, take_alert
from lrrc_qol.services.move_alert import AlertNotClosed, OpenedAgain, bring_back, hand_over, reopen, snooze
from tests.clock import FixedClock
from tests.factories import make_patient, make_staff, take_seat
from tests.raised_alerts import answer_pain, open_alert, pain_alert, step_kinds

FRIDAY = datetime.fromisoformat("2026-03-06T10:00:00+00:00")


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    """The nurse of the tests."""
    return make_staff(runtime)


@pytest.fixture
def colleague(runtime: Runtime, nurse: Actor) -> Actor:
    """A second nurse of the same centre."""
    return make_staff(runtime, email="second@north.example")


def act(runtime: Runtime, actor: Actor, what: Callable[[Work], object]) -> None:
    """One act in a transaction of its own."""
    with runtime.writing(actor) as work:
        what(work)


def refused(runtime: Runtime, actor: Actor, what: Callable[[Work], object]) -> set[str]:
    """The fields that an act is refused for."""
    with pytest.raises(InvalidInput) as caught:
        act(runtime, actor, what)
    return set(caught.value.fields)


def row(runtime: Runtime, public_id: str) -> Alert:
    """The alert as it stands."""
    with runtime.reading(COMMAND) as work:
        return work.session.scalars(select(Alert).where(Alert.public_id == public_id)).one()


def public_id(runtime: Runtime, person: Actor) -> str:
    """The public id of an account."""
    with runtime.reading(COMMAND) as work:
        return work.session.get_one(Staff, person.id).public_id


def test_a_colleague_gets_the_alert_with_a_note(runtime: Runtime, nurse: Actor, colleague: Actor) -> None:
    alert, to = pain_alert(runtime, nurse), public_id(runtime, colleague)
    assert refused(runtime, nurse, lambda work: hand_over(work, alert, to=to, note=" ")) == {"note"}
    act(runtime, nurse, lambda work: hand_over(work, alert, to=to, note="My shift ends."))
    assert row(runtime, alert).owner_id == colleague.id
    assert step_kinds(runtime, alert) == ["raised", "seen", "handed_over"]
    with runtime.reading(COMMAND) as work:
        entry = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "alert_handed_over")).one()
    assert (entry.actor_id, entry.detail) == (nurse.id, {"to": colleague.id, "from": None})


def test_nobody_who_is_away_a_stranger_or_oneself_gets_it(runtime: Runtime, nurse: Actor, colleague: Actor) -> None:
    alert, to = pain_alert(runtime, nurse), public_id(runtime, colleague)
    stranger = public_id(runtime, make_staff(runtime, code="SOUTH"))
    coordinator = public_id(runtime, make_staff(runtime, role="coordinator"))
    today = runtime.clock.now().date()
    act(runtime, nurse, lambda work: note_absence(work, who=to, cover="", first_day=today, last_day=today))
    for who in (to, stranger, coordinator, public_id(runtime, nurse), ""):
        assert refused(runtime, nurse, lambda work, who=who: hand_over(work, alert, to=who, note="x")) == {"to"}
    assert row(runtime, alert).owner_id is None


def test_what_is_put_off_waits_and_comes_back_by_itself_on_an_open_day(
    runtime: Runtime, nurse: Actor, clock: FixedClock
) -> None:
    clock.set(FRIDAY)
    alert = pain_alert(runtime, nurse, pain=7)
    act(runtime, nurse, lambda work: snooze(work, alert, until=date(2026, 3, 7), reason="Sees the doctor."))
    found = row(runtime, alert)
    assert (found.snoozed_until, found.clock_from) == (found.clock_from, datetime.fromisoformat("2026-03-09T08:00Z"))
    assert found.target_at == datetime.fromisoformat("2026-03-09T12:00Z")
    with runtime.reading(nurse) as work:
        lines = read_waiting(work.session, centre_id=nurse.centre(), now=work.now, cipher=work.cipher)
        assert [(line.public_id, line.why, line.who) for line in lines] == [
            (alert, "Sees the doctor.", "Nurse of NORTH")
        ]
        later = work.now + timedelta(days=4)
        assert read_waiting(work.session, centre_id=nurse.centre(), now=later, cipher=work.cipher) == ()


@pytest.mark.parametrize(
    ("pain", "until", "fields"),
    [
        (9, "2026-03-10", {"until"}),  # red waits until Monday at most
        (7, "2026-03-21", {"until"}),  # the others fourteen days
        (7, "2026-03-06", {"until"}),  # today is no wait
        (9, "2026-03-09", set()),
        (7, "2026-03-20", set()),
    ],
)
def test_how_long_an_alert_can_wait(
    runtime: Runtime, nurse: Actor, clock: FixedClock, pain: int, until: str, fields: set[str]
) -> None:
    clock.set(FRIDAY)
    alert = pain_alert(runtime, nurse, pain=pain)

    def put_off(work: Work) -> object:
        return snooze(work, alert, until=date.fromisoformat(until), reason="Why.")

    if fields:
        assert refused(runtime, nurse, put_off) == fields
        assert row(runtime, alert).snoozed_until is None
    else:
        act(runtime, nurse, put_off)
        assert row(runtime, alert).snoozed_until is not None


def test_a_newer_answer_ends_the_wait(runtime: Runtime, nurse: Actor, clock: FixedClock) -> None:
    clock.set(FRIDAY)
    phone = take_seat(runtime, make_patient(runtime, nurse))
    answer_pain(runtime, phone, 9, key="a")
    alert = open_alert(runtime, phone)
    act(runtime, nurse, lambda work: snooze(work, alert, until=date(2026, 3, 9), reason="Why."))
    clock.advance(hours=1)
    answer_pain(runtime, phone, 10, key="b", version=1)
    found = row(runtime, alert)
    assert (found.snoozed_until, found.clock_from) == (None, clock.now())
    assert found.target_at == clock.now() + timedelta(minutes=60)
    assert alert_state(step_kinds(runtime, alert)) is AlertState.NEW


def test_it_can_be_brought_back_before_its_day(runtime: Runtime, nurse: Actor, colleague: Actor) -> None:
    alert = pain_alert(runtime, nurse)
    act(runtime, nurse, lambda work: snooze(work, alert, until=date(2026, 3, 3), reason="Why."))
    act(runtime, colleague, lambda work: bring_back(work, alert))
    act(runtime, colleague, lambda work: bring_back(work, alert))
    found = row(runtime, alert)
    assert (found.snoozed_until, found.owner_id) == (None, colleague.id)
    assert step_kinds(runtime, alert) == ["raised", "seen", "snoozed", "taken"]


def test_a_closed_alert_is_reopened_with_a_reason(runtime: Runtime, nurse: Actor, colleague: Actor) -> None:
    alert = pain_alert(runtime, nurse)
    with pytest.raises(AlertNotClosed):
        act(runtime, nurse, lambda work: reopen(work, alert, reason="Why."))
    act(runtime, nurse, lambda work: close_alert(work, alert, action="advice", note="Called."))
    assert refused(runtime, colleague, lambda work: reopen(work, alert, reason="")) == {"note"}
    act(runtime, colleague, lambda work: reopen(work, alert, reason="The wrong patient was called."))
    found = row(runtime, alert)
    assert (found.closed_at, found.owner_id) == (None, colleague.id)
    assert step_kinds(runtime, alert)[-2:] == ["closed", "reopened"]
    assert alert_state(step_kinds(runtime, alert)) is AlertState.SEEN


def test_what_recurred_leads_to_the_earlier_one_which_is_not_reopened_beside_it(runtime: Runtime, nurse: Actor) -> None:
    phone = take_seat(runtime, make_patient(runtime, nurse))
    answer_pain(runtime, phone, 9, key="a")
    first = open_alert(runtime, phone)
    act(runtime, nurse, lambda work: close_alert(work, first, action="advice", note="Called."))
    answer_pain(runtime, phone, 10, key="b", version=1)
    second = open_alert(runtime, phone)
    assert step_kinds(runtime, second) == ["recurred"]
    with runtime.reading(nurse) as work:
        page = read_alert(work.session, centre_id=nurse.centre(), public_id=second, cipher=work.cipher)
    assert page is not None
    assert page.earlier is not None
    assert page.earlier.public_id == first
    with pytest.raises(OpenedAgain) as caught:
        act(runtime, nurse, lambda work: reopen(work, first, reason="Why."))
    assert caught.value.public_id == second


def test_not_reached_can_be_said_after_three_calls(runtime: Runtime, nurse: Actor) -> None:
    alert = pain_alert(runtime, nurse)

    def close(work: Work) -> object:
        return close_alert(work, alert, action="not_reached", note="Wrote to the family doctor.")

    for tries in range(3):
        assert calls_without_answer(step_kinds(runtime, alert)) == tries
        assert refused(runtime, nurse, close) == {"action"}
        act(runtime, nurse, lambda work: log_contact(work, alert, reached=False, note=""))
    act(runtime, nurse, close)
    assert row(runtime, alert).closed_at is not None


def test_an_alert_that_became_more_urgent_unseen_has_the_sooner_target(runtime: Runtime, nurse: Actor) -> None:
    phone = take_seat(runtime, make_patient(runtime, nurse))
    answer_pain(runtime, phone, 9, key="a")
    before = row(runtime, open_alert(runtime, phone)).target_at
    runtime.clock.advance(minutes=30)  # type: ignore[attr-defined]
    answer_pain(runtime, phone, 10, key="b", version=1)
    assert row(runtime, open_alert(runtime, phone)).target_at == before


def test_a_closed_alert_is_not_moved_and_another_centre_finds_nothing(runtime: Runtime, nurse: Actor) -> None:
    alert = pain_alert(runtime, nurse)
    to = public_id(runtime, make_staff(runtime, email="second@north.example"))
    stranger = make_staff(runtime, code="SOUTH")
    neighbour = public_id(runtime, make_staff(runtime, code="SOUTH", email="second@south.example"))
    day = date(2026, 3, 3)
    moves: list[Callable[[Work], object]] = [
        lambda work: snooze(work, alert, until=day, reason="x"),
        lambda work: bring_back(work, alert),
        lambda work: hand_over(work, alert, to=to if work.actor.id == nurse.id else neighbour, note="x"),
    ]
    for move in [*moves, lambda work: reopen(work, alert, reason="x")]:
        with pytest.raises(NotFound):
            act(runtime, stranger, move)
    act(runtime, nurse, lambda work: take_alert(work, alert))
    act(runtime, nurse, lambda work: close_alert(work, alert, action="advice", note="Called."))
    before = step_kinds(runtime, alert)
    for move in moves:
        with pytest.raises(AlertClosed):
            act(runtime, nurse, move)
    assert step_kinds(runtime, alert) == before
