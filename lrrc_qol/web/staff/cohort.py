"""The cohort of a centre: what a job computed for one scale and stratum, and how completely forms come back."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

from flask import Response, abort, g, render_template, request
from flask.typing import ResponseReturnValue

from lrrc_qol.charts.script import chart_config
from lrrc_qol.charts.wording import range_words
from lrrc_qol.cohort.small_cells import SMALLEST_CELL
from lrrc_qol.services.context import Work
from lrrc_qol.services.read_cohort import read_cohort
from lrrc_qol.services.read_cohort_figures import CohortShelf, read_cohort_figures
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.cohort_panels import cohort_panels, csv_table
from lrrc_qol.web.staff.cohort_words import cell_words

blueprint.add_app_template_filter(range_words, "range_words")


@blueprint.get("/cohort")
@audience.staff("view_cohort")
def cohort() -> ResponseReturnValue:
    """The figures of the chosen scale and stratum and the completion table; small numbers are hidden."""
    with runtime().reading(current_actor()) as work:
        completion = read_cohort(work)
        shelf = _shelf(work)
    g.chart_page = True
    figures = shelf.figures
    return render_template(
        "staff/cohort.html",
        cohort=completion,
        smallest=SMALLEST_CELL,
        shelf=shelf,
        figures=figures,
        panels=() if figures is None else cohort_panels(figures),
        chosen={} if figures is None else {"scale": figures.chosen.id, "by": figures.stratum},
        cell_words=cell_words,
        chart_config=chart_config(),
    )


@blueprint.get("/cohort/<panel>.csv")
@audience.staff("view_cohort")
def cohort_numbers(panel: str) -> ResponseReturnValue:
    """The numbers of one figure, unrounded; an empty cell is a hidden small number."""
    with runtime().reading(current_actor()) as work:
        figures = _shelf(work).figures
    table = None if figures is None else csv_table(figures, panel)
    if table is None or figures is None:
        abort(404)
    columns, rows = table
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow((*columns, "scale", "stratum", "data_as_of", "data_version"))
    source = (figures.chosen.id, figures.stratum, figures.data_as_of.isoformat(timespec="seconds"), figures.version)
    writer.writerows((*(_cell(row.get(column)) for column in columns), *source) for row in rows)
    name = f"cohort-{panel}-{figures.chosen.id}-{figures.stratum}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.getvalue(), mimetype="text/csv", headers=headers)


def _shelf(work: Work) -> CohortShelf:
    return read_cohort_figures(work, scale=request.args.get("scale", ""), stratum=request.args.get("by", ""))


def _cell(value: Any) -> Any:
    return "" if value is None else value
