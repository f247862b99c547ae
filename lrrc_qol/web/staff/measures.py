"""How the team keeps up, week by week, as a page and as a table to take away."""

from __future__ import annotations

import csv
from io import StringIO

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from lrrc_qol.cohort.small_cells import SMALLEST_CELL
from lrrc_qol.services.read_cohort import Share
from lrrc_qol.services.read_measures import LEVELS, WEEKS, Measures, Week, read_measures
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.blueprint import blueprint

HIDDEN = "hidden"
LEVEL_FIELDS = ("alerts", "median_minutes", "within_target", "judged")


@blueprint.get("/measures")
@audience.staff("view_patients")
def measures() -> ResponseReturnValue:
    """Weeks, newest first; small numbers are hidden."""
    return render_template(
        "staff/measures.html", active="staff.measures", found=_read(), smallest=SMALLEST_CELL, weeks=WEEKS
    )


@blueprint.get("/measures.csv")
@audience.staff("view_patients")
def measures_table() -> ResponseReturnValue:
    """The same weeks as a table; what is hidden on the page says so."""
    found = _read()
    text = StringIO()
    table = csv.writer(text)
    table.writerow(
        [
            "week_from",
            *(f"{level}_{name}" for level in LEVELS for name in LEVEL_FIELDS),
            *("forms", "alerts_per_form", "visits_answered", "visits_ended", "forms_unread_over_7_days"),
        ]
    )
    table.writerows(_row(week) for week in found.weeks)
    headers = {"Content-Disposition": 'attachment; filename="measures.csv"'}
    return Response(text.getvalue(), mimetype="text/csv", headers=headers)


def _read() -> Measures:
    with runtime().reading(current_actor()) as work:
        return read_measures(work)


def _row(week: Week) -> list[object]:
    levels: list[object] = []
    for _, contact in week.levels:
        median = "" if contact.minutes is None else contact.minutes
        levels += [_cell(contact.alerts), median, *_cells(contact.within)]
    ratio = "" if week.alerts_per_form is None else week.alerts_per_form
    forms = [_cell(week.forms), ratio, *_cells(week.completion), _cell(week.unread)]
    return [week.monday, *levels, *forms]


def _cell(count: int | None) -> object:
    return HIDDEN if count is None else count


def _cells(share: Share) -> tuple[object, object]:
    return _cell(share.numerator), _cell(share.denominator)
