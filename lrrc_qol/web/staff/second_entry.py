"""Type a paper a second time without seeing the first typing, then decide where the two differ."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import InvalidInput, StaleWrite
from lrrc_qol.services.form_advice import read_form_advice
from lrrc_qol.services.staff_entry import SecondForm, compare_typings, read_second_form, store_second_entry
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.blueprint import blueprint

BLANK = "declined"
STALE = "One of the typings was changed meanwhile, or the form was sent. This is how it stands now; please look again."
PLACE = "/patients/<public_id>/forms/<assignment>"


@blueprint.get(f"{PLACE}/second")
@audience.staff("edit_record")
def second_entry(public_id: str, assignment: str) -> ResponseReturnValue:
    """All questions on one page for the keyboard."""
    return _second_page(_read(public_id, assignment), typed={}, faults={})


@blueprint.post(f"{PLACE}/second")
@audience.staff("edit_record")
def store_second(public_id: str, assignment: str) -> ResponseReturnValue:
    """Keep the second typing and go to the comparison."""
    form = _read(public_id, assignment)
    typed = {item.id: request.form.get(f"i-{item.id}", "").strip() for item in form.items}
    answers = {item: _answer(text) for item, text in typed.items()}
    try:
        with runtime().writing(current_actor()) as work:
            store_second_entry(work, public_id, assignment, answers)
    except InvalidInput as refusal:
        return _second_page(form, typed=typed, faults=refusal.fields)
    return redirect(url_for("staff.compare", public_id=public_id, assignment=assignment), 303)


@blueprint.get(f"{PLACE}/compare")
@audience.staff("edit_record")
def compare(public_id: str, assignment: str) -> ResponseReturnValue:
    """The differences side by side; none is said too."""
    return _compare_page(_read(public_id, assignment), chosen={}, faults={})


@blueprint.post(f"{PLACE}/compare")
@audience.staff("edit_record")
def decide(public_id: str, assignment: str) -> ResponseReturnValue:
    """Take what is on the paper for each difference, and send the form."""
    form = _read(public_id, assignment)
    chosen = {one.item.id: request.form.get(f"c-{one.item.id}", "") for one in form.differences}
    version = request.form.get("version", type=int)
    try:
        with runtime().writing(current_actor()) as work:
            count = compare_typings(
                work,
                public_id,
                assignment,
                chosen=chosen,
                version=version or 0,
                typing=request.form.get("typing", type=int),
            )
            urgent = read_form_advice(work, public_id, form.response_id).instruction is not None
    except InvalidInput as refusal:
        return _compare_page(form, chosen=chosen, faults=refusal.fields)
    except StaleWrite:
        return _compare_page(_read(public_id, assignment), chosen=chosen, faults={"": STALE})
    differed = "one answer" if count == 1 else f"{count} answers" if count else "no answer"
    flash(f"The form is sent. The two typings differed in {differed}.", "good")
    going_on = "staff.urgent" if urgent else "staff.form"
    return redirect(url_for(going_on, public_id=public_id, response_id=form.response_id), 303)


def _answer(text: str) -> int | str:
    """A code as typed; blank for nothing typed, and what is no number as it is, for the service to refuse."""
    if not text:
        return BLANK
    return int(text) if text.lstrip("-").isascii() and text.lstrip("-").isdigit() and len(text) < 10 else text


def _second_page(form: SecondForm, *, typed: Mapping[str, str], faults: Mapping[str, str]) -> ResponseReturnValue:
    page = render_template("staff/entry/second.html", patient=form.patient, form=form, typed=typed, faults=faults)
    return page, 422 if faults else 200


def _compare_page(form: SecondForm, *, chosen: Mapping[str, str], faults: Mapping[str, str]) -> ResponseReturnValue:
    page = render_template("staff/entry/compare.html", patient=form.patient, form=form, chosen=chosen, faults=faults)
    return page, 422 if faults else 200


def _read(public_id: str, assignment: str) -> SecondForm:
    with runtime().reading(current_actor()) as work:
        return read_second_form(work, public_id, assignment)
