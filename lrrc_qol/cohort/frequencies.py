"""Natural frequencies: so many of 20 or of 100 people, which always add up to all of them."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor, sqrt

from lrrc_qol.cohort.quantiles import Z95


def natural_frequencies(counts: Mapping[str, int], of: int) -> dict[str, int]:
    """Share `of` people out in proportion to `counts` by the largest remainders, so that the sum is exactly `of`.

    Every part is less than one person from its exact share. Of equal remainders the part named first gets the person.
    ValueError when nobody was counted.
    """
    total = sum(counts.values())
    if total <= 0:
        raise ValueError("nobody was counted")
    shared = {part: count * of // total for part, count in counts.items()}
    left = of - sum(shared.values())
    by_remainder = sorted(counts, key=lambda part: -(counts[part] * of % total))  # a stable order keeps the first first
    return shared | {part: shared[part] + 1 for part in by_remainder[:left]}


def share_between(count: int, total: int) -> tuple[float, float]:
    """The limits of 95 % of a share (Wilson 1927): they hold for small groups too and never leave 0 to 1."""
    share, square = count / total, Z95**2
    middle = (share + square / (2 * total)) / (1 + square / total)
    half = Z95 / (1 + square / total) * sqrt(share * (1 - share) / total + square / (4 * total**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def people_between(count: int, total: int, of: int) -> tuple[int, int]:
    """The same limits as whole people of `of`, rounded outwards: words never promise more than the figure."""
    low, high = share_between(count, total)
    return floor(low * of + 1e-9), ceil(high * of - 1e-9)
