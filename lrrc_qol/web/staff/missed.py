"""Note why a visit was not answered."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import AlreadySubmitted, InvalidInput, StaleWrite
from lrrc_qol.services.note_missed_reason import UnansweredVisit, note_missed_reason, read_unanswered
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.meanwhile import SEEN, seen_before, seen_now, take_over
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.entry_forms import MissedForm


@blueprint.get("/patients/<public_id>/visits/<visit>/reason")
@audience.staff("edit_record")
def missed(public_id: str, visit: str) -> ResponseReturnValue:
    """The list of reasons, with the one that counts now."""
    try:
        found = _read(public_id, visit)
    except AlreadySubmitted:
        return _answered(public_id)
    stored = _stored(found)
    return _page(found, stored, seen_now(stored))


@blueprint.post("/patients/<public_id>/visits/<visit>/reason")
@audience.staff("edit_record")
def note_missed(public_id: str, visit: str) -> ResponseReturnValue:
    """Store the reason, or take it back when none is chosen.

    When a colleague noted another one since the page was shown, that is told first; when the visit was answered, there
    is nothing to note any more.
    """
    form = MissedForm(request.form, reasons=runtime().catalogue.missed_reasons)
    try:
        found = _read(public_id, visit)
        if not form.validate():
            return _page(found, form, seen_before(request.form))
        with runtime().writing(current_actor()) as work:
            note_missed_reason(
                work,
                public_id,
                visit,
                code=form.code.data or None,
                note=form.note.data or "",
                seen=_seen(),
            )
    except AlreadySubmitted:
        return _answered(public_id)
    except StaleWrite:
        return _overtaken(public_id, visit, form)
    except InvalidInput as refusal:
        form.add_faults(refusal.fields)
        return _page(found, form, seen_before(request.form))
    flash("The reason is noted." if form.code.data else "No reason is noted for this visit.", "good")
    return redirect(url_for("staff.patient", public_id=public_id, _anchor="visits-heading"), 303)


def _answered(public_id: str) -> ResponseReturnValue:
    flash("This visit is answered by now, so no reason is noted.", "warning")
    return redirect(url_for("staff.patient", public_id=public_id, _anchor="visits-heading"), 303)


def _seen() -> tuple[str, str] | None:
    """The code and the note that the page showed; None when it does not say."""
    code, note = request.form.get(f"{SEEN}code"), request.form.get(f"{SEEN}note")
    return None if code is None or note is None else (code, note)


def _overtaken(public_id: str, visit: str, form: MissedForm) -> ResponseReturnValue:
    """The page once more, with what somebody else noted and what was entered here."""
    found = _read(public_id, visit)
    stored = _stored(found)
    changes = take_over(form, stored=stored, sent=request.form)
    page, _ = _page(found, form, seen_now(stored), changes=changes)
    return page, 422


def _stored(found: UnansweredVisit) -> MissedForm:
    noted = found.noted
    kept = {"code": noted.code, "note": noted.note} if noted else {}
    return MissedForm(None, reasons=runtime().catalogue.missed_reasons, data=kept)


def _page(found: UnansweredVisit, form: MissedForm, seen: dict[str, str], **meanwhile: object) -> tuple[str, int]:
    page = render_template(
        "staff/entry/missed.html", patient=found.patient, visit=found, form=form, seen=seen, **meanwhile
    )
    return page, 422 if form.faults() else 200


def _read(public_id: str, visit: str) -> UnansweredVisit:
    with runtime().reading(current_actor()) as work:
        return read_unanswered(work, public_id, visit)
