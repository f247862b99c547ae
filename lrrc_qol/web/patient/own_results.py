"""The patient's own results: a curve for each main scale, a plain sentence, the same as a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask.typing import ResponseReturnValue

from lrrc_qol.catalogue.scale_words import scale_names
from lrrc_qol.charts.own_curve import OwnDrawing, own_drawing
from lrrc_qol.charts.wording import number
from lrrc_qol.domain.instrument import Direction
from lrrc_qol.domain.recovery import ChangeClass
from lrrc_qol.services.own_results import OwnCurve, OwnResults, read_own_results
from lrrc_qol.web.guards import audience, current_seat, patient_actor, runtime
from lrrc_qol.web.languages import page_words
from lrrc_qol.web.patient.blueprint import blueprint
from lrrc_qol.web.patient.own_page import only_on_own_device
from lrrc_qol.web.patient.pages import seat_page
from lrrc_qol.web.patient.result_words import compared_words


@dataclass(frozen=True, slots=True)
class Row:
    """One answer as the table shows it."""

    on: date
    value: str
    compared: str


@dataclass(frozen=True, slots=True)
class CurveView:
    """One scale: its picture, the newest answer, all answers."""

    id: str
    name: str
    lowest: str
    highest: str
    higher_is_better: bool
    drawing: OwnDrawing | None
    latest: Row
    worse: bool
    rows: tuple[Row, ...]


@blueprint.get("/my/results")
@audience.patient
def own_results() -> ResponseReturnValue:
    """The curves, if the centre shows them; 404 otherwise."""
    only_on_own_device()
    words = page_words()
    names = scale_names(words)
    # Not only read: that somebody looked is written down.
    with runtime().writing(patient_actor()) as work:
        found = read_own_results(work, current_seat(), scales=names.keys())
    views = [_view(found, curve, names[curve.instrument_id, curve.trajectory.scale.id]) for curve in found.curves]
    return seat_page("patient/own_results.html", curves=views)


def _view(found: OwnResults, curve: OwnCurve, name: str) -> CurveView:
    trajectory = curve.trajectory
    scale = trajectory.scale
    scored = [point for point in trajectory.points if point.point.value is not None]
    rows = tuple(
        Row(
            on=point.point.answered_on,
            value=number(point.point.value or 0, scale.decimals),
            compared=compared_words(
                page_words(),
                point,
                is_baseline=point.point.response_id == trajectory.baseline.response_id,
                known=trajectory.baseline_value is not None,
            ),
        )
        for point in scored
    )
    return CurveView(
        id=f"{curve.instrument_id}-{scale.id}",
        name=name,
        lowest=number(scale.minimum, scale.decimals),
        highest=number(scale.maximum, scale.decimals),
        higher_is_better=scale.direction is Direction.BETTER,
        drawing=own_drawing(trajectory, surgery_on=found.surgery_on, mirrored=page_words().direction == "rtl"),
        latest=rows[-1],
        worse=scored[-1].change_class is ChangeClass.WORSE,
        rows=rows,
    )
