"""What the address of a page about a patient asks for, read with care: an unusable number counts for nothing."""

from __future__ import annotations

from flask import request

LARGEST_ROW_NUMBER = 2**31 - 1


def row_number(text: str) -> int:
    """A whole number that a row can have; ValueError for any other, which `request.args.get` takes for nothing."""
    number = int(text)
    if not 0 <= number <= LARGEST_ROW_NUMBER:
        raise ValueError("no row has this number")
    return number


def episode_asked() -> int | None:
    """The ordinal in `?episode=`, for the pages that show an earlier operation as well; None for the present one."""
    return request.args.get("episode", type=row_number)
