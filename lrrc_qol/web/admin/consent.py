"""The versions of the centre's consent text."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.services.consent import NewConsentText, TextsRecord, add_consent_text, read_texts
from lrrc_qol.web.admin.blueprint import blueprint
from lrrc_qol.web.fields import CivilDateField
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff_form import StaffForm


class ConsentTextForm(StaffForm):
    """A new version of the text."""

    version = StringField("Version", [InputRequired("Enter the version that stands on the paper."), Length(max=32)])
    title = StringField("Title", [InputRequired("Enter the title of the paper."), Length(max=200)])
    scopes = SelectMultipleField(
        "What the text asks about, one by one", widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    effective_on = CivilDateField("In effect from", [InputRequired("Enter the first day.")])
    renew = BooleanField("Ask everybody again who agreed to an earlier version")

    def __init__(self, formdata: Any, *, texts: TextsRecord, **values: Any) -> None:
        super().__init__(formdata, **values)
        self.scopes.choices = [(scope.id, scope.title) for scope in texts.scopes]

    def text(self) -> NewConsentText:
        """What was entered; only after the form validated."""
        if self.effective_on.data is None:
            raise ValueError("the form was not validated")
        return NewConsentText(
            version=self.version.data or "",
            title=self.title.data or "",
            scopes=tuple(self.scopes.data or ()),
            effective_on=self.effective_on.data,
            renew=bool(self.renew.data),
        )


@blueprint.get("/consent")
@audience.staff("administer")
def consent() -> ResponseReturnValue:
    """All versions, the one in effect marked, and a form for the next one that starts as the newest is."""
    texts = _read()
    newest = texts.texts[-1] if texts.texts else None
    proposed = {} if newest is None else {"title": newest.title, "scopes": list(newest.scopes)}
    return _page(texts, ConsentTextForm(None, texts=texts, data=proposed))


@blueprint.post("/consent")
@audience.staff("administer")
def add_text() -> ResponseReturnValue:
    """Add a version."""
    texts = _read()
    form = ConsentTextForm(request.form, texts=texts)
    if form.validate():
        try:
            with runtime().writing(current_actor()) as work:
                add_consent_text(work, form.text())
        except InvalidInput as refusal:
            form.add_faults(refusal.fields)
        else:
            flash("The version is added.", "good")
            return redirect(url_for("admin.consent"), 303)
    return _page(texts, form)


def _read() -> TextsRecord:
    with runtime().reading(current_actor()) as work:
        return read_texts(work)


def _page(texts: TextsRecord, form: ConsentTextForm) -> ResponseReturnValue:
    page = render_template(
        "admin/consent.html",
        active="admin.overview",
        texts=texts,
        form=form,
        scope_titles={scope.id: scope.title for scope in texts.scopes},
    )
    return page, 422 if form.faults() else 200
