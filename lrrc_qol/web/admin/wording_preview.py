"""A wording as a patient meets it on a phone: the very templates and styles of the patient's pages, nothing saved."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, g, render_template, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.persistence.queries.admin import read_centre
from lrrc_qol.services.wordings import read_pack
from lrrc_qol.web.admin.blueprint import blueprint
from lrrc_qol.web.admin.paper import speak_like_a_patient
from lrrc_qol.web.admin.printed_form import printed_form
from lrrc_qol.web.admin.wording_words import condition_words
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.headers import FRAMED_POLICY, FRAMING_POLICY


@dataclass(frozen=True, slots=True)
class PreviewedForm:
    """What the templates of a form's page read of it: the title above, and a form of one part."""

    title: str
    recall: str
    credit: str
    part: int = 1
    parts: int = 1
    banner: bool = False


@blueprint.get("/wordings/<public_id>/preview")
@audience.staff("manage_wording")
def wording_preview(public_id: str) -> ResponseReturnValue:
    """A phone, and beside it the list of all questions."""
    with runtime().reading(current_actor()) as work:
        view = read_pack(work, public_id)
    g.page_policy = FRAMING_POLICY
    return render_template(
        "admin/wordings/preview.html", view=view, questions=printed_form(view.instrument, view.wording)
    )


@blueprint.get("/wordings/<public_id>/preview/<int:number>")
@audience.staff("manage_wording")
def wording_on_phone(public_id: str, number: int) -> ResponseReturnValue:
    """The page inside the phone: one question."""
    with runtime().reading(current_actor()) as work:
        view = read_pack(work, public_id)
        centre = read_centre(work.session, centre_id=work.actor.centre())
        speak_like_a_patient(work, view.wording.language)
    questions = printed_form(view.instrument, view.wording)
    if not 1 <= number <= len(questions):
        abort(404)
    question = questions[number - 1]
    g.page_policy = FRAMED_POLICY
    return render_template(
        "admin/wordings/phone.html",
        view=PreviewedForm(view.wording.title, view.wording.recall, view.wording.credit),
        wording=view.wording,
        item=question.item,
        conditions=[condition_words(condition) for condition in question.conditions],
        number=number,
        total=len(questions),
        centre=centre,
        step_url=lambda place: url_for("admin.wording_on_phone", public_id=public_id, number=place),
    )
