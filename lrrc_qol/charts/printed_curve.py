"""The recovery curve on paper: the figure of the screen, placed for a small picture in black, white and grey.

Nothing is worked out anew: points, gaps, band, limits and words are those of `recovery_figure`. What a colour says on
the screen a shape says here: triangles for changes, hollow marks for what is set apart, a dotted edge for a limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lrrc_qol.charts.backdrop import Figure

WIDTH, HEIGHT = 360, 184
LEFT, RIGHT, TOP, BOTTOM = 40, 52, 16, 32
LINE_HEIGHT = 10.5
SIGN = "◆"
ANCHORS = {"left": "start", "right": "end", "center": "middle"}


@dataclass(frozen=True, slots=True)
class Area:
    """A layer behind the curve; `kind` is band or problem."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line; `dash` is solid, dash or dot, `kind` axis, grid, tick, baseline, limit or day."""

    x1: float
    y1: float
    x2: float
    y2: float
    kind: str
    dash: str = "solid"


@dataclass(frozen=True, slots=True)
class Mark:
    """A circle, triangle-up, triangle-down, x-thin or diamond; `dotted`: something is said beside it."""

    x: float
    y: float
    shape: str
    hollow: bool = False
    dotted: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """Lines of text from the foot of the first one; `anchor` as in SVG; `upright` ones stand along a vertical line."""

    x: float
    y: float
    lines: tuple[str, ...]
    anchor: str
    upright: bool = False


@dataclass(frozen=True, slots=True)
class PrintedCurve:
    """The picture in its own units; `stretches` are the parts of the line between its gaps."""

    areas: tuple[Area, ...]
    rules: tuple[Rule, ...]
    stretches: tuple[tuple[tuple[float, float], ...], ...]
    marks: tuple[Mark, ...]
    words: tuple[Words, ...]
    width: int = WIDTH
    height: int = HEIGHT
    line_height: float = LINE_HEIGHT


@dataclass(frozen=True, slots=True)
class _Frame:
    """From days and scores to places."""

    days: tuple[float, float]
    scores: tuple[float, float]

    def across(self, day: float) -> float:
        first, last = self.days
        return round(LEFT + (day - first) / (last - first) * (WIDTH - LEFT - RIGHT), 1)

    def up(self, score: float) -> float:
        low, high = self.scores
        return round(HEIGHT - BOTTOM - (score - low) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)

    def shape(self, shape: Figure) -> tuple[float, float, float, float]:
        """The corners of a shape, in places; one across the whole paper begins and ends at the axes."""
        x = [LEFT, WIDTH - RIGHT] if shape.get("xref") == "paper" else [self.across(shape[key]) for key in ("x0", "x1")]
        y = [TOP, HEIGHT - BOTTOM] if shape.get("yref") == "paper" else [self.up(shape[key]) for key in ("y0", "y1")]
        return x[0], y[0], x[1], y[1]


def printed_curve(figure: Figure) -> PrintedCurve:
    """Place a figure of `recovery_figure` on paper."""
    layout = figure["layout"]
    frame = _Frame(tuple(layout["xaxis"]["range"]), tuple(layout["yaxis"]["range"]))
    traces = {trace["name"]: trace for trace in figure["data"]}
    signs = [note for note in layout["annotations"] if note["text"] == SIGN]
    said = [note for note in layout["annotations"] if note["text"] != SIGN]
    return PrintedCurve(
        areas=tuple(_areas(layout["shapes"], frame)),
        rules=(*_axes(layout, frame), *_rules(layout["shapes"], frame)),
        stretches=tuple(_stretches(traces["course"], frame)),
        marks=(
            *_marks(traces["forms"], frame),
            *_marks(traces["no value"], frame),
            *(Mark(frame.across(note["x"]), HEIGHT - BOTTOM, "diamond") for note in signs),
        ),
        words=(
            *_axis_words(layout, frame),
            *(_annotation(note, frame) for note in said),
            *_beside_points(traces["forms"], frame),
        ),
    )


def _areas(shapes: Sequence[Figure], frame: _Frame) -> Iterator[Area]:
    """The band first: hatching can be seen on grey, grey would hide the hatching."""
    for shape in sorted(shapes, key=lambda one: one.get("name") != "band"):
        if shape["type"] == "rect":
            x1, y1, x2, y2 = frame.shape(shape)
            kind = "band" if shape["name"] == "band" else "problem"
            yield Area(x1, min(y1, y2), round(x2 - x1, 1), round(abs(y2 - y1), 1), kind)


def _rules(shapes: Sequence[Figure], frame: _Frame) -> Iterator[Rule]:
    kinds = {"baseline": "baseline", "problem limit": "limit"}
    for shape in shapes:
        if shape["type"] == "line":
            yield Rule(*frame.shape(shape), kinds.get(shape["name"], "day"), shape["line"].get("dash", "solid"))


def _axes(layout: Figure, frame: _Frame) -> Iterator[Rule]:
    foot, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    for score in layout["yaxis"]["tickvals"]:
        yield Rule(LEFT, frame.up(score), right, frame.up(score), "grid")
    for day in layout["xaxis"]["tickvals"]:
        yield Rule(frame.across(day), foot, frame.across(day), foot + 3, "tick")
    yield Rule(LEFT, foot, right, foot, "axis")


def _axis_words(layout: Figure, frame: _Frame) -> Iterator[Words]:
    foot, middle = HEIGHT - BOTTOM, (TOP + HEIGHT - BOTTOM) / 2
    for score, text in zip(layout["yaxis"]["tickvals"], layout["yaxis"]["ticktext"], strict=True):
        yield Words(LEFT - 5, frame.up(score) + 3.5, (text,), "end")
    for day, text in zip(layout["xaxis"]["tickvals"], layout["xaxis"]["ticktext"], strict=True):
        yield Words(frame.across(day), foot + 13, (text,), "middle")
    yield Words((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 5, (layout["xaxis"]["title"]["text"],), "middle")
    yield Words(10, middle, (layout["yaxis"]["title"]["text"],), "middle", upright=True)


def _annotation(note: dict[str, Any], frame: _Frame) -> Words:
    """Words at a day, a score or an edge of the plot; several lines stand around their middle."""
    lines = tuple(note["text"].split("<br>"))
    on_paper = note.get("xref") == "paper"
    x = WIDTH - RIGHT + (4 if note["x"] > 1 else -2) if on_paper else frame.across(note["x"])
    y = TOP if note.get("yref") == "paper" else frame.up(note["y"])
    if note.get("textangle"):
        return Words(x - 2, y + 2, lines, "end", upright=True)
    shift = {"bottom": -3.0, "top": 10.0}.get(note["yanchor"], 3.5 - LINE_HEIGHT * (len(lines) - 1) / 2)
    side = 0 if on_paper else (-2 if note["xanchor"] == "right" else 2)
    return Words(round(x + side, 1), round(y + shift, 1), lines, ANCHORS[note["xanchor"]])


def _stretches(trace: Figure, frame: _Frame) -> Iterator[tuple[tuple[float, float], ...]]:
    stretch: list[tuple[float, float]] = []
    for day, score in zip(trace["x"], trace["y"], strict=True):
        if day is not None:
            stretch.append((frame.across(day), frame.up(score)))
            continue
        yield tuple(stretch)
        stretch = []
    yield tuple(stretch)


def _marks(trace: Figure, frame: _Frame) -> Iterator[Mark]:
    symbols = trace["marker"]["symbol"]
    every = [symbols] * len(trace["x"]) if isinstance(symbols, str) else symbols
    for day, score, symbol in zip(trace["x"], trace["y"], every, strict=True):
        shape = symbol.removesuffix("-dot").removesuffix("-open")
        yield Mark(frame.across(day), frame.up(score), shape, "-open" in symbol, symbol.endswith("-dot"))


def _beside_points(trace: Figure, frame: _Frame) -> Iterator[Words]:
    for day, score, text in zip(trace["x"], trace["y"], trace["text"], strict=True):
        if text:
            yield Words(frame.across(day), round(frame.up(score) - 8, 1), (text,), "middle")
