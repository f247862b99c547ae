"""The anatomy on a patient's record, on which it depends what the questionnaires ask."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import StaleWrite
from lrrc_qol.services.change_anatomy import AnatomyRecord, change_anatomy, read_anatomy
from lrrc_qol.services.last_change import last_change
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.meanwhile import seen_before, seen_now, take_over
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.forms import AnatomyForm

CHANGES = ("changed_anatomy", "changed_dates")
STALE = "Somebody else changed this patient's record meanwhile. Look at what is chosen here once more, then store."
UNCHANGED = "Nothing was different from what is stored."
CHANGED = "The anatomy is changed. Forms that are sent from now on ask by it; earlier ones stay as they are."


@blueprint.get("/patients/<public_id>/anatomy")
@audience.staff("edit_record")
def anatomy(public_id: str) -> ResponseReturnValue:
    """The facts as they are stored, ready to be changed."""
    record = _read(public_id)
    stored = _stored(record)
    return _page(record, stored, seen_now(stored, version=record.patient.episode_version))


@blueprint.post("/patients/<public_id>/anatomy")
@audience.staff("edit_record")
def change_patient_anatomy(public_id: str) -> ResponseReturnValue:
    """Store them, unless somebody else changed the record since the page was shown."""
    record = _read(public_id)
    form = AnatomyForm(request.form, sex=record.patient.sex)
    if not form.validate():
        return _page(record, form, seen_before(request.form))
    version = request.form.get("version", type=int)
    try:
        with runtime().writing(current_actor()) as work:
            changed = change_anatomy(work, public_id, form.anatomy(), expected_version=version or 0)
    except StaleWrite:
        return _overtaken(public_id, form)
    flash(CHANGED if changed else UNCHANGED, "good")
    return redirect(url_for("staff.patient", public_id=public_id))


def _overtaken(public_id: str, form: AnatomyForm) -> ResponseReturnValue:
    """The page once more, with what somebody else stored and what was chosen here."""
    with runtime().reading(current_actor()) as work:
        record = read_anatomy(work, public_id)
        last = last_change(work, record.patient.episode_id, CHANGES)
    stored = _stored(record)
    changes = take_over(form, stored=stored, sent=request.form)
    seen = seen_now(stored, version=record.patient.episode_version)
    if not changes:
        form.form_errors.append(STALE)
    page, _ = _page(record, form, seen, changes=changes, last=last)
    return page, 422


def _page(record: AnatomyRecord, form: AnatomyForm, seen: dict[str, str], **meanwhile: object) -> tuple[str, int]:
    page = render_template(
        "staff/anatomy.html", record=record, patient=record.patient, form=form, seen=seen, **meanwhile
    )
    return page, 422 if form.faults() else 200


def _stored(record: AnatomyRecord) -> AnatomyForm:
    return AnatomyForm.filled(record.patient.anatomy, sex=record.patient.sex)


def _read(public_id: str) -> AnatomyRecord:
    with runtime().reading(current_actor()) as work:
        return read_anatomy(work, public_id)
