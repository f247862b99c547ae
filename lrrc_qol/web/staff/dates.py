"""Enter or move the dates of an episode: first what changes, then the change."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import InvalidInput, StaleWrite
from lrrc_qol.persistence.queries.record import PatientRow
from lrrc_qol.services.change_dates import DatesPreview, EpisodeDates, change_dates, preview_dates
from lrrc_qol.services.read_record import find_patient_row
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.forms import DatesForm

STALE = "Somebody else changed this patient's dates meanwhile. Look again at what would change now."
UNCHANGED = "Nothing is different from what is stored."


@blueprint.get("/patients/<public_id>/dates")
@audience.staff("edit_record")
def dates(public_id: str) -> ResponseReturnValue:
    """The dates as they are stored, ready to be changed."""
    found = _patient(public_id)
    return render_template("staff/dates.html", patient=found, form=DatesForm.filled(_stored(found)))


@blueprint.post("/patients/<public_id>/dates")
@audience.staff("edit_record")
def change_patient_dates(public_id: str) -> ResponseReturnValue:
    """Without a version: show what would change. With the version that was shown: change it."""
    found = _patient(public_id)
    form = DatesForm(request.form)
    if not form.validate() or "back" in request.form:
        return render_template("staff/dates.html", patient=found, form=form), 422 if form.faults() else 200
    if form.dates() == _stored(found):
        form.form_errors.append(UNCHANGED)
        return render_template("staff/dates.html", patient=found, form=form), 422
    version = request.form.get("version", type=int)
    if version is None:
        return _preview(found, form)
    try:
        with runtime().writing(current_actor()) as work:
            plan = change_dates(work, public_id, form.dates(), expected_version=version, reason=form.reason.data or "")
    except StaleWrite:
        form.form_errors.append(STALE)
        return _preview(found, form)
    except InvalidInput as refusal:
        form.add_faults(refusal.fields)
        return _preview(found, form) if form.reason.errors else _dates_page(found, form)
    flash(f"The dates are changed. {_visit_words([change.change for change in plan.changes])}", "good")
    return redirect(url_for("staff.patient", public_id=public_id))


def _visit_words(changes: Sequence[str]) -> str:
    """What became of the visits: Visits: 16 planned, 1 dropped."""
    dropped = changes.count("dropped")
    planned = changes.count("added") + changes.count("moved")
    parts = ((planned, f"{planned} planned"), (dropped, f"{dropped} dropped"))
    words = ", ".join(words for count, words in parts if count)
    return f"Visits: {words}." if words else "No visit changes."


def _preview(patient: PatientRow, form: DatesForm) -> ResponseReturnValue:
    try:
        with runtime().reading(current_actor()) as work:
            preview: DatesPreview = preview_dates(work, patient.public_id, form.dates())
    except InvalidInput as refusal:
        form.add_faults(refusal.fields)
        return _dates_page(patient, form)
    page = render_template(
        "staff/dates_preview.html", patient=patient, form=form, preview=preview, stored=_stored(patient)
    )
    return page, 422 if form.faults() else 200


def _dates_page(patient: PatientRow, form: DatesForm) -> ResponseReturnValue:
    return render_template("staff/dates.html", patient=patient, form=form), 422


def _patient(public_id: str) -> PatientRow:
    with runtime().reading(current_actor()) as work:
        return find_patient_row(work, public_id)


def _stored(patient: PatientRow) -> EpisodeDates:
    return EpisodeDates(
        planned_surgery_on=patient.planned_surgery_on,
        surgery_on=patient.surgery_on,
        discharged_on=patient.discharged_on,
        stoma=patient.anatomy["stoma"],
        urostomy=patient.anatomy["urostomy"],
    )
