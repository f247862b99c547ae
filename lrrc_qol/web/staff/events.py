"""Write down what happened to a patient: the day, then what is asked with it, then what follows, then it is stored."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import InvalidInput, StaleWrite
from lrrc_qol.domain.events import EventKind, EventRule, ScheduleReaction
from lrrc_qol.persistence.queries.record import PatientRow
from lrrc_qol.services.later_records import after_death
from lrrc_qol.services.read_record import find_patient_row
from lrrc_qol.services.record_event import check_event_day, preview_event, record_event
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.forms import DetailForm, EventForm


@blueprint.route("/patients/<public_id>/events", methods=["GET", "POST"])
@audience.staff("edit_record")
def events(public_id: str) -> ResponseReturnValue:
    """The form for a new event. What ends contact or changes visits is stored after a second press on what follows."""
    with runtime().reading(current_actor()) as work:
        patient = find_patient_row(work, public_id)
    rules = runtime().catalogue.events
    offered = [(kind, rule.words) for kind, rule in rules.rules.items() if rule.offered]
    form = EventForm(request.form if request.method == "POST" else None, kinds=offered)
    if request.method != "POST" or "back" in request.form or not form.validate() or form.happened_on.data is None:
        return _form_page(patient, form)
    rule = rules.rule(EventKind(form.kind.data))
    try:
        with runtime().reading(current_actor()) as work:
            check_event_day(work, public_id, kind=rule.kind, happened_on=form.happened_on.data)
    except InvalidInput as refusal:
        form.add_faults(refusal.fields)
        return _form_page(patient, form)
    details = DetailForm.for_rule(rule, request.form if _answered(rule) else None)
    if rule.asks and "details" not in request.form:
        return _details_page(patient, form, rule, details)
    return _second_step(patient, form, rule, details, happened_on=form.happened_on.data)


def _second_step(
    patient: PatientRow, form: EventForm, rule: EventRule, details: DetailForm, *, happened_on: date
) -> ResponseReturnValue:
    """Show what follows, or store the event when that was seen or there is nothing to see."""
    try:
        if (rule.confirm or rule.changes_plan) and request.form.get("confirmed") != "yes":
            return _confirm_page(patient, form, rule, details, happened_on=happened_on)
        with runtime().writing(current_actor()) as work:
            record_event(
                work,
                patient.public_id,
                kind=rule.kind,
                happened_on=happened_on,
                detail=details.answers,
                seen=request.form.get("plan"),
            )
    except StaleWrite:
        return _confirm_page(patient, form, rule, details, happened_on=happened_on, overtaken=True)
    except InvalidInput as refusal:
        if "happened_on" in refusal.fields:
            form.add_faults(refusal.fields)
            return _form_page(patient, form)
        details.add_faults(refusal.fields)
        return _details_page(patient, form, rule, details)
    flash(f"Recorded: {rule.words}.", "good")
    return redirect(url_for(_next_page(rule), public_id=patient.public_id))


def _confirm_page(
    patient: PatientRow,
    form: EventForm,
    rule: EventRule,
    details: DetailForm,
    *,
    happened_on: date,
    overtaken: bool = False,
) -> ResponseReturnValue:
    """What follows by now; `overtaken` when something else was shown before."""
    with runtime().reading(current_actor()) as work:
        preview = preview_event(
            work, patient.public_id, kind=rule.kind, happened_on=happened_on, detail=details.answers
        )
        later = after_death(work, patient.public_id, kind=rule.kind, happened_on=happened_on)
    page = render_template(
        "staff/event_confirm.html",
        patient=patient,
        form=form,
        details=details,
        rule=rule,
        preview=preview,
        later=later,
        overtaken=overtaken,
    )
    return page, 422 if overtaken else 200


def _answered(rule: EventRule) -> bool:
    """Whether anything that the event asks was answered, here or before somebody went back."""
    return "details" in request.form or any(ask.name in request.form for ask in rule.asks)


def _next_page(rule: EventRule) -> str:
    """The history is written; which questions are asked is decided by the anatomy, and day 0 by the dates."""
    if rule.kind is EventKind.STOMA_CHANGE:
        return "staff.anatomy"
    if rule.reaction.schedule in {ScheduleReaction.REPEAT_BASELINE, ScheduleReaction.RECALL_BASELINE}:
        return "staff.baseline"
    return "staff.dates" if rule.reaction.schedule is ScheduleReaction.NEW_EPISODE else "staff.patient"


def _form_page(patient: PatientRow, form: EventForm) -> ResponseReturnValue:
    asked = {ask.name for rule in runtime().catalogue.events.rules.values() for ask in rule.asks}
    kept = {name: answer for name, answer in request.form.items() if name in asked}
    page = render_template("staff/events.html", patient=patient, form=form, kept=kept)
    return page, 422 if form.faults() else 200


def _details_page(patient: PatientRow, form: EventForm, rule: EventRule, details: DetailForm) -> ResponseReturnValue:
    page = render_template("staff/event_details.html", patient=patient, form=form, rule=rule, details=details)
    return page, 422 if details.faults() else 200
