"""Enrolment of a patient."""

from __future__ import annotations

from zoneinfo import available_timezones

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.persistence.queries.consent import ConsentTextRow
from lrrc_qol.services.consent import NewConsent, record_consent, text_in_effect
from lrrc_qol.services.context import Work
from lrrc_qol.services.enrol_patient import enrol_patient
from lrrc_qol.services.languages import offered_languages
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.forms import EnrolForm

# Old and fixed-offset names are accepted when typed, but not offered.
OFFERED_ZONES = tuple(
    sorted(
        zone
        for zone in available_timezones()
        if "/" in zone and not zone.startswith(("Etc/", "SystemV/", "US/", "posix/", "right/"))
    )
)


@blueprint.route("/patients/new", methods=["GET", "POST"])
@audience.staff("enrol_patients")
def enrol() -> ResponseReturnValue:
    """Enrol: what is wrong is said beside the field, and nothing that was typed is lost."""
    sent = request.method == "POST"
    with runtime().reading(current_actor()) as work:
        languages = offered_languages(work, current_actor().centre())
        text = text_in_effect(work)
    form = EnrolForm(
        request.form if sent else None,
        languages=languages,
        data={"timezone": current_user.timezone},
    )
    if sent and form.validate():
        try:
            with runtime().writing(current_actor()) as work:
                public_id = enrol_patient(work, form.enrolment())
                if text is not None and form.consent_given.data:
                    record_consent(work, public_id, _consent_of_today(work, text))
        except InvalidInput as refusal:
            form.add_faults(refusal.fields)
        else:
            flash("The patient is enrolled and the visits are planned.", "good")
            return redirect(url_for("staff.patient", public_id=public_id))
    status = 422 if form.faults() else 200
    return render_template("staff/enrol.html", form=form, zones=OFFERED_ZONES, text=text), status


def _consent_of_today(work: Work, text: ConsentTextRow) -> NewConsent:
    """Everything that the text in effect asks about, agreed to today on paper."""
    return NewConsent(
        text_public_id=text.public_id,
        given_on=work.today_in(current_user.timezone),
        scopes=text.scopes,
        form="paper",
    )
