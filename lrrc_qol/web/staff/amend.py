"""Correct an answer of a sent form, with a reason; both values stay."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import InvalidInput, NotFound, StaleWrite
from lrrc_qol.services.amend_answer import Amendment, amend_answer
from lrrc_qol.services.read_form import FormRecord, ItemView, read_form
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.entry_forms import LEFT_OUT, AmendForm
from lrrc_qol.web.staff.form_answers import MISSING_WORDS, RESPONSE

PLACE = f"/patients/<public_id>/forms/{RESPONSE}/answers/<item>/correct"
STALE = (
    "Somebody else corrected this form meanwhile. What you typed is kept: look at the answer as it is now, "
    "then store yours or cancel."
)


@blueprint.get(PLACE)
@audience.staff("edit_record")
def amend(public_id: str, response_id: int, item: str) -> ResponseReturnValue:
    """The answer as it is, and what it should be."""
    record, view = _read(public_id, response_id, item)
    return _page(record, view, _form(view, sent=False))


@blueprint.post(PLACE)
@audience.staff("edit_record")
def amend_now(public_id: str, response_id: int, item: str) -> ResponseReturnValue:
    """Store the correction, unless somebody else amended the form since the page was shown."""
    record, view = _read(public_id, response_id, item)
    form = _form(view, sent=True)
    if not form.validate():
        return _page(record, view, form)
    value = None if form.answer.data == LEFT_OUT else int(form.answer.data)
    wanted = Amendment(item, value, form.reason.data or "", request.form.get("version", type=int) or 0)
    try:
        with runtime().writing(current_actor()) as work:
            urgent = amend_answer(work, public_id, response_id, wanted)
    except StaleWrite:
        form.form_errors.append(STALE)
        return _page(*_read(public_id, response_id, item), form, status=409)
    except InvalidInput as refusal:
        form.add_faults(refusal.fields)
        return _page(record, view, form)
    flash("The answer is corrected. Scores and alerts were worked out anew; the earlier answer stays visible.", "good")
    return redirect(
        url_for("staff.urgent" if urgent else "staff.form", public_id=public_id, response_id=response_id), 303
    )


def _form(view: ItemView, *, sent: bool) -> AmendForm:
    options = [(str(code), f"{code} – {label}" if label else str(code)) for code, label in view.options]
    return AmendForm(request.form if sent else None, options=options)


def _read(public_id: str, response_id: int, item: str) -> tuple[FormRecord, ItemView]:
    with runtime().reading(current_actor()) as work:
        record = read_form(work, public_id, response_id)
    view = next((one for one in record.items if one.item_id == item and one.applies), None)
    if view is None or record.response.submitted_at is None:
        raise NotFound("no such answer")
    return record, view


def _page(record: FormRecord, view: ItemView, form: AmendForm, *, status: int = 422) -> ResponseReturnValue:
    page = render_template(
        "staff/entry/amend.html",
        patient=record.patient,
        record=record,
        item=view,
        form=form,
        missing_words=MISSING_WORDS,
    )
    return page, status if form.faults() else 200
