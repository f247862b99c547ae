"""One form of a patient, question by question."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.charts.wording import MODES, RESPONDENTS, range_words
from lrrc_qol.domain.instrument import Missing
from lrrc_qol.services.form_advice import read_form_advice
from lrrc_qol.services.read_form import mark_reviewed, read_form
from lrrc_qol.services.read_record import note_view
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.score_details import explain_scores

# A larger number than the column can hold is no form.
RESPONSE = f"<int(max={2**63 - 1}):response_id>"
MISSING_WORDS = {
    Missing.NOT_ANSWERED: "not answered",
    Missing.DECLINED: "declined to answer",
    Missing.NOT_APPLICABLE: "does not apply",
}


@blueprint.get(f"/patients/<public_id>/forms/{RESPONSE}")
@audience.staff("view_patients")
def form(public_id: str, response_id: int) -> ResponseReturnValue:
    """What was asked and answered, and the scores with the answers they rest on."""
    with runtime().reading(current_actor()) as work:
        record = read_form(work, public_id, response_id)
    with runtime().writing(current_actor()) as work:
        note_view(work, record.patient, part=f"form {response_id}")
    by_scale = {scale.id: score for scale, score in record.scores}
    facts = None if record.response.facts is None else frozenset(record.response.facts)
    details = explain_scores(record.instrument, by_scale, left_out=record.left_out, facts=facts)
    return render_template(
        "staff/form.html",
        record=record,
        patient=record.patient,
        missing_words=MISSING_WORDS,
        modes=MODES,
        respondents=RESPONDENTS,
        relations=runtime().catalogue.relations,
        scores=[(scale, score, details[scale.id]) for scale, score in record.scores],
        range_words=range_words,
    )


@blueprint.get(f"/patients/<public_id>/forms/{RESPONSE}/urgent")
@audience.staff("edit_record")
def urgent(public_id: str, response_id: int) -> ResponseReturnValue:
    """What the answers that were typed in or corrected call for, before anything else."""
    with runtime().reading(current_actor()) as work:
        advice = read_form_advice(work, public_id, response_id)
    if advice.instruction is None:
        return redirect(url_for("staff.form", public_id=public_id, response_id=response_id), 303)
    return render_template("staff/entry/urgent.html", patient=advice.patient, advice=advice, response_id=response_id)


@blueprint.post(f"/patients/<public_id>/forms/{RESPONSE}/reviewed")
@audience.staff("edit_record")
def review_form(public_id: str, response_id: int) -> ResponseReturnValue:
    """Mark a sent form as read."""
    with runtime().writing(current_actor()) as work:
        mark_reviewed(work, public_id, response_id)
    flash("Marked as read: the patient sees that on their own page.", "good")
    return redirect(url_for("staff.form", public_id=public_id, response_id=response_id))
