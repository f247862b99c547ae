"""Dates as people type them."""

from __future__ import annotations

from datetime import date

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form

from lrrc_qol.web.fields import CivilDateField, KnownField, known_value, read_day


@pytest.mark.parametrize(
    "typed",
    ["1958-04-02", "1958-4-2", "2/4/1958", "02.04.1958", "2-4-1958", "2 4 1958", "2 April 1958", " 2. apr 1958 "],
)
def test_a_date_may_be_typed_as_people_write_it(typed: str) -> None:
    assert read_day(typed) == date(1958, 4, 2)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("2026-02-31", "There is no 31 February 2026."),
        ("29/2/2026", "There is no 29 February 2026."),
        ("0/2/2026", "There is no 0 February 2026."),
        ("2.13.1958", "There is no month 13."),
        ("1.1.0000", "Check the year."),
        ("2/4/58", "This is not a date."),
        ("2 Smarch 1958", "This is not a date."),
        ("yesterday", "This is not a date."),
    ],
)
def test_what_is_no_date_is_told_in_plain_words(typed: str, message: str) -> None:
    with pytest.raises(ValueError, match="^" + message):
        read_day(typed)


def test_29_february_exists_in_a_leap_year() -> None:
    assert read_day("29/2/2028") == date(2028, 2, 29)


class Dates(Form):
    """One date and one anatomy question."""

    day = CivilDateField("Day")
    stoma = KnownField("Stoma")


def test_what_cannot_be_read_comes_back_as_text_as_it_was_typed() -> None:
    form = Dates(MultiDict({"day": "31 February"}))

    assert not form.validate()
    assert 'type="text"' in form.day()
    assert 'value="31 February"' in form.day()


def test_a_good_date_stays_in_a_native_input() -> None:
    form = Dates(MultiDict({"day": "2/4/1958"}))

    assert form.validate()
    assert 'type="date"' in form.day()
    assert 'value="1958-04-02"' in form.day()


def test_an_empty_date_is_no_date() -> None:
    form = Dates(MultiDict({"day": " "}))

    assert form.validate()
    assert form.day.data is None


@pytest.mark.parametrize("answer", [True, False, None])
def test_not_known_is_an_answer_of_its_own(answer: bool | None) -> None:
    assert Dates(MultiDict({"stoma": known_value(answer)})).stoma.answer is answer
