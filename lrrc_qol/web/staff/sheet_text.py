"""Text that has to fit on paper: cut by how wide it is printed, and said that it was cut."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Line = TypeVar("Line")

ELLIPSIS = "…"
WIDE = frozenset("WF")  # East Asian letters take the room of two
CAPITAL = 1.3
RIGHT_TO_LEFT = frozenset({"R", "AL"})


@dataclass(frozen=True, slots=True)
class Written:
    """Words that a person typed; `rtl` when they begin in a script that is written from right to left."""

    words: str
    rtl: bool


@dataclass(frozen=True, slots=True)
class Cut(Generic[Line]):
    """The first lines of a list; `more` says how many follow elsewhere, and is empty when these are all."""

    lines: tuple[Line, ...]
    more: str


def cut_words(text: str, room: int) -> str:
    """The text in one line of at most `room` letters' width, with an ellipsis where something was left out."""
    line = " ".join(text.split())
    if printed_width(line) <= room:
        return line
    used = 0.0
    for place, letter in enumerate(line):
        used += printed_width(letter)
        if used > room - 1:
            return line[:place].rstrip() + ELLIPSIS
    return line


def cut_list(lines: Sequence[Line], most: int, *, what: str, where: str, at_least: bool = False) -> Cut[Line]:
    """The first `most` lines, and how many more of `what` stand `where`; `at_least` for a list that was cut before."""
    left = len(lines) - most
    if left <= 0:
        return Cut(tuple(lines), "")
    return Cut(
        tuple(lines[:most]),
        f"and {'at least ' if at_least else ''}{left} more {what}{'' if left == 1 else 's'} {where}",
    )


def written(text: str, room: int) -> Written:
    """What a person typed, cut to its room, with its direction."""
    first = next((way for way in map(unicodedata.bidirectional, text) if way in {"L", *RIGHT_TO_LEFT}), "L")
    return Written(cut_words(text, room), first in RIGHT_TO_LEFT)


def printed_width(text: str) -> float:
    """How wide a text is printed, in small letters: capital ones are wider, those of East Asia twice as wide."""
    return sum(2 if unicodedata.east_asian_width(one) in WIDE else CAPITAL if one.isupper() else 1 for one in text)
