"""Take a recorded event back, or move it to the right day: what changes is seen first."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import InvalidInput, NotFound, StaleWrite
from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.queries.happenings import EventRow, find_opening, list_events
from lrrc_qol.persistence.queries.record import PatientRow
from lrrc_qol.services.event_checks import opened_detail
from lrrc_qol.services.later_records import after_death
from lrrc_qol.services.read_record import find_patient_row
from lrrc_qol.services.record_event import correct_event_day, preview_correction, revoke_event
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.forms import RevokeForm


@blueprint.route("/patients/<public_id>/events/<event_id>/take-back", methods=["GET", "POST"])
@audience.staff("edit_record")
def take_back_event(public_id: str, event_id: str) -> ResponseReturnValue:
    """Take back an event recorded by mistake, or give it another day; it stays visible, marked, the reason is kept.

    One that a colleague took back meanwhile is said to be, beside what was typed.
    """
    patient, event = _find_event(public_id, event_id)
    form = RevokeForm(request.form if request.method == "POST" else None)
    if event.revoked_at is not None:
        if request.method != "POST":
            raise NotFound("no such event")
        return _gone_page(patient, event, form)
    if request.method != "POST" or "back" in request.form or not form.validate():
        return _page(patient, event, form)
    rule = runtime().catalogue.events.rule(EventKind(event.kind))
    day = form.happened_on.data
    try:
        if request.form.get("confirmed") != "yes" and rule.changes_plan:
            return _confirm_page(patient, event, form)
        _change(public_id, event_id, form)
    except StaleWrite:
        return _confirm_page(patient, event, form, overtaken=True)
    except NotFound:
        patient, event = _find_event(public_id, event_id)
        return _gone_page(patient, event, form)
    except InvalidInput as refusal:
        form.add_faults(refusal.fields)
        return _page(patient, event, form)
    flash(f"Taken back: {rule.words}." if day is None else f"The day is corrected: {rule.words}.", "good")
    return redirect(url_for("staff.patient", public_id=public_id))


def _change(public_id: str, event_id: str, form: RevokeForm) -> None:
    day, reason, seen = form.happened_on.data, form.reason.data or "", request.form.get("plan")
    with runtime().writing(current_actor()) as work:
        if day is None:
            revoke_event(work, public_id, event_id, reason=reason, seen=seen)
        else:
            correct_event_day(work, public_id, event_id, happened_on=day, reason=reason, seen=seen)


def _confirm_page(
    patient: PatientRow, event: EventRow, form: RevokeForm, *, overtaken: bool = False
) -> ResponseReturnValue:
    """What happens to the visits by now; `overtaken` when something else was shown before."""
    kind, day = EventKind(event.kind), form.happened_on.data
    with runtime().reading(current_actor()) as work:
        plan = preview_correction(work, patient.public_id, event.public_id, happened_on=day)
        later = after_death(work, patient.public_id, kind=kind, happened_on=day) if day else ()
    page = render_template(
        "staff/event_change_confirm.html",
        patient=patient,
        event=event,
        form=form,
        words=runtime().catalogue.events.rule(kind).words,
        plan=plan,
        later=later,
        overtaken=overtaken,
    )
    return page, 422 if overtaken else 200


def _page(patient: PatientRow, event: EventRow, form: RevokeForm) -> ResponseReturnValue:
    rule = runtime().catalogue.events.rule(EventKind(event.kind))
    with runtime().reading(current_actor()) as work:
        told = opened_detail(work, rule, event.detail)
    page = render_template(
        "staff/event_take_back.html", patient=patient, event=event, words=rule.words, told=told, form=form
    )
    return page, 422 if form.faults() else 200


def _gone_page(patient: PatientRow, event: EventRow, form: RevokeForm) -> ResponseReturnValue:
    words = runtime().catalogue.events.rule(EventKind(event.kind)).words
    return render_template("staff/event_gone.html", patient=patient, event=event, words=words, form=form), 409


def _find_event(public_id: str, event_id: str) -> tuple[PatientRow, EventRow]:
    with runtime().reading(current_actor()) as work:
        patient = find_patient_row(work, public_id)
        centre_id, ordinal = work.actor.centre(), patient.episode_ordinal
        found = list_events(work.session, centre_id=centre_id, episode_id=patient.episode_id)
        opening = find_opening(work.session, centre_id=centre_id, patient_id=patient.id, ordinal=ordinal)
    for event in (*found, *([opening] if opening else [])):
        if event.public_id == event_id:
            return patient, event
    raise NotFound("no such event")
