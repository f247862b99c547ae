"""Saving and sending: nothing acknowledged is lost, replays are harmless, two devices are told the truth."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from lrrc_qol.domain.errors import NotFound
from lrrc_qol.persistence.models import Alert, AlertStep, Answer, PatientSession, Response, ScoreRow, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.answer_form import open_form, submit_response
from lrrc_qol.services.context import COMMAND
from tests.clock import FixedClock
from tests.factories import (
    Phone,
    answer,
    assignment,
    complete_visit,
    make_patient,
    make_staff,
    save,
    set_dates,
    take_seat,
)


@pytest.fixture
def phone(runtime: Runtime) -> Phone:
    """A patient's phone at the baseline visit."""
    return take_seat(runtime, make_patient(runtime, make_staff(runtime)))


@pytest.fixture
def c30(runtime: Runtime, phone: Phone) -> str:
    """The QLQ-C30 of that visit."""
    return assignment(runtime, phone, "qlq_c30")


def stored(runtime: Runtime, item_id: str) -> list[tuple[str, int | None]]:
    """All versions of one answer, oldest save first."""
    with runtime.reading(COMMAND) as work:
        rows = work.session.scalars(select(Answer).where(Answer.item_id == item_id).order_by(Answer.id))
        return [(row.kind, row.value) for row in rows]


def other_phone(runtime: Runtime, phone: Phone) -> Phone:
    """A second device at the same visit: a session of its own."""
    with runtime.reading(COMMAND) as work:
        link_id = work.session.get_one(PatientSession, phone.seat.session_id).link_id
    row = {"link_id": link_id, "visit_id": phone.seat.visit_id, "token_hash": "0" * 64}
    with runtime.writing(COMMAND) as work:
        session = PatientSession(**row, created_at=work.now, last_seen_at=work.now)
        work.session.add(session)
        work.session.flush()
        return replace(phone, seat=replace(phone.seat, session_id=session.id))


def submit(runtime: Runtime, phone: Phone, form: str, *, key: str = "send", version: int = 1) -> tuple[int, dict]:  # type: ignore[type-arg]
    """One submit in a transaction of its own."""
    with runtime.writing(phone.actor) as work:
        result = submit_response(work, phone.seat, form, key=key, version=version)
    return result.status, result.body


def test_an_answer_is_there_for_another_device(runtime: Runtime, phone: Phone, c30: str) -> None:
    assert save(runtime, phone, c30, answer("q1", 3), key="a")[0] == 200
    with runtime.reading(phone.actor) as work:
        first = open_form(work, phone.seat, c30).items[0]
    assert (first.id, first.state, first.value) == ("q1", "value", 3)


def test_a_replay_returns_the_first_result_and_stores_nothing(runtime: Runtime, phone: Phone, c30: str) -> None:
    first = save(runtime, phone, c30, answer("q1", 3), key="a")
    assert save(runtime, phone, c30, answer("q1", 3, age_seconds=9), key="a") == first
    assert stored(runtime, "q1") == [("value", 3)]


def test_a_key_with_another_body_is_refused(runtime: Runtime, phone: Phone, c30: str) -> None:
    save(runtime, phone, c30, answer("q1", 3), key="a")
    assert save(runtime, phone, c30, answer("q1", 4), key="a") == (422, {"error": "key_reused", "saved": False})


def test_fifty_replays_at_once_have_one_effect(runtime: Runtime, phone: Phone, c30: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: save(runtime, phone, c30, answer("q1", 2), key="same"), range(50)))
    assert results == [results[0]] * 50
    assert stored(runtime, "q1") == [("value", 2)]


def test_a_changed_mind_keeps_the_first_answer_in_history(runtime: Runtime, phone: Phone, c30: str) -> None:
    save(runtime, phone, c30, answer("q1", 3), key="a")
    save(runtime, phone, c30, answer("q1", None), key="b", version=1)
    assert stored(runtime, "q1") == [("value", 3), ("declined", None)]


def test_two_devices_on_different_items_do_not_disturb_each_other(runtime: Runtime, phone: Phone, c30: str) -> None:
    save(runtime, phone, c30, answer("q1", 3), key="a")
    status, body = save(runtime, other_phone(runtime, phone), c30, answer("q2", 1), key="b", version=0)
    assert (status, body["version"], body["changed_elsewhere"]) == (200, 2, ["q1"])


def test_a_device_is_not_told_of_its_own_earlier_answers(runtime: Runtime, phone: Phone, c30: str) -> None:
    save(runtime, phone, c30, answer("q1", 3), answer("q2", 3), key="a")
    status, body = save(runtime, phone, c30, answer("q1", 1), key="b", version=0)
    assert (status, body["changed_elsewhere"], stored(runtime, "q1")[-1]) == (200, [], ("value", 1))


def test_a_stale_write_is_told_both_values_and_the_newest_given_counts(
    runtime: Runtime, phone: Phone, c30: str, clock: FixedClock
) -> None:
    clock.advance(minutes=1)
    save(runtime, phone, c30, answer("q1", 3), key="a")
    clock.advance(minutes=1)
    status, body = save(runtime, other_phone(runtime, phone), c30, answer("q1", 1), key="b", version=0)
    assert status == 409
    assert (body["error"], body["stored"]) == ("conflict", True)
    assert body["items"] == {"q1": {"yours": 1, "other": 3, "current": 1}}
    status, body = save(runtime, phone, c30, answer("q1", 4, age_seconds=90), key="c", version=0)
    assert status == 409
    assert body["items"] == {"q1": {"yours": 4, "other": 1, "current": 1}}
    assert stored(runtime, "q1") == [("value", 3), ("value", 1), ("value", 4)]


def test_a_wrong_device_clock_cannot_undo_an_answer_it_saw(runtime: Runtime, phone: Phone, c30: str) -> None:
    save(runtime, phone, c30, answer("q1", 3), key="a")
    save(runtime, phone, c30, answer("q1", 2, age_seconds=100_000), key="b", version=1)
    with runtime.reading(phone.actor) as work:
        assert open_form(work, phone.seat, c30).items[0].value == 2


@pytest.mark.parametrize(
    "bad",
    [answer("q1", 5), answer("q99", 1), answer("urostomy_confidence", 1)],
    ids=["code", "unknown item", "other form"],
)
def test_answers_that_cannot_be_are_refused_whole(runtime: Runtime, phone: Phone, c30: str, bad: object) -> None:
    status, body = save(runtime, phone, c30, answer("q2", 1), bad, key="a")  # type: ignore[arg-type]
    assert (status, body["error"]) == (422, "invalid")
    assert stored(runtime, "q2") == []


def test_a_form_of_another_visit_is_not_found(runtime: Runtime, phone: Phone) -> None:
    other = take_seat(runtime, make_patient(runtime, make_staff(runtime, code="SOUTH")))
    with pytest.raises(NotFound):
        save(runtime, phone, assignment(runtime, other, "qlq_c30"), answer("q1", 1), key="a")


def test_sending_freezes_scores_and_leads_to_the_next_part(runtime: Runtime, phone: Phone, c30: str) -> None:
    answers = [answer(f"q{number}", 1) for number in range(1, 31)]
    save(runtime, phone, c30, *answers, key="a")
    status, body = submit(runtime, phone, c30)
    assert (status, body["next"]) == (200, assignment(runtime, phone, "pain_nrs"))
    with runtime.reading(COMMAND) as work:
        scores = {row.scale_id: row.value for row in work.session.scalars(select(ScoreRow))}
        response = work.session.scalars(select(Response)).one()
    assert (len(scores), scores["PF"], scores["FA"], scores["QL"], scores["SUMMARY"]) == (16, 100.0, 0.0, 0.0, 100.0)
    assert (response.baseline_type, response.mode, response.respondent) == ("prospective", "own_phone", "patient")
    assert save(runtime, phone, c30, answer("q1", 2), key="late", version=2) == (
        409,
        {
            "error": "submitted",
            "saved": False,
            "next": assignment(runtime, phone, "pain_nrs"),
            "left": 3,
            "urgent": False,
        },
    )


def test_sending_twice_makes_one_response(runtime: Runtime, phone: Phone, c30: str) -> None:
    save(runtime, phone, c30, answer("q1", 1), key="a")
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: submit(runtime, phone, c30), range(16)))
    assert results == [results[0]] * 16
    assert submit(runtime, phone, c30, key="other")[0] == 409
    with runtime.reading(COMMAND) as work:
        assert work.session.scalar(select(func.count()).select_from(ScoreRow)) == 16


def test_a_draft_that_moved_on_is_not_sent_unseen(runtime: Runtime, phone: Phone, c30: str) -> None:
    save(runtime, phone, c30, answer("q1", 1), key="a")
    save(runtime, phone, c30, answer("q2", 1), key="b", version=1)
    assert submit(runtime, phone, c30, version=1) == (409, {"error": "conflict", "submitted": False, "version": 2})


def test_an_untouched_form_is_not_sent(runtime: Runtime, phone: Phone, c30: str) -> None:
    assert submit(runtime, phone, c30, version=0) == (422, {"error": "nothing_answered", "submitted": False})


def test_the_last_part_finishes_the_visit_and_its_reminders(runtime: Runtime, phone: Phone) -> None:
    complete_visit(runtime, phone)
    with runtime.reading(COMMAND) as work:
        visit = work.session.scalars(select(Visit)).one()
    assert visit.completed_at == runtime.clock.now()
    assert visit.next_reminder_at is None


def test_what_the_anatomy_rules_out_is_stored_as_not_applicable(runtime: Runtime, phone: Phone) -> None:
    complete_visit(runtime, phone)
    assert stored(runtime, "stoma_confidence") == [("not_applicable", None)]


def test_pain_of_nine_alerts_at_the_save_and_tells_the_patient(runtime: Runtime, phone: Phone) -> None:
    form = assignment(runtime, phone, "pain_nrs")
    _, body = save(runtime, phone, form, answer("pain_worst", 9), key="a")
    assert body["instruction"]["urgent"]
    assert body["instruction"]["phone"]
    with runtime.reading(COMMAND) as work:
        alert = work.session.scalars(select(Alert)).one()
        steps = work.session.scalars(select(AlertStep.kind)).all()
    assert (alert.level, alert.evidence["items"], list(steps)) == ("red", {"pain_worst": 9}, ["raised"])


def test_a_milder_trouble_does_not_talk_the_patient_out_of_the_urgent_one(runtime: Runtime, clock: FixedClock) -> None:
    phone, form = check_in(runtime, clock)
    _, ward = save(runtime, phone, form, answer("pain_worst", 9), key="a")
    _, mild = save(runtime, phone, form, answer("distress", 8), key="b", version=1)
    _, worse = save(runtime, phone, form, answer("breathing", 3), key="c", version=2)
    _, calm = save(runtime, phone, form, answer("wound", 0), key="d", version=3)
    assert mild["instruction"] == ward["instruction"]
    assert (ward["instruction"]["call"], worse["instruction"]["call"]) == ("ward", "emergency")
    assert calm["instruction"] is None


def test_an_alert_stays_when_the_answer_is_taken_back_and_never_doubles(runtime: Runtime, phone: Phone) -> None:
    form = assignment(runtime, phone, "pain_nrs")
    save(runtime, phone, form, answer("pain_worst", 9), key="a")
    save(runtime, phone, form, answer("pain_worst", 2), key="b", version=1)
    save(runtime, phone, form, answer("pain_worst", 10), key="c", version=2)
    with runtime.reading(COMMAND) as work:
        alert = work.session.scalars(select(Alert)).one()
        steps = work.session.scalars(select(AlertStep.kind).order_by(AlertStep.id)).all()
    assert alert.evidence["items"] == {"pain_worst": 10}
    assert list(steps) == ["raised", "raised_again"]


def check_in(runtime: Runtime, clock: FixedClock) -> tuple[Phone, str]:
    """A phone at the check-in two days after going home with a stoma, and its form."""
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse)
    surgery = clock.advance(days=20).date()
    home = clock.advance(days=10).date()
    set_dates(runtime, nurse, patient, planned_surgery_on=surgery, surgery_on=surgery, discharged_on=home, stoma=True)
    clock.advance(days=2)
    phone = take_seat(runtime, patient, "CHK-D002")
    return phone, assignment(runtime, phone, "pe_checkin")


def test_a_check_in_after_discharge_alerts_too(runtime: Runtime, clock: FixedClock) -> None:
    phone, form = check_in(runtime, clock)
    _, body = save(runtime, phone, form, answer("stoma", 5), key="a")
    assert body["instruction"]["urgent"]


@pytest.mark.parametrize("table", ["answer", "audit_entry", "score"])
def test_history_cannot_be_changed_in_the_database(runtime: Runtime, phone: Phone, table: str) -> None:
    complete_visit(runtime, phone)
    for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):  # noqa: S608 - fixed names
        with pytest.raises(DBAPIError, match="only ever added"), runtime.database.write() as session:
            session.execute(text(statement))
