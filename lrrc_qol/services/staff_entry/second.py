"""Paper typed twice: the second typing is kept beside the first, compared, decided item by item, and then sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput, NotFound, StaleWrite
from lrrc_qol.domain.instrument import AnswerValue, Missing
from lrrc_qol.persistence.models import Answer, Assignment, Response, SecondEntry
from lrrc_qol.persistence.queries.record import PatientRow
from lrrc_qol.services import audit
from lrrc_qol.services.answer_form.rows import (
    Form,
    add_answers,
    as_told,
    asked_values,
    form_of,
    keep_second_entry,
    second_entry_of,
)
from lrrc_qol.services.answer_form.submit import submit_response
from lrrc_qol.services.answer_form.view import FormItem, FormView, open_form
from lrrc_qol.services.answers import as_values
from lrrc_qol.services.context import Work
from lrrc_qol.services.patient_session import Seat, staff_seat
from lrrc_qol.services.read_record import find_patient_row

BLANK = Missing.DECLINED.value
"""How a question that is blank on the paper stands among typed answers: left out."""
Typed = int | str
FIRST, SECOND = "first", "second"


@dataclass(frozen=True, slots=True)
class Difference:
    """One question that was typed in two ways; an empty text is blank on the paper."""

    item: FormItem
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class SecondForm:
    """A form that waits for its second typing, or for the comparison of the two once `typed`.

    `items` are all questions that may come up; `version` and `typing` are the first and the second typing as
    they were when the page was made.
    """

    patient: PatientRow
    assignment_public_id: str
    response_id: int
    view: FormView
    items: tuple[FormItem, ...]
    version: int
    typed: bool
    typing: int
    differences: tuple[Difference, ...]


def read_second_form(work: Work, patient_public_id: str, assignment_public_id: str) -> SecondForm:
    """The form; NotFound unless it is a draft of this patient that is to be typed twice."""
    patient = find_patient_row(work, patient_public_id)
    seat, form, second = _find(work, patient, assignment_public_id)
    if form.response is None:
        raise NotFound("no such form")
    view = open_form(work, seat, assignment_public_id)
    items = _items(view)
    return SecondForm(
        patient=patient,
        assignment_public_id=assignment_public_id,
        response_id=form.response.id,
        view=view,
        items=items,
        version=form.version,
        typed=bool(second.answers),
        typing=second.id,
        differences=_differences(items, _differing(seat, form, second), form, second),
    )


def store_second_entry(
    work: Work, patient_public_id: str, assignment_public_id: str, answers: Mapping[str, Typed]
) -> None:
    """Keep what was typed the second time: a code, or `BLANK`. InvalidInput naming the item of a wrong code."""
    patient = find_patient_row(work, patient_public_id)
    seat, form, _ = _find(work, patient, assignment_public_id, lock=True)
    if form.response is None:
        raise NotFound("no such form")
    asked = {
        item.id: {code for code, _ in item.options} for item in _items(open_form(work, seat, assignment_public_id))
    }
    strange = [item for item, typed in answers.items() if item not in asked or typed not in {*asked[item], BLANK}]
    if strange:
        raise InvalidInput(dict.fromkeys(strange, "This is no answer to this question."))
    # A question that nobody touched is blank; so an untouched page is a second typing too.
    keep_second_entry(work, form.response, dict.fromkeys(asked, BLANK) | dict(answers))
    _note(work, form.response, "typed_second_time", {})


def compare_typings(
    work: Work,
    patient_public_id: str,
    assignment_public_id: str,
    *,
    chosen: Mapping[str, str],
    version: int,
    typing: int | None = None,
) -> int:
    """Take for each difference the typing that is on the paper, then send the form; return how many there were.

    `chosen` maps item ids to first or second. InvalidInput names the items not decided; StaleWrite when the first
    typing changed since `version`, or when the second one is not `typing` any more.
    """
    patient = find_patient_row(work, patient_public_id)
    seat, form, second = _find(work, patient, assignment_public_id, lock=True)
    if form.response is None or not second.answers:
        raise NotFound("no such form")
    if form.version != version or typing not in {None, second.id}:
        raise StaleWrite("one of the typings changed")
    differing = _differing(seat, form, second)
    undecided = [item for item in differing if chosen.get(item) not in {FIRST, SECOND}]
    if undecided:
        raise InvalidInput(dict.fromkeys(undecided, "Choose what is on the paper."))
    taken = [item for item in differing if chosen[item] == SECOND]
    _take_second(work, seat, form, form.response, {item: second.answers.get(item, BLANK) for item in taken})
    second.differences, second.compared_at, second.compared_by = len(differing), work.now, work.actor.id
    work.session.flush()
    _note(work, form.response, "compared_typings", {"differences": len(differing), "taken_from_second": taken})
    sent = submit_response(work, seat, assignment_public_id, key=f"compared-{second.id}", version=form.response.version)
    if sent.status != 200:
        raise StaleWrite("the form moved on")
    return len(differing)


def _find(
    work: Work, patient: PatientRow, assignment_public_id: str, *, lock: bool = False
) -> tuple[Seat, Form, SecondEntry]:
    assignment = work.session.scalars(
        select(Assignment).where(
            Assignment.public_id == assignment_public_id,
            Assignment.episode_id == patient.episode_id,
            Assignment.centre_id == work.actor.centre(),
        )
    ).first()
    form = None if assignment is None else _form(work, assignment, lock=lock)
    if form is None or form.response is None or form.submitted:
        raise NotFound("no such form")
    second = second_entry_of(work, form.response)
    seat = staff_seat(work, max(form.current.values(), key=lambda answer: answer.seq).session_id)
    if second is None or second.compared_at is not None or seat is None:
        raise NotFound("no such form")
    return replace(seat, staff_id=work.actor.id), form, second


def _form(work: Work, assignment: Assignment, *, lock: bool) -> Form:
    if lock:
        work.session.execute(select(Assignment.id).where(Assignment.id == assignment.id).with_for_update())
    response = work.session.scalars(select(Response).where(Response.assignment_id == assignment.id)).first()
    return form_of(work, assignment, response)


def _items(view: FormView) -> tuple[FormItem, ...]:
    """Each question once, in the wording that is asked as things stand where it has several."""
    now = {item.id: item for item in view.items}
    return tuple({item.id: now.get(item.id, item) for item in view.steps}.values())


def _differing(seat: Seat, form: Form, second: SecondEntry) -> list[str]:
    """The items typed differently, of those asked by at least one of the two typings."""
    if not second.answers:
        return []
    first = as_values(form.current)
    again = {item: _as_value(typed) for item, typed in second.answers.items()}
    instrument = form.instrument
    both = [asked_values(as_told(seat, instrument, values), instrument, values)[0] for values in (first, again)]
    return [item.id for item in instrument.items if len({_comparable(values.get(item.id)) for values in both}) > 1]


def _as_value(typed: Typed) -> AnswerValue:
    return typed if isinstance(typed, int) else Missing(typed)


def _comparable(value: AnswerValue | None) -> int | None:
    """A code, or None for everything that is blank on the paper or not asked there."""
    return value if isinstance(value, int) else None


def _differences(
    items: Sequence[FormItem], differing: Sequence[str], form: Form, second: SecondEntry
) -> tuple[Difference, ...]:
    by_id = {item.id: item for item in items}
    first = as_values(form.current)
    return tuple(
        Difference(
            item=by_id[item_id],
            first=_words(by_id[item_id], first.get(item_id)),
            second=_words(by_id[item_id], _as_value(second.answers.get(item_id, BLANK))),
        )
        for item_id in differing
        if item_id in by_id
    )


def _words(item: FormItem, value: AnswerValue | None) -> str:
    if not isinstance(value, int):
        return ""
    label = dict(item.options).get(value, str(value))
    return label if label == str(value) else f"{value} – {label}"


def _take_second(work: Work, seat: Seat, form: Form, response: Response, taken: Mapping[str, Typed]) -> None:
    """Add what the second typing said as the newer version of each answer; the first stays in the history."""
    if not taken:
        return
    response.version += 1
    rows = []
    for item_id, typed in taken.items():
        before = form.current.get(item_id)
        code = typed if isinstance(typed, int) else None
        rows.append(
            Answer(
                response_id=response.id,
                item_id=item_id,
                kind="declined" if code is None else "value",
                value=code,
                seq=response.version,
                given_at=work.now if before is None else max(work.now, before.given_at + timedelta(microseconds=1)),
                saved_at=work.now,
                session_id=seat.session_id,
                staff_id=work.actor.id,
            )
        )
    add_answers(work, rows)
    work.session.flush()


def _note(work: Work, response: Response, action: str, detail: dict[str, object]) -> None:
    audit.record(
        work,
        action,
        subject_kind="response",
        subject_id=response.id,
        centre_id=response.centre_id,
        episode_id=response.episode_id,
        detail=detail,
    )
