"""One question per page for a browser without JavaScript: show, save, leave out, go on."""

from __future__ import annotations

from flask import abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.instrument import ItemKind
from lrrc_qol.services.answer_form import (
    AnswerInput,
    FormItem,
    FormView,
    SaveRequest,
    SaveResult,
    open_form,
    save_answers,
)
from lrrc_qol.web.guards import audience, current_seat, patient_actor, runtime
from lrrc_qol.web.languages import page_words
from lrrc_qol.web.patient.blueprint import blueprint
from lrrc_qol.web.patient.pages import first_undecided, item_url, option_words, request_key, seat_page
from lrrc_qol.web.patient.plain_words import plain_digits
from lrrc_qol.web.patient.save_request import known_words, small_int

ADVICE_KEY = "advice"


@blueprint.get("/form/<assignment>/item/<int:number>")
@audience.patient
def item(assignment: str, number: int) -> ResponseReturnValue:
    """One question."""
    view = _view(assignment)
    if view.submitted:
        return redirect(url_for("patient.thanks"), 303)
    return _item_page(view, number)


@blueprint.post("/form/<assignment>/item/<int:number>")
@audience.patient
def save_item(assignment: str, number: int) -> ResponseReturnValue:
    """Save one answer and go on; an instruction to the patient comes before the next question."""
    view = _view(assignment)
    if view.submitted:
        return redirect(url_for("patient.thanks"), 303)
    number = _number_now(view, number)
    if not number:
        return redirect(item_url(view, first_undecided(view.items)), 303)
    asked = _asked(view, number)
    leave_out = request.form.get("action") == "leave_out"
    value = None if leave_out else small_int(plain_digits(request.form.get("answer", "")))
    if value is None and not leave_out:
        return _item_page(view, number, mistake=no_answer_words(asked)), 422
    answer = AnswerInput(item_id=asked.id, value=value, declined=leave_out)
    seen = small_int(request.form.get("version", ""))
    # The key is made here: a page that a browser brings back with "back" must be able to save something else.
    save = SaveRequest(
        key=request_key(),
        version=view.version if seen is None else seen,
        answers=(answer,),
        words=known_words(request.form.get("words", "")),
    )
    with runtime().writing(patient_actor()) as work:
        result = save_answers(work, current_seat(), assignment, save)
    return _after_save(_view(assignment) if asked.tells else view, number, result)


@blueprint.get("/form/<assignment>/advice")
@audience.patient
def advice(assignment: str) -> ResponseReturnValue:
    """What the last answer asks the patient to do, before the next question."""
    kept = session.get(ADVICE_KEY)
    if not kept or kept["assignment"] != assignment:
        return redirect(url_for("patient.form", assignment=assignment), 303)
    view = _view(assignment)
    return seat_page(
        "patient/advice.html",
        instruction=kept["instruction"],
        next_url=item_url(view, kept["number"]) if not view.submitted else url_for("patient.thanks"),
    )


def _after_save(view: FormView, number: int, result: SaveResult) -> ResponseReturnValue:
    error = result.body.get("error")
    if error == "submitted":
        return redirect(url_for("patient.thanks"), 303)
    if error == "invalid":
        return _item_page(view, number, mistake=no_answer_words(_asked(view, number))), 422
    target = len(view.items) + 1 if request.form.get("review") else number + 1
    session.pop(ADVICE_KEY, None)
    if result.body.get("instruction"):
        kept = {"assignment": view.assignment_public_id, "number": target, "instruction": result.body["instruction"]}
        session[ADVICE_KEY] = kept
        return redirect(url_for("patient.advice", assignment=view.assignment_public_id), 303)
    if error == "conflict":
        return _item_page(_view(view.assignment_public_id), number, conflict=result), 409
    return redirect(item_url(view, target), 303)


def _item_page(view: FormView, number: int, *, mistake: str = "", conflict: SaveResult | None = None) -> str:
    asked = _asked(view, number)
    review = bool(request.values.get("review"))
    back = item_url(view, len(view.items) + 1) if review else item_url(view, number - 1) if number > 1 else None
    return seat_page(
        "patient/item.html",
        view=view,
        item=asked,
        number=number,
        back_url=back or url_for("patient.parts"),
        review=review,
        mistake=mistake,
        conflict=_conflict_words(asked, conflict) if conflict else None,
    )


def no_answer_words(asked: FormItem) -> str:
    """What to do when nothing was chosen, or when what was typed is no number of the range."""
    if asked.kind is ItemKind.NUMBER:
        ends = {"low": asked.options[0][0], "high": asked.options[-1][0]}
        words = page_words().gettext(
            "Please type a whole number from %(low)s to %(high)s, or press “Leave this one out”."
        )
        return words % ends
    return page_words().gettext("Please choose an answer, or press “Leave this one out”.")


def _number_now(view: FormView, number: int) -> int:
    """The number now of the question that the sent page showed; 0 when it is not asked any more, or in other words.

    A filter question answered on another device moves the questions after it, and an answer must not move along.
    """
    shown = request.form.get("question")
    if shown is None:
        return number
    return next((place for place, item in enumerate(view.items, start=1) if item.key == shown), 0)


def _asked(view: FormView, number: int) -> FormItem:
    if not 1 <= number <= len(view.items):
        abort(404)
    return view.items[number - 1]


def _conflict_words(asked: FormItem, result: SaveResult) -> dict[str, str]:
    """The two answers and the one that counts, in the form's words; empty for one that was left out."""
    both = result.body["items"][asked.id]
    return {name: option_words(asked, code) if isinstance(code, int) else "" for name, code in both.items()}


def _view(assignment: str) -> FormView:
    with runtime().reading(patient_actor()) as work:
        return open_form(work, current_seat(), assignment)
