"""Forms that nobody has read yet."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import UnknownInstrument
from lrrc_qol.services.review_forms import read_unread_forms, review_forms
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.work_words import span_words

blueprint.add_app_template_filter(span_words)


@blueprint.get("/forms")
@audience.staff("edit_record")
def unread_forms() -> ResponseReturnValue:
    """The oldest first; those in which nothing alarms can be ticked."""
    with runtime().reading(current_actor()) as work:
        lines = [
            (each, _title(each.instrument), span_words(work.now - each.submitted_at))
            for each in read_unread_forms(work)
        ]
    return render_template("staff/unread_forms.html", active="staff.worklist", lines=lines)


@blueprint.post("/forms/reviewed")
@audience.staff("edit_record")
def review_ticked_forms() -> ResponseReturnValue:
    """Mark the ticked ones as read."""
    ticked = [int(text) for text in request.form.getlist("form") if text.isdecimal() and len(text) < 19]
    with runtime().writing(current_actor()) as work:
        count = review_forms(work, ticked)
    left = len(ticked) - count
    flash(f"{count} marked as read.", "good")
    if left:
        flash(f"{left} left as they are: open them one by one.", "warning")
    return redirect(url_for("staff.unread_forms"), 303)


def _title(instrument: tuple[str, str]) -> str:
    try:
        return runtime().catalogue.instrument(*instrument).short_title
    except UnknownInstrument:
        return instrument[0]
