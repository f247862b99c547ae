"""Whether the centre's figures are read together with those of other centres."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.services.share_cohort import cohort_shared_since, share_cohort
from lrrc_qol.web.admin.blueprint import blueprint
from lrrc_qol.web.guards import audience, current_actor, runtime


@blueprint.get("/shared-cohort")
@audience.staff("administer")
def shared_cohort() -> ResponseReturnValue:
    """What other centres would see, and the switch."""
    with runtime().reading(current_actor()) as work:
        since = cohort_shared_since(work)
    return render_template("admin/shared_cohort.html", active="admin.overview", since=since)


@blueprint.post("/shared-cohort")
@audience.staff("administer")
def switch_shared_cohort() -> ResponseReturnValue:
    """Switch it on or off."""
    shared = request.form.get("shared") == "yes"
    with runtime().writing(current_actor()) as work:
        changed = share_cohort(work, shared=shared)
    if changed:
        flash(
            "Your centre takes part from the next computation on." if shared else "Your centre takes no part any more.",
            "good",
        )
    return redirect(url_for("admin.shared_cohort"), 303)
