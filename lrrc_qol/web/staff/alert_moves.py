"""An alert given to a colleague, put off, brought back or reopened; those that wait; the page that shows one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, RadioField, SelectField

from lrrc_qol.domain.errors import InvalidInput, NotFound
from lrrc_qol.persistence.queries.alert import read_alert
from lrrc_qol.persistence.queries.waiting import read_waiting
from lrrc_qol.services import audit
from lrrc_qol.services.alert_steps import AlertClosed
from lrrc_qol.services.context import Work
from lrrc_qol.services.handle_alert import NOT_REACHED
from lrrc_qol.services.move_alert import AlertNotClosed, OpenedAgain, bring_back, hand_over, reopen, snooze
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.alert_page import AlertView, build_view
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.work_forms import CLOSINGS, CloseForm, ContactForm, HandOverForm, ReopenForm, SnoozeForm
from lrrc_qol.web.staff_frame import short_day

CLOSED_MEANWHILE = "This alert was closed meanwhile. Nothing was changed."
FORMS: dict[str, type[Form]] = {
    "contact_form": ContactForm,
    "close_form": CloseForm,
    "hand_over_form": HandOverForm,
    "snooze_form": SnoozeForm,
    "reopen_form": ReopenForm,
}


@blueprint.get("/alerts/waiting")
@audience.staff("handle_alerts")
def waiting() -> ResponseReturnValue:
    """Alerts that were put off, the next to come back first."""
    actor = current_actor()
    with runtime().reading(actor) as work:
        lines = read_waiting(work.session, centre_id=actor.centre(), now=work.now, cipher=work.cipher)
    return render_template("staff/waiting.html", active="staff.worklist", lines=lines)


@blueprint.post("/alerts/<public_id>/hand-over")
@audience.staff("handle_alerts")
def give_alert(public_id: str) -> ResponseReturnValue:
    """Give it to a colleague."""
    form = HandOverForm(request.form)

    def act(work: Work) -> str:
        name = hand_over(work, public_id, to=form.to.data or "", note=form.note.data or "")
        return f"{name} has the alert now."

    return _move(public_id, "hand_over_form", form, act)


@blueprint.post("/alerts/<public_id>/put-off")
@audience.staff("handle_alerts")
def put_off_alert(public_id: str) -> ResponseReturnValue:
    """Put it off until a day."""
    form = SnoozeForm(request.form)

    def act(work: Work) -> str:
        back_on = snooze(work, public_id, until=form.until.data or date.min, reason=form.note.data or "")
        return f"The alert waits and comes back by itself on {short_day(back_on)}."

    return _move(public_id, "snooze_form", form, act)


@blueprint.post("/alerts/<public_id>/reopen")
@audience.staff("handle_alerts")
def reopen_alert(public_id: str) -> ResponseReturnValue:
    """Open it again."""
    form = ReopenForm(request.form)

    def act(work: Work) -> str:
        reopen(work, public_id, reason=form.note.data or "")
        return "The alert is open again, and you have it."

    return _move(public_id, "reopen_form", form, act)


@blueprint.post("/alerts/<public_id>/bring-back")
@audience.staff("handle_alerts")
def bring_alert_back(public_id: str) -> ResponseReturnValue:
    """End the wait now."""
    form = Form(request.form)

    def act(work: Work) -> str:
        bring_back(work, public_id)
        return "The alert is back in the list, and you have it."

    return _move(public_id, "", form, act)


def _move(public_id: str, name: str, form: Form, act: Callable[[Work], str]) -> ResponseReturnValue:
    """Do it, or show the page again with what was typed and why it cannot be."""
    if not form.validate():
        return alert_page(public_id, status=422, **{name: form})
    back = redirect(url_for("staff.alert", public_id=public_id), 303)
    try:
        with runtime().writing(current_actor()) as work:
            done = act(work)
    except InvalidInput as refusal:
        for field, text in refusal.fields.items():
            form[field].errors = [text]
        return alert_page(public_id, status=422, **{name: form})
    except AlertClosed:
        flash(CLOSED_MEANWHILE, "warning")
        return back
    except AlertNotClosed:
        flash("This alert is open already. Nothing was changed.", "warning")
        return back
    except OpenedAgain as refusal:
        flash("The same rule has raised another alert, which is open. Here it is; nothing was changed.", "warning")
        return redirect(url_for("staff.alert", public_id=refusal.public_id), 303)
    flash(done, "good")
    return back


def alert_page(public_id: str, *, status: int = 200, **forms: Form) -> ResponseReturnValue:
    """The page of one alert; `forms` are those that are shown again with what was typed. NotFound."""
    view = _read(public_id)
    shown = {name: forms.get(name) or kind() for name, kind in FORMS.items()}
    to_whom = shown["hand_over_form"]["to"]
    if isinstance(to_whom, SelectField):
        to_whom.choices = [("", "Choose"), *view.colleagues]
    action = shown["close_form"]["action"]
    if isinstance(action, RadioField) and not view.next_step:
        action.choices = [choice for choice in CLOSINGS if choice[0] != NOT_REACHED]
    wrong = any(form.errors for form in forms.values())
    return render_template("staff/alert.html", active="staff.worklist", view=view, wrong=wrong, **shown), status


def _read(public_id: str) -> AlertView:
    actor = current_actor()
    with runtime().writing(actor) as work:
        found = read_alert(work.session, centre_id=actor.centre(), public_id=public_id, cipher=work.cipher)
        if found is None:
            raise NotFound("no such alert")
        audit.record(
            work,
            "viewed_alert",
            subject_kind="alert",
            subject_id=found.id,
            centre_id=found.centre_id,
            episode_id=found.episode_id,
        )
        return build_view(work, found)
