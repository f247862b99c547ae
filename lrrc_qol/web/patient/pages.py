"""What the form pages are made of: the frame around a seat, where the patient stands, what was answered."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, url_for

from lrrc_qol.charts.wording import MODES
from lrrc_qol.domain.instrument import ItemKind
from lrrc_qol.services.answer_form import FormItem, FormView, Part, list_parts, open_form
from lrrc_qol.services.context import Work
from lrrc_qol.services.patient_session import Seat
from lrrc_qol.web.guards import current_seat, runtime


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One question on the review page: its place in the form and the answer in the form's own words."""

    number: int
    item: FormItem
    answer: str


def seat_page(template: str, **values: object) -> str:
    """A page inside the frame of the current seat, in the patient's language."""
    seat = current_seat()
    if seat.staff_id is not None:
        values |= {"relations": runtime().catalogue.relations, "staff_url": staff_url(), "modes": MODES}
    return render_template(template, seat=seat, centre=seat.centre, **values)


def staff_url() -> str:
    """Where a member of staff goes on who has typed in a form: the patient's page."""
    return url_for("staff.patient", public_id=current_seat().patient_public_id)


def second_typing_url(assignment: str) -> str:
    """Where the same paper is typed a second time."""
    return url_for("staff.second_entry", public_id=current_seat().patient_public_id, assignment=assignment)


def first_undecided(items: Sequence[FormItem]) -> int:
    """The number (from 1) of the first question that is neither answered nor left out; one past the end if none."""
    return next((n for n, item in enumerate(items, start=1) if item.state == "none"), len(items) + 1)


def next_page(work: Work, seat: Seat, *, script: bool) -> str:
    """Where to go on: the whole form for a page that can step by itself, else the first open question."""
    if seat.looks_only:
        return url_for("patient.own_page")
    part = first_open(list_parts(work, seat))
    if part is None:
        return url_for("patient.thanks")
    if script:
        return url_for("patient.form", assignment=part.assignment_public_id)
    view = open_form(work, seat, part.assignment_public_id)
    return item_url(view, first_undecided(view.items))


def item_url(view: FormView, number: int, *, review: bool = False) -> str:
    """The page of one question, or the review page once past the last one."""
    if number > len(view.items):
        return url_for("patient.review", assignment=view.assignment_public_id)
    return url_for("patient.item", assignment=view.assignment_public_id, number=number, review="1" if review else None)


def first_open(parts: Sequence[Part]) -> Part | None:
    """The first part that was not sent yet."""
    return next((part for part in parts if part.state != "submitted"), None)


def review_rows(view: FormView) -> tuple[ReviewRow, ...]:
    """Every question with its answer in the form's own words; empty where nothing was decided."""
    return tuple(
        ReviewRow(number=number, item=item, answer=answer_words(item))
        for number, item in enumerate(view.items, start=1)
    )


def answer_words(item: FormItem) -> str:
    """The answer as the form words it; empty unless the state is a value."""
    return option_words(item, item.value) if item.state == "value" and item.value is not None else ""


def option_words(item: FormItem, code: int) -> str:
    """One option read on its own: its label, with the number before it where the number is what was tapped or typed."""
    label = dict(item.options).get(code, str(code))
    if item.kind is not ItemKind.CHOICE and label != str(code):
        return f"{code} – {label}"
    return label


def request_key() -> str:
    """A fresh idempotency key for a page that cannot make one itself."""
    return secrets.token_hex(16)
