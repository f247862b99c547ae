"""What can be laid behind a recovery curve: centiles of the centre's patients, and courses from the literature.

Both are told apart from the curve and from each other by dash and shape, so that grey print is enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lrrc_qol.charts.axes import GREY, INK
from lrrc_qol.charts.backdrop import Figure
from lrrc_qol.charts.wording import number, signed
from lrrc_qol.domain.baseline import BaselineKind
from lrrc_qol.domain.expected_course import CourseWindow
from lrrc_qol.domain.instrument import Scale
from lrrc_qol.domain.published_courses import PublishedCourse
from lrrc_qol.domain.recovery import Trajectory

WIDE, NARROW = "rgba(74,90,104,0.13)", "rgba(74,90,104,0.20)"
LINES = (("p10", "dot", "none"), ("p90", "dot", WIDE), ("p25", "dash", "none"), ("p75", "dash", NARROW))
"""Edges in the order they are drawn, each second one filled towards the one before it."""
MARKERS = ("diamond-open", "pentagon-open", "hexagon-open")


@dataclass(frozen=True, slots=True)
class CentileRow:
    """One window of days in words; the changes are None where they are hidden."""

    days: str
    patients: str
    changes: tuple[str, ...] | None


def centile_traces(trajectory: Trajectory, windows: Sequence[CourseWindow]) -> list[Figure]:
    """The centiles of change, put on the patient's own baseline and kept inside the scale.

    A window that is hidden leaves an open place. Nothing without a baseline from before the operation.
    """
    value, scale = trajectory.baseline_value, trajectory.scale
    if value is None or trajectory.baseline.kind in (BaselineKind.NONE, BaselineKind.RECALLED):
        return []
    runs = [run for run in _runs(windows) if run]
    return [trace for run in runs for trace in _run_traces(run, value, scale)]


def _runs(windows: Sequence[CourseWindow]) -> Iterator[list[CourseWindow]]:
    """Windows that are shown and follow each other."""
    run: list[CourseWindow] = []
    for window in windows:
        if window.centiles is None:
            yield run
            run = []
        else:
            run.append(window)
    yield run


def _run_traces(run: Sequence[CourseWindow], value: float, scale: Scale) -> Iterator[Figure]:
    days = [window.day for window in run]
    single = len(run) == 1
    for name, dash, fill in (*LINES, ("p50", "solid", "none")):
        outer = name in ("p10", "p90")
        scores = [
            min(max(value + getattr(window.centiles, name), scale.minimum), scale.maximum)
            for window in run
            if window.centiles is not None
        ]
        trace: Figure = {
            "type": "scatter",
            # One window alone has no line; short strokes stand for it.
            "mode": ("markers" if single else "lines") + ("+text" if outer else ""),
            "name": f"{name[1:]}th centile",
            "x": days,
            "y": scores,
            "text": [f"{name[1:]}th" if outer else "", *[""] * (len(run) - 1)],
            "textposition": "middle left",
            "textfont": {"size": 10, "color": GREY},
            "hoverinfo": "skip",
            "line": {"color": GREY, "width": 1.5 if name == "p50" else 1, "dash": dash},
            "marker": {"symbol": "line-ew-open", "size": 14, "color": GREY},
        }
        yield trace if fill == "none" or single else trace | {"fill": "tonexty", "fillcolor": fill}


def centile_rows(windows: Sequence[CourseWindow], decimals: int, *, smallest: int, origin: int = 0) -> list[CentileRow]:
    """The numbers behind the centiles; `smallest` is the number from which patients are counted out loud."""
    return [
        CentileRow(
            days=_span(window.first_day - origin, window.last_day - origin),
            patients=f"fewer than {smallest}" if window.patients is None else str(window.patients),
            changes=None
            if window.centiles is None
            else tuple(
                signed(change, decimals)
                for change in (
                    window.centiles.p10,
                    window.centiles.p25,
                    window.centiles.p50,
                    window.centiles.p75,
                    window.centiles.p90,
                )
            ),
        )
        for window in windows
    ]


def _span(first: int, last: int) -> str:
    return f"{number(first)} to {number(last)}" if first < 0 else f"{first}–{last}"


def published_traces(
    courses: Sequence[PublishedCourse], *, baseline_day: int | None, discharge_day: int | None, last_day: int
) -> list[Figure]:
    """The reported scores as they are, without any change of place or size; points after `last_day` are not drawn."""
    traces: list[Figure] = []
    for place, course in enumerate(courses):
        points = course.placed(baseline_day=baseline_day, discharge_day=discharge_day)
        points = tuple((day, value) for day, value in points if day <= last_day)
        if not points:
            continue
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers+text",
                "name": course.short,
                "x": [day for day, _ in points],
                "y": [value for _, value in points],
                "text": [*[""] * (len(points) - 1), course.short],
                "textposition": "middle right",
                "textfont": {"size": 11, "color": INK},
                "cliponaxis": False,
                "line": {"color": INK, "width": 1, "dash": "longdash"},
                "marker": {"symbol": MARKERS[place % len(MARKERS)], "size": 9, "color": INK},
                "hovertext": [
                    f"{course.source}<br>{course.statistic} of those who answered: {number(value)}"
                    for _, value in points
                ],
                "hoverinfo": "text",
            }
        )
    return traces
