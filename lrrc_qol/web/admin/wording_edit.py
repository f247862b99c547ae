"""Correct single texts of a pack, or its licence: other words are always a new version, compared and approved anew."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import InvalidInput, NotFound
from lrrc_qol.domain.instrument import ItemWording
from lrrc_qol.services.wordings import PackView, change_licence, correct_pack, read_pack
from lrrc_qol.web.admin.blueprint import blueprint
from lrrc_qol.web.admin.forms import CorrectForm, HeadingForm, LicenceForm, correct_form
from lrrc_qol.web.admin.printed_form import PrintedQuestion, printed_form
from lrrc_qol.web.guards import audience, current_actor, runtime

UNCHANGED = "Nothing is different from what is stored."
NEXT_VERSION = "A new version with the corrected words is made. Compare and approve it; the old one stays as it is."


@blueprint.get("/wordings/<public_id>/questions/<key>")
@audience.staff("manage_wording")
def correct_question(public_id: str, key: str) -> ResponseReturnValue:
    """The words of one question, ready to be corrected."""
    view, question = _question(public_id, key)
    form, fields = correct_form(None, view.instrument.item(question.item.id), view.wording.items.get(key))
    return _question_page(view, question, form, list(fields.values()))


@blueprint.post("/wordings/<public_id>/questions/<key>")
@audience.staff("manage_wording")
def save_question(public_id: str, key: str) -> ResponseReturnValue:
    """Make the next version of the words with this question corrected."""
    view, question = _question(public_id, key)
    before = view.wording.items.get(key)
    form, fields = correct_form(request.form, view.instrument.item(question.item.id), before)
    valid = form.validate()
    after = ItemWording(
        text=(form.text.data or "").strip(),
        labels={code: (form[name].data or "").strip() for code, name in fields.items()},
        help=(form.help.data or "").strip(),
    )
    if valid and before is not None and after == ItemWording(before.text, dict(before.labels), before.help):
        form.form_errors.append(UNCHANGED)
    if not form.faults():
        try:
            with runtime().writing(current_actor()) as work:
                made = correct_pack(work, public_id, {key: after})
        except InvalidInput as refusal:
            form.add_faults({"text" if name == key else name: text for name, text in refusal.fields.items()})
        else:
            return _made(made)
    return _question_page(view, question, form, list(fields.values()))


@blueprint.get("/wordings/<public_id>/heading")
@audience.staff("manage_wording")
def correct_heading(public_id: str) -> ResponseReturnValue:
    """The title and the instruction above the questions, ready to be corrected."""
    view = _view(public_id)
    return _heading_page(view, HeadingForm(None, data={"title": view.wording.title, "recall": view.wording.recall}))


@blueprint.post("/wordings/<public_id>/heading")
@audience.staff("manage_wording")
def save_heading(public_id: str) -> ResponseReturnValue:
    """Make the next version of the words with another title or instruction."""
    view, form = _view(public_id), HeadingForm(request.form)
    if form.validate():
        try:
            with runtime().writing(current_actor()) as work:
                made = correct_pack(work, public_id, {}, title=form.title.data, recall=form.recall.data)
        except InvalidInput as refusal:
            form.add_faults(refusal.fields)
        else:
            return _made(made)
    return _heading_page(view, form)


@blueprint.get("/wordings/<public_id>/licence")
@audience.staff("manage_wording")
def edit_licence(public_id: str) -> ResponseReturnValue:
    """The licence of these words, ready to be renewed or corrected."""
    view = _view(public_id)
    data = {
        "licence_holder": view.licence.holder,
        "licence_reference": view.licence.reference,
        "permitted_modes": list(view.licence.permitted_modes),
        "expires_on": view.licence.expires_on,
    }
    return _licence_page(view, LicenceForm(None, data=data))


@blueprint.post("/wordings/<public_id>/licence")
@audience.staff("manage_wording")
def save_licence(public_id: str) -> ResponseReturnValue:
    """Enter other terms; the words stay as they are."""
    view, form = _view(public_id), LicenceForm(request.form)
    if form.validate():
        try:
            with runtime().writing(current_actor()) as work:
                change_licence(work, public_id, form.licence())
        except InvalidInput as refusal:
            form.add_faults(refusal.fields)
        else:
            flash("The licence is changed.", "good")
            return redirect(url_for("admin.wording", public_id=public_id), 303)
    return _licence_page(view, form)


def _view(public_id: str) -> PackView:
    with runtime().reading(current_actor()) as work:
        return read_pack(work, public_id)


def _question(public_id: str, key: str) -> tuple[PackView, PrintedQuestion]:
    view = _view(public_id)
    for question in printed_form(view.instrument, view.wording):
        if question.key == key:
            return view, question
    raise NotFound("no such question")


def _made(public_id: str) -> ResponseReturnValue:
    flash(NEXT_VERSION, "good")
    return redirect(url_for("admin.wording", public_id=public_id), 303)


def _question_page(
    view: PackView, question: PrintedQuestion, form: CorrectForm, labels: list[str]
) -> ResponseReturnValue:
    page = render_template(
        "admin/wordings/question.html", view=view, question=question, form=form, labels=[form[name] for name in labels]
    )
    return page, 422 if form.faults() else 200


def _heading_page(view: PackView, form: HeadingForm) -> ResponseReturnValue:
    return render_template("admin/wordings/heading.html", view=view, form=form), 422 if form.faults() else 200


def _licence_page(view: PackView, form: LicenceForm) -> ResponseReturnValue:
    return render_template("admin/wordings/licence.html", view=view, form=form), 422 if form.faults() else 200
