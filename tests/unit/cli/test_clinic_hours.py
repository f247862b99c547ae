"""Clinic hours as an operator types them."""

from __future__ import annotations

import click
import pytest

from lrrc_qol.cli.accounts import parse_hours


def test_days_and_ranges_of_days_are_read() -> None:
    hours = parse_hours(["mon-wed=08:00-16:00", "FRI=09:30-12:00"])
    assert hours == {
        "mon": ("08:00", "16:00"),
        "tue": ("08:00", "16:00"),
        "wed": ("08:00", "16:00"),
        "fri": ("09:30", "12:00"),
    }


@pytest.mark.parametrize(
    "text", ["", "mon", "monday=08:00-16:00", "mon=8-16", "mon=16:00-08:00", "mon=08:00-24:30", "fri-mon=08:00-16:00"]
)
def test_what_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(click.ClickException, match="mon-fri=08:00-16:00"):
        parse_hours([text])
