"""Text on paper is cut by its width, and says so; what is left out is counted."""

from __future__ import annotations

import pytest

from lrrc_qol.web.staff.sheet_text import cut_list, cut_words, written


@pytest.mark.parametrize(
    ("text", "room", "shown"),
    [
        ("short", 5, "short"),
        ("a little longer", 9, "a little…"),
        ("two\nlines  here", 20, "two lines here"),
        ("王小明王小明", 7, "王小明…"),
        ("WWWWWWWWWW", 8, "WWWWW…"),
        ("", 4, ""),
    ],
)
def test_text_is_cut_by_how_wide_it_is(text: str, room: int, shown: str) -> None:
    assert cut_words(text, room) == shown


def test_a_list_that_fits_says_nothing() -> None:
    assert (cut_list("abc", 3, what="line", where="there").more) == ""


@pytest.mark.parametrize(
    ("count", "at_least", "more"),
    [
        (3, False, "and 1 more line there"),
        (9, False, "and 7 more lines there"),
        (9, True, "and at least 7 more lines there"),
    ],
)
def test_what_is_left_out_is_counted(count: int, at_least: bool, more: str) -> None:
    cut = cut_list(list(range(count)), 2, what="line", where="there", at_least=at_least)

    assert (cut.lines, cut.more) == ((0, 1), more)


@pytest.mark.parametrize(("text", "rtl"), [("Pain", False), ("1. ألم", True), ("שלום", True), ("…", False)])
def test_the_direction_is_that_of_the_first_letter(text: str, rtl: bool) -> None:
    assert written(text, 40).rtl is rtl
