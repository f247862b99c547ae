"""A picture of twenty or a hundred people, one mark for each, drawn by the template as SVG: no script, no library.

What a mark means is told by its form, so that it can be read in print without colours too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

SIZE = 30
"""The side of the square that one mark has to itself."""
A_ROW = 10


@dataclass(frozen=True, slots=True)
class Mark:
    """One person: what became of them, and the middle of the mark."""

    part: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class IconArray:
    """All marks in rows of ten, like ones side by side."""

    marks: tuple[Mark, ...]
    width: int
    height: int


def icon_array(people: Mapping[str, int], order: Sequence[str], *, mirrored: bool) -> IconArray:
    """Place the people part by part in `order`; `mirrored`: rows run from right to left."""
    parts = [part for part in order for _ in range(people.get(part, 0))]
    rows = -(-len(parts) // A_ROW)
    return IconArray(tuple(_marks(parts, mirrored=mirrored)), A_ROW * SIZE, rows * SIZE)


def _marks(parts: Sequence[str], *, mirrored: bool) -> Iterator[Mark]:
    for place, part in enumerate(parts):
        row, column = divmod(place, A_ROW)
        across = A_ROW - 1 - column if mirrored else column
        yield Mark(part, across * SIZE + SIZE // 2, row * SIZE + SIZE // 2)
