"""What a patient sees of a visit's forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select

from lrrc_qol.domain.applicability import Step, form_steps, tellable_facts
from lrrc_qol.domain.errors import NotFound
from lrrc_qol.domain.instrument import ItemKind, ItemWording, Tells
from lrrc_qol.persistence.models import Answer, Assignment, Response
from lrrc_qol.services.answer_form.rows import as_told, form_of
from lrrc_qol.services.answers import as_values
from lrrc_qol.services.context import Work
from lrrc_qol.services.patient_session import Seat


@dataclass(frozen=True, slots=True)
class Part:
    """One questionnaire of the visit as a line on the overview: id and version, and the minutes it should take."""

    assignment_public_id: str
    instrument: tuple[str, str]
    title: str
    minutes: float
    state: Literal["new", "started", "submitted"]
    position: int


@dataclass(frozen=True, slots=True)
class FormItem:
    """One question with what was answered so far. `options` are (code, label); a rating labels only its two ends.

    `key` is the wording it is asked in. `conditions` are what the form's own filter questions still decide about it
    (a fact that must hold, or `no_` before one that must not); `tells` is what it decides itself.
    """

    id: str
    key: str
    number: str
    kind: ItemKind
    text: str
    help: str
    options: tuple[tuple[int, str], ...]
    sensitive: bool
    state: Literal["none", "value", "declined"]
    value: int | None
    conditions: tuple[str, ...] = ()
    tells: Tells | None = None


@dataclass(frozen=True, slots=True)
class FormView:
    """One questionnaire to answer; `banner` warns that the licensed wording is replaced by stand-in topics.

    `items` are asked as things stand. `steps` hold besides them all questions and wordings that an answer on the form
    may bring up, for a page that steps by itself; `facts` are what the record says of the facts that decide it.
    """

    assignment_public_id: str
    title: str
    recall: str
    banner: bool
    version: int
    submitted: bool
    items: tuple[FormItem, ...]
    steps: tuple[FormItem, ...]
    facts: tuple[str, ...]
    part: int
    parts: int
    minutes: float


def list_parts(work: Work, seat: Seat) -> tuple[Part, ...]:
    """The questionnaires of the seat's visit in the order they are asked."""
    return tuple(_part(work, seat, assignment, response) for assignment, response in _rows_of_visit(work, seat))


def open_form(work: Work, seat: Seat, assignment_public_id: str) -> FormView:
    """One questionnaire with the answers so far; a submitted one comes without its items. NotFound if not theirs."""
    rows = _rows_of_visit(work, seat)
    ids = [assignment.public_id for assignment, _ in rows]
    if assignment_public_id not in ids:
        raise NotFound("no such form")
    place = ids.index(assignment_public_id)
    form = form_of(work, *rows[place])
    wording = work.catalogue.wording(
        form.instrument.id, form.instrument.version, seat.language, allow_topics=work.settings.open_doors
    )
    told = as_told(seat, form.instrument, as_values(form.current)).facts
    asked = () if form.submitted else form_steps(form.instrument, seat.facts)
    steps = tuple(_item(step, wording.items[step.key], form.current.get(step.item.id)) for step in asked)
    return FormView(
        assignment_public_id=assignment_public_id,
        title=wording.title,
        recall=wording.recall,
        banner=not wording.approved,
        version=form.version,
        submitted=form.submitted,
        items=tuple(one for one, step in zip(steps, asked, strict=True) if step.shown(told)),
        steps=steps,
        facts=tuple(sorted(seat.facts & tellable_facts(form.instrument))),
        part=place + 1,
        parts=len(rows),
        minutes=form.instrument.minutes,
    )


def _rows_of_visit(work: Work, seat: Seat) -> list[tuple[Assignment, Response | None]]:
    """The visit's assignments in order, each with its response once something was saved."""
    rows = work.session.execute(
        select(Assignment, Response)
        .outerjoin(Response, Response.assignment_id == Assignment.id)
        .where(Assignment.visit_id == seat.visit_id)
        .order_by(Assignment.position)
    )
    return [(assignment, response) for assignment, response in rows]


def _part(work: Work, seat: Seat, assignment: Assignment, response: Response | None) -> Part:
    instrument = work.catalogue.instrument(assignment.instrument_id, assignment.instrument_version)
    wording = work.catalogue.wording(
        instrument.id, instrument.version, seat.language, allow_topics=work.settings.open_doors
    )
    if response is None:
        state: Literal["new", "started", "submitted"] = "new"
    else:
        state = "submitted" if response.submitted_at else "started"
    return Part(
        assignment_public_id=assignment.public_id,
        instrument=(instrument.id, instrument.version),
        title=wording.title,
        minutes=instrument.minutes,
        state=state,
        position=assignment.position,
    )


def _item(step: Step, wording: ItemWording, answer: Answer | None) -> FormItem:
    item = step.item
    if answer is None or answer.kind == "not_applicable":
        state: Literal["none", "value", "declined"] = "none"
    else:
        state = "value" if answer.kind == "value" else "declined"
    return FormItem(
        id=item.id,
        key=step.key,
        number=item.number,
        kind=item.kind,
        text=wording.text,
        help=wording.help,
        options=tuple((code, wording.labels.get(code, str(code))) for code in item.codes),
        sensitive=item.sensitive,
        state=state,
        value=answer.value if answer is not None else None,
        conditions=step.conditions,
        tells=item.tells,
    )
