"""The answers of one questionnaire over all visits: questions by visits, as numbers and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from lrrc_qol.domain.instrument import AnswerValue, Instrument, Item, Missing, Wording
from lrrc_qol.persistence.models import Answer, Assignment, Response, Visit
from lrrc_qol.persistence.queries.record import PatientRow
from lrrc_qol.services.answers import as_values, current_answers
from lrrc_qol.services.context import Work
from lrrc_qol.services.read_record import find_patient_row
from lrrc_qol.services.wordings import wording_seen

STAFF_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class AnsweredForm:
    """One sent form: a column of the table."""

    response_id: int
    visit_name: str
    answered_on: date
    mode: str
    respondent: str


@dataclass(frozen=True, slots=True)
class AnsweredItem:
    """One question with its answer on each form (None: that form did not ask it) and the words of its options."""

    item: Item
    topic: str
    labels: Mapping[int, str]
    answers: tuple[AnswerValue | None, ...]


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """The questionnaires that the patient has sent, and the table of the one shown (None when nothing was sent)."""

    patient: PatientRow
    sent: tuple[Instrument, ...]
    shown: Instrument | None
    forms: tuple[AnsweredForm, ...]
    items: tuple[AnsweredItem, ...]


def read_answers(work: Work, public_id: str, instrument_id: str = "", *, episode: int | None = None) -> AnswerTable:
    """The table of one questionnaire, else of the first that was sent; of the current episode or another one.

    NotFound when the actor's centre has none. A fixed number of statements.
    """
    patient = find_patient_row(work, public_id, episode=episode)
    rows = work.session.execute(
        select(Response, Visit.name)
        .join(Assignment, Assignment.id == Response.assignment_id)
        .join(Visit, Visit.id == Assignment.visit_id)
        .where(
            Response.episode_id == patient.episode_id,
            Response.centre_id == work.actor.centre(),
            Response.submitted_at.is_not(None),
        )
        .order_by(Response.answered_on, Visit.due_on, Assignment.position, Response.id)
    ).all()
    newest = {response.instrument_id: response for response, _ in rows}
    sent = tuple(work.catalogue.instrument(one.instrument_id, one.instrument_version) for one in newest.values())
    shown = next((one for one in sent if one.id == instrument_id), sent[0] if sent else None)
    if shown is None:
        return AnswerTable(patient, (), None, (), ())
    own = [(response, name) for response, name in rows if response.instrument_id == shown.id]
    values = _values(work, [response.id for response, _ in own])
    wording = _wording(work, newest[shown.id])
    facts = frozenset(newest[shown.id].facts or ())
    return AnswerTable(
        patient=patient,
        sent=sent,
        shown=shown,
        forms=tuple(_form(response, name) for response, name in own),
        items=tuple(
            AnsweredItem(item, item.topic_for(facts), _labels(item, wording, facts), answers)
            for item, answers in ((item, _row(item, own, values)) for item in shown.items)
            if any(answer is not None for answer in answers)
        ),
    )


def _values(work: Work, response_ids: Sequence[int]) -> dict[int, dict[str, AnswerValue]]:
    by_form: dict[int, list[Answer]] = {response_id: [] for response_id in response_ids}
    for answer in work.session.scalars(select(Answer).where(Answer.response_id.in_(response_ids))):
        by_form[answer.response_id].append(answer)
    return {response_id: as_values(current_answers(answers)) for response_id, answers in by_form.items()}


def _row(
    item: Item, forms: Sequence[tuple[Response, str]], values: Mapping[int, Mapping[str, AnswerValue]]
) -> tuple[AnswerValue | None, ...]:
    return tuple(_answer(item, response, values[response.id]) for response, _ in forms)


def _answer(item: Item, response: Response, values: Mapping[str, AnswerValue]) -> AnswerValue | None:
    """The answer; left out where the form asked it, None where it did not."""
    if item.id in values:
        return values[item.id]
    asked = response.facts is None or item.applies(frozenset(response.facts))
    return Missing.NOT_ANSWERED if asked and not item.group else None


def _form(response: Response, visit_name: str) -> AnsweredForm:
    day = response.answered_on or response.started_at.date()
    return AnsweredForm(response.id, visit_name, day, response.mode, response.respondent)


def _wording(work: Work, response: Response) -> Wording | None:
    """Our own words in the language of these pages, else the approved words that the patient saw last."""
    key = (response.instrument_id, response.instrument_version)
    own = work.catalogue.wordings.get((*key, STAFF_LANGUAGE))
    found = own or wording_seen(work, response.centre_id, key, response.wording_digest)
    return found if found is not None and found.approved else None


def _labels(item: Item, wording: Wording | None, facts: frozenset[str]) -> Mapping[int, str]:
    words = wording.items.get(item.wording_key(facts)) if wording is not None else None
    return words.labels if words is not None else {}
