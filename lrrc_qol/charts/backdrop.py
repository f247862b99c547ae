"""What stands behind a recovery curve: own baseline with its band, problem zone, words at the ends of the scale."""

from __future__ import annotations

from typing import Any

from lrrc_qol.charts.axes import AMBER, GREY, INK
from lrrc_qol.charts.wording import ROUNDING, number
from lrrc_qol.domain.baseline import BaselineKind
from lrrc_qol.domain.instrument import Confidence, Direction, Scale, Threshold
from lrrc_qol.domain.recovery import Trajectory

Figure = dict[str, Any]

BAND_COLOURS = {Direction.BETTER: "rgba(11,85,99,0.11)", Direction.WORSE: "rgba(106,61,124,0.11)"}
ZONE_COLOUR = "rgba(255,191,71,0.12)"


def same_as_before(trajectory: Trajectory) -> tuple[float, float] | None:
    """The scores that count as about the same as before the operation, from lowest to highest.

    None without a baseline value or a minimal important difference, and when the baseline was recalled.
    """
    mid, value = trajectory.scale.mid, trajectory.baseline_value
    if mid is None or value is None or trajectory.baseline.kind in (BaselineKind.NONE, BaselineKind.RECALLED):
        return None
    better = trajectory.scale.direction is Direction.BETTER
    down, up = (mid.deterioration, mid.improvement) if better else (mid.improvement, mid.deterioration)
    return max(value - down, trajectory.scale.minimum), min(value + up, trajectory.scale.maximum)


def reference(trajectory: Trajectory) -> tuple[list[Figure], list[Figure]]:
    """The own baseline as a line with its band, and its words at the right edge; only words without a baseline."""
    value, kind, scale = trajectory.baseline_value, trajectory.baseline.kind, trajectory.scale
    if value is None:
        words = "no<br>baseline" if kind is BaselineKind.NONE else "no<br>baseline<br>score"
        return [], [_beside(_middle(scale), words)]
    shapes: list[Figure] = []
    band = same_as_before(trajectory)
    if band is not None:
        shapes.append(_across(band[0], band[1], BAND_COLOURS[scale.direction], "band"))
    recalled = kind is BaselineKind.RECALLED
    line = {"color": INK, "width": 1.25, "dash": "dot" if recalled else "dash"}
    shapes.append({**_across(value, value, "", "baseline"), "type": "line", "line": line})
    words = {BaselineKind.RECALLED: "recalled", BaselineKind.STALE: "before<br>(old)"}.get(kind, "before<br>surgery")
    return shapes, [_beside(value, f"{words}<br>{number(value, scale.decimals)}")]


def reliable_band(trajectory: Trajectory) -> tuple[list[Figure], list[Figure]]:
    """Two thin lines around the baseline: from there on a single change is more than measurement error.

    Nothing where no reliability is known, where changes are not judged, and for a side that lies beyond the scale.
    """
    value, reliable, scale = trajectory.baseline_value, trajectory.reliable, trajectory.scale
    if value is None or reliable is None or same_as_before(trajectory) is None:
        return [], []
    ends = [
        (value + sign * reliable, sign > 0)
        for sign in (1, -1)
        if scale.minimum <= value + sign * reliable <= scale.maximum
    ]
    line = {"color": GREY, "width": 1, "dash": "longdashdot"}
    shapes = [{**_across(at, at, "", "reliable change"), "type": "line", "line": line} for at, _ in ends]
    return shapes, [_at_left(at, "clear change", above=above) for at, above in ends]


def _at_left(value: float, words: str, *, above: bool) -> Figure:
    return _words(value, words, GREY, 10, above=above) | {"x": 0.005, "xanchor": "left"}


def _across(low: float, high: float, colour: str, name: str) -> Figure:
    """A layer behind the curve over the whole width between two scores."""
    place = {"xref": "paper", "x0": 0, "x1": 1, "y0": low, "y1": high, "layer": "below", "name": name}
    return {"type": "rect", "line": {"width": 0}, "fillcolor": colour, **place} if colour else place


def zone(scale: Scale) -> list[Figure]:
    """The side of the problem limit that means a problem; none without a limit."""
    if scale.threshold is None:
        return []
    below = scale.threshold.side == "below"
    at = _edge_of_zone(scale, scale.threshold)
    low, high = (scale.minimum, at) if below else (at, scale.maximum)
    edge = {
        "type": "line",
        "line": {"color": AMBER, "width": 1, "dash": "dot" if _provisional(scale) else "solid"},
    }
    return [_across(low, high, ZONE_COLOUR, "problem zone"), {**_across(at, at, "", "problem limit"), **edge}]


def _edge_of_zone(scale: Scale, limit: Threshold) -> float:
    """Where the zone starts: half a step beyond a limit that is itself a score, because that score is no problem."""
    step = _step_at(scale, limit)
    return limit.value + (-step if limit.side == "below" else step) / 2


def _step_at(scale: Scale, limit: Threshold) -> float:
    """The distance to the next score when the limit is a score of the scale, else 0."""
    if scale.step is None:
        return 0
    steps = (limit.value - scale.minimum) / scale.step
    return scale.step if abs(steps - round(steps)) < ROUNDING else 0


def _provisional(scale: Scale) -> bool:
    return scale.threshold is not None and scale.threshold.confidence is not Confidence.VERIFIED


def zone_words(scale: Scale) -> list[Figure]:
    """The name of the problem zone, its first score on a scale of steps, a note while its limit is not verified."""
    if scale.threshold is None:
        return []
    below = scale.threshold.side == "below"
    step = _step_at(scale, scale.threshold)
    words = "problem"
    if step:
        first = scale.threshold.value - step if below else scale.threshold.value + step
        words += f": {number(first, scale.decimals)} or {'less' if below else 'more'}"
    if _provisional(scale):
        words += " (provisional)"
    edge = scale.minimum if below else scale.maximum
    return [_inside(edge, words, AMBER, above=below)]


def end_words(scale: Scale) -> list[Figure]:
    """What the highest and the lowest score mean."""
    ends = ((scale.maximum, scale.high_label, True), (scale.minimum, scale.low_label, False))
    return [
        _inside(edge, f"{number(edge, scale.decimals)} = {words}", GREY, above=top)
        for edge, words, top in ends
        if words
    ]


def _inside(edge: float, words: str, colour: str, *, above: bool) -> Figure:
    """Words at an end of the scale, on the right, where forms are few."""
    return _words(edge, words, colour, 11, above=above) | {"x": 1, "xanchor": "right"}


def _words(value: float, words: str, colour: str, size: int, *, above: bool) -> Figure:
    """Words above or below a score; where along the time axis the caller says, as a share of the width."""
    return {
        "xref": "paper",
        "y": value,
        "yanchor": "bottom" if above else "top",
        "text": words,
        "showarrow": False,
        "font": {"size": size, "color": colour},
    }


def _beside(value: float, words: str) -> Figure:
    return {
        "xref": "paper",
        "x": 1.015,
        "xanchor": "left",
        "align": "left",
        "y": value,
        "yanchor": "middle",
        "text": words,
        "showarrow": False,
        "font": {"size": 11, "color": INK},
    }


def _middle(scale: Scale) -> float:
    return (scale.minimum + scale.maximum) / 2
