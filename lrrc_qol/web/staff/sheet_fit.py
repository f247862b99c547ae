"""How much of each list has room on the one page: heights are estimated in printed lines, before anything is drawn.

The page and the file share one cut, so neither can measure for the other. The estimate is on the safe side, and the
tests print the fullest sheet both ways.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from lrrc_qol.web.staff.sheet_text import printed_width

# Lines of 8 points on A4, what stands on every sheet (heads, curves, key, footer, gaps) taken off. Design figures.
PAGE = 44.0
# Never more than this, and never less, however little room there is.
MOST = {"scales": 10, "events": 16, "alerts": 6, "complications": 5, "topics": 8, "contacts": 6}
LEAST = {"scales": 5, "events": 4, "alerts": 3, "complications": 2, "topics": 3, "contacts": 1}
# What is cut first. Each is on a page of its own as a whole.
GIVES_WAY = ("contacts", "events", "topics", "complications", "scales", "alerts")
LEFT, RIGHT = ("alerts", "complications"), ("topics", "contacts")


@dataclass(frozen=True, slots=True)
class Heights:
    """Lines that each entry takes, by list; `above` those of the head, `said` those of the patient's own words."""

    above: float
    said: float
    lists: Mapping[str, Sequence[float]]


def taken(text: str, letters: int) -> int:
    """Lines that a text takes where so many letters have room in one."""
    return ceil(printed_width(text) / letters)


def room_for(heights: Heights) -> dict[str, int]:
    """How many entries of each list are shown."""
    shown = {kind: min(most, len(heights.lists[kind])) for kind, most in MOST.items()}
    while _height(heights, shown) > PAGE:
        left, right = _columns(heights, shown)
        in_vain = RIGHT if left > right else LEFT if right > left else ()
        kind = next((one for one in GIVES_WAY if one not in in_vain and shown[one] > LEAST[one]), None)
        if kind is None:
            break
        shown[kind] -= 1
    return shown


def _columns(heights: Heights, shown: Mapping[str, int]) -> tuple[float, float]:
    """Lines of the two columns at the foot."""
    left, right = (sum(_list(heights, kind, shown[kind]) for kind in side) for side in (LEFT, RIGHT))
    return left, right + heights.said


def _height(heights: Heights, shown: Mapping[str, int]) -> float:
    """Lists one below the other, and at the foot two columns side by side."""
    lists = sum(_list(heights, kind, shown[kind]) for kind in ("scales", "events"))
    return heights.above + lists + max(_columns(heights, shown))


def _list(heights: Heights, kind: str, shown: int) -> float:
    """Lines of one list; a cut one has a line that says so."""
    lines = heights.lists[kind]
    return sum(lines[:shown]) + (shown < len(lines))
