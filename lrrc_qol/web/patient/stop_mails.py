"""Stopping the reminder mails from the link in a mail; it needs a press, and it is not a withdrawal."""

from __future__ import annotations

from flask import abort, render_template
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from lrrc_qol.mail.unsubscribe import read_token
from lrrc_qol.services.context import SYSTEM
from lrrc_qol.services.stop_reminders import describe_stop, stop_reminders
from lrrc_qol.web.guards import audience, runtime
from lrrc_qol.web.languages import speak
from lrrc_qol.web.patient.blueprint import blueprint


@blueprint.get("/u/<token>")
@audience.public
def stop_mails(token: str) -> ResponseReturnValue:
    """Ask whether the mails should stop; mail scanners open this too, so nothing happens here."""
    with runtime().reading(SYSTEM) as work:
        choice = describe_stop(work, _patient_of(token))
    if choice is None:
        abort(404)
    speak(choice.language, draft=choice.draft_language)
    return render_template("patient/stop_mails.html", centre=choice.centre, token=token)


@blueprint.post("/u/<token>")
@audience.public
def stop_mails_now(token: str) -> ResponseReturnValue:
    """Stop them. Mail programs send this themselves (RFC 8058), so it needs no page and no CSRF token."""
    with runtime().writing(SYSTEM) as work:
        choice = stop_reminders(work, _patient_of(token))
    if choice is None:
        abort(404)
    speak(choice.language, draft=choice.draft_language)
    return render_template("patient/mails_stopped.html", centre=choice.centre)


def _patient_of(token: str) -> str:
    patient = read_token(runtime().settings.secret_key, token)
    if patient is None:
        abort(404)
    return patient


@blueprint.record_once
def _exempt_from_csrf(state: BlueprintSetupState) -> None:
    state.app.extensions["csrf"].exempt(stop_mails_now)
