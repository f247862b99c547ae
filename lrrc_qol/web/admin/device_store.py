"""Whether answers that were not sent may wait on the devices of the centre's patients."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.services.device_store import read_device_store, switch_device_store
from lrrc_qol.web.admin.blueprint import blueprint
from lrrc_qol.web.guards import audience, current_actor, runtime


@blueprint.get("/device-store")
@audience.staff("administer")
def device_store() -> ResponseReturnValue:
    """What is kept, what speaks for and against it, and the switch."""
    with runtime().reading(current_actor()) as work:
        store = read_device_store(work)
    return render_template("admin/device_store.html", active="admin.overview", store=store)


@blueprint.post("/device-store")
@audience.staff("administer")
def switch_store() -> ResponseReturnValue:
    """Switch it on or off."""
    on = request.form.get("on") == "yes"
    try:
        with runtime().writing(current_actor()) as work:
            changed = switch_device_store(work, on=on)
    except InvalidInput as refusal:
        flash(" ".join(refusal.fields.values()), "warning")
    else:
        if changed:
            flash(
                "Unsent answers wait on your patients' devices."
                if on
                else "Nothing is kept on your patients' devices.",
                "good",
            )
    return redirect(url_for("admin.device_store"), 303)
