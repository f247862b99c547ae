"""How completely forms come back at this centre."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from lrrc_qol.services.read_cohort import SMALLEST_CELL, read_cohort
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.blueprint import blueprint


@blueprint.get("/cohort")
@audience.staff("view_cohort")
def cohort() -> ResponseReturnValue:
    """The completion table; small numbers are hidden."""
    with runtime().reading(current_actor()) as work:
        figures = read_cohort(work)
    return render_template("staff/cohort.html", cohort=figures, smallest=SMALLEST_CELL)
