"""The languages of the centre: what may be offered, everything to read for a reviewer, approving and taking back."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import InputRequired, Length

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.persistence.queries.language import read_reviews
from lrrc_qol.services.languages import (
    Approval,
    ReviewState,
    approve_language,
    language_state,
    language_states,
    language_texts,
    take_back_review,
)
from lrrc_qol.web.admin.blueprint import blueprint
from lrrc_qol.web.fields import CivilDateField
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff_form import StaffForm

CODE_LENGTH = 12
STATE_WORDS = {
    ReviewState.ORIGINAL: ("Original", "badge-good"),
    ReviewState.INCOMPLETE: ("Not complete", "badge-plain"),
    ReviewState.NOT_REVIEWED: ("Not yet reviewed", "badge-yellow"),
    ReviewState.CHANGED: ("Texts changed since the review", "badge-amber"),
    ReviewState.REVIEWED: ("Reviewed", "badge-good"),
}


class ApprovalForm(StaffForm):
    """Who read all the texts of a language; `digest` says which texts stood on the page."""

    digest = HiddenField()
    reviewer_name = StringField("Full name of the reviewer", [InputRequired("Enter the reviewer's full name.")])
    reviewer_qualification = StringField(
        "Profession and command of the language", [InputRequired("Enter profession and command of the language.")]
    )
    reviewed_on = CivilDateField("Day of the review", [InputRequired("Enter the day of the review.")])
    confirmed = BooleanField(
        "This person has read every text on this page and compared it with the English.",
        [InputRequired("Tick this once the reviewer has read everything.")],
    )

    def approval(self) -> Approval:
        """What was entered; only after the form validated."""
        return Approval(
            digest=self.digest.data or "",
            reviewer_name=self.reviewer_name.data or "",
            reviewer_qualification=self.reviewer_qualification.data or "",
            reviewed_on=self.reviewed_on.data,
        )


class TakeBackForm(StaffForm):
    """Why an approval no longer stands."""

    reason = StringField("Reason", [InputRequired("Say why in a few words."), Length(max=500)])


@blueprint.get("/languages")
@audience.staff("administer")
def languages() -> ResponseReturnValue:
    """Every language there is, and whether new patients may be given it."""
    with runtime().reading(current_actor()) as work:
        states = language_states(work)
    return render_template(
        "admin/languages/list.html",
        active="admin.overview",
        states=states,
        words=STATE_WORDS,
        practice=runtime().settings.open_doors,
    )


@blueprint.get("/languages/<language>")
@audience.staff("administer")
def language(language: str) -> ResponseReturnValue:
    """All texts of a language beside the English, to be read on screen or paper."""
    return _page(language, ApprovalForm(None))


@blueprint.post("/languages/<language>/approve")
@audience.staff("administer")
def approve(language: str) -> ResponseReturnValue:
    """Write down who reviewed the texts; texts that changed since the page was opened are refused."""
    form = ApprovalForm(request.form)
    if form.validate():
        try:
            with runtime().writing(current_actor()) as work:
                approve_language(work, language, form.approval())
        except InvalidInput as refusal:
            form.add_faults(refusal.fields)
        else:
            flash("The review is noted. New patients can be given this language.", "good")
            return redirect(url_for("admin.languages"), 303)
    return _page(language, form)


@blueprint.route("/languages/<language>/reviews/<public_id>/take-back", methods=["GET", "POST"])
@audience.staff("administer")
def take_back(language: str, public_id: str) -> ResponseReturnValue:
    """An approval that was a mistake no longer stands; asks for the reason."""
    form = TakeBackForm(request.form if request.method == "POST" else None)
    with runtime().reading(current_actor()) as work:
        state = language_state(work, language)
        reviews = read_reviews(work.session, centre_id=work.actor.centre(), language=language)
    review = next((row for row in reviews if row.public_id == public_id), None)
    if review is None:
        abort(404)
    if request.method == "POST" and form.validate():
        try:
            with runtime().writing(current_actor()) as work:
                take_back_review(work, language, public_id, reason=form.reason.data or "")
        except InvalidInput as refusal:
            form.add_faults(refusal.fields)
        else:
            flash("The approval is taken back. Patients who answer in this language go on; nobody new gets it.", "good")
            return redirect(url_for("admin.language", language=language), 303)
    page = render_template(
        "admin/languages/take_back.html", active="admin.overview", state=state, review=review, form=form
    )
    return page, 422 if form.faults() else 200


def _page(language: str, form: ApprovalForm) -> ResponseReturnValue:
    with runtime().reading(current_actor()) as work:
        state = language_state(work, language)
        sections = language_texts(work.catalogue, language)
        reviews = read_reviews(work.session, centre_id=work.actor.centre(), language=language)
    form.digest.data = form.digest.data or state.digest
    page = render_template(
        "admin/languages/one.html",
        active="admin.overview",
        state=state,
        words=STATE_WORDS,
        code=text_code(state.digest),
        sections=sections,
        reviews=[(row, text_code(row.digest)) for row in reviews],
        form=form,
    )
    return page, 422 if form.faults() else 200


def text_code(digest: str) -> str:
    """The beginning of a digest in groups that can be compared by eye: on a print and on the page."""
    short = digest[:CODE_LENGTH]
    return "-".join(short[start : start + 4] for start in range(0, CODE_LENGTH, 4))
