"""How far the answer depends on the forms that did not come. All gains are turned so that up is better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf

from lrrc_qol.cohort.change import PairedChange, paired_change


@dataclass(frozen=True, slots=True)
class Shifted:
    """The mean gain when those without a form are taken to differ by `delta` from those with one."""

    delta: float
    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Tipping:
    """`missing` of `observed + missing` living patients have no form; `point` is the shift at which the mean gain
    reaches minus the important difference, None when no shift can do it or it is beyond it already."""

    observed: int
    missing: int
    shifts: tuple[Shifted, ...]
    point: float | None


@dataclass(frozen=True, slots=True)
class WorstRank:
    """The quartiles of the gain when the `died` rank below every living patient; None = among the dead."""

    living: int
    died: int
    lower_quartile: float | None
    median: float | None
    upper_quartile: float | None


def tipping_point(gains: Sequence[float], *, missing: int, deterioration: float) -> Tipping | None:
    """Take those without a form as like the others but for a shift, and find the shift that turns the conclusion.

    None without any gain.
    """
    observed = paired_change(gains)
    if observed is None:
        return None
    share = missing / (observed.count + missing)
    shifts = tuple(_shifted(observed, -deterioration * times, share) for times in (0, 0.5, 1, 2))
    reachable = share > 0 and observed.mean > -deterioration
    point = (-deterioration - observed.mean) / share if reachable else None
    return Tipping(observed.count, missing, shifts, point)


def worst_rank(gains: Sequence[float], *, died: int) -> WorstRank | None:
    """Rank the dead below all living; the quartiles are values that were observed. None without anybody."""
    ranked = [-inf] * died + sorted(gains)
    if not ranked:
        return None
    lower, median, upper = (ranked[max(0, ceil(len(ranked) * share) - 1)] for share in (0.25, 0.5, 0.75))
    return WorstRank(len(gains), died, _finite(lower), _finite(median), _finite(upper))


def _shifted(observed: PairedChange, delta: float, share: float) -> Shifted:
    move = share * delta
    low, high = (None if one is None else one + move for one in (observed.low, observed.high))
    return Shifted(delta, observed.mean + move, low, high)


def _finite(value: float) -> float | None:
    return None if value == -inf else value
