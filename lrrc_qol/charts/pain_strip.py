"""Pain at the check-ins in a strip under a curve: the same days, its own axis, so that directions never mix."""

from __future__ import annotations

from lrrc_qol.charts.axes import GREY, INK
from lrrc_qol.charts.backdrop import Figure
from lrrc_qol.charts.wording import day_month, number
from lrrc_qol.domain.recovery import PROXY, Trajectory

STRIP, CURVE = [0, 0.2], [0.29, 1]
MORE_HEIGHT = 80


def with_pain(figure: Figure, pain: Trajectory) -> Figure:
    """The figure with a strip of the pain scores below; forms of another person are hollow."""
    scale, frame = pain.scale, figure["layout"]
    points = [(one.day, one.point) for one in pain.points if one.day is not None and one.point.value is not None]
    trace = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "pain",
        "yaxis": "y2",
        "x": [day for day, _ in points],
        "y": [point.value for _, point in points],
        "cliponaxis": False,
        "line": {"color": GREY, "width": 1, "dash": "dot"},
        "marker": {
            "symbol": ["square-open" if point.respondent == PROXY else "square" for _, point in points],
            "size": 6,
            "color": INK,
        },
        "hovertext": [
            f"{scale.name} at a check-in: {number(point.value or 0, scale.decimals)}<br>"
            f"{day_month(point.answered_on)}, day {number(day)}"
            for day, point in points
        ],
        "hoverinfo": "text",
    }
    axis = {
        **frame["yaxis"],
        "domain": STRIP,
        "range": [scale.minimum - 0.5, scale.maximum + 0.5],
        "tickvals": [scale.minimum, scale.maximum],
        "ticktext": [number(scale.minimum, scale.decimals), number(scale.maximum, scale.decimals)],
        "title": {"text": "pain", "standoff": 8},
    }
    return {
        "data": [*figure["data"], trace],
        "layout": {
            **frame,
            "yaxis": {**frame["yaxis"], "domain": CURVE},
            "yaxis2": axis,
            "xaxis": {**frame["xaxis"], "anchor": "y2"},
            "height": frame["height"] + MORE_HEIGHT,
        },
    }
