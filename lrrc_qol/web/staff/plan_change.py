"""Put one patient on another version of the follow-up plan: first what changes, then the change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from lrrc_qol.domain.errors import InvalidInput, StaleWrite
from lrrc_qol.persistence.queries.record import PatientRow
from lrrc_qol.services.change_plan import (
    REASON_LIMIT,
    VersionChoice,
    VersionPreview,
    change_plan,
    preview_version,
    read_versions,
)
from lrrc_qol.services.protocols import VersionInfo
from lrrc_qol.services.read_record import find_patient_row
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff_form import StaffForm

STALE = "Somebody else changed this patient's record meanwhile. Look again at what would change now."


class PlanForm(StaffForm):
    """The version that a patient is to follow, and why."""

    protocol_version = RadioField(
        "Version to follow", [InputRequired("Choose one of the versions.")], validate_choice=False
    )
    reason = TextAreaField("Reason", [Length(max=REASON_LIMIT, message=f"At most {REASON_LIMIT} characters.")])

    def __init__(self, formdata: Any, *, versions: Sequence[VersionInfo]) -> None:
        super().__init__(formdata)
        self.protocol_version.choices = [(one.version, _words(one)) for one in versions]


@blueprint.get("/patients/<public_id>/plan")
@audience.staff("edit_record")
def plan_change(public_id: str) -> ResponseReturnValue:
    """The version the patient follows, and the others."""
    patient, choice = _read(public_id)
    return _page(patient, choice, PlanForm(None, versions=choice.others))


@blueprint.post("/patients/<public_id>/plan")
@audience.staff("edit_record")
def change_patient_plan(public_id: str) -> ResponseReturnValue:
    """Step `preview` shows what would change; step `apply`, with the record's version that was shown, changes it."""
    patient, choice = _read(public_id)
    form = PlanForm(request.form, versions=choice.others)
    step = request.form.get("step")
    if not form.validate() or step == "back":
        return _page(patient, choice, form)
    if step != "apply":
        return _preview(patient, choice, form)
    chosen, seen = form.protocol_version.data, request.form.get("version", type=int)
    try:
        with runtime().writing(current_actor()) as work:
            change_plan(
                work,
                public_id,
                chosen,
                expected_version=seen or 0,
                reason=form.reason.data or "",
                seen=request.form.get("plan"),
            )
    except StaleWrite:
        form.form_errors.append(STALE)
        return _preview(patient, choice, form)
    except InvalidInput as refusal:
        form.add_faults(refusal.fields)
        return _preview(patient, choice, form) if form.reason.errors else _page(patient, choice, form)
    flash(f"The patient now follows version {chosen} of the plan.", "good")
    return redirect(url_for("staff.schedule", public_id=public_id))


def _preview(patient: PatientRow, choice: VersionChoice, form: PlanForm) -> ResponseReturnValue:
    try:
        with runtime().reading(current_actor()) as work:
            preview: VersionPreview = preview_version(work, patient.public_id, form.protocol_version.data)
    except InvalidInput as refusal:
        form.add_faults(refusal.fields)
        return _page(patient, choice, form)
    page = render_template("staff/plan_preview.html", patient=patient, choice=choice, form=form, preview=preview)
    return page, 422 if form.faults() else 200


def _page(patient: PatientRow, choice: VersionChoice, form: PlanForm) -> ResponseReturnValue:
    page = render_template("staff/plan_change.html", patient=patient, choice=choice, form=form)
    return page, 422 if form.faults() else 200


def _read(public_id: str) -> tuple[PatientRow, VersionChoice]:
    with runtime().reading(current_actor()) as work:
        return find_patient_row(work, public_id), read_versions(work, public_id)


def _words(one: VersionInfo) -> str:
    """What tells one version from another: 1.0.1.1 (own version): Earlier baseline."""
    if one.shipped:
        return f"{one.version} (comes with the program)"
    return f"{one.version} (own version, made from {one.based_on}): {one.note}"
