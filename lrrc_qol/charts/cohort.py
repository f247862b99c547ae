"""Figures of many patients: told apart by pattern, dash and shape as well as colour, so that grey print is enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lrrc_qol.charts.axes import GREY, GRID, INK, DayWindow, day_axis, layout
from lrrc_qol.charts.backdrop import Figure
from lrrc_qol.charts.expected import MARKERS
from lrrc_qol.charts.wording import number, signed
from lrrc_qol.domain.instrument import Direction, Scale

Row = Mapping[str, Any]

COLOURS = ("#0b5563", "#6a3d7c", "#8a5a00", "#1f6b3a", "#7a2e2e", "#4a5a68")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star")
PARTS = {
    "back": ("Back to before the operation", "#0b5563", ""),
    "not_back": ("Not back", "#d99a2b", "/"),
    "not_compared": ("Form, but nothing to compare with", "#b9a7c4", "x"),
    "no_form": ("Alive, no form", "#dfe5ea", "."),
    "died": ("Died", "#4a5a68", "-"),
    "hidden": ("Hidden: small numbers", "#ffffff", "+"),
}
"""The parts of the headline bar from the bottom: words, colour, pattern."""


@dataclass(frozen=True, slots=True)
class Series:
    """One level of a stratum with its rows, each with `day`, `value` and perhaps `low` and `high`."""

    name: str
    rows: Sequence[Row]


def headline_figure(rows: Sequence[Row]) -> Figure:
    """A bar per visit of everyone operated on, in per cent; hidden parts are one part together."""
    shown = [row for row in rows if row["operated"]]
    names = [str(row["visit"]) for row in shown]
    data = [_part(part, shown, names) for part in PARTS]
    figure = _frame(
        x={"type": "category", "fixedrange": True, "linecolor": GREY, "showline": True},
        y=_axis("% of everyone operated on", [0, 100]),
    )
    figure["layout"] |= {"barmode": "stack", "bargap": 0.3, "height": 380}
    return figure | {"data": [trace for trace in data if any(trace["y"])]}


def change_figure(scale: Scale, series: Sequence[Series], published: Sequence[Series]) -> Figure:
    """Mean change with its limits at each visit, one line per level, with the important difference as a band.

    `published` lies beside them with open marks and thin lines.
    """
    data = [_errors(one, place) for place, one in enumerate(series)]
    data += [_published(one, place) for place, one in enumerate(published)]
    return _over_days(scale, data, [*series, *published])


def spread_figure(scale: Scale, lines: Sequence[Sequence[Sequence[float]]], rows: Sequence[Row]) -> Figure:
    """Every patient as a thin line under the 10th to 90th percentile of each visit."""
    days: list[float | None] = []
    values: list[float | None] = []
    for line in lines:
        days += [*(day for day, _ in line), None]
        values += [*(value for _, value in line), None]
    data: list[Figure] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "single patients",
            "x": days,
            "y": values,
            "connectgaps": False,
            "hoverinfo": "skip",
            "line": {"color": "#b8c4cc", "width": 1},
        }
    ]
    for place, (key, words) in enumerate(
        (("p50", "median"), ("p25", "25th"), ("p75", "75th"), ("p10", "10th"), ("p90", "90th"))
    ):
        wide = (place + 1) // 2
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers" if place == 0 else "lines",
                "name": words,
                "x": [row["day"] for row in rows],
                "y": [row[key] for row in rows],
                "line": {"color": INK, "width": 2.5 - wide / 2, "dash": DASHES[wide]},
            }
        )
    return _over_days(scale, data, [Series("", [{"day": day} for day in days if day is not None])])


def model_figure(scale: Scale, series: Sequence[Series], splines: Sequence[Series]) -> Figure:
    """The model's mean change at each visit with limits, over the spline of the same level with its own."""
    data: list[Figure] = []
    for place, one in enumerate(splines):
        data += _ribbon(one, place) if len(splines) == 1 else []
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": f"{one.name}, spline",
                "x": [row["day"] for row in one.rows],
                "y": [row["value"] for row in one.rows],
                "line": {"color": COLOURS[place % 6], "width": 1.5, "dash": _dash(place)},
            }
        )
    points = [_errors(one, place) | {"mode": "markers"} for place, one in enumerate(series)]
    return _over_days(scale, data + points, [*series, *splines])


def share_figure(series: Sequence[Series], *, title: str) -> Figure:
    """A share between nobody and everybody at each visit, as steps with limits."""
    data = [_errors(one, place, percent=True) | _steps(place) for place, one in enumerate(series)]
    days = [int(row["day"]) for one in series for row in one.rows]
    figure = _frame(x=day_axis(DayWindow(0, max([42, *days])), since="the operation"), y=_axis(title, [0, 104]))
    return figure | {"data": data}


def _dash(place: int) -> str:
    """Another dash with the same colour from the seventh level on, so that no two of 36 levels look alike."""
    return DASHES[(place + place // 6) % 6]


def _steps(place: int) -> Figure:
    style = {"color": COLOURS[place % 6], "width": 2, "dash": _dash(place), "shape": "hv"}
    return {"mode": "lines+markers", "line": style}


def _errors(one: Series, place: int, *, percent: bool = False) -> Figure:
    times = 100 if percent else 1
    rows = [row for row in one.rows if row.get("value") is not None]
    values = [times * row["value"] for row in rows]
    highs = [times * (row["value"] if row.get("high") is None else row["high"]) for row in rows]
    lows = [times * (row["value"] if row.get("low") is None else row["low"]) for row in rows]
    said = [f"{number(value)} %" if percent else signed(value) for value in values]
    limits = [f"{number(low)} to {number(high)}" for low, high in zip(lows, highs, strict=True)]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": one.name,
        "x": [row["day"] for row in rows],
        "y": values,
        "cliponaxis": False,
        "line": {"color": COLOURS[place % 6], "width": 2, "dash": _dash(place)},
        "marker": {"symbol": SYMBOLS[(place + place // 6) % 6], "size": 9, "color": COLOURS[place % 6]},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [high - value for high, value in zip(highs, values, strict=True)],
            "arrayminus": [value - low for low, value in zip(lows, values, strict=True)],
            "thickness": 1.25,
            "width": 4,
        },
        "hovertext": [
            f"{one.name}<br>{row['visit']}: {words}<br>95 % limits {between}"
            for row, words, between in zip(rows, said, limits, strict=True)
        ],
        "hoverinfo": "text",
    }


def _published(one: Series, place: int) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": f"{one.name}, published",
        "x": [row["day"] for row in one.rows],
        "y": [row["value"] for row in one.rows],
        "cliponaxis": False,
        "line": {"color": INK, "width": 1, "dash": "longdash"},
        "marker": {"symbol": MARKERS[place % len(MARKERS)], "size": 11, "color": INK},
        "hovertext": [
            f"{one.name}, published<br>day {row['day']}: {signed(row['value'])} from the reported baseline"
            for row in one.rows
        ],
        "hoverinfo": "text",
    }


def _ribbon(one: Series, place: int) -> list[Figure]:
    edge = {"type": "scatter", "mode": "lines", "x": [row["day"] for row in one.rows], "hoverinfo": "skip"}
    thin = {"line": {"color": COLOURS[place % 6], "width": 0.75, "dash": "dot"}, "showlegend": False}
    return [
        {**edge, **thin, "y": [row["low"] for row in one.rows]},
        {**edge, **thin, "y": [row["high"] for row in one.rows], "fill": "tonexty", "fillcolor": "rgba(11,85,99,0.09)"},
    ]


def _part(part: str, rows: Sequence[Row], names: Sequence[str]) -> Figure:
    words, colour, pattern = PARTS[part]
    counts = [_hidden(row) if part == "hidden" else row[part] or 0 for row in rows]
    shares = [100 * count / row["operated"] for count, row in zip(counts, rows, strict=True)]
    return {
        "type": "bar",
        "name": words,
        "x": names,
        "y": shares,
        "marker": {
            "color": colour,
            "line": {"color": INK, "width": 0.75},
            "pattern": {"shape": pattern, "bgcolor": colour, "fgcolor": INK, "size": 6, "solidity": 0.2},
        },
        "hovertext": [
            f"{words}: {count} of {row['operated']} ({number(share, 0)} %)"
            for count, share, row in zip(counts, shares, rows, strict=True)
        ],
        "hoverinfo": "text",
    }


def _hidden(row: Row) -> int:
    """How many are in parts that are not shown one by one."""
    return int(row["operated"] - sum(row[part] or 0 for part in PARTS if part != "hidden"))


def _over_days(scale: Scale, data: Sequence[Figure], series: Sequence[Series]) -> Figure:
    days = [int(row["day"]) for one in series for row in one.rows]
    better = "above 0 is better" if scale.direction is Direction.BETTER else "above 0 is worse"
    figure = _frame(
        x=day_axis(DayWindow(0, max([42, *days])), since="the operation"), y=_axis(f"Change in points, {better}", None)
    )
    figure["layout"]["shapes"] = _bands(scale)
    return figure | {"data": [*data]}


def _bands(scale: Scale) -> list[Figure]:
    """No change as a line, and the important difference to both sides as dotted ones."""
    lines = [(0.0, "solid")]
    if scale.mid is not None:
        up, down = scale.mid.improvement, scale.mid.deterioration
        high, low = (up, down) if scale.direction is Direction.BETTER else (down, up)
        lines += [(high, "dot"), (-low, "dot")]
    return [
        {
            "type": "line",
            "layer": "below",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": value,
            "y1": value,
            "line": {"color": INK if dash == "solid" else GREY, "width": 1, "dash": dash},
        }
        for value, dash in lines
    ]


def _axis(title: str, span: list[float] | None) -> Figure:
    axis: Figure = {"title": {"text": title, "standoff": 8}, "gridcolor": GRID, "zeroline": False, "fixedrange": True}
    return axis if span is None else axis | {"range": span}


def _frame(*, x: Figure, y: Figure) -> Figure:
    frame = layout(x=x, y=y, shapes=[], annotations=[])
    frame |= {
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": -0.22, "yanchor": "top", "font": {"size": 12}},
        "height": 360,
        "margin": {"l": 52, "r": 12, "t": 16, "b": 90},
    }
    return {"layout": frame}
