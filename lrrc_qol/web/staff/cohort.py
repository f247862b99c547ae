"""The cohort of a centre: what a job computed for one scale and stratum, and how completely forms come back."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from io import StringIO
from typing import Any

from flask import Response, abort, g, render_template, request
from flask.typing import ResponseReturnValue

from lrrc_qol.charts.script import chart_config
from lrrc_qol.charts.wording import range_words
from lrrc_qol.cohort.small_cells import SMALLEST_CELL
from lrrc_qol.config import Mode
from lrrc_qol.domain.instrument import Direction
from lrrc_qol.services.cohort_strata import CENTRES
from lrrc_qol.services.context import Work
from lrrc_qol.services.read_cohort import read_cohort
from lrrc_qol.services.read_cohort_figures import (
    CohortFigures,
    CohortShelf,
    SinglePatient,
    read_cohort_figures,
    read_single_patients,
    read_single_times,
)
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.centre_panels import centre_csv, centre_panels, centres_said
from lrrc_qol.web.staff.cohort_completion import completion_file
from lrrc_qol.web.staff.cohort_panels import CohortPanel, cohort_panels, csv_table
from lrrc_qol.web.staff.cohort_words import cell_words

blueprint.add_app_template_filter(range_words, "range_words")
Table = tuple[tuple[str, ...], Iterable[Mapping[str, Any]]]
LINES = ("level", "line", "form", "visit", "day", "baseline", "change", "window_over")
TIMES = ("level", "day", "ending")
TIME_FILES = {f"{curve}-times": curve for curve in ("survival", "recovery", "deterioration")}


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
        panels=() if figures is None else _panels(figures),
        centres=centres_said(figures) if figures is not None and figures.stratum == CENTRES else "",
        chosen={} if figures is None else {"scale": figures.chosen.id, "by": figures.stratum},
        cell_words=cell_words,
        invented=runtime().settings.mode is Mode.DEMO,
        chart_config=chart_config(),
    )


@blueprint.get("/cohort/<panel>.csv")
@audience.staff("view_cohort")
def cohort_numbers(panel: str) -> ResponseReturnValue:
    """The numbers of one figure, unrounded; an empty cell is a hidden small number.

    `lines` are the single patients, `survival-times` and the like the single times behind a curve; there are none
    where centres stand beside each other. Else `completion` is the table of all forms.
    """
    if panel == "completion" and request.args.get("by") != CENTRES:
        return _completion()
    with runtime().reading(current_actor()) as work:
        figures = _shelf(work).figures
        if figures is None:
            abort(404)
        beside = figures.stratum == CENTRES
        table: Table | None = centre_csv(figures, panel) if beside else csv_table(figures, panel)
        if panel == "lines" and not beside:
            table = LINES, _line_rows(read_single_patients(work, figures))
        elif panel in TIME_FILES and not beside:
            table = TIMES, map(asdict, read_single_times(work, figures, TIME_FILES[panel]))
    if table is None:
        abort(404)
    name = f"cohort-{panel}-{figures.chosen.id}-{figures.stratum}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(_written(figures, *table), mimetype="text/csv", headers=headers)


def _completion() -> Response:
    with runtime().reading(current_actor()) as work:
        text = completion_file(read_cohort(work), now=work.now)
    headers = {"Content-Disposition": 'attachment; filename="cohort-completion.csv"'}
    return Response(text, mimetype="text/csv", headers=headers)


def _panels(figures: CohortFigures) -> tuple[CohortPanel, ...]:
    return centre_panels(figures) if figures.stratum == CENTRES else cohort_panels(figures)


def _line_rows(patients: Iterable[SinglePatient]) -> Iterator[Mapping[str, Any]]:
    """A row for each form and visit that it stands for, numbered anew; a form that stands for none has an empty one."""
    for number, patient in enumerate(patients, start=1):
        for place, (day, change, visits) in enumerate(patient.forms, start=1):
            row = {"level": patient.level, "line": number, "form": place, "day": day, "change": change}
            for visit, over in visits.items() or (("", False),):
                yield row | {"baseline": patient.baseline, "visit": visit, "window_over": "yes" if over else "no"}


def _written(figures: CohortFigures, columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The file line by line; every row says what it is about and which data it came from."""
    keys = tuple(columns)
    scale = figures.chosen.scale
    source = {
        "scale": figures.chosen.id,
        "stratum": figures.stratum,
        "better": "up" if scale.direction is Direction.BETTER else "down",
        "important_difference": "" if scale.mid is None else scale.mid.deterioration,
        "data_as_of": figures.data_as_of.isoformat(timespec="seconds"),
        "data_version": figures.version,
    }
    yield _line((*keys, *source))
    for row in rows:
        yield _line((*(_cell(row.get(key)) for key in keys), *source.values()))


def _line(cells: Iterable[Any]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()


def _shelf(work: Work) -> CohortShelf:
    return read_cohort_figures(work, scale=request.args.get("scale", ""), stratum=request.args.get("by", ""))


def _cell(value: Any) -> Any:
    return "" if value is None else value
