"""Numbers, hours and days as patients read them."""

from __future__ import annotations

from datetime import date

import pytest

from lrrc_qol.web.patient.plain_words import clinic_hours_words, day_words, telephone_uri


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("999", "tel:999"),
        ("020 7946 0111", "tel:02079460111"),
        ("+44 (0)20 7946 0111", "tel:+442079460111"),
        ("+31 88-123.45.67", "tel:+31881234567"),
        ("(020) 7946 0111", "tel:02079460111"),
    ],
)
def test_a_number_is_dialled_without_what_only_people_read(written: str, dialled: str) -> None:
    assert telephone_uri(written) == dialled


def test_days_with_the_same_hours_are_joined() -> None:
    hours = {day: ["08:00", "16:00"] for day in ("mon", "tue", "wed", "thu", "fri")} | {"sat": ["09:00", "12:00"]}
    assert clinic_hours_words(hours) == "Monday to Friday, 08:00 to 16:00; Saturday, 09:00 to 12:00"


def test_a_closed_day_in_between_splits_the_run() -> None:
    hours = {day: ["08:00", "16:00"] for day in ("mon", "tue", "thu")}
    assert clinic_hours_words(hours) == "Monday and Tuesday, 08:00 to 16:00; Thursday, 08:00 to 16:00"


def test_no_hours_are_no_words() -> None:
    assert clinic_hours_words({}) == ""


def test_a_day_has_its_weekday() -> None:
    assert day_words(date(2028, 2, 29)) == "Tuesday 29 February"
