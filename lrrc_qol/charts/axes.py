"""Axes and frame that the curves share: time in real days, scores in their native direction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

from lrrc_qol.charts.wording import number, range_words
from lrrc_qol.domain.instrument import Direction, Scale
from lrrc_qol.domain.recovery import Trajectory

INK, GREY, GRID, GREEN, AMBER = "#1b2733", "#4a5a68", "#e3e9ee", "#1f6b3a", "#8a5a00"
LINE_COLOURS = {Direction.BETTER: "#0b5563", Direction.WORSE: "#6a3d7c"}
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
SHORTEST_DAYS = 42
WEEKS_UP_TO = 84
MONTH_DAYS = {0: 0, 1: 30, 3: 91, 6: 183, 9: 274, 12: 365, 18: 548, 24: 730, 36: 1095, 48: 1461, 60: 1826}
MOST_TICKS = 6  # steps on the score axis of a scale whose ends are no round numbers
EDGE = 0.11  # room above and below the scale's ends, for the words there


@dataclass(frozen=True, slots=True)
class DayWindow:
    """First and last day shown, counted from the operation; the same for all curves that are compared."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class DayMark:
    """Something that happened on a day; `main` for the operation and going home, which are named above the plot."""

    day: int
    words: str
    main: bool = False

    def line(self) -> dict[str, Any]:
        """A vertical line behind the curve."""
        style = {"color": GREY, "width": 1.25 if self.main and self.day == 0 else 1, "dash": "solid"}
        if self.day != 0:
            style["dash"] = "dot"
        return {
            "type": "line",
            "name": self.words,
            "layer": "below",
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "x0": self.day,
            "x1": self.day,
            "line": style,
        }

    def label(self) -> dict[str, Any]:
        """Its name: to the left above the operation, to the right above going home, along the line for the rest."""
        place = {"x": self.day, "y": 1, "yref": "paper", "text": self.words, "showarrow": False}
        font = {"size": 11, "color": GREY}
        if self.main:
            return {**place, "yanchor": "bottom", "xanchor": "right" if self.day == 0 else "left", "font": font}
        return {**place, "textangle": -90, "yanchor": "top", "xanchor": "right", "font": font}


@dataclass(frozen=True, slots=True)
class DayNote:
    """What was done or went wrong on a day: a small sign on the axis, because several may lie close together."""

    day: int
    words: str

    def sign(self) -> dict[str, Any]:
        """The sign, whose words appear under the pointer; the page lists them too."""
        return {
            "x": self.day,
            "y": 0,
            "yref": "paper",
            "yanchor": "middle",
            "text": "◆",
            "hovertext": f"Day {self.day}: {self.words}",
            "showarrow": False,
            "font": {"size": 13, "color": INK},
        }


def day_window(trajectories: Iterable[Trajectory], marks: Iterable[DayMark] = ()) -> DayWindow:
    """The days that hold every form, missed visit and mark, at least six weeks from the operation."""
    days = [mark.day for mark in marks]
    for trajectory in trajectories:
        days += [point.day for point in trajectory.points if point.day is not None]
        days += [visit.day for visit in trajectory.missed if visit.day is not None]
    return DayWindow(first=min([0, *days]), last=max([SHORTEST_DAYS, *days]))


def day_axis(window: DayWindow, *, since: str, origin: int = 0) -> dict[str, Any]:
    """Days `since` something at their true distance, in weeks for a short course, in months for a long.

    Every place stays a day since the operation; `origin` is the one from which weeks and months are counted.
    """
    span = window.last - window.first
    room = max(2.0, span * 0.03)
    weeks = window.last - origin <= WEEKS_UP_TO
    ticks = {week: week * 7 for week in range(0, 13, 2)} if weeks else MONTH_DAYS
    if not weeks and span > MONTH_DAYS[24]:
        ticks = {month: day for month, day in MONTH_DAYS.items() if month % 12 == 0}
    elif not weeks:
        ticks = {month: day for month, day in MONTH_DAYS.items() if month != 1 or span < MONTH_DAYS[6]}
    shown = {name: day + origin for name, day in ticks.items() if day + origin <= window.last + room}
    return {
        "range": [window.first - room, window.last + room],
        "tickvals": list(shown.values()),
        "ticktext": [str(name) for name in shown],
        "title": {"text": f"{'Weeks' if weeks else 'Months'} since {since}", "standoff": 6},
        "showgrid": False,
        "zeroline": False,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": GREY,
        "linecolor": GREY,
        "showline": True,
        "fixedrange": True,
    }


def score_axis(scale: Scale) -> dict[str, Any]:
    """The whole range of the scale, never cut, with its direction in words."""
    span = scale.maximum - scale.minimum
    ticks = score_ticks(scale)
    return {
        "range": [scale.minimum - span * EDGE, scale.maximum + span * EDGE],
        "tickvals": ticks,
        "ticktext": [_shortest(tick, scale.decimals) for tick in ticks],
        "title": {"text": range_words(scale), "standoff": 8},
        "gridcolor": GRID,
        "zeroline": False,
        "fixedrange": True,
    }


def score_ticks(scale: Scale) -> list[float]:
    """Four or five equal steps where they fall on readable scores, else round scores inside the scale."""
    span = scale.maximum - scale.minimum
    steps = 5 if span % 5 == 0 and span % 4 else 4
    ticks = [scale.minimum + span * step / steps for step in range(steps + 1)]
    if all(round(tick, scale.decimals) == round(tick, 9) for tick in ticks):
        return ticks
    magnitude = 10.0 ** floor(log10(span))
    step = next(size * magnitude for size in (0.1, 0.2, 0.25, 0.5, 1, 2) if span <= MOST_TICKS * size * magnitude)
    first, last = ceil(round(scale.minimum / step, 9)), floor(round(scale.maximum / step, 9))
    return [round(place * step, 9) for place in range(first, last + 1)]


def _shortest(tick: float, decimals: int) -> str:
    """A score on the axis with no more decimals than it has."""
    return next(
        number(tick, places) for places in range(decimals + 1) if places == decimals or round(tick, places) == tick
    )


def layout(
    *,
    x: dict[str, Any],
    y: dict[str, Any],
    shapes: Sequence[dict[str, Any]],
    annotations: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    """The frame around a curve: quiet, no legend (the page has one for all), no dragging that would trap a finger."""
    return {
        "xaxis": x,
        "yaxis": y,
        "shapes": list(shapes),
        "annotations": list(annotations),
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "height": 280,
        "margin": {"l": 52, "r": 62, "t": 22, "b": 46},
        "font": {"family": FONT, "size": 12, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hoverlabel": {"bgcolor": "#ffffff", "bordercolor": GREY, "font": {"size": 13, "color": INK}, "align": "left"},
    }
