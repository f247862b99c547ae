"""Staff type in forms: which visit a day proposes, what may still be typed in, alerts, and typing twice."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput, NotFound, StaleWrite
from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import Alert, Answer, PatientSession, Response, SecondEntry, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.answer_form import list_parts, submit_response
from lrrc_qol.services.context import ANONYMOUS_PATIENT, COMMAND, Actor
from lrrc_qol.services.patient_session import find_seat
from lrrc_qol.services.record_event import record_event
from lrrc_qol.services.staff_entry import (
    EntryVisit,
    OutOfWindow,
    begin_entry,
    compare_typings,
    propose_visit,
    read_second_form,
    store_second_entry,
)
from tests.clock import FixedClock
from tests.consents import give_consent, make_text
from tests.factories import (
    Phone,
    answer,
    answers_for,
    assignment,
    complete_visit,
    make_patient,
    make_staff,
    save,
    take_seat,
)
from tests.staff_entry import entry_request, nurse_seat

PAIN = "pain_nrs"


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    return make_staff(runtime)


@pytest.fixture
def patient(runtime: Runtime, nurse: Actor) -> str:
    return make_patient(runtime, nurse)


def stored(runtime: Runtime, model: Any) -> list[Any]:
    with runtime.reading(COMMAND) as work:
        return list(work.session.scalars(select(model).order_by(model.id)))


def window(key: str, opens: int, due: int, closes: int) -> EntryVisit:
    start = date(2026, 3, 1)
    days = [start + timedelta(days=day) for day in (opens, due, closes)]
    return EntryVisit(0, key, key, key, *days)


@pytest.mark.parametrize(("day", "key"), [(0, "A"), (9, "A"), (12, "B"), (14, "B"), (60, "B")])
def test_the_day_proposes_the_visit_whose_window_holds_it_else_the_nearest(day: int, key: str) -> None:
    visits = [window("A", 0, 5, 12), window("B", 10, 15, 20)]
    found = propose_visit(visits, date(2026, 3, 1) + timedelta(days=day))
    assert found is not None
    assert found.key == key


def test_without_a_visit_nothing_is_proposed() -> None:
    assert propose_visit([], date(2026, 3, 1)) is None


def test_the_real_day_is_that_of_the_paper(runtime: Runtime, nurse: Actor, patient: str, clock: FixedClock) -> None:
    filled_in = clock.now().date()
    clock.advance(days=6)
    seat = nurse_seat(runtime, nurse, patient, answered_on=filled_in)
    complete_visit(runtime, seat)
    responses = stored(runtime, Response)
    assert {response.answered_on for response in responses} == {filled_in}
    assert {response.baseline_type for response in responses} == {"prospective"}
    assert {response.entered_by for response in responses} == {nurse.id}


def test_an_interview_that_alerts_raises_the_alert(runtime: Runtime, nurse: Actor, patient: str) -> None:
    seat = nurse_seat(runtime, nurse, patient, mode="telephone")
    form = assignment(runtime, seat, PAIN)
    _, body = save(runtime, seat, form, answer("pain_worst", 9), key="one")
    assert body["instruction"] is not None
    assert len(stored(runtime, Alert)) == 1


def test_a_replayed_save_is_one_answer_of_one_member_of_staff(runtime: Runtime, nurse: Actor, patient: str) -> None:
    seat = nurse_seat(runtime, nurse, patient)
    form = assignment(runtime, seat, PAIN)
    first = save(runtime, seat, form, answer("pain_worst", 3), key="same")
    assert save(runtime, seat, form, answer("pain_worst", 3), key="same") == first
    assert [row.staff_id for row in stored(runtime, Answer)] == [nurse.id]


def test_a_draft_of_the_patient_that_staff_finish_is_marked_as_theirs(
    runtime: Runtime, nurse: Actor, patient: str
) -> None:
    phone = take_seat(runtime, patient)
    form = assignment(runtime, phone, PAIN)
    save(runtime, phone, form, answer("pain_worst", 3), key="phone")
    seat = nurse_seat(runtime, nurse, patient, mode="telephone", respondent="interpreter", relation="interpreter")
    save(runtime, seat, form, answer("pain_average", 2), key="call", version=1)
    response = stored(runtime, Response)[0]
    assert (response.mode, response.respondent, response.respondent_relation, response.entered_by) == (
        *("telephone", "interpreter", "interpreter"),
        nurse.id,
    )


def test_a_draft_that_is_finished_in_another_way_says_so_and_counts_as_it_was_sent(
    runtime: Runtime, nurse: Actor, patient: str
) -> None:
    paper = nurse_seat(runtime, nurse, patient)
    form = assignment(runtime, paper, PAIN)
    save(runtime, paper, form, answer("pain_worst", 3), key="paper")
    begun = stored(runtime, Response)[0]
    colleague = make_staff(runtime, email="second@north.example")
    call = nurse_seat(runtime, colleague, patient, mode="telephone", respondent="proxy", relation="partner")
    with runtime.reading(colleague) as work:
        assert [part.begun_in for part in list_parts(work, call.seat) if part.assignment_public_id == form] == ["paper"]
    saved, body = save(runtime, call, form, answer("pain_average", 2), key="call", version=1)
    assert saved == 200
    with runtime.writing(colleague) as work:
        assert submit_response(work, call.seat, form, key="send", version=body["version"]).status == 200
    sent = stored(runtime, Response)[0]
    assert (sent.mode, sent.respondent, sent.respondent_relation) == ("telephone", "proxy", "partner")
    assert sent.entered_by == nurse.id
    assert (sent.wording_digest, sent.instrument_version) == (begun.wording_digest, begun.instrument_version)
    worst = [row for row in stored(runtime, Answer) if row.item_id == "pain_worst"]
    assert [(row.value, row.staff_id) for row in worst] == [(3, nurse.id)]


def test_the_patient_who_finishes_what_staff_began_answers_alone(runtime: Runtime, nurse: Actor, patient: str) -> None:
    seat = nurse_seat(runtime, nurse, patient, mode="telephone")
    form = assignment(runtime, seat, PAIN)
    save(runtime, seat, form, answer("pain_worst", 3), key="call")
    phone = take_seat(runtime, patient)
    _, body = save(runtime, phone, form, answer("pain_average", 2), key="phone", version=1)
    with runtime.writing(phone.actor) as work:
        submit_response(work, phone.seat, form, key="send", version=body["version"])
    sent = stored(runtime, Response)[0]
    assert (sent.mode, sent.respondent, sent.entered_by) == ("own_phone", "patient", nurse.id)


def ended_on(runtime: Runtime, nurse: Actor, patient: str, kind: EventKind, day: date) -> None:
    with runtime.writing(nurse) as work:
        record_event(work, patient, kind=kind, happened_on=day, detail=answers_for(runtime, kind))


@pytest.mark.parametrize(
    ("kind", "mode", "days_before", "accepted"),
    [
        (EventKind.DEATH, "paper", 0, True),
        (EventKind.DEATH, "paper", 2, True),
        (EventKind.DEATH, "paper", -1, False),
        (EventKind.DEATH, "telephone", 2, False),
        (EventKind.WITHDRAWAL_NEW_DATA, "paper", 1, True),
        (EventKind.WITHDRAWAL_NEW_DATA, "paper", 0, False),
        (EventKind.WITHDRAWAL_NEW_DATA, "face_to_face", 1, False),
        (EventKind.WITHDRAWAL_ALL, "paper", 2, False),
    ],
)
def test_paper_from_before_the_end_is_never_discarded(
    runtime: Runtime,
    nurse: Actor,
    patient: str,
    clock: FixedClock,
    kind: EventKind,
    mode: str,
    days_before: int,
    accepted: bool,
) -> None:
    clock.advance(days=5)
    day = clock.now().date()
    ended_on(runtime, nurse, patient, kind, day)
    clock.advance(days=1)
    wanted: dict[str, Any] = {"mode": mode, "answered_on": day - timedelta(days=days_before), "any_day": True}
    if not accepted:
        with pytest.raises(InvalidInput) as refused, runtime.writing(nurse) as work:
            begin_entry(work, patient, entry_request(runtime, **wanted))
        assert "answered_on" in refused.value.fields
        return
    complete_visit(runtime, nurse_seat(runtime, nurse, patient, **wanted))
    assert {response.answered_on for response in stored(runtime, Response)} == {day - timedelta(days=days_before)}


def test_a_seat_ends_the_moment_a_death_before_its_day_is_recorded(
    runtime: Runtime, nurse: Actor, patient: str, clock: FixedClock
) -> None:
    clock.advance(days=5)
    with runtime.writing(nurse) as work:
        token = begin_entry(work, patient, entry_request(runtime, mode="telephone"))
    ended_on(runtime, nurse, patient, EventKind.DEATH, clock.now().date())
    with runtime.reading(ANONYMOUS_PATIENT) as work:
        assert find_seat(work, token) is None


def test_a_day_outside_the_window_has_to_be_meant(
    runtime: Runtime, nurse: Actor, patient: str, clock: FixedClock
) -> None:
    clock.advance(days=25)
    with pytest.raises(OutOfWindow), runtime.writing(nurse) as work:
        begin_entry(work, patient, entry_request(runtime))
    assert stored(runtime, PatientSession) == []
    assert nurse_seat(runtime, nurse, patient, any_day=True).seat.answered_on == clock.now().date()


# Typed twice


@pytest.fixture
def twice(runtime: Runtime, nurse: Actor, patient: str) -> tuple[Phone, str]:
    """The first typing of the pain form, all lowest, and the form's public id."""
    seat = nurse_seat(runtime, nurse, patient, twice=True)
    form = assignment(runtime, seat, PAIN)
    items = [item.id for item in items_of(runtime, nurse)]
    save(runtime, seat, form, *(answer(item, 1) for item in items), key="first")
    return seat, form


def items_of(runtime: Runtime, nurse: Actor) -> tuple[Any, ...]:
    with runtime.reading(nurse) as work:
        return work.catalogue.instrument(PAIN).items


def test_what_is_to_be_typed_twice_is_not_sent_before_the_comparison(
    runtime: Runtime, twice: tuple[Phone, str]
) -> None:
    seat, form = twice
    with runtime.writing(seat.actor) as work:
        sent = submit_response(work, seat.seat, form, key="too-early", version=1)
    assert (sent.status, sent.body) == (409, {"error": "second_entry", "submitted": False})
    assert stored(runtime, Response)[0].submitted_at is None


def test_identical_typings_are_sent_as_they_are(
    runtime: Runtime, nurse: Actor, patient: str, twice: tuple[Phone, str]
) -> None:
    _, form = twice
    same = {item.id: 1 for item in items_of(runtime, nurse)}
    with runtime.writing(nurse) as work:
        store_second_entry(work, patient, form, same)
    with runtime.reading(nurse) as work:
        page = read_second_form(work, patient, form)
    assert (page.typed, page.differences) == (True, ())
    with runtime.writing(nurse) as work:
        assert compare_typings(work, patient, form, chosen={}, version=page.version) == 0
    second = stored(runtime, SecondEntry)[-1]
    assert (second.differences, second.compared_by) == (0, nurse.id)
    assert stored(runtime, Response)[0].submitted_at is not None


def test_each_difference_is_decided_and_both_typings_stay(
    runtime: Runtime, nurse: Actor, patient: str, twice: tuple[Phone, str]
) -> None:
    _, form = twice
    colleague = make_staff(runtime, email="second@north.example")
    items = [item.id for item in items_of(runtime, nurse)]
    worst, average = items[0], items[1]
    with runtime.writing(colleague) as work:
        store_second_entry(work, patient, form, dict.fromkeys(items, 1) | {worst: 9, average: "declined"})
    with runtime.reading(colleague) as work:
        page = read_second_form(work, patient, form)
    assert [(one.item.id, one.second == "") for one in page.differences] == [(worst, False), (average, True)]
    with pytest.raises(InvalidInput) as refused, runtime.writing(colleague) as work:
        compare_typings(work, patient, form, chosen={worst: "second"}, version=page.version)
    assert set(refused.value.fields) == {average}
    with runtime.writing(colleague) as work:
        chosen = {worst: "second", average: "first"}
        assert compare_typings(work, patient, form, chosen=chosen, version=page.version) == 2
    rows = [(row.value, row.staff_id) for row in stored(runtime, Answer) if row.item_id == worst]
    assert rows == [(1, nurse.id), (9, colleague.id)]
    assert [row.value for row in stored(runtime, Answer) if row.item_id == average] == [1]
    assert len(stored(runtime, Alert)) == 1  # the paper says 9


def test_a_first_typing_that_changed_is_compared_anew(
    runtime: Runtime, nurse: Actor, patient: str, twice: tuple[Phone, str]
) -> None:
    seat, form = twice
    with runtime.writing(nurse) as work:
        store_second_entry(work, patient, form, {})
        page = read_second_form(work, patient, form)
    save(runtime, seat, form, answer("pain_worst", 2), key="again", version=1)
    with pytest.raises(StaleWrite), runtime.writing(nurse) as work:
        compare_typings(work, patient, form, chosen={}, version=page.version)
    assert stored(runtime, Response)[0].submitted_at is None


def test_a_code_that_is_no_answer_is_refused(
    runtime: Runtime, nurse: Actor, patient: str, twice: tuple[Phone, str]
) -> None:
    _, form = twice
    for answers in ({"pain_worst": 11}, {"pain_worst": "x"}, {"no_such": 1}):
        with pytest.raises(InvalidInput), runtime.writing(nurse) as work:
            store_second_entry(work, patient, form, answers)
    assert len(stored(runtime, SecondEntry)) == 1


def test_the_second_typing_is_the_own_centres(runtime: Runtime, patient: str, twice: tuple[Phone, str]) -> None:
    stranger = make_staff(runtime, code="SOUTH")
    with pytest.raises(NotFound), runtime.reading(stranger) as work:
        read_second_form(work, patient, twice[1])


def test_a_form_that_its_licence_keeps_from_interviews_stays_for_the_phone(
    runtime: Runtime, nurse: Actor, patient: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if one questionnaire might be asked on a screen only."""
    from lrrc_qol.services.answer_form import rows  # noqa: PLC0415 - the one place whose choice of words is changed

    chosen = rows.words_of_forms

    def screen_only(work: Any, centre: int, forms: Any, language: str, *, mode: str) -> Any:
        words = chosen(work, centre, forms, language, mode=mode)
        kept = [mode == "own_phone" or one.instrument[0] != PAIN for one in forms]
        return tuple(one if keep else None for one, keep in zip(words, kept, strict=True))

    monkeypatch.setattr(rows, "words_of_forms", screen_only)
    seat = nurse_seat(runtime, nurse, patient, mode="telephone")
    complete_visit(runtime, seat)
    with runtime.reading(nurse) as work:
        assert PAIN not in {part.instrument[0] for part in list_parts(work, seat.seat)}
        visit = work.session.get_one(Visit, seat.seat.visit_id)
        assert visit.completed_at is None


def test_a_form_is_not_typed_in_for_somebody_whose_consent_refuses_forms(
    runtime: Runtime, nurse: Actor, patient: str
) -> None:
    text = make_text(runtime, make_staff(runtime, role="admin"))
    give_consent(runtime, nurse, patient, text, scopes=("contact_mail", "care_audit", "research"))
    with pytest.raises(InvalidInput) as refusal:
        nurse_seat(runtime, nurse, patient)
    assert "newest consent refuses that forms are answered" in refusal.value.fields["answered_on"]

    give_consent(runtime, nurse, patient, text, scopes=("answer_forms",))  # no mail, but forms
    nurse_seat(runtime, nurse, patient)


def test_a_seat_ends_when_a_consent_that_refuses_forms_is_recorded(
    runtime: Runtime, nurse: Actor, patient: str
) -> None:
    text = make_text(runtime, make_staff(runtime, role="admin"))
    with runtime.writing(nurse) as work:
        token = begin_entry(work, patient, entry_request(runtime))
    give_consent(runtime, nurse, patient, text, scopes=())
    with runtime.reading(nurse) as work:
        assert find_seat(work, token) is None
