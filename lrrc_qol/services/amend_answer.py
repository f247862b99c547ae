"""Correct an answer of a sent form: a new version with a reason beside the old one, then scores and alerts anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import func, select

from lrrc_qol.domain.errors import InvalidInput, NotFound, StaleWrite
from lrrc_qol.domain.instrument import AnswerValue, Instrument, Missing
from lrrc_qol.domain.scoring import score_response
from lrrc_qol.persistence.models import Answer, Response, ScoreRow
from lrrc_qol.services import audit
from lrrc_qol.services.answer_form.rows import add_answers, asked_values
from lrrc_qol.services.answers import as_values, current_answers
from lrrc_qol.services.context import Work
from lrrc_qol.services.patient_session import Seat, seat_of_visit
from lrrc_qol.services.questionnaires import value_set_of
from lrrc_qol.services.raise_alerts import instruction_for, raise_alerts
from lrrc_qol.services.raise_score_alerts import raise_score_alerts
from lrrc_qol.services.read_form import find_response
from lrrc_qol.services.read_record import find_patient_row
from lrrc_qol.services.store_scores import score_rows, store_scores
from lrrc_qol.services.wordings import asked_instrument

REASON_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Amendment:
    """One correction: the item, its code (None = left out), why, and the version of the form that the page showed."""

    item_id: str
    value: int | None
    reason: str
    version: int


def amend_answer(work: Work, patient_public_id: str, response_id: int, wanted: Amendment) -> bool:
    """Add the corrected answer; both values stay. Scores become the next generation; what now alerts is raised.

    Return whether the corrected answer calls for an urgent instruction, which the patient must be told now.

    NotFound for a form that is not the patient's or was not sent; StaleWrite when somebody else amended it since
    `version`; InvalidInput without a reason, for an item that is not asked, a wrong code, or the answer it has.
    """
    patient = find_patient_row(work, patient_public_id)
    response, assignment, visit = find_response(work, patient, response_id, lock=True)
    if response.submitted_at is None:
        raise NotFound("the form has not been sent yet")
    if response.version != wanted.version:
        raise StaleWrite("somebody else amended the form")
    instrument = asked_instrument(work, assignment)
    answers = work.session.scalars(select(Answer).where(Answer.response_id == response.id)).all()
    seat = _as_it_was(seat_of_visit(work, visit.id), response)
    before = _check(instrument, seat, answers, wanted)
    response.version += 1
    current = _add(work, response, instrument, seat, answers, wanted)
    told = instrument.told_facts(seat.facts, as_values(current))
    values, _ = asked_values(replace(seat, facts=told), instrument, as_values(current))
    response.facts = sorted(told)
    _score_again(work, response, instrument, values)
    now = replace(seat, facts=told, staff_id=work.actor.id)
    findings = raise_alerts(work, now, response, values)
    raise_score_alerts(work, response, found=findings)
    instruction = instruction_for(work, now, findings, frozenset({wanted.item_id}))
    audit.record(
        work,
        "amended_answer",
        subject_kind="response",
        subject_id=response.id,
        centre_id=response.centre_id,
        episode_id=response.episode_id,
        detail={"item": wanted.item_id, "before": before, "after": _code(wanted.value)},
        reason=wanted.reason.strip(),
    )
    return instruction is not None and bool(instruction["urgent"])


def _as_it_was(seat: Seat, response: Response) -> Seat:
    """The patient as the form knew them on the day it was answered."""
    facts = seat.facts if response.facts is None else frozenset(response.facts)
    return replace(seat, facts=facts, answered_on=response.answered_on)


def _check(instrument: Instrument, seat: Seat, answers: Iterable[Answer], wanted: Amendment) -> int | str:
    """What the answer was until now; InvalidInput when the amendment cannot be made."""
    faults: dict[str, str] = {}
    if not wanted.reason.strip():
        faults["reason"] = "Say why in a few words."
    elif len(wanted.reason.strip()) > REASON_LIMIT:
        faults["reason"] = f"Use at most {REASON_LIMIT} characters."
    item = next((one for one in instrument.applicable_items(seat.facts) if one.id == wanted.item_id), None)
    before: AnswerValue = as_values(current_answers(answers)).get(wanted.item_id, Missing.NOT_ANSWERED)
    if item is None:
        faults["answer"] = "This question is not asked on this form."
    elif wanted.value is not None and wanted.value not in item.codes:
        faults["answer"] = f"It takes one of {', '.join(map(str, item.codes))}."
    elif before == _code(wanted.value):
        faults["answer"] = "This is the answer that the form has already."
    if faults:
        raise InvalidInput(faults)
    return before if isinstance(before, int) else before.value


def _code(value: int | None) -> int | str:
    return Missing.DECLINED.value if value is None else value


def _add(
    work: Work, response: Response, instrument: Instrument, seat: Seat, answers: Iterable[Answer], wanted: Amendment
) -> dict[str, Answer]:
    """Add the new version, and those of questions that an amended filter question takes away or brings up."""
    history = list(answers)
    current = current_answers(history)
    added = [_row(work, response, current, wanted.item_id, wanted.value, wanted.reason.strip())]
    now = {**current, wanted.item_id: added[0]}
    told = instrument.told_facts(seat.facts, as_values(now))
    asked = {item.id for item in instrument.applicable_items(told)}
    reason = f"follows from {wanted.item_id}"
    for item in instrument.items:
        row = now.get(item.id)
        away = row is not None and row.kind == Missing.NOT_APPLICABLE.value
        if item.id in asked and away:
            # It is asked after all: what was answered before it was taken away counts again.
            added.append(_row(work, response, current, item.id, _last_value(history, item.id), reason))
        elif item.id not in asked and not away:
            added.append(_row(work, response, current, item.id, None, reason, kind=Missing.NOT_APPLICABLE.value))
    add_answers(work, added)
    work.session.flush()
    return current_answers([*history, *added])


def _last_value(history: Iterable[Answer], item_id: str) -> int | None:
    given = [row for row in history if row.item_id == item_id and row.kind == "value"]
    return max(given, key=lambda row: (row.given_at, row.seq)).value if given else None


def _row(
    work: Work,
    response: Response,
    current: Mapping[str, Answer],
    item_id: str,
    value: int | None,
    reason: str,
    *,
    kind: str = "",
) -> Answer:
    before = current.get(item_id)
    return Answer(
        response_id=response.id,
        item_id=item_id,
        kind=kind or ("declined" if value is None else "value"),
        value=value,
        seq=response.version,
        given_at=work.now if before is None else max(work.now, before.given_at + timedelta(microseconds=1)),
        saved_at=work.now,
        reason=reason,
        staff_id=work.actor.id,
    )


def _score_again(work: Work, response: Response, instrument: Instrument, values: Mapping[str, AnswerValue]) -> None:
    newest = work.session.scalar(select(func.max(ScoreRow.generation)).where(ScoreRow.response_id == response.id))
    value_set = value_set_of(work, response.centre_id, instrument)
    scores = score_response(instrument, values, value_set=value_set)
    store_scores(work, score_rows(work, response, scores, generation=1 + (newest or 0)))
