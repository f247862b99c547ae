"""Staff type in a patient's form: choose visit, way and day, then go on with the ordinary pages of the form."""

from __future__ import annotations

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.persistence.queries.record import PatientRow
from lrrc_qol.services.context import Work
from lrrc_qol.services.patient_session import WARD_TABLET, find_seat, leave
from lrrc_qol.services.staff_entry import EntryVisit, OutOfWindow, begin_entry, propose_visit, read_entry_visits
from lrrc_qol.services.staff_session import end_session
from lrrc_qol.web.guards import SEAT_KEY, audience, current_actor, runtime
from lrrc_qol.web.languages import remember
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.entry_forms import EntryForm, day_mark


@blueprint.get("/patients/<public_id>/enter")
@audience.staff("edit_record")
def enter_form(public_id: str) -> ResponseReturnValue:
    """Which visit, how, who answers, and on which day."""
    patient, visits = _read(public_id)
    return _page(patient, visits, _form(patient, visits))


@blueprint.post("/patients/<public_id>/enter")
@audience.staff("edit_record")
def begin_entering(public_id: str) -> ResponseReturnValue:
    """Take the seat and go to the first question; a day outside the window is said first.

    Whoever hands the tablet to the patient is signed out of it, on the server too: no way leads back to staff pages.
    """
    patient, visits = _read(public_id)
    form = _form(patient, visits, sent=True)
    handed_over = form.mode.data == WARD_TABLET
    # Looked up before the transaction below, because the look-up may write in one of its own.
    identity = current_user.identity
    if not form.validate():
        return _page(patient, visits, form)
    try:
        with runtime().writing(current_actor()) as work:
            end_earlier(work)
            token = begin_entry(work, public_id, form.request(confirmed=request.form.get("confirmed", "")))
            if handed_over:
                end_session(work, identity)
    except OutOfWindow as outside:
        form.visit.data = outside.visit.public_id
        return _page(patient, visits, form, outside=outside.visit)
    except InvalidInput as refusal:
        form.add_faults(refusal.fields)
        return _page(patient, visits, form)
    if handed_over:
        session.clear()
        remember(patient.language)
    session[SEAT_KEY] = token
    return redirect(url_for("patient.parts"), 303)


def end_earlier(work: Work) -> None:
    """One seat in a browser: what was being typed in for another patient ends, and its page will say so."""
    earlier = find_seat(work, session[SEAT_KEY]) if SEAT_KEY in session else None
    if earlier is not None:
        leave(work, earlier)


def _read(public_id: str) -> tuple[PatientRow, tuple[EntryVisit, ...]]:
    with runtime().reading(current_actor()) as work:
        return read_entry_visits(work, public_id)


def _form(patient: PatientRow, visits: tuple[EntryVisit, ...], *, sent: bool = False) -> EntryForm:
    with runtime().reading(current_actor()) as work:
        today = work.today_in(patient.timezone)
    relations = runtime().catalogue.relations
    return EntryForm(request.form if sent else None, visits=visits, relations=relations, today=today)


def _page(
    patient: PatientRow, visits: tuple[EntryVisit, ...], form: EntryForm, *, outside: EntryVisit | None = None
) -> ResponseReturnValue:
    day = form.answered_on.data
    page = render_template(
        "staff/entry/begin.html",
        patient=patient,
        visits=visits,
        form=form,
        proposed=None if day is None else propose_visit(visits, day),
        outside=outside,
        confirmed=day_mark(outside.public_id, day) if outside is not None and day is not None else "",
    )
    return page, 422 if form.faults() or outside is not None else 200
