"""Call a patient now: who it is, the number, the form as an interview, and the log of the conversation."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.persistence.queries.happenings import Ending, find_ending
from lrrc_qol.persistence.queries.record import PatientRow
from lrrc_qol.services.read_record import note_view
from lrrc_qol.services.staff_entry import (
    EntryRequest,
    EntryVisit,
    OutOfWindow,
    begin_entry,
    propose_visit,
    read_entry_visits,
)
from lrrc_qol.web.guards import SEAT_KEY, audience, current_actor, runtime
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.care_forms import ContactEntryForm
from lrrc_qol.web.staff.enter import end_earlier

BY_PHONE = "telephone"
NOTHING_TO_ASK = "Every planned visit is answered. There is nothing to ask now."


@blueprint.get("/patients/<public_id>/call")
@audience.staff("edit_record")
def call(public_id: str) -> ResponseReturnValue:
    """Whom to call under which number, what can be asked, and where to write down what was said."""
    patient, proposed, ending, _ = _read(public_id)
    with runtime().writing(current_actor()) as work:
        note_view(work, patient, part="call")
    return render_template(
        "staff/call.html",
        patient=patient,
        proposed=proposed,
        ending=ending,
        contact_form=ContactEntryForm(),
    )


@blueprint.post("/patients/<public_id>/call")
@audience.staff("edit_record")
def begin_call(public_id: str) -> ResponseReturnValue:
    """Begin the form of today as an interview by telephone with the patient, in the ordinary pages of the form."""
    _, proposed, _, today = _read(public_id)
    if proposed is None:
        flash(NOTHING_TO_ASK, "warning")
        return redirect(url_for("staff.call", public_id=public_id), 303)
    wanted = EntryRequest(
        visit=proposed.public_id,
        mode=BY_PHONE,
        respondent="patient",
        relation="",
        answered_on=today,
        twice=False,
        any_day=False,
    )
    try:
        with runtime().writing(current_actor()) as work:
            end_earlier(work)
            session[SEAT_KEY] = begin_entry(work, public_id, wanted)
    except OutOfWindow:
        flash(f"Today lies outside the window of {proposed.name}. Choose the visit, then go on.", "warning")
        return redirect(url_for("staff.enter_form", public_id=public_id), 303)
    except InvalidInput as refusal:
        flash(next(iter(refusal.fields.values())), "warning")
        return redirect(url_for("staff.call", public_id=public_id), 303)
    return redirect(url_for("patient.parts"), 303)


def _read(public_id: str) -> tuple[PatientRow, EntryVisit | None, Ending | None, date]:
    with runtime().reading(current_actor()) as work:
        patient, visits = read_entry_visits(work, public_id)
        ending = find_ending(work.session, centre_id=work.actor.centre(), episode_id=patient.episode_id)
        today = work.today_in(patient.timezone)
    return patient, None if ending else propose_visit(visits, today), ending, today
