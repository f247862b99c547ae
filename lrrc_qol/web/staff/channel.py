"""How a patient is reminded: by mail or by short message."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import InputRequired, Length

from lrrc_qol.domain.contact import Channel
from lrrc_qol.domain.errors import InvalidInput, StaleWrite
from lrrc_qol.services.change_channel import ContactChoice, change_channel, read_channel
from lrrc_qol.services.read_record import find_patient_row
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff_form import StaffForm

OVERTAKEN = "Somebody else changed this meanwhile. What is stored now is shown; please choose again."


class ChannelForm(StaffForm):
    """The choice and the number; the hidden fields say what was stored when the page was shown."""

    channel = RadioField(
        "Reminders come",
        [InputRequired("Choose how reminders come.")],
        choices=[(Channel.EMAIL.value, "by e-mail"), (Channel.SMS.value, "by short message (SMS)")],
    )
    mobile = StringField("Mobile number", [Length(max=40)])
    seen_channel = HiddenField()
    seen_mobile = HiddenField()


@blueprint.get("/patients/<public_id>/channel")
@audience.staff("edit_record")
def channel(public_id: str) -> ResponseReturnValue:
    """What is chosen now."""
    with runtime().reading(current_actor()) as work:
        stored = read_channel(work, public_id)
    return _page(public_id, _form_with(stored))


@blueprint.post("/patients/<public_id>/channel")
@audience.staff("edit_record")
def choose_channel(public_id: str) -> ResponseReturnValue:
    """Store the choice, unless somebody else stored another one since the page was shown."""
    form = ChannelForm(request.form)
    if form.validate():
        choice = ContactChoice(form.channel.data, form.mobile.data or "")
        seen = ContactChoice(form.seen_channel.data or "", form.seen_mobile.data or "")
        try:
            with runtime().writing(current_actor()) as work:
                change_channel(work, public_id, choice, seen=seen)
        except InvalidInput as refusal:
            form.add_faults(refusal.fields)
        except StaleWrite:
            with runtime().reading(current_actor()) as work:
                form = _form_with(read_channel(work, public_id))
            form.add_faults({"channel": OVERTAKEN})
        else:
            flash("Saved. It holds from the next message.", "good")
            return redirect(url_for("staff.patient", public_id=public_id), 303)
    return _page(public_id, form)


def _form_with(stored: ContactChoice) -> ChannelForm:
    return ChannelForm(
        None,
        data={
            "channel": stored.channel,
            "mobile": stored.mobile,
            "seen_channel": stored.channel,
            "seen_mobile": stored.mobile,
        },
    )


def _page(public_id: str, form: ChannelForm) -> ResponseReturnValue:
    with runtime().reading(current_actor()) as work:
        found = find_patient_row(work, public_id)
    on = runtime().settings.sms is not None
    page = render_template("staff/channel.html", patient=found, form=form, sms_on=on)
    return page, 422 if form.faults() else 200
