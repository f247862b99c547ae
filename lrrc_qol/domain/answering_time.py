"""How long somebody took to answer a form, read from when each answer was given; breaks do not count.

Nobody notes when a question is shown, so the time of the first question is not known, and neither is what a patient
does between two answers. Each stretch from one answer to the next, and from the last one to sending, is time of
answering, unless it is longer than `LONGEST_STRETCH`: then the patient did something else. Such a break, and the first
question, count as much as the usual stretch of the same form (its median). All figures here are design figures: they
decide what a page says about minutes, nothing clinical.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from statistics import median

LONGEST_STRETCH = 120.0  # seconds
# Quicker than one can read: such answers were typed in or brought in by a program.
SHORTEST_USUAL_STRETCH = 1.0  # seconds
FEWEST_FORMS = 20


def answering_minutes(given: Iterable[datetime], sent: datetime) -> float | None:
    """The minutes that a form took whose answers were given then, and which was sent then.

    None when it cannot be told: fewer than two answers, as many breaks as other stretches, or quicker than one can
    read.
    """
    moments = sorted(moment for moment in given if moment <= sent)
    stretches = [(later - earlier).total_seconds() for earlier, later in pairwise([*moments, sent])]
    counted = [stretch for stretch in stretches if stretch <= LONGEST_STRETCH]
    if len(moments) < 2 or 2 * len(counted) <= len(stretches):
        return None
    usual = median(counted)
    if usual < SHORTEST_USUAL_STRETCH:
        return None
    breaks_and_first = len(stretches) - len(counted) + 1
    return (sum(counted) + breaks_and_first * usual) / 60


def usual_minutes(minutes: Sequence[float]) -> float | None:
    """The median over many forms; None when there are fewer than `FEWEST_FORMS`."""
    return median(minutes) if len(minutes) >= FEWEST_FORMS else None
