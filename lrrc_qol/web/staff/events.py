"""Write down what happened to a patient; what ends contact asks once more, with its consequences in plain words."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import InvalidInput, NotFound
from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.queries.happenings import EventRow, list_events
from lrrc_qol.persistence.queries.record import PatientRow
from lrrc_qol.services.read_record import find_patient_row
from lrrc_qol.services.record_event import record_event, revoke_event
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.forms import EventForm, RevokeForm
from lrrc_qol.web.staff.patient_words import EVENT_WORDS, event_words

# Discharge stands with the dates, and what the system itself finds out is not offered.
OFFERED = tuple(
    (kind, EVENT_WORDS[kind])
    for kind in (
        EventKind.READMISSION,
        EventKind.LEFT_HOSPITAL,
        EventKind.REOPERATION,
        EventKind.RECURRENCE,
        EventKind.CHEMOTHERAPY_START,
        EventKind.CHEMOTHERAPY_STOP,
        EventKind.STOMA_CHANGE,
        EventKind.PALLIATIVE,
        EventKind.CANCELLED_SURGERY,
        EventKind.PAUSE,
        EventKind.RESUME,
        EventKind.OPT_OUT,
        EventKind.OPT_IN,
        EventKind.WITHDRAWAL_REMINDERS,
        EventKind.WITHDRAWAL_NEW_DATA,
        EventKind.WITHDRAWAL_ALL,
        EventKind.DEATH,
    )
)
CONSEQUENCES = {
    EventKind.DEATH: (
        "No mail goes to the patient any more, also none that is waiting now. Nobody is told automatically.",
        "All links stop working at once.",
        "Visits after this day do not count as missed. The answers given stay in the record.",
    ),
    EventKind.WITHDRAWAL_REMINDERS: (
        "No invitation and no reminder goes out any more, also none that is waiting now.",
        "Links already sent still work, and forms that come are still read.",
    ),
    EventKind.WITHDRAWAL_NEW_DATA: (
        "No mail goes to the patient any more, also none that is waiting now.",
        "All links stop working at once; no new forms are taken.",
        "The answers given so far stay in the record.",
    ),
    EventKind.WITHDRAWAL_ALL: (
        "No mail goes to the patient any more, also none that is waiting now.",
        "All links stop working at once; no new forms are taken.",
        "The answers given so far stay stored, but the patient does not want them used. Follow your centre's rules.",
    ),
}


@blueprint.route("/patients/<public_id>/events", methods=["GET", "POST"])
@audience.staff("edit_record")
def events(public_id: str) -> ResponseReturnValue:
    """The form for a new event; death and withdrawal are stored only after a second, explicit press."""
    with runtime().reading(current_actor()) as work:
        patient = find_patient_row(work, public_id)
    form = EventForm(request.form if request.method == "POST" else None, kinds=OFFERED)
    if request.method != "POST" or "back" in request.form or not form.validate() or form.happened_on.data is None:
        return _form_page(patient, form)
    kind = EventKind(form.kind.data)
    if kind in CONSEQUENCES and request.form.get("confirmed") != "yes":
        return render_template(
            "staff/event_confirm.html",
            patient=patient,
            form=form,
            words=EVENT_WORDS[kind],
            consequences=CONSEQUENCES[kind],
        )
    try:
        with runtime().writing(current_actor()) as work:
            record_event(work, public_id, kind=kind, happened_on=form.happened_on.data)
    except InvalidInput as refusal:
        form.add_faults(refusal.fields)
        return _form_page(patient, form)
    flash(f"Recorded: {EVENT_WORDS[kind]}.", "good")
    if kind is EventKind.STOMA_CHANGE:
        # The event is the history; which questions are asked is decided by the anatomy on the record.
        return redirect(url_for("staff.anatomy", public_id=public_id))
    return redirect(url_for("staff.patient", public_id=public_id))


@blueprint.route("/patients/<public_id>/events/<event_id>/take-back", methods=["GET", "POST"])
@audience.staff("edit_record")
def take_back_event(public_id: str, event_id: str) -> ResponseReturnValue:
    """Take back an event that was recorded by mistake; it stays visible, marked, with the reason in the audit trail."""
    patient, event = _find_event(public_id, event_id)
    form = RevokeForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        try:
            with runtime().writing(current_actor()) as work:
                revoke_event(work, public_id, event_id, reason=form.reason.data or "")
        except InvalidInput as refusal:
            form.add_faults(refusal.fields)
        else:
            flash(f"Taken back: {event_words(event.kind)}.", "good")
            return redirect(url_for("staff.patient", public_id=public_id))
    status = 422 if form.faults() else 200
    page = render_template(
        "staff/event_take_back.html", patient=patient, event=event, words=event_words(event.kind), form=form
    )
    return page, status


def _form_page(patient: PatientRow, form: EventForm) -> ResponseReturnValue:
    return render_template("staff/events.html", patient=patient, form=form), 422 if form.faults() else 200


def _find_event(public_id: str, event_id: str) -> tuple[PatientRow, EventRow]:
    with runtime().reading(current_actor()) as work:
        patient = find_patient_row(work, public_id)
        found = list_events(work.session, centre_id=work.actor.centre(), episode_id=patient.episode_id)
    for event in found:
        if event.public_id == event_id and event.revoked_at is None:
            return patient, event
    raise NotFound("no such event")
