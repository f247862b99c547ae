"""The anatomy on a patient's record, on which it depends what the questionnaires ask."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import StaleWrite
from lrrc_qol.services.change_anatomy import AnatomyRecord, change_anatomy, read_anatomy
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.forms import AnatomyForm

STALE = "Somebody else changed this patient's record meanwhile. This is how it is stored now; please look again."
UNCHANGED = "Nothing was different from what is stored."
CHANGED = "The anatomy is changed. Forms that are sent from now on ask by it; earlier ones stay as they are."


@blueprint.get("/patients/<public_id>/anatomy")
@audience.staff("edit_record")
def anatomy(public_id: str) -> ResponseReturnValue:
    """The facts as they are stored, ready to be changed."""
    record = _read(public_id)
    return _page(record, AnatomyForm.filled(record.patient.anatomy, sex=record.patient.sex))


@blueprint.post("/patients/<public_id>/anatomy")
@audience.staff("edit_record")
def change_patient_anatomy(public_id: str) -> ResponseReturnValue:
    """Store them, unless somebody else changed the record since the page was shown."""
    record = _read(public_id)
    form = AnatomyForm(request.form, sex=record.patient.sex)
    if not form.validate():
        return _page(record, form)
    version = request.form.get("version", type=int)
    try:
        with runtime().writing(current_actor()) as work:
            changed = change_anatomy(work, public_id, form.anatomy(), expected_version=version or 0)
    except StaleWrite:
        record = _read(public_id)
        form = AnatomyForm.filled(record.patient.anatomy, sex=record.patient.sex)
        form.form_errors.append(STALE)
        return _page(record, form)
    flash(CHANGED if changed else UNCHANGED, "good")
    return redirect(url_for("staff.patient", public_id=public_id))


def _page(record: AnatomyRecord, form: AnatomyForm) -> ResponseReturnValue:
    page = render_template("staff/anatomy.html", record=record, patient=record.patient, form=form)
    return page, 422 if form.faults() else 200


def _read(public_id: str) -> AnatomyRecord:
    with runtime().reading(current_actor()) as work:
        return read_anatomy(work, public_id)
