"""The baseline of a patient: which form it is, why, and the choice of another one."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, RadioField, TextAreaField

from lrrc_qol.charts.wording import day_short
from lrrc_qol.domain.baseline import BaselineKind
from lrrc_qol.domain.errors import InvalidInput, StaleWrite
from lrrc_qol.services.baseline.read import EpisodeBaseline
from lrrc_qol.services.choose_baseline import BaselinePage, choose_form, read_baseline
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.asked import episode_asked
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.patient_words import baseline_badge
from lrrc_qol.web.staff_form import StaffForm

_RULES = ""
_SERVES = {
    BaselineKind.PROSPECTIVE: "as a baseline",
    BaselineKind.STALE: "as an old baseline, marked as such",
    BaselineKind.RECALLED: "as recalled: shown, recovery is not judged by it",
}
_MEANWHILE = "Somebody else decided meanwhile. Look at what stands now; what you entered is still here."


class BaselineForm(StaffForm):
    """Which form, and why; `seen` is the decision that stood when the page was read."""

    response = RadioField("Which form is the baseline", validate_choice=False)
    reason = TextAreaField("Why")
    seen = HiddenField()


@blueprint.get("/patients/<public_id>/baseline")
@audience.staff("view_patients")
def baseline(public_id: str) -> ResponseReturnValue:
    """The verdict on every form, and the form to choose another."""
    found = _read(public_id, episode=episode_asked())
    choice = found.judged.choice
    chosen = str(choice.response_id) if choice and choice.response_id else _RULES
    return _page(found, BaselineForm(None, data={"response": chosen, "seen": _number(found.judged)}))


@blueprint.post("/patients/<public_id>/baseline")
@audience.staff("edit_record")
def choose_patient_baseline(public_id: str) -> ResponseReturnValue:
    """Store the choice with its reason."""
    form = BaselineForm(request.form)
    wanted, seen = form.response.data or _RULES, form.seen.data or ""
    try:
        with runtime().writing(current_actor()) as work:
            choose_form(
                work,
                public_id,
                response_id=None if wanted == _RULES else int(wanted) if wanted.isdecimal() else -1,
                reason=form.reason.data or "",
                seen=int(seen) if seen.isdecimal() else 0,
            )
    except InvalidInput as refusal:
        form.add_faults(refusal.fields)
        return _page(_read(public_id), form)
    except StaleWrite:
        found = _read(public_id)
        form.seen.data = str(_number(found.judged))
        form.add_faults({"response": _MEANWHILE})
        return _page(found, form)
    flash("The rules decide on the baseline." if wanted == _RULES else "The baseline is chosen.", "good")
    return redirect(url_for("staff.baseline", public_id=public_id), 303)


def _number(judged: EpisodeBaseline) -> int:
    return judged.choice.id if judged.choice else 0


def _page(found: BaselinePage, form: BaselineForm) -> ResponseReturnValue:
    form.response.choices = [(_RULES, "The one the rules find")] + [
        (
            str(one.candidate.response_id),
            f"{found.judged.names[one.candidate.response_id]}, {day_short(one.candidate.answered_on)}: "
            f"{_SERVES[one.choosable]}",
        )
        for one in found.judged.verdicts
        if one.choosable is not BaselineKind.NONE
    ]
    page = render_template(
        "staff/baseline.html",
        patient=found.patient,
        judged=found.judged,
        found=found,
        form=form,
        badge_of=lambda verdict: baseline_badge(verdict, operated=True),
    )
    return page, 422 if form.faults() else 200


def _read(public_id: str, *, episode: int | None = None) -> BaselinePage:
    with runtime().reading(current_actor()) as work:
        return read_baseline(work, public_id, episode=episode)
