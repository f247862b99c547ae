"""One sent or started form item by item, for staff: what was asked, what was said, what the scores made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lrrc_qol.domain.errors import NotFound
from lrrc_qol.domain.instrument import AnswerValue, Instrument, Item, Missing, Scale, Wording
from lrrc_qol.persistence.models import Answer, Assignment, Response, SecondEntry, Staff, Visit
from lrrc_qol.persistence.queries.record import PatientRow, ScoreEntry, list_form_scores
from lrrc_qol.services import audit
from lrrc_qol.services.answer_form.rows import second_entry_of
from lrrc_qol.services.answers import as_value, as_values, current_answers
from lrrc_qol.services.context import Work
from lrrc_qol.services.read_record import find_patient_row
from lrrc_qol.services.wordings import asked_instrument, wording_of_response


@dataclass(frozen=True, slots=True)
class AnswerVersion:
    """One version of an answer; `by` is the member of staff who typed or amended it, empty for the patient."""

    answer: AnswerValue
    saved_at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class SecondTyping:
    """What typing a paper twice found: how many of the answers differed; not `compared` while that is still to come."""

    compared_at: datetime | None
    compared_by: str
    differences: int
    answers: int


@dataclass(frozen=True, slots=True)
class ItemView:
    """One question with its current answer; `label` is the option's text, empty when the wording is not at hand.

    `applies` says that it is asked on this form, `options` are its codes with their texts. `history` has the versions,
    oldest first, of an answer that staff changed or amended; it is empty for one that only the patient gave.
    """

    number: str
    topic: str
    text: str
    answer: AnswerValue
    label: str
    lowest: int
    highest: int
    versions: int
    item_id: str = ""
    applies: bool = True
    options: tuple[tuple[int, str], ...] = ()
    history: tuple[AnswerVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class FormRecord:
    """One form; `stand_in` says that the patient saw topics instead of the approved wording.

    `left_out` are the items without a value: declined, or not applicable. `corrected_since`: an answer was corrected
    after the form had been read.
    """

    patient: PatientRow
    response: Response
    visit: Visit
    instrument: Instrument
    stand_in: bool
    items: tuple[ItemView, ...]
    scores: tuple[tuple[Scale, ScoreEntry], ...]
    left_out: Mapping[str, str]
    assignment_public_id: str = ""
    entered_by: str = ""
    second: SecondTyping | None = None
    reviewed_by: str = ""
    corrected_since: bool = False


def read_form(work: Work, public_id: str, response_id: int) -> FormRecord:
    """Read one form of a patient; NotFound when it is not a form of this patient in the actor's centre."""
    patient = find_patient_row(work, public_id)
    response, assignment, visit = find_response(work, patient, response_id)
    instrument = asked_instrument(work, assignment)
    answers = work.session.scalars(select(Answer).where(Answer.response_id == response.id)).all()
    values = as_values(current_answers(answers))
    wording = wording_of_response(work, response)
    names = _names(work, response, answers)
    asked = {item.id for item in instrument.applicable_items(frozenset(response.facts or ()))}
    scores = {
        score.scale_id: score
        for score in list_form_scores(work.session, centre_id=work.actor.centre(), response_id=response.id)
    }
    return FormRecord(
        patient=patient,
        response=response,
        visit=visit,
        instrument=instrument,
        stand_in=wording is None or not wording.approved,
        items=tuple(
            _item_view(
                item,
                values.get(item.id, Missing.NOT_ANSWERED),
                wording,
                facts=frozenset(response.facts or ()),
                history=_history([answer for answer in answers if answer.item_id == item.id], names),
                versions=sum(answer.item_id == item.id for answer in answers),
                applies=item.id in asked,
            )
            for item in instrument.items
        ),
        scores=tuple((scale, scores[scale.id]) for scale in instrument.scales if scale.id in scores),
        left_out={item_id: value.value for item_id, value in values.items() if isinstance(value, Missing)},
        assignment_public_id=assignment.public_id,
        entered_by=names.get(response.entered_by or 0, ""),
        reviewed_by=names.get(response.reviewed_by or 0, ""),
        corrected_since=response.reviewed_at is not None
        and any(each.saved_at > response.reviewed_at for each in answers),
        second=_second_typing(work, response, names),
    )


def _names(work: Work, response: Response, answers: Sequence[Answer]) -> dict[int, str]:
    """The members of staff who had a hand in the form, by row number."""
    seconds = select(SecondEntry.compared_by).where(SecondEntry.response_id == response.id)
    compared = work.session.scalars(seconds).all() if response.entered_by else ()
    wanted = {response.entered_by, response.reviewed_by, *(answer.staff_id for answer in answers), *compared} - {None}
    if not wanted:
        return {}
    rows = work.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(wanted)))
    return {staff_id: name for staff_id, name in rows}


def _history(versions: Sequence[Answer], names: Mapping[int, str]) -> tuple[AnswerVersion, ...]:
    if len(versions) < 2 or all(answer.staff_id is None for answer in versions):
        return ()
    return tuple(
        AnswerVersion(as_value(row), row.saved_at, names.get(row.staff_id or 0, ""), row.reason or "")
        for row in sorted(versions, key=lambda row: (row.given_at, row.seq))
    )


def _second_typing(work: Work, response: Response, names: Mapping[int, str]) -> SecondTyping | None:
    second = second_entry_of(work, response)
    if second is None:
        return None
    return SecondTyping(
        second.compared_at, names.get(second.compared_by or 0, ""), second.differences or 0, len(second.answers)
    )


def mark_reviewed(work: Work, public_id: str, response_id: int) -> None:
    """Note that a member of staff has read a sent form; the first reader stays. NotFound for a draft."""
    patient = find_patient_row(work, public_id)
    response, _, _ = find_response(work, patient, response_id, lock=True)
    if response.submitted_at is None:
        raise NotFound("the form has not been sent yet")
    if response.reviewed_at is not None:
        return
    response.reviewed_at = work.now
    response.reviewed_by = work.actor.id
    audit.record(
        work,
        "reviewed_form",
        subject_kind="response",
        subject_id=response.id,
        centre_id=response.centre_id,
        episode_id=response.episode_id,
    )


def find_response(
    work: Work, patient: PatientRow, response_id: int, *, lock: bool = False
) -> tuple[Response, Assignment, Visit]:
    """The form with its visit; NotFound when it is not one of this patient. `lock` holds the response."""
    query = (
        select(Response, Assignment, Visit)
        .join(Assignment, Assignment.id == Response.assignment_id)
        .join(Visit, Visit.id == Assignment.visit_id)
        .where(
            Response.id == response_id,
            Response.episode_id == patient.episode_id,
            Response.centre_id == work.actor.centre(),
        )
    )
    row = work.session.execute(query.with_for_update(of=Response) if lock else query).first()
    if row is None:
        raise NotFound("no such form")
    return row[0], row[1], row[2]


def _item_view(
    item: Item,
    answer: AnswerValue,
    wording: Wording | None,
    *,
    facts: frozenset[str],
    history: tuple[AnswerVersion, ...],
    versions: int,
    applies: bool,
) -> ItemView:
    words = wording.items.get(item.wording_key(facts)) if wording is not None and wording.approved else None
    label = "" if words is None or not isinstance(answer, int) else words.labels.get(answer, "")
    return ItemView(
        number=item.number,
        topic=item.topic_for(facts),
        text="" if words is None else words.text,
        answer=answer,
        label=label,
        lowest=min(item.codes),
        highest=max(item.codes),
        versions=versions,
        item_id=item.id,
        applies=applies,
        options=tuple((code, "" if words is None else words.labels.get(code, "")) for code in item.codes),
        history=history,
    )
