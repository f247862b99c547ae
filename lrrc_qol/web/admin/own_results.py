"""Whether the centre's patients see their own results."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.services.show_results import results_shown_since, show_results
from lrrc_qol.web.admin.blueprint import blueprint
from lrrc_qol.web.guards import audience, current_actor, runtime


@blueprint.get("/own-results")
@audience.staff("administer")
def own_results() -> ResponseReturnValue:
    """What patients would see, and the switch."""
    with runtime().reading(current_actor()) as work:
        since = results_shown_since(work)
    return render_template("admin/own_results.html", active="admin.overview", since=since)


@blueprint.post("/own-results")
@audience.staff("administer")
def switch_own_results() -> ResponseReturnValue:
    """Switch it on or off."""
    shown = request.form.get("shown") == "yes"
    with runtime().writing(current_actor()) as work:
        changed = show_results(work, shown=shown)
    if changed:
        flash(
            "Your patients see their own results now." if shown else "Your patients do not see their results.", "good"
        )
    return redirect(url_for("admin.own_results"), 303)
