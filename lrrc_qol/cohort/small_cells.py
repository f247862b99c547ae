"""Small numbers are hidden before anything is stored, also where they would follow from the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from lrrc_qol.domain.recovery_states import Ending

SMALLEST_CELL = 5
SMALLEST_CURVE = 20
"""Below this many patients no curve, no spread and no model is given (evidence sheet 3.2 and 3.3)."""


def is_small(count: int) -> bool:
    """Whether a count is from one to four."""
    return 0 < count < SMALLEST_CELL


def hidden_parts(rows: Sequence[Mapping[str, int]]) -> frozenset[str]:
    """Which parts to hide in every one of these rows, whose parts add up to known totals.

    A part that is small in one row is hidden in all, because the same part of all patients together may be known; and
    a part alone would follow from the total, so that a second one goes with it.
    """
    hidden = {part for row in rows for part, count in row.items() if is_small(count)}
    sums = {part: sum(row.get(part, 0) for row in rows) for row in rows for part in row if part not in hidden}
    if len(hidden) == 1 and sums:
        some = {part: total for part, total in sums.items() if total} or sums
        hidden.add(min(some, key=lambda part: (some[part], part)))
    return frozenset(hidden)


def hidden_levels(sizes: Mapping[str, int]) -> frozenset[str]:
    """Which levels of a stratum to hide: the small ones, and where only one is, the next smallest with it."""
    hidden = {level for level, size in sizes.items() if is_small(size)}
    left = {level: size for level, size in sizes.items() if level not in hidden and size > 0}
    if len(hidden) == 1 and left:
        hidden.add(min(left, key=lambda level: (left[level], level)))
    return frozenset(hidden)


def may_tell_times(endings: Sequence[str]) -> bool:
    """Whether the single times of a group may be given out: it is large, and nothing that counts happened to a few."""
    told = Counter(endings)
    return len(endings) >= SMALLEST_CURVE and not any(is_small(told[kind]) for kind in (Ending.EVENT, Ending.DIED))
