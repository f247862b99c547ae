"""What a patient sees of a visit's forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lrrc_qol.domain.applicability import Step, form_steps, tellable_facts
from lrrc_qol.domain.errors import NotFound
from lrrc_qol.domain.instrument import ItemKind, ItemWording, Tells
from lrrc_qol.persistence.models import Answer
from lrrc_qol.services.answer_form.rows import WordedRow, as_told, form_of, rows_with_words
from lrrc_qol.services.answer_form.urgent_codes import urgent_codes
from lrrc_qol.services.answers import as_values
from lrrc_qol.services.context import Work
from lrrc_qol.services.form_minutes import form_minutes
from lrrc_qol.services.patient_session import Seat
from lrrc_qol.services.wordings import short_name

# More would make the first load of a long visit heavier than 15 KB; the others come as pages of their own.
MOST_ON_A_PAGE = 2


@dataclass(frozen=True, slots=True)
class Part:
    """One questionnaire of the visit as a line on the overview: id and version, and the minutes it should take.

    `begun_in` is the mode in which a draft was begun, where that is another than that of the seat.
    """

    assignment_public_id: str
    instrument: tuple[str, str]
    title: str
    minutes: float
    state: Literal["new", "started", "submitted"]
    position: int
    begun_in: str | None = None


@dataclass(frozen=True, slots=True)
class FormItem:
    """One question with what was answered so far. `options` are (code, label); a rating labels only its two ends.

    `key` is the wording it is asked in. `conditions` are what the form's own filter questions still decide about it
    (a fact that must hold, or `no_` before one that must not); `tells` is what it decides itself. `urgent` are the
    codes that mean by themselves: call now.
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
    urgent: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FormView:
    """One questionnaire to answer; `banner` warns that the licensed wording is replaced by stand-in topics.

    `items` are asked as things stand. `steps` hold besides them all questions and wordings that an answer on the form
    may bring up, for a page that steps by itself; `facts` are what the record says of the facts that decide it.
    `words` is the short name of what is shown; a page gives it with the answers. `language` is that of the questions: a
    form that was begun keeps its own when the patient takes another. `credit` is a line that the holder of
    the words wants to be shown with them, empty when there is none. `device_key` opens what waits on the device for
    being sent; empty where nothing ever waits there. Only with `device_store` more may wait: a centre that switched it
    off still gets what waits already.
    """

    assignment_public_id: str
    title: str
    recall: str
    words: str
    language: str
    credit: str
    banner: bool
    version: int
    submitted: bool
    items: tuple[FormItem, ...]
    steps: tuple[FormItem, ...]
    facts: tuple[str, ...]
    part: int
    parts: int
    minutes: float
    device_key: str = ""
    device_store: bool = True


def list_parts(work: Work, seat: Seat) -> tuple[Part, ...]:
    """The questionnaires of the seat's visit in the order they are asked."""
    return tuple(_part(work, seat, row) for row in rows_with_words(work, seat))


def open_form(work: Work, seat: Seat, assignment_public_id: str) -> FormView:
    """One questionnaire with the answers so far; a submitted one comes without its items. NotFound if not theirs."""
    rows = rows_with_words(work, seat)
    return _open(work, seat, rows, _place(rows, assignment_public_id))


def open_forms(work: Work, seat: Seat, assignment_public_id: str) -> tuple[FormView, ...]:
    """One questionnaire, then the next of the visit that was not sent yet. NotFound if the first is not theirs."""
    rows = rows_with_words(work, seat)
    first = _place(rows, assignment_public_id)
    unsent = [place for place, row in enumerate(rows) if row.response is None or row.response.submitted_at is None]
    return tuple(_open(work, seat, rows, place) for place in [*dict.fromkeys((first, *unsent))][:MOST_ON_A_PAGE])


def _place(rows: Sequence[WordedRow], assignment_public_id: str) -> int:
    ids = [row.assignment.public_id for row in rows]
    if assignment_public_id not in ids:
        raise NotFound("no such form")
    return ids.index(assignment_public_id)


def _open(work: Work, seat: Seat, rows: Sequence[WordedRow], place: int) -> FormView:
    form = form_of(work, rows[place].assignment, rows[place].response)
    wording = rows[place].wording
    told = as_told(seat, form.instrument, as_values(form.current)).facts
    asked = () if form.submitted else form_steps(form.instrument, seat.facts)
    urgent = urgent_codes(work, seat, form.instrument)
    steps = tuple(_item(step, wording.items[step.key], form.current.get(step.item.id), urgent) for step in asked)
    return FormView(
        assignment_public_id=form.assignment.public_id,
        title=wording.title,
        recall=wording.recall,
        words=short_name(wording),
        language=wording.language,
        credit=wording.credit,
        banner=not wording.approved,
        version=form.version,
        submitted=form.submitted,
        items=tuple(one for one, step in zip(steps, asked, strict=True) if step.shown(told)),
        steps=steps,
        facts=tuple(sorted(seat.facts & tellable_facts(form.instrument))),
        part=place + 1,
        parts=len(rows),
        minutes=form_minutes(work, rows[place].assignment, rows[place].measured),
        device_key=_device_key(work, seat, form.assignment.public_id),
        device_store=seat.device_store,
    )


def _device_key(work: Work, seat: Seat, assignment_public_id: str) -> str:
    """Only a patient's own device keeps answers: computers of staff and tablets of the ward pass from hand to hand."""
    if not work.settings.device_store or seat.staff_id is not None or seat.on_tablet:
        return ""
    return work.cipher.device_key(assignment_public_id)


def _part(work: Work, seat: Seat, row: WordedRow) -> Part:
    instrument = work.catalogue.instrument(row.assignment.instrument_id, row.assignment.instrument_version)
    if row.response is None:
        state: Literal["new", "started", "submitted"] = "new"
    else:
        state = "submitted" if row.response.submitted_at else "started"
    return Part(
        assignment_public_id=row.assignment.public_id,
        instrument=(instrument.id, instrument.version),
        title=row.wording.title,
        minutes=form_minutes(work, row.assignment, row.measured),
        state=state,
        position=row.assignment.position,
        begun_in=row.response.mode if state == "started" and row.response and row.response.mode != seat.mode else None,
    )


def _item(step: Step, wording: ItemWording, answer: Answer | None, urgent: Mapping[str, tuple[int, ...]]) -> FormItem:
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
        urgent=urgent.get(item.id, ()),
    )
