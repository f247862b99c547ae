"""Correcting the own e-mail address: asked here, confirmed by the link in the new mailbox, stopped from the old one."""

from __future__ import annotations

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.mail.unsubscribe import Purpose, read_token
from lrrc_qol.services.context import SYSTEM
from lrrc_qol.services.own_address import PendingChange, ask_for_change, confirm_change, find_change, stop_change
from lrrc_qol.services.own_settings import read_settings
from lrrc_qol.web.guards import audience, current_seat, patient_actor, runtime
from lrrc_qol.web.languages import greet, page_words, speak
from lrrc_qol.web.patient.blueprint import blueprint
from lrrc_qol.web.patient.own_page import only_on_own_device
from lrrc_qol.web.patient.pages import seat_page

ASKED_KEY = "asked_address"


@blueprint.get("/my/address")
@audience.patient
def own_address() -> ResponseReturnValue:
    """The address on file, its middle hidden, and a field for another one."""
    only_on_own_device()
    return _page(email="")


@blueprint.post("/my/address")
@audience.patient
def ask_for_address() -> ResponseReturnValue:
    """Write to both addresses; nothing changes until the new one is confirmed."""
    only_on_own_device()
    email = request.form.get("email", "")
    try:
        with runtime().writing(patient_actor()) as work:
            ask_for_change(work, current_seat(), email)
    except InvalidInput as refusal:
        return _page(email=email, mistake=_mistake_words(refusal.fields["email"])), 422
    session[ASKED_KEY] = True
    return redirect(url_for("patient.own_address"), 303)


def _page(*, email: str, mistake: str = "") -> str:
    with runtime().reading(patient_actor()) as work:
        settings = read_settings(work, current_seat())
    asked = session.pop(ASKED_KEY, False)
    return seat_page("patient/address.html", address=settings.address, email=email, mistake=mistake, asked=asked)


def _mistake_words(fault: str) -> str:
    words = page_words()
    if fault == "same":
        return words.gettext("This is the address that we have already.")
    if fault == "too_often":
        return words.gettext("You have asked several times today. Please try again tomorrow, or call your nurse.")
    return words.gettext("This cannot be an e-mail address. Please check it, for example: name@example.org.")


@blueprint.get("/e/<token>")
@audience.public
def confirm_address(token: str) -> ResponseReturnValue:
    """Ask for a press; mail scanners open this too, so nothing happens here."""
    return _asked(token, Purpose.CONFIRM_ADDRESS)


@blueprint.post("/e/<token>")
@audience.public
def confirm_address_now(token: str) -> ResponseReturnValue:
    """Mails go to the new address from now on."""
    public_id = _change_of(token, Purpose.CONFIRM_ADDRESS)
    with runtime().writing(SYSTEM) as work:
        found = confirm_change(work, public_id)
    return _answer(found, step="confirmed")


@blueprint.get("/x/<token>")
@audience.public
def stop_address(token: str) -> ResponseReturnValue:
    """Ask for a press, as above."""
    return _asked(token, Purpose.STOP_ADDRESS)


@blueprint.post("/x/<token>")
@audience.public
def stop_address_now(token: str) -> ResponseReturnValue:
    """The address stays as it is, and the nurses are told."""
    public_id = _change_of(token, Purpose.STOP_ADDRESS)
    with runtime().writing(SYSTEM) as work:
        found = stop_change(work, public_id)
    return _answer(found, step="stopped")


def _asked(token: str, purpose: Purpose) -> ResponseReturnValue:
    with runtime().reading(SYSTEM) as work:
        found = find_change(work, _change_of(token, purpose))
    return _answer(found, step="confirm" if purpose is Purpose.CONFIRM_ADDRESS else "stop")


def _answer(found: PendingChange | None, *, step: str) -> ResponseReturnValue:
    if found is None:
        greet()
        return render_template("patient/address_link.html", step="over", centre=None), 404
    speak(found.language, draft=found.draft_language)
    return render_template("patient/address_link.html", step=step, centre=found.centre)


def _change_of(token: str, purpose: Purpose) -> str:
    """The public id in a token; empty, which nobody has, when it is none of ours."""
    return read_token(runtime().settings.secret_key, token, purpose) or ""
