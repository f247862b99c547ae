"""Enter or move the dates of an episode: first what changes, then the change."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import InvalidInput, StaleWrite
from lrrc_qol.persistence.queries.record import PatientRow
from lrrc_qol.services.change_dates import DatesPreview, EpisodeDates, change_dates, preview_dates
from lrrc_qol.services.last_change import last_change
from lrrc_qol.services.read_record import find_patient_row
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.meanwhile import seen_before, seen_now, take_over
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.forms import DatesForm

STALE = "Somebody else changed this patient's dates meanwhile. Look again at what would change now."
CHANGES = ("changed_dates", "changed_anatomy")
UNCHANGED = "Nothing is different from what is stored."


@blueprint.get("/patients/<public_id>/dates")
@audience.staff("edit_record")
def dates(public_id: str) -> ResponseReturnValue:
    """The dates as they are stored, ready to be changed."""
    found = _patient(public_id)
    stored = DatesForm.filled(_stored(found))
    return _dates_page(found, stored, seen_now(stored))


@blueprint.post("/patients/<public_id>/dates")
@audience.staff("edit_record")
def change_patient_dates(public_id: str) -> ResponseReturnValue:
    """Without a version: show what would change. With the version that was shown: change it.

    Where a stored value is not the one that the page showed, neither: first what somebody else changed.
    """
    found = _patient(public_id)
    form = DatesForm(request.form)
    seen = _seen_before()
    if not form.validate():
        return _dates_page(found, form, seen)
    overtaken = _overtaken(found, form)
    if overtaken is not None:
        return overtaken
    if "back" not in request.form and form.dates() == _stored(found):
        form.form_errors.append(UNCHANGED)
    if "back" in request.form or form.form_errors:
        return _dates_page(found, form, seen)
    version = request.form.get("version", type=int)
    return _preview(found, form) if version is None else _change(found, form, version)


def _change(found: PatientRow, form: DatesForm, version: int) -> ResponseReturnValue:
    try:
        with runtime().writing(current_actor()) as work:
            plan = change_dates(
                work,
                found.public_id,
                form.dates(),
                expected_version=version,
                reason=form.reason.data or "",
                same_operation=bool(form.same_operation.data),
                seen=request.form.get("plan"),
            )
    except StaleWrite:
        fresh = _patient(found.public_id)
        overtaken = _overtaken(fresh, form)
        if overtaken is not None:
            return overtaken
        form.form_errors.append(STALE)
        return _preview(fresh, form)
    except InvalidInput as refusal:
        form.add_faults(refusal.fields)
        said_wrong = form.reason.errors or form.same_operation.errors
        return _preview(found, form) if said_wrong else _dates_page(found, form, _seen_before())
    flash(f"The dates are changed. {_visit_words([change.change for change in plan.changes])}", "good")
    return redirect(url_for("staff.patient", public_id=found.public_id))


def _overtaken(found: PatientRow, form: DatesForm) -> ResponseReturnValue | None:
    """The page once more with what somebody else stored since it was shown, and what was typed; None when nothing."""
    stored = DatesForm.filled(_stored(found))
    changes = take_over(form, stored=stored, sent=request.form)
    if not changes:
        return None
    with runtime().reading(current_actor()) as work:
        last = last_change(work, found.episode_id, CHANGES)
    page, _ = _dates_page(found, form, seen_now(stored), changes=changes, last=last)
    return page, 422


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
        return _dates_page(patient, form, _seen_before())
    page = render_template(
        "staff/dates_preview.html",
        patient=patient,
        form=form,
        preview=preview,
        stored=_stored(patient),
        seen=_seen_before(),
    )
    return page, 422 if form.faults() else 200


def _dates_page(patient: PatientRow, form: DatesForm, seen: dict[str, str], **meanwhile: object) -> tuple[str, int]:
    page = render_template("staff/dates.html", patient=patient, form=form, seen=seen, **meanwhile)
    return page, 422 if form.faults() else 200


def _seen_before() -> dict[str, str]:
    """What the page showed, without the version: that one belongs to a preview alone, and asks for the change."""
    return {name: value for name, value in seen_before(request.form).items() if name != "version"}


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
