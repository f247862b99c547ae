"""A sent answer is corrected with a reason: both values stay, scores and alerts follow, two nurses do not collide."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput, NotFound, StaleWrite
from lrrc_qol.persistence.models import Alert, Answer, AuditEntry, Response, ScoreRow
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.amend_answer import Amendment, amend_answer
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.read_form import read_form
from tests.factories import answer, assignment, complete_visit, make_patient, make_staff, save, take_seat

PAIN, WORST = "pain_nrs", "pain_worst"


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    return make_staff(runtime)


@pytest.fixture
def patient(runtime: Runtime, nurse: Actor) -> str:
    """A patient who sent the baseline with the lowest answers."""
    public_id = make_patient(runtime, nurse)
    complete_visit(runtime, take_seat(runtime, public_id))
    return public_id


def stored(runtime: Runtime, model: Any, *where: Any) -> list[Any]:
    with runtime.reading(COMMAND) as work:
        return list(work.session.scalars(select(model).where(*where).order_by(model.id)))


@pytest.fixture
def form(runtime: Runtime, patient: str) -> Response:
    assert patient
    found: Response = stored(runtime, Response, Response.instrument_id == PAIN)[0]
    return found


def amend(runtime: Runtime, nurse: Actor, patient: str, form: Response, **changes: Any) -> None:
    plain = {"item_id": WORST, "value": 9, "reason": "Typed 0; she meant 9.", "version": form.version}
    with runtime.writing(nurse) as work:
        amend_answer(work, patient, form.id, Amendment(**plain | changes))


def test_both_values_stay_and_scores_and_alerts_follow(
    runtime: Runtime, nurse: Actor, patient: str, form: Response
) -> None:
    assert stored(runtime, Alert) == []
    amend(runtime, nurse, patient, form)
    rows = stored(runtime, Answer, Answer.response_id == form.id, Answer.item_id == WORST)
    assert [(row.value, row.staff_id, row.reason) for row in rows] == [
        (0, None, None),
        (9, nurse.id, "Typed 0; she meant 9."),
    ]
    scores = stored(runtime, ScoreRow, ScoreRow.response_id == form.id, ScoreRow.scale_id == WORST)
    assert [(score.generation, score.value) for score in scores] == [(1, 0), (2, 9)]
    assert len(stored(runtime, Alert)) == 1
    entry = stored(runtime, AuditEntry, AuditEntry.action == "amended_answer")[0]
    assert entry.detail == {"item": WORST, "before": 0, "after": 9}
    assert entry.reason == "Typed 0; she meant 9."
    with runtime.reading(nurse) as work:
        item = next(one for one in read_form(work, patient, form.id).items if one.item_id == WORST)
    assert [(version.answer, version.by) for version in item.history] == [(0, ""), (9, "Nurse of NORTH")]


def test_an_alert_that_is_open_stays_when_the_answer_is_corrected_away(
    runtime: Runtime, nurse: Actor, patient: str, form: Response
) -> None:
    amend(runtime, nurse, patient, form)
    amend(runtime, nurse, patient, form, value=1, reason="It was 1 after all.", version=form.version + 1)
    assert [alert.closed_at for alert in stored(runtime, Alert)] == [None]


def test_a_value_can_become_no_answer(runtime: Runtime, nurse: Actor, patient: str, form: Response) -> None:
    amend(runtime, nurse, patient, form, value=None)
    scores = stored(runtime, ScoreRow, ScoreRow.response_id == form.id, ScoreRow.scale_id == WORST)
    assert [(score.value, score.reason) for score in scores] == [(0, None), (None, "too_few_answered")]


def test_the_second_of_two_nurses_is_told(runtime: Runtime, nurse: Actor, patient: str, form: Response) -> None:
    amend(runtime, nurse, patient, form)
    with pytest.raises(StaleWrite):
        amend(runtime, nurse, patient, form, value=5)
    assert len(stored(runtime, Answer, Answer.response_id == form.id, Answer.item_id == WORST)) == 2


def test_of_two_nurses_at_once_one_is_told(runtime: Runtime, nurse: Actor, patient: str, form: Response) -> None:
    gate = threading.Barrier(2)

    def one(value: int) -> bool:
        gate.wait()
        try:
            amend(runtime, nurse, patient, form, value=value)
        except StaleWrite:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, (5, 6))) == [False, True]
    assert len(stored(runtime, Answer, Answer.response_id == form.id, Answer.item_id == WORST)) == 2
    assert {row.generation for row in stored(runtime, ScoreRow, ScoreRow.response_id == form.id)} == {1, 2}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"value": 11}, "answer"),
        ({"value": 0}, "answer"),
        ({"item_id": "nobody_asked"}, "answer"),
    ],
)
def test_what_cannot_be_is_refused(
    runtime: Runtime, nurse: Actor, patient: str, form: Response, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        amend(runtime, nurse, patient, form, **changes)
    assert set(refused.value.fields) == {field}
    assert stored(runtime, AuditEntry, AuditEntry.action == "amended_answer") == []


def test_only_a_sent_form_of_the_own_centre_is_amended(
    runtime: Runtime, nurse: Actor, patient: str, form: Response
) -> None:
    stranger = make_staff(runtime, code="SOUTH")
    with pytest.raises(NotFound):
        amend(runtime, stranger, patient, form)
    other = make_patient(runtime, nurse, hospital_number="H-2")
    with pytest.raises(NotFound):
        amend(runtime, nurse, other, form)
    phone = take_seat(runtime, other)
    save(runtime, phone, assignment(runtime, phone, PAIN), answer(WORST, 3), key="draft")
    draft = stored(runtime, Response, Response.submitted_at.is_(None))[0]
    with pytest.raises(NotFound):
        amend(runtime, nurse, other, draft)
