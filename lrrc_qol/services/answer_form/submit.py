"""Send a form: freeze the answers, score them, finish the visit and its reminders, all in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lrrc_qol.domain.applicability import contradictions
from lrrc_qol.domain.instrument import AnswerValue, Instrument
from lrrc_qol.domain.schedule import RECALLED_KEY, VisitKind
from lrrc_qol.domain.scoring import score_response
from lrrc_qol.persistence.models import Answer, Message, Response, Visit
from lrrc_qol.services import audit
from lrrc_qol.services.add_task import add_task
from lrrc_qol.services.answer_form.rows import (
    Form,
    add_answers,
    as_told,
    asked_values,
    body_hash,
    find_request,
    keep_request,
    lock_form,
    rows_with_words,
    second_entry_of,
    signed_by,
)
from lrrc_qol.services.answers import as_values
from lrrc_qol.services.context import Work
from lrrc_qol.services.label_answered import hold_episode, label_answered
from lrrc_qol.services.outbox import hold_back
from lrrc_qol.services.patient_session import Seat
from lrrc_qol.services.questionnaires import value_set_of
from lrrc_qol.services.raise_alerts import raise_alerts
from lrrc_qol.services.raise_score_alerts import raise_score_alerts
from lrrc_qol.services.reminder_cursor import disarm
from lrrc_qol.services.store_scores import score_rows, store_scores
from lrrc_qol.services.visit_advice import urgent_advice
from lrrc_qol.services.wordings import ON_SCREEN


@dataclass(frozen=True, slots=True)
class SubmitResult:
    """HTTP status and JSON body; the same for a replay of the same key."""

    status: int
    body: dict[str, Any]


def submit_response(work: Work, seat: Seat, assignment_public_id: str, *, key: str, version: int) -> SubmitResult:
    """Freeze the draft at `version`.

    200 with what is left of the visit (`after_sending`); 409 `submitted` when it was frozen by another request; 409
    `conflict` when the draft moved on since `version`; 409 `second_entry` when paper is to be typed a second time and
    compared first; 422 `nothing_answered` for an untouched form.
    """
    hold_episode(work, seat)
    form = lock_form(work, seat, assignment_public_id)
    digest = body_hash({"kind": "submit"})
    earlier = find_request(work, form, key)
    if earlier is not None:
        if earlier.body_hash != digest:
            return SubmitResult(422, {"error": "key_reused", "submitted": False})
        return SubmitResult(earlier.status, dict(earlier.result))
    if form.submitted:
        return SubmitResult(409, {"error": "submitted", "submitted": True, **after_sending(work, seat)})
    if form.response is None or not form.current:
        return SubmitResult(422, {"error": "nothing_answered", "submitted": False})
    if version != form.version:
        return SubmitResult(409, {"error": "conflict", "submitted": False, "version": form.version})
    second = second_entry_of(work, form.response)
    if second is not None and second.compared_at is None:
        return SubmitResult(409, {"error": "second_entry", "submitted": False})
    return _send(work, seat, form, form.response, key=key, digest=digest)


def _send(work: Work, seat: Seat, form: Form, response: Response, *, key: str, digest: str) -> SubmitResult:
    unanswered = _freeze(work, seat, form, response)
    # Two last parts sent at once would each see the other as still to come, and nobody would finish the visit.
    query = select(Visit).where(Visit.id == seat.visit_id).with_for_update()
    visit = work.session.scalars(query, execution_options={"populate_existing": True}).one()
    following = after_sending(work, seat)
    if following["next"] is None and not _left_for_the_screen(work, seat):
        _finish_visit(work, seat)
    label_answered(work, visit, answered_on=response.answered_on)
    body = {"submitted": True, "unanswered": unanswered, **following}
    keep_request(work, form, key=key, digest=digest, status=200, result=body)
    return SubmitResult(200, body)


def _freeze(work: Work, seat: Seat, form: Form, response: Response) -> list[str]:
    given = as_values(form.current)
    told = as_told(seat, form.instrument, given)
    values, unasked = asked_values(told, form.instrument, given)
    response.version += 1
    response.submitted_at = work.now
    signed_by(seat, response)
    response.facts = sorted(told.facts)
    response.answered_on = seat.answered_on or max(
        answer.given_at.astimezone(ZoneInfo(seat.timezone)).date() for answer in form.current.values()
    )
    if VisitKind(seat.visit_kind) is VisitKind.BASELINE:
        response.baseline_type = "recalled" if seat.visit_key == RECALLED_KEY else "prospective"
    add_answers(work, [_not_applicable(work, response, item_id, form.current.get(item_id)) for item_id in unasked])
    value_set = value_set_of(work, response.centre_id, form.instrument)
    scores = score_response(form.instrument, values, value_set=value_set)
    store_scores(work, score_rows(work, response, scores, generation=1))
    raise_score_alerts(work, response, found=raise_alerts(work, told, response, values))
    differing = _ask_about_anatomy(work, seat, form.instrument, given)
    audit.record(
        work,
        "submitted_response",
        subject_kind="response",
        subject_id=response.id,
        centre_id=response.centre_id,
        episode_id=response.episode_id,
        detail={
            "instrument": f"{response.instrument_id} {response.instrument_version}",
            "visit": seat.visit_key,
            **({"differs_from_record": differing} if differing else {}),
        },
    )
    return [item.id for item in form.instrument.items if item.id not in values]


def _ask_about_anatomy(work: Work, seat: Seat, instrument: Instrument, given: Mapping[str, AnswerValue]) -> list[str]:
    """Leave a task when the form says the opposite of the record; the record itself is for a person to change."""
    differing = contradictions(instrument, given, held=seat.facts, ruled_out=seat.ruled_out)
    if differing:
        visit = work.session.get_one(Visit, seat.visit_id)
        add_task(work, visit, kind="check_anatomy", due_on=work.today_in(seat.centre.timezone))
    return list(differing)


def _not_applicable(work: Work, response: Response, item_id: str, before: Answer | None) -> Answer:
    """The item's last version; one that was answered before a filter question took it away is not the newer one."""
    return Answer(
        response_id=response.id,
        item_id=item_id,
        kind="not_applicable",
        value=None,
        seq=response.version,
        given_at=work.now if before is None else max(work.now, before.given_at + timedelta(microseconds=1)),
        saved_at=work.now,
    )


def _left_for_the_screen(work: Work, seat: Seat) -> bool:
    """Whether the patient can still answer at home what may not be asked this way: its licence may not permit it."""
    return seat.mode != ON_SCREEN and bool(rows_with_words(work, seat, unsent=True, mode=ON_SCREEN))


def _finish_visit(work: Work, seat: Seat) -> None:
    visit = work.session.get_one(Visit, seat.visit_id)
    visit.completed_at = work.now
    disarm(visit)
    hold_back(work, Message.visit_id == visit.id, outcome="answered")


def after_sending(work: Work, seat: Seat) -> dict[str, Any]:
    """What a page has to know once a form is sent.

    Keys: next (the first questionnaire of the visit that was not sent yet, or None), left (how many those are) and
    urgent (whether an answer of the visit called for an urgent instruction, which the thanks must repeat).
    """
    unsent = [row.assignment.public_id for row in rows_with_words(work, seat, unsent=True)]
    return {
        "next": unsent[0] if unsent else None,
        "left": len(unsent),
        "urgent": urgent_advice(work, seat) is not None,
    }
