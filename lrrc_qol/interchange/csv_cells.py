"""Cells of exported tables: typed, inert in a spreadsheet, and reversible."""

from __future__ import annotations

from datetime import date, datetime

# A spreadsheet runs a text that begins with one of these; the apostrophe itself is marked so that it can be undone.
MARKED = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "'")
MARK = "'"


class Constant(str):
    """A text of the program itself that another system must find as it is, so that it gets no mark."""

    __slots__ = ()


def cell(value: object) -> str:
    """A value as a CSV cell: numbers plain, instants in ISO 8601 with offset, none empty, text made inert."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Constant) else inert(str(value))


def inert(text: str) -> str:
    """A text that no spreadsheet runs: an apostrophe in front when it begins with a sign that could."""
    return MARK + text if text.startswith(MARKED) else text


def original(text: str) -> str:
    """Undo `inert`: take one leading apostrophe away."""
    return text.removeprefix(MARK)
