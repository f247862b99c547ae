"""One alert: read it, take it, write down the contact, close it."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.services.context import Work
from lrrc_qol.services.handle_alert import (
    AlertClosed,
    PutOff,
    TakenBySomebodyElse,
    close_alert,
    log_contact,
    see_alert,
    take_alert,
    take_over_alert,
)
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.alert_moves import alert_page
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.work_forms import CloseForm, ContactForm
from lrrc_qol.web.staff_frame import day_and_time

CLOSED_MEANWHILE = "This alert was closed meanwhile. Nothing was changed."
NOT_CLOSED_AGAIN = "This alert was closed meanwhile. Your note was not saved; you can save it as a call below."
CALL_ON_CLOSED = "This alert is closed. The call was added to what happened so far."


@blueprint.get("/alerts/<public_id>")
@audience.staff("handle_alerts")
def alert(public_id: str) -> ResponseReturnValue:
    """The alert with its answers and history; reading is audited and changes nothing."""
    return _page(public_id)


@blueprint.post("/alerts/<public_id>/open")
@audience.staff("handle_alerts")
def open_alert(public_id: str) -> ResponseReturnValue:
    """Write down that a person has seen the alert, then show it."""
    return _act(public_id, lambda work: see_alert(work, public_id))


@blueprint.post("/alerts/<public_id>/take")
@audience.staff("handle_alerts")
def take(public_id: str) -> ResponseReturnValue:
    """Become the owner, unless a colleague was faster."""
    return _act(public_id, lambda work: take_alert(work, public_id))


@blueprint.post("/alerts/<public_id>/take-over")
@audience.staff("handle_alerts")
def take_over(public_id: str) -> ResponseReturnValue:
    """Take the alert over from a colleague."""
    return _act(public_id, lambda work: take_over_alert(work, public_id))


@blueprint.post("/alerts/<public_id>/contact")
@audience.staff("handle_alerts")
def contact(public_id: str) -> ResponseReturnValue:
    """Write down a call."""
    form = ContactForm(request.form)
    if not form.validate():
        return _page(public_id, contact_form=form)
    reached = form.reached.data == "yes"
    with runtime().writing(current_actor()) as work:
        still_open = log_contact(
            work, public_id, reached=reached, note=form.note.data or "", press=form.press.data or ""
        )
    if not still_open:
        flash(CALL_ON_CLOSED, "warning")
    # Who reached the patient closes the alert next: the keys go on from there.
    next_step = "close" if reached and still_open else None
    return redirect(url_for("staff.alert", public_id=public_id, _anchor=next_step), 303)


@blueprint.post("/alerts/<public_id>/close")
@audience.staff("handle_alerts")
def close(public_id: str) -> ResponseReturnValue:
    """Close with what was done and a note; when a colleague was faster, the note stays on the page."""
    form = CloseForm(request.form)
    if not form.validate():
        return _page(public_id, close_form=form)
    try:
        with runtime().writing(current_actor()) as work:
            press = form.press.data or ""
            close_alert(work, public_id, action=form.action.data, note=form.note.data or "", press=press)
    except InvalidInput as refusal:
        form.action.errors = list(refusal.fields.values())
        return _page(public_id, close_form=form)
    except AlertClosed:
        flash(NOT_CLOSED_AGAIN, "warning")
        return _page(public_id, contact_form=ContactForm(data={"note": form.note.data}), status=409)
    return redirect(url_for("staff.alert", public_id=public_id), 303)


def _act(public_id: str, act: Callable[[Work], None]) -> ResponseReturnValue:
    try:
        with runtime().writing(current_actor()) as work:
            act(work)
    except TakenBySomebodyElse as refusal:
        flash(f"{refusal.owner} has taken this alert.", "warning")
    except PutOff as refusal:
        until = day_and_time(refusal.until)
        flash(f"This alert was put off until {until}. Bring it back if you want to work on it now.", "warning")
    except AlertClosed:
        flash(CLOSED_MEANWHILE, "warning")
    return redirect(url_for("staff.alert", public_id=public_id), 303)


def _page(public_id: str, *, status: int = 422, **forms: Form) -> ResponseReturnValue:
    return alert_page(public_id, status=status if forms else 200, **forms)
