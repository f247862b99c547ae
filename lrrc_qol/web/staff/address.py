"""Correct a patient's e-mail address."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import InvalidInput, StaleWrite
from lrrc_qol.persistence.queries.record import PatientRow
from lrrc_qol.services.correct_address import correct_address
from lrrc_qol.services.last_change import last_change
from lrrc_qol.services.read_record import find_patient_row
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.meanwhile import SEEN, seen_before, seen_now, take_over
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.forms import AddressForm


@blueprint.get("/patients/<public_id>/address")
@audience.staff("edit_record")
def address(public_id: str) -> ResponseReturnValue:
    """The address as it is stored, ready to be corrected."""
    with runtime().reading(current_actor()) as work:
        found = find_patient_row(work, public_id)
    stored = _stored(found)
    return _page(found, stored, seen_now(stored))


@blueprint.post("/patients/<public_id>/address")
@audience.staff("edit_record")
def correct_patient_address(public_id: str) -> ResponseReturnValue:
    """Store the new address, unless somebody else stored another one since the page was shown."""
    form = AddressForm(request.form)
    if form.validate():
        try:
            with runtime().writing(current_actor()) as work:
                correct_address(work, public_id, form.email.data or "", seen=request.form.get(SEEN + "email"))
        except InvalidInput as refusal:
            form.add_faults(refusal.fields)
        except StaleWrite:
            return _overtaken(public_id, form)
        else:
            flash("The address was changed. Links sent to the old address no longer work.", "good")
            return redirect(url_for("staff.patient", public_id=public_id))
    with runtime().reading(current_actor()) as work:
        found = find_patient_row(work, public_id)
    return _page(found, form, seen_before(request.form))


def _overtaken(public_id: str, form: AddressForm) -> ResponseReturnValue:
    """The page once more, with the address somebody else stored and the one typed here."""
    with runtime().reading(current_actor()) as work:
        found = find_patient_row(work, public_id)
        last = last_change(work, found.episode_id, ("corrected_address",))
    stored = _stored(found)
    changes = take_over(form, stored=stored, sent=request.form)
    page, _ = _page(found, form, seen_now(stored), changes=changes, last=last)
    return page, 422


def _page(patient: PatientRow, form: AddressForm, seen: dict[str, str], **meanwhile: object) -> tuple[str, int]:
    page = render_template("staff/address.html", patient=patient, form=form, seen=seen, **meanwhile)
    return page, 422 if form.faults() else 200


def _stored(patient: PatientRow) -> AddressForm:
    return AddressForm(None, data={"email": patient.email})
