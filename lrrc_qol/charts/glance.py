"""Small pictures of all scales on one screen: places on a tile, drawn by the template as SVG."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from lrrc_qol.charts.axes import DayWindow
from lrrc_qol.charts.backdrop import same_as_before
from lrrc_qol.charts.own_curve import Step
from lrrc_qol.domain.baseline import BaselineKind
from lrrc_qol.domain.recovery import (
    PROXY,
    ChangeClass,
    Trajectory,
    TrajectoryPoint,
    value_set_change,
    wording_change,
)

WIDTH, HEIGHT, EDGE = 132, 52, 5


@dataclass(frozen=True, slots=True)
class Dot:
    """A form on the tile. `shape` is up, down or dot; `hollow` as on the curve itself."""

    x: float
    y: float
    shape: str
    hollow: bool
    change_class: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One scale: its forms, the lines between them, the band that counts as about the same, and what is missing.

    `band` is its upper edge and height, `baseline` the height of the own baseline, `operation` the place of its day,
    `missed` are the places of visits without a value.
    """

    dots: tuple[Dot, ...]
    steps: tuple[Step, ...]
    band: tuple[float, float] | None
    baseline: float | None
    operation: float
    missed: tuple[float, ...]
    width: int = WIDTH
    height: int = HEIGHT


def glance_tile(trajectory: Trajectory, window: DayWindow, *, turned: bool = False) -> Tile | None:
    """Place the scores at their true days; None without any. `turned`: a low score stands high up."""
    placed = [(one.day, one.point.value, one) for one in trajectory.points if one.day is not None]
    scored = [(day, value, one) for day, value, one in placed if value is not None]
    if not scored:
        return None
    scale = trajectory.scale

    def across(day: int) -> float:
        return round(EDGE + (day - window.first) / (window.last - window.first) * (WIDTH - 2 * EDGE), 1)

    def up(value: float) -> float:
        share = (value - scale.minimum) / (scale.maximum - scale.minimum)
        return round(EDGE + (share if turned else 1 - share) * (HEIGHT - 2 * EDGE), 1)

    holes = [visit.day for visit in trajectory.missed if visit.day is not None]
    holes += [day for day, value, _ in placed if value is None]
    joined = [(day, value, one) for day, value, one in scored if not _set_apart(one, trajectory)]
    band = same_as_before(trajectory)
    ends = None if band is None else sorted(up(end) for end in band)
    return Tile(
        dots=tuple(_dot(across(day), up(value), one, trajectory, turned=turned) for day, value, one in scored),
        steps=tuple(
            Step(across(a), up(before), across(b), up(after), gap=_unlike(one, other) or any(a < x < b for x in holes))
            for (a, before, one), (b, after, other) in pairwise(joined)
        ),
        band=None if ends is None else (ends[0], round(ends[1] - ends[0], 1)),
        baseline=None if trajectory.baseline_value is None else up(trajectory.baseline_value),
        operation=across(0),
        missed=tuple(across(day) for day in sorted(holes)),
    )


def _unlike(one: TrajectoryPoint, other: TrajectoryPoint) -> bool:
    return bool(wording_change(one.point, other.point) or value_set_change(one.point, other.point))


def _set_apart(one: TrajectoryPoint, trajectory: Trajectory) -> bool:
    recalled = trajectory.baseline.kind is BaselineKind.RECALLED and _is_baseline(one, trajectory)
    return recalled or one.point.respondent == PROXY


def _is_baseline(one: TrajectoryPoint, trajectory: Trajectory) -> bool:
    return one.point.response_id == trajectory.baseline.response_id


def _dot(x: float, y: float, one: TrajectoryPoint, trajectory: Trajectory, *, turned: bool) -> Dot:
    stale = trajectory.baseline.kind is BaselineKind.STALE and _is_baseline(one, trajectory)
    shape = "dot"
    if one.change_class in (ChangeClass.IMPROVED, ChangeClass.WORSE):
        shape = "up" if ((one.change or 0) > 0) is not turned else "down"
    return Dot(x, y, shape, stale or _set_apart(one, trajectory), one.change_class.value)
