"""One sent or started form item by item, for staff: what was asked, what was said, what the scores made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from lrrc_qol.domain.errors import NotFound
from lrrc_qol.domain.instrument import AnswerValue, Instrument, Item, Missing, Scale, Wording
from lrrc_qol.persistence.models import Answer, Assignment, Response, Visit
from lrrc_qol.persistence.queries.record import PatientRow, ScoreEntry, list_form_scores
from lrrc_qol.services import audit
from lrrc_qol.services.answers import as_values, current_answers
from lrrc_qol.services.context import Work
from lrrc_qol.services.read_record import find_patient_row
from lrrc_qol.services.wordings import asked_instrument, wording_of_response


@dataclass(frozen=True, slots=True)
class ItemView:
    """One question with its current answer; `label` is the option's text, empty when the wording is not at hand."""

    number: str
    topic: str
    text: str
    answer: AnswerValue
    label: str
    lowest: int
    highest: int
    versions: int


@dataclass(frozen=True, slots=True)
class FormRecord:
    """One form; `stand_in` says that the patient saw topics instead of the approved wording.

    `left_out` are the items without a value: declined, or not applicable.
    """

    patient: PatientRow
    response: Response
    visit: Visit
    instrument: Instrument
    stand_in: bool
    items: tuple[ItemView, ...]
    scores: tuple[tuple[Scale, ScoreEntry], ...]
    left_out: Mapping[str, str]


def read_form(work: Work, public_id: str, response_id: int) -> FormRecord:
    """Read one form of a patient; NotFound when it is not a form of this patient in the actor's centre."""
    patient = find_patient_row(work, public_id)
    response, assignment, visit = _find_response(work, patient, response_id)
    instrument = asked_instrument(work, assignment)
    answers = work.session.scalars(select(Answer).where(Answer.response_id == response.id)).all()
    values = as_values(current_answers(answers))
    wording = wording_of_response(work, response)
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
                versions=sum(answer.item_id == item.id for answer in answers),
            )
            for item in instrument.items
        ),
        scores=tuple((scale, scores[scale.id]) for scale in instrument.scales if scale.id in scores),
        left_out={item_id: value.value for item_id, value in values.items() if isinstance(value, Missing)},
    )


def mark_reviewed(work: Work, public_id: str, response_id: int) -> None:
    """Note that a member of staff has read a sent form; the first reader stays. NotFound for a draft."""
    patient = find_patient_row(work, public_id)
    response, _, _ = _find_response(work, patient, response_id, lock=True)
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


def _find_response(
    work: Work, patient: PatientRow, response_id: int, *, lock: bool = False
) -> tuple[Response, Assignment, Visit]:
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
    item: Item, answer: AnswerValue, wording: Wording | None, *, facts: frozenset[str], versions: int
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
    )
