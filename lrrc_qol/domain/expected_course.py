"""Where a patient lies among those of the centre: centiles of change from baseline by day, like a growth chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from enum import StrEnum
from itertools import pairwise

from lrrc_qol.domain.instrument import Direction
from lrrc_qol.domain.recovery import Trajectory, TrajectoryPoint

_ROUNDING = 1e-9  # scores are thirds and ninths of 100
FORMS_IN_A_ROW = 2


@dataclass(frozen=True, slots=True)
class Centiles:
    """The 10th, 25th, 50th, 75th and 90th centile of change from baseline, in score points of the scale's direction."""

    p10: float
    p25: float
    p50: float
    p75: float
    p90: float


@dataclass(frozen=True, slots=True)
class CourseWindow:
    """The forms of some days since the operation, each patient once.

    `day` is the mean day of these forms, where the centiles stand; None with the centiles where they are hidden because
    there are too few patients. `patients` is None for a number too small to show.
    """

    first_day: int
    last_day: int
    patients: int | None
    day: float | None
    centiles: Centiles | None


class Side(StrEnum):
    """On which side of the middle eight tenths a patient lies."""

    WORSE = "worse"
    BETTER = "better"


@dataclass(frozen=True, slots=True)
class Placed:
    """One form outside the band: its visit, its day since the operation, its change, and the centile it is beyond."""

    visit_key: str
    day: int
    change: float
    limit: float


@dataclass(frozen=True, slots=True)
class OffTrack:
    """The two newest forms lie outside the 10th to 90th centile on the same side."""

    side: Side
    forms: tuple[Placed, ...]


def centiles_on(windows: Sequence[CourseWindow], day: int) -> Centiles | None:
    """The centiles of a day since the operation; None where there are none to compare with.

    Between two neighbouring windows they lie on the straight line between them; towards an end, or a window that is
    hidden, those of the day's own window stand.
    """
    for before, after in pairwise(windows):
        if before.day is None or after.day is None or not before.day <= day <= after.day:
            continue
        if before.centiles is not None and after.centiles is not None:
            return _between(before.centiles, after.centiles, (day - before.day) / (after.day - before.day))
    return next((one.centiles for one in windows if one.first_day <= day <= one.last_day), None)


def _between(before: Centiles, after: Centiles, share: float) -> Centiles:
    pairs = zip(astuple(before), astuple(after), strict=True)
    return Centiles(*(one + share * (other - one) for one, other in pairs))


def off_track(trajectory: Trajectory, windows: Sequence[CourseWindow]) -> OffTrack | None:
    """Whether the newest two forms that can be compared both lie outside the band, on the same side.

    A score on the line is inside. A missed visit between the two does not keep them from following each other. None
    with fewer than two such forms, and where one of their days has no centiles.
    """
    compared = [one for one in trajectory.points if one.change is not None and one.day is not None]
    last = compared[-FORMS_IN_A_ROW:]
    if len(last) < FORMS_IN_A_ROW or len({one.point.visit_key for one in last}) < FORMS_IN_A_ROW:
        return None
    placed = [_outside(one, windows) for one in last]
    found = [one for one in placed if one is not None]
    if len(found) < FORMS_IN_A_ROW or len({below for below, _ in found}) > 1:
        return None
    below = found[0][0]
    worse = below is (trajectory.scale.direction is Direction.BETTER)
    return OffTrack(Side.WORSE if worse else Side.BETTER, tuple(form for _, form in found))


def _outside(one: TrajectoryPoint, windows: Sequence[CourseWindow]) -> tuple[bool, Placed] | None:
    """Whether a form lies below the band (or above it), with its figures; None for one inside or without centiles."""
    if one.day is None or one.change is None:
        return None
    centiles = centiles_on(windows, one.day)
    if centiles is None:
        return None
    if one.change < centiles.p10 - _ROUNDING:
        return True, Placed(one.point.visit_key, one.day, one.change, centiles.p10)
    if one.change > centiles.p90 + _ROUNDING:
        return False, Placed(one.point.visit_key, one.day, one.change, centiles.p90)
    return None
