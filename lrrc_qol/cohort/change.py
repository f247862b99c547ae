"""Change from each patient's own baseline: paired, never the difference of two unpaired means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from lrrc_qol.cohort.quantiles import t_quantile


@dataclass(frozen=True, slots=True)
class PairedChange:
    """Changes of `count` patients. The limits of the mean are Student's, 95 %; none with fewer than two."""

    count: int
    mean: float
    deviation: float | None
    low: float | None
    high: float | None
    median: float
    lower_quartile: float
    upper_quartile: float


@dataclass(frozen=True, slots=True)
class Percentiles:
    """The 10th, 25th, 50th, 75th and 90th percentile, linear between neighbouring values."""

    p10: float
    p25: float
    p50: float
    p75: float
    p90: float


def paired_change(changes: Sequence[float]) -> PairedChange | None:
    """Describe changes from baseline; None when there is none."""
    if not changes:
        return None
    values = np.asarray(changes, dtype=float)
    count, mean = len(values), float(values.mean())
    deviation = float(values.std(ddof=1)) if count > 1 else None
    half = None if deviation is None else t_quantile(0.975, count - 1) * deviation / sqrt(count)
    lower, middle, upper = (float(one) for one in np.percentile(values, (25, 50, 75)))
    return PairedChange(
        count=count,
        mean=mean,
        deviation=deviation,
        low=None if half is None else mean - half,
        high=None if half is None else mean + half,
        median=middle,
        lower_quartile=lower,
        upper_quartile=upper,
    )


def percentiles(changes: Sequence[float]) -> Percentiles | None:
    """Where patients lie among others; None when there is none."""
    if not changes:
        return None
    return Percentiles(*(float(one) for one in np.percentile(np.asarray(changes, dtype=float), (10, 25, 50, 75, 90))))
