"""The rows behind one form: its assignment, response, current answers and request keys."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import insert, select

from lrrc_qol.domain.errors import NotFound
from lrrc_qol.domain.instrument import AnswerValue, Instrument, Missing, Wording
from lrrc_qol.persistence.models import Answer, AnsweringTime, Assignment, RequestKey, Response, SecondEntry
from lrrc_qol.services.answers import current_answers
from lrrc_qol.services.context import Work
from lrrc_qol.services.form_minutes import timed_with
from lrrc_qol.services.patient_session import Seat
from lrrc_qol.services.wordings import FormWords, asked_instrument, words_of_forms, words_to_start


@dataclass(frozen=True, slots=True)
class WordedRow:
    """One questionnaire of a visit with its response, once something was saved, and the words it is shown in.

    `measured` is how many minutes patients take for it, None while that is not known.
    """

    assignment: Assignment
    response: Response | None
    wording: Wording
    measured: float | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """One assignment with its instrument and, once something was saved, its response and current answers."""

    assignment: Assignment
    instrument: Instrument
    response: Response | None
    current: Mapping[str, Answer]

    @property
    def submitted(self) -> bool:
        """Whether the response is frozen."""
        return self.response is not None and self.response.submitted_at is not None

    @property
    def version(self) -> int:
        """The draft version; 0 before the first save."""
        return self.response.version if self.response else 0


def lock_form(work: Work, seat: Seat, assignment_public_id: str) -> Form:
    """The form for a writer, if it belongs to the seat's visit; NotFound otherwise. Writers of one form take turns."""
    query = select(Assignment).where(Assignment.public_id == assignment_public_id, Assignment.visit_id == seat.visit_id)
    assignment = None if seat.looks_only else work.session.scalars(query.with_for_update()).first()
    if assignment is None:
        raise NotFound("no such form")
    response = work.session.scalars(select(Response).where(Response.assignment_id == assignment.id)).first()
    return form_of(work, assignment, response)


def rows_with_words(work: Work, seat: Seat, *, unsent: bool = False, mode: str = "") -> list[WordedRow]:
    """The questionnaires of the seat's visit in order, with `unsent` only those still to be sent.

    One that was never started is left out when it cannot be shown in the seat's mode (or in `mode`): the visit can be
    finished without it.
    """
    if seat.looks_only:
        return []
    query = (
        select(Assignment, Response, AnsweringTime.minutes)
        .outerjoin(Response, Response.assignment_id == Assignment.id)
        .outerjoin(AnsweringTime, timed_with())
        .where(Assignment.visit_id == seat.visit_id)
        .order_by(Assignment.position, Assignment.id)
    )
    if unsent:
        query = query.where(Response.submitted_at.is_(None))
    rows = work.session.execute(query).all()
    forms = [
        FormWords((one.instrument_id, one.instrument_version), *_started_in(response)) for one, response, _ in rows
    ]
    words = words_of_forms(work, seat.centre_id, forms, seat.language, mode=mode or seat.mode)
    return [
        WordedRow(assignment, response, wording, measured)
        for (assignment, response, measured), wording in zip(rows, words, strict=True)
        if wording is not None
    ]


def _started_in(response: Response | None) -> tuple[str, str]:
    return (response.wording_digest, response.language) if response else ("", "")


def form_of(work: Work, assignment: Assignment, response: Response | None) -> Form:
    """The form of an assignment whose response is known, with its current answers."""
    answers: Iterable[Answer] = ()
    if response is not None:
        answers = work.session.scalars(select(Answer).where(Answer.response_id == response.id)).all()
    return Form(
        assignment=assignment,
        instrument=asked_instrument(work, assignment),
        response=response,
        current=current_answers(answers),
    )


def as_told(seat: Seat, instrument: Instrument, values: Mapping[str, AnswerValue]) -> Seat:
    """The seat as this form knows the person: what the filter questions were answered wins over the record."""
    return replace(seat, facts=instrument.told_facts(seat.facts, values))


def asked_values(
    seat: Seat, instrument: Instrument, values: Mapping[str, AnswerValue]
) -> tuple[dict[str, AnswerValue], list[str]]:
    """The answers with every item that does not apply set to that, and the ids of those items.

    So an answer given before a filter question took its item away does not count.
    """
    asked = {item.id for item in instrument.applicable_items(seat.facts)}
    unasked = [item.id for item in instrument.items if item.id not in asked]
    return {**values, **dict.fromkeys(unasked, Missing.NOT_APPLICABLE)}, unasked


def start_response(work: Work, seat: Seat, form: Form, *, words: str = "") -> Response:
    """The response of the form, made now if this is the first save; pins instrument, language and wording.

    `words` names what the page showed (`short_name`). NotFound for a form that nobody can have seen: it has no words.
    """
    if form.response is not None:
        _taken_over(seat, form.response)
        return form.response
    key = (form.instrument.id, form.instrument.version)
    wording = words_to_start(work, seat.centre_id, key, seat.language, mode=seat.mode, shown=words)
    if wording is None:
        raise NotFound("no such form")
    response = Response(
        assignment_id=form.assignment.id,
        episode_id=form.assignment.episode_id,
        centre_id=form.assignment.centre_id,
        instrument_id=form.instrument.id,
        instrument_version=form.instrument.version,
        instrument_digest=form.instrument.digest,
        language=wording.language,
        wording_digest=wording.digest,
        mode=seat.mode,
        respondent=seat.respondent,
        respondent_relation=seat.respondent_relation,
        entered_by=seat.staff_id,
        version=0,
        started_at=work.now,
    )
    work.session.add(response)
    work.session.flush()
    if seat.twice and seat.staff_id is not None:
        keep_second_entry(work, response, {})
    return response


def _taken_over(seat: Seat, response: Response) -> None:
    """A draft that staff go on with is theirs: what is told an interviewer is not pooled with what is given alone.

    One that the patient goes on with on the ward's tablet is answered by whom the nurse said.
    """
    if (seat.staff_id is not None or seat.on_tablet) and response.entered_by is None:
        response.mode, response.entered_by = seat.mode, seat.staff_id
        response.respondent, response.respondent_relation = seat.respondent, seat.respondent_relation


def signed_by(seat: Seat, response: Response) -> None:
    """A form counts as answered in the way of whoever sends it, also when another began it.

    Who typed in any of it first stays noted.
    """
    response.mode, response.entered_by = seat.mode, response.entered_by or seat.staff_id
    response.respondent, response.respondent_relation = seat.respondent, seat.respondent_relation


def keep_second_entry(work: Work, response: Response, answers: Mapping[str, int | str]) -> None:
    """Add what was typed the second time; an empty one says that a second typing is still to come."""
    work.session.add(
        SecondEntry(
            response_id=response.id,
            centre_id=response.centre_id,
            answers=dict(answers),
            entered_at=work.now,
            entered_by=work.actor.id,
        )
    )
    work.session.flush()


def second_entry_of(work: Work, response: Response) -> SecondEntry | None:
    """The newest second typing of a form that staff typed in; None for a form that is typed once."""
    if response.entered_by is None:
        return None
    query = select(SecondEntry).where(SecondEntry.response_id == response.id)
    return work.session.scalars(query.order_by(SecondEntry.id.desc()).limit(1)).first()


def add_answers(work: Work, answers: Sequence[Answer]) -> None:
    """Store new versions of answers in one statement, however many; the objects themselves stay outside the session."""
    if not answers:
        return
    names = [column.key for column in Answer.__mapper__.column_attrs if column.key != "id"]
    rows = [{name: getattr(answer, name) for name in names} for answer in answers]
    work.session.execute(insert(Answer), rows, execution_options={"render_nulls": True})


def body_hash(body: Mapping[str, Any]) -> str:
    """Hash of a request body in a canonical form."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()


def find_request(work: Work, form: Form, key: str) -> RequestKey | None:
    """The first result of this key on this form, if there was one."""
    return work.session.scalars(
        select(RequestKey).where(RequestKey.assignment_id == form.assignment.id, RequestKey.key == key)
    ).first()


def keep_request(work: Work, form: Form, *, key: str, digest: str, status: int, result: dict[str, Any]) -> None:
    """Remember the result of this key, in the transaction of its effect."""
    work.session.add(
        RequestKey(
            assignment_id=form.assignment.id,
            key=key,
            body_hash=digest,
            status=status,
            result=result,
            created_at=work.now,
        )
    )
