"""The life of an alert: one open per rule, seen, taken by one nurse, contacted, closed with what was done."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from lrrc_qol.domain.alerts import AlertState, alert_state
from lrrc_qol.domain.errors import InvalidInput, LrrcQolError, NotFound
from lrrc_qol.persistence.models import Alert, AlertStep, AuditEntry
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor, Work
from lrrc_qol.services.handle_alert import (
    AlertClosed,
    TakenBySomebodyElse,
    close_alert,
    log_contact,
    see_alert,
    take_alert,
    take_over_alert,
)
from tests.factories import make_patient, make_staff, take_seat
from tests.raised_alerts import answer_pain, open_alert, pain_alert, step_kinds


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


def test_an_alert_goes_from_raised_to_closed(runtime: Runtime, nurse: Actor) -> None:
    alert = pain_alert(runtime, nurse)
    act(runtime, nurse, lambda work: see_alert(work, alert))
    act(runtime, nurse, lambda work: take_alert(work, alert))
    act(runtime, nurse, lambda work: log_contact(work, alert, reached=False, note=""))
    act(runtime, nurse, lambda work: log_contact(work, alert, reached=True, note="Will take the evening dose."))
    act(runtime, nurse, lambda work: close_alert(work, alert, action="analgesia_change", note="Dose raised."))
    assert step_kinds(runtime, alert) == ["raised", "seen", "taken", "no_answer", "contacted", "closed"]
    with runtime.reading(COMMAND) as work:
        audited = work.session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("alert_%"))).all()
        closing = work.session.scalars(select(AlertStep).where(AlertStep.kind == "closed")).one()
        note = work.cipher.open(closing.note_sealed or b"", field="alert_step.note")
    assert audited == ["alert_seen", "alert_taken", "alert_no_answer", "alert_contacted", "alert_closed"]
    assert (closing.action, closing.staff_id, note) == ("analgesia_change", nurse.id, "Dose raised.")


def test_seeing_twice_is_written_once_and_again_after_the_alert_was_raised_again(
    runtime: Runtime, nurse: Actor
) -> None:
    phone = take_seat(runtime, make_patient(runtime, nurse))
    answer_pain(runtime, phone, 9, key="a")
    alert = open_alert(runtime, phone)
    for _ in range(2):
        act(runtime, nurse, lambda work: see_alert(work, alert))
    answer_pain(runtime, phone, 10, key="b", version=1)
    act(runtime, nurse, lambda work: see_alert(work, alert))
    assert step_kinds(runtime, alert) == ["raised", "seen", "raised_again", "seen"]


def test_one_rule_has_one_open_alert_and_a_new_one_after_it_was_closed(runtime: Runtime, nurse: Actor) -> None:
    phone = take_seat(runtime, make_patient(runtime, nurse))
    answer_pain(runtime, phone, 9, key="a")
    first = open_alert(runtime, phone)
    answer_pain(runtime, phone, 10, key="b", version=1)
    assert open_alert(runtime, phone) == first
    act(runtime, nurse, lambda work: close_alert(work, first, action="advice", note="Called."))
    answer_pain(runtime, phone, 9, key="c", version=2)
    assert open_alert(runtime, phone) != first


def test_the_second_nurse_is_told_who_has_the_alert(runtime: Runtime, nurse: Actor, colleague: Actor) -> None:
    alert = pain_alert(runtime, nurse)
    act(runtime, nurse, lambda work: take_alert(work, alert))
    act(runtime, nurse, lambda work: take_alert(work, alert))
    with pytest.raises(TakenBySomebodyElse, match="Nurse of NORTH"):
        act(runtime, colleague, lambda work: take_alert(work, alert))
    act(runtime, colleague, lambda work: take_over_alert(work, alert))
    assert owner(runtime, alert) == colleague.id
    assert step_kinds(runtime, alert) == ["raised", "seen", "taken", "seen", "taken"]


def test_of_two_nurses_who_take_it_at_once_one_wins(runtime: Runtime, nurse: Actor, colleague: Actor) -> None:
    alerts = [pain_alert(runtime, nurse, hospital_number=f"H-{number}") for number in range(8)]
    gate = Barrier(2)

    def take(person: Actor, alert: str) -> str:
        gate.wait(10)
        try:
            act(runtime, person, lambda work: take_alert(work, alert))
        except TakenBySomebodyElse:
            return "told"
        return "taken"

    with ThreadPoolExecutor(2) as pool:
        for alert in alerts:
            outcomes = sorted(pool.map(take, (nurse, colleague), (alert, alert)))
            assert outcomes == ["taken", "told"]
            assert step_kinds(runtime, alert).count("taken") == 1


def test_a_call_is_written_down_also_when_the_alert_was_closed_meanwhile(
    runtime: Runtime, nurse: Actor, colleague: Actor
) -> None:
    alert = pain_alert(runtime, nurse)
    act(runtime, nurse, lambda work: take_alert(work, alert))
    act(runtime, nurse, lambda work: close_alert(work, alert, action="advice", note="Called."))
    with runtime.writing(colleague) as work:
        assert log_contact(work, alert, reached=True, note="Feels better.") is False
    assert step_kinds(runtime, alert) == ["raised", "seen", "taken", "closed", "contacted"]
    assert alert_state(step_kinds(runtime, alert)) is AlertState.CLOSED
    assert owner(runtime, alert) == nurse.id
    with runtime.reading(COMMAND) as work:
        assert work.session.scalars(select(Alert.closed_at)).one() is not None


def test_a_closed_alert_cannot_be_taken_or_closed_again(runtime: Runtime, nurse: Actor, colleague: Actor) -> None:
    alert = pain_alert(runtime, nurse)
    act(runtime, nurse, lambda work: close_alert(work, alert, action="advice", note="Called."))
    before = step_kinds(runtime, alert)
    acts: list[Callable[[Work], object]] = [
        lambda work: take_alert(work, alert),
        lambda work: take_over_alert(work, alert),
        lambda work: close_alert(work, alert, action="advice", note="Again."),
    ]
    for late in acts:
        with pytest.raises(AlertClosed):
            act(runtime, colleague, late)
    act(runtime, colleague, lambda work: see_alert(work, alert))
    assert step_kinds(runtime, alert) == before


@pytest.mark.parametrize(
    ("action", "note", "fields"),
    [
        ("", "Called.", {"action"}),
        ("cured", "Called.", {"action"}),
        ("advice", "  ", {"note"}),
        ("advice", "x" * 4001, {"note"}),
        ("", "", {"action", "note"}),
    ],
)
def test_closing_needs_an_action_and_a_note(
    runtime: Runtime, nurse: Actor, action: str, note: str, fields: set[str]
) -> None:
    alert = pain_alert(runtime, nurse)
    with pytest.raises(InvalidInput) as caught:
        act(runtime, nurse, lambda work: close_alert(work, alert, action=action, note=note))
    assert set(caught.value.fields) == fields
    assert step_kinds(runtime, alert) == ["raised"]


def test_another_centre_finds_nothing_and_leaves_nothing(runtime: Runtime, nurse: Actor) -> None:
    alert = pain_alert(runtime, nurse)
    stranger = make_staff(runtime, code="SOUTH")
    acts: list[Callable[[Work], object]] = [
        lambda work: see_alert(work, alert),
        lambda work: take_alert(work, alert),
        lambda work: take_over_alert(work, alert),
        lambda work: log_contact(work, alert, reached=True, note="x"),
        lambda work: close_alert(work, alert, action="advice", note="x"),
    ]
    for foreign in acts:
        with pytest.raises(NotFound):
            act(runtime, stranger, foreign)
    assert step_kinds(runtime, alert) == ["raised"]


def test_a_refused_act_leaves_no_audit_row(runtime: Runtime, nurse: Actor, colleague: Actor) -> None:
    alert = pain_alert(runtime, nurse)
    act(runtime, nurse, lambda work: take_alert(work, alert))
    before = audit_rows(runtime)
    with pytest.raises(LrrcQolError):
        act(runtime, colleague, lambda work: take_alert(work, alert))
    assert audit_rows(runtime) == before


def owner(runtime: Runtime, alert: str) -> int | None:
    """Who has an alert."""
    with runtime.reading(COMMAND) as work:
        return work.session.scalars(select(Alert.owner_id).where(Alert.public_id == alert)).one()


def audit_rows(runtime: Runtime) -> int:
    """How long the audit trail is."""
    with runtime.reading(COMMAND) as work:
        return work.session.scalar(select(func.count()).select_from(AuditEntry)) or 0
