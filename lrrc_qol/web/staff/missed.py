"""Note why a visit was not answered."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.services.note_missed_reason import UnansweredVisit, note_missed_reason, read_unanswered
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.entry_forms import MissedForm


@blueprint.get("/patients/<public_id>/visits/<visit>/reason")
@audience.staff("edit_record")
def missed(public_id: str, visit: str) -> ResponseReturnValue:
    """The list of reasons, with the one that counts now."""
    found = _read(public_id, visit)
    noted = found.noted
    kept = {"code": noted.code, "note": noted.note} if noted else {}
    return _page(found, MissedForm(None, reasons=runtime().catalogue.missed_reasons, data=kept))


@blueprint.post("/patients/<public_id>/visits/<visit>/reason")
@audience.staff("edit_record")
def note_missed(public_id: str, visit: str) -> ResponseReturnValue:
    """Store the reason, or take it back when none is chosen."""
    found = _read(public_id, visit)
    form = MissedForm(request.form, reasons=runtime().catalogue.missed_reasons)
    if not form.validate():
        return _page(found, form)
    try:
        with runtime().writing(current_actor()) as work:
            note_missed_reason(work, public_id, visit, code=form.code.data or None, note=form.note.data or "")
    except InvalidInput as refusal:
        form.add_faults(refusal.fields)
        return _page(found, form)
    flash("The reason is noted." if form.code.data else "No reason is noted for this visit.", "good")
    return redirect(url_for("staff.patient", public_id=public_id, _anchor="visits-heading"), 303)


def _page(found: UnansweredVisit, form: MissedForm) -> ResponseReturnValue:
    page = render_template("staff/entry/missed.html", patient=found.patient, visit=found, form=form)
    return page, 422 if form.faults() else 200


def _read(public_id: str, visit: str) -> UnansweredVisit:
    with runtime().reading(current_actor()) as work:
        return read_unanswered(work, public_id, visit)
