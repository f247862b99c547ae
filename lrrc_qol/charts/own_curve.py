"""A patient's own curve as places in a small picture, drawn by the template as SVG: no script, no drawing library."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from lrrc_qol.domain.instrument import Direction
from lrrc_qol.domain.recovery import Trajectory

Up = Callable[[float], float]
WIDTH, HEIGHT = 320, 190
LEFT, RIGHT, TOP, BOTTOM = 14, 14, 24, 28
# One point needs a span to stand in; a shorter course is drawn as if it were six weeks long.
SHORTEST_DAYS = 42


@dataclass(frozen=True, slots=True)
class Step:
    """A line between two answers; `gap`: at least one form between them was not answered."""

    x1: float
    y1: float
    x2: float
    y2: float
    gap: bool


@dataclass(frozen=True, slots=True)
class Band:
    """Where scores count as about the same as before the operation; `middle` is the score from then."""

    y: float
    height: float
    middle: float


@dataclass(frozen=True, slots=True)
class OwnDrawing:
    """The picture: upwards is always the higher score, and `up_is_better` says which way is the good one.

    `operation` is the place of the day of the operation, None when it is not on the picture.
    """

    points: tuple[tuple[float, float], ...]
    steps: tuple[Step, ...]
    band: Band | None
    operation: float | None
    first_on: date
    last_on: date
    up_is_better: bool
    width: int = WIDTH
    height: int = HEIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def own_drawing(trajectory: Trajectory, *, surgery_on: date | None, mirrored: bool) -> OwnDrawing | None:
    """Place the scores at their true days; None without any. `mirrored`: time runs from right to left."""
    scored = [(point.point.answered_on, point.point.value) for point in trajectory.points]
    known = [(day, value) for day, value in scored if value is not None]
    if not known:
        return None
    first, last = known[0][0], known[-1][0]
    days = max((last - first).days, SHORTEST_DAYS)

    def across(day: date) -> float:
        share = (day - first).days / days
        place = LEFT + share * (WIDTH - LEFT - RIGHT)
        return round(WIDTH - place if mirrored else place, 1)

    def up(value: float) -> float:
        scale = trajectory.scale
        share = (value - scale.minimum) / (scale.maximum - scale.minimum)
        return round(HEIGHT - BOTTOM - min(max(share, 0), 1) * (HEIGHT - TOP - BOTTOM), 1)

    places = [(across(day), up(value)) for day, value in known]
    return OwnDrawing(
        points=tuple(places),
        steps=tuple(
            Step(*places[n], *places[n + 1], gap=_missed_between(trajectory, known[n][0], known[n + 1][0]))
            for n in range(len(places) - 1)
        ),
        band=_band(trajectory, up),
        operation=across(surgery_on) if surgery_on is not None and first <= surgery_on <= last else None,
        first_on=first,
        last_on=last,
        up_is_better=trajectory.scale.direction is Direction.BETTER,
    )


def _missed_between(trajectory: Trajectory, earlier: date, later: date) -> bool:
    return any(earlier < visit.due_on < later for visit in trajectory.missed)


def _band(trajectory: Trajectory, up: Up) -> Band | None:
    middle, mid = trajectory.baseline_value, trajectory.scale.mid
    if middle is None or mid is None:
        return None
    better_up = trajectory.scale.direction is Direction.BETTER
    above, below = (mid.improvement, mid.deterioration) if better_up else (mid.deterioration, mid.improvement)
    highest, lowest = up(middle + above), up(middle - below)
    return Band(y=highest, height=round(lowest - highest, 1), middle=up(middle))
