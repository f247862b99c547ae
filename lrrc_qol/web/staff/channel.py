"""How a patient is reminded: by mail or by short message."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, StringField
from wtforms.validators import InputRequired, Length

from lrrc_qol.domain.contact import Channel
from lrrc_qol.domain.errors import InvalidInput, StaleWrite
from lrrc_qol.services.change_channel import ContactChoice, change_channel, read_channel
from lrrc_qol.services.last_change import last_change
from lrrc_qol.services.read_record import find_patient_row
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.meanwhile import SEEN, seen_before, seen_now, take_over
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff_form import StaffForm


class ChannelForm(StaffForm):
    """The choice and the number."""

    channel = RadioField(
        "Reminders come",
        [InputRequired("Choose how reminders come.")],
        choices=[(Channel.EMAIL.value, "by e-mail"), (Channel.SMS.value, "by short message (SMS)")],
    )
    mobile = StringField("Mobile number", [Length(max=40)])


@blueprint.get("/patients/<public_id>/channel")
@audience.staff("edit_record")
def channel(public_id: str) -> ResponseReturnValue:
    """What is chosen now."""
    stored = _stored(public_id)
    return _page(public_id, stored, seen_now(stored))


@blueprint.post("/patients/<public_id>/channel")
@audience.staff("edit_record")
def choose_channel(public_id: str) -> ResponseReturnValue:
    """Store the choice, unless somebody else stored another one since the page was shown."""
    form = ChannelForm(request.form)
    if form.validate():
        choice = ContactChoice(form.channel.data, form.mobile.data or "")
        seen = ContactChoice(*(request.form.get(SEEN + name, "") for name in ("channel", "mobile")))
        try:
            with runtime().writing(current_actor()) as work:
                change_channel(work, public_id, choice, seen=seen)
        except InvalidInput as refusal:
            form.add_faults(refusal.fields)
        except StaleWrite:
            return _overtaken(public_id, form)
        else:
            flash("Saved. It holds from the next message.", "good")
            return redirect(url_for("staff.patient", public_id=public_id), 303)
    return _page(public_id, form, seen_before(request.form))


def _overtaken(public_id: str, form: ChannelForm) -> ResponseReturnValue:
    """The page once more, with what somebody else stored and what was entered here."""
    stored = _stored(public_id)
    with runtime().reading(current_actor()) as work:
        last = last_change(work, find_patient_row(work, public_id).episode_id, ("changed_channel",))
    changes = take_over(form, stored=stored, sent=request.form)
    page, _ = _page(public_id, form, seen_now(stored), changes=changes, last=last)
    return page, 422


def _stored(public_id: str) -> ChannelForm:
    with runtime().reading(current_actor()) as work:
        stored = read_channel(work, public_id)
    return ChannelForm(None, data={"channel": stored.channel, "mobile": stored.mobile})


def _page(public_id: str, form: ChannelForm, seen: dict[str, str], **meanwhile: object) -> tuple[str, int]:
    with runtime().reading(current_actor()) as work:
        found = find_patient_row(work, public_id)
    on = runtime().settings.sms is not None
    page = render_template("staff/channel.html", patient=found, form=form, seen=seen, sms_on=on, **meanwhile)
    return page, 422 if form.faults() else 200
