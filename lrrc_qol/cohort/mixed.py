"""A linear mixed model with one random intercept per patient, by restricted maximum likelihood.

With one random intercept the likelihood depends on a single unknown, the ratio of the two variances; everything else
follows in closed form from sums per patient. So no large matrix is ever made and ten thousand patients take a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt

import numpy as np
import numpy.typing as npt

from lrrc_qol.cohort.quantiles import Z95

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_LOWEST, _HIGHEST = -12.0, 9.0  # of the logarithm of the ratio of variances
_GOLDEN = (sqrt(5) - 1) / 2
_TOLERANCE = 1e-5


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its limits of 95 % by the normal distribution."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class MixedFit:
    """The fixed effects with their covariance, and both variances; `why` says what kept the fit from converging."""

    converged: bool
    why: str
    effects: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    between: float
    within: float
    patients: int
    rows: int

    def combine(self, weights: Floats) -> Estimate:
        """A sum of effects, each with its weight."""
        value = float(weights @ np.asarray(self.effects))
        half = Z95 * sqrt(max(0.0, float(weights @ np.asarray(self.covariance) @ weights)))
        return Estimate(value, value - half, value + half)


def fit_random_intercept(design: Floats, outcome: Floats, patients: Ints) -> MixedFit:
    """Fit `outcome` on the columns of `design`, rows of the same number in `patients` belonging together."""
    order = np.argsort(patients, kind="stable")
    design, outcome, patients = design[order], outcome[order], patients[order]
    starts = np.flatnonzero(np.r_[True, patients[1:] != patients[:-1]]) if len(patients) else np.array([], dtype=int)
    rows, columns = design.shape
    fault = _fault(design, rows, columns, len(starts))
    if fault:
        return MixedFit(False, fault, (), (), 0.0, 0.0, len(starts), rows)
    sums = _Sums(design, outcome, starts)
    at, edge = _search(sums)
    effects, inverse, within, _ = sums.solve(at)
    between = within * np.exp(at)
    why = "the search for the variance between patients ended at its upper edge" if edge else ""
    return MixedFit(
        converged=not edge,
        why=why,
        effects=tuple(float(one) for one in effects),
        covariance=tuple(tuple(float(one) for one in row) for row in inverse * within),
        between=float(between),
        within=float(within),
        patients=len(starts),
        rows=rows,
    )


def spline_basis(days: Floats, knots: Floats) -> Floats:
    """A restricted cubic spline (Harrell 2015): a line and, for k knots, k - 2 bends; straight beyond the outer knots.

    Days and knots are divided by the distance of the outer knots, so that all columns have a like size.
    """
    span = knots[-1] - knots[0]
    x, k = days / span, knots / span

    def cubed(values: Floats) -> Floats:
        return np.maximum(values, 0.0) ** 3

    last, before = k[-1], k[-2]
    bends = [
        cubed(x - knot)
        - cubed(x - before) * (last - knot) / (last - before)
        + cubed(x - last) * (before - knot) / (last - before)
        for knot in k[:-2]
    ]
    return np.column_stack([x, *bends])


class _Sums:
    """Sums over all rows and per patient, from which the likelihood follows for every ratio of variances."""

    def __init__(self, design: Floats, outcome: Floats, starts: Ints) -> None:
        both = np.column_stack([design, outcome])
        self.rows, self.columns = design.shape
        self.total = both.T @ both
        self.by_patient = np.add.reduceat(both, starts, axis=0)
        self.sizes = np.diff(np.r_[starts, self.rows]).astype(float)

    def deviance(self, log_ratio: float) -> float:
        """Minus twice the restricted likelihood, but for a constant."""
        return self.solve(log_ratio)[3]

    def solve(self, log_ratio: float) -> tuple[Floats, Floats, float, float]:
        """Effects, inverse of their information, the variance within, and the deviance."""
        ratio = np.exp(log_ratio)
        weights = ratio / (1 + ratio * self.sizes)
        reduced = self.total - (self.by_patient * weights[:, None]).T @ self.by_patient
        information, right, square = reduced[:-1, :-1], reduced[:-1, -1], reduced[-1, -1]
        inverse = np.linalg.inv(information)
        effects = inverse @ right
        freedom = self.rows - self.columns
        within = max(float(square - right @ effects), 1e-300) / freedom
        _, size = np.linalg.slogdet(information)
        deviance = freedom * log(within) + float(np.log1p(ratio * self.sizes).sum()) + float(size)
        return effects, inverse, within, deviance


def _fault(design: Floats, rows: int, columns: int, patients: int) -> str:
    if patients < 2 or rows <= columns + 1:
        return "too few forms"
    if rows == patients:
        return "nobody has two forms, so the two variances cannot be told apart"
    if np.linalg.matrix_rank(design.T @ design, hermitian=True) < columns:
        return "the effects cannot be told apart"
    return ""


def _search(sums: _Sums) -> tuple[float, bool]:
    """The ratio of variances with the highest likelihood: a coarse grid, then golden sections; whether it is an edge.

    At the lower edge there is no variance between patients, which is a proper answer.
    """
    grid = np.linspace(_LOWEST, _HIGHEST, 15)
    best = int(np.argmin([sums.deviance(float(one)) for one in grid]))
    low, high = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, len(grid) - 1)])
    first, second = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_first, at_second = sums.deviance(first), sums.deviance(second)
    while high - low > _TOLERANCE:
        if at_first < at_second:
            high, second, at_second = second, first, at_first
            first = high - _GOLDEN * (high - low)
            at_first = sums.deviance(first)
        else:
            low, first, at_first = first, second, at_second
            second = low + _GOLDEN * (high - low)
            at_second = sums.deviance(second)
    at = (low + high) / 2
    return at, at > _HIGHEST - 1e-3
