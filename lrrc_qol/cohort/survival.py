"""Time to an event: Kaplan-Meier for one ending, Aalen-Johansen where death competes. Ties are ties, never moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
import numpy.typing as npt

from lrrc_qol.cohort.quantiles import Z95

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Step:
    """What is known at one time at which something happened.

    `at_risk` were under observation just before it; `events` of the first kind, `others` of the competing kind and
    `censored` fell on it. Who is censored at a time was still at risk at it. `value` lies between `low` and `high`
    with 95 %; `other_value` is the incidence of the competing kind.
    """

    day: int
    at_risk: int
    events: int
    others: int
    censored: int
    value: float
    low: float
    high: float
    other_value: float = 0.0


@dataclass(slots=True)
class _VarianceSums:
    """The sums over time from which the variance of an incidence follows at any time without going back.

    With I the incidence now, the variance is the sum over times of (I - I_t)^2 d/(n(n-d)) + S^2 e(n-e)/n^3
    - 2 (I - I_t) S e/n^2, where d counts both kinds and e the one in question; the square is multiplied out.
    """

    plain: float = 0.0
    once: float = 0.0
    twice: float = 0.0
    own: float = 0.0
    cross: float = 0.0
    cross_once: float = 0.0

    def add(self, incidence: float, survival: float, at_risk: int, events: int, all_events: int) -> None:
        if at_risk > all_events:
            weight = all_events / (at_risk * (at_risk - all_events))
            self.plain += weight
            self.once += weight * incidence
            self.twice += weight * incidence**2
        self.own += survival**2 * events * (at_risk - events) / at_risk**3
        self.cross += survival * events / at_risk**2
        self.cross_once += survival * events / at_risk**2 * incidence

    def variance(self, incidence: float) -> float:
        squares = incidence**2 * self.plain - 2 * incidence * self.once + self.twice
        return squares + self.own - 2 * (incidence * self.cross - self.cross_once)


def kaplan_meier(days: Sequence[int], happened: Sequence[bool]) -> tuple[Step, ...]:
    """The share without the event after each time; limits on the log-log scale (Kalbfleisch and Prentice 1980)."""
    survival, spread = 1.0, 0.0
    steps: list[Step] = []
    for day, at_risk, (events, censored) in _table(days, np.where(np.asarray(happened, dtype=bool), 1, 0), kinds=1):
        if events:
            survival *= 1 - events / at_risk
            spread += events / (at_risk * (at_risk - events)) if at_risk > events else 0.0
        low, high = _log_log(survival, spread)
        steps.append(Step(day, at_risk, events, 0, censored, survival, low, high))
    return tuple(steps)


def aalen_johansen(days: Sequence[int], kinds: Sequence[int]) -> tuple[Step, ...]:
    """The share that had the event of kind 1 by each time, where kind 2 competes and 0 is censored.

    Variance by the delta method (Marubini and Valsecchi 1995); limits on the log-log scale.
    """
    survival, incidence, other = 1.0, 0.0, 0.0
    sums = _VarianceSums()
    steps: list[Step] = []
    for day, at_risk, (events, others, censored) in _table(days, np.asarray(kinds, dtype=np.int64), kinds=2):
        incidence += survival * events / at_risk
        other += survival * others / at_risk
        sums.add(incidence, survival, at_risk, events, events + others)
        survival *= 1 - (events + others) / at_risk
        low, high = _incidence_limits(incidence, sums.variance(incidence))
        steps.append(Step(day, at_risk, events, others, censored, incidence, low, high, other))
    return tuple(steps)


def at_days(steps: Sequence[Step], days: Sequence[int], *, start: float) -> tuple[Step, ...]:
    """What is known at given days: the last step up to each, with who is still at risk just after it."""
    found: list[Step] = []
    for day in days:
        before = [step for step in steps if step.day <= day]
        last = before[-1] if before else Step(day, 0, 0, 0, 0, start, start, start)
        first_at_risk = steps[0].at_risk if steps else 0
        gone = sum(step.events + step.others + step.censored for step in before)
        found.append(
            Step(
                day=day,
                at_risk=first_at_risk - gone,
                events=sum(step.events for step in before),
                others=sum(step.others for step in before),
                censored=sum(step.censored for step in before),
                value=last.value,
                low=last.low,
                high=last.high,
                other_value=last.other_value,
            )
        )
    return tuple(found)


def _table(days: Sequence[int], endings: Ints, *, kinds: int) -> list[tuple[int, int, tuple[int, ...]]]:
    """By each distinct time: how many are at risk, and how many end with kind 1, 2 ... and last with none (0)."""
    times, place = np.unique(np.asarray(days, dtype=np.int64), return_inverse=True)
    counts = [np.bincount(place[endings == kind], minlength=len(times)) for kind in (*range(1, kinds + 1), 0)]
    leaving = np.sum(counts, axis=0)
    at_risk = len(endings) - np.concatenate([[0], np.cumsum(leaving)[:-1]]) if len(times) else leaving
    return [
        (int(time), int(at_risk[row]), tuple(int(count[row]) for count in counts)) for row, time in enumerate(times)
    ]


def _log_log(survival: float, spread: float) -> tuple[float, float]:
    if survival <= 0 or survival >= 1 or spread <= 0:
        return survival, survival
    width = Z95 * sqrt(spread) / log(survival)
    first, second = survival ** exp(width), survival ** exp(-width)
    return min(first, second), max(first, second)


def _incidence_limits(incidence: float, variance: float) -> tuple[float, float]:
    if incidence <= 0 or incidence >= 1 or variance <= 0:
        return incidence, incidence
    width = Z95 * sqrt(variance) / ((1 - incidence) * log(1 - incidence))
    first, second = 1 - (1 - incidence) ** exp(width), 1 - (1 - incidence) ** exp(-width)
    return min(first, second), max(first, second)
