"""What is sent back as a mistyped year before it counts as a try."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lrrc_qol.web.patient.entrance import EMPTY_YEAR, NOT_A_YEAR, year_mistake

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "mistake"),
    [
        ("", EMPTY_YEAR),
        ("57", NOT_A_YEAR),
        ("19577", NOT_A_YEAR),
        ("abcd", NOT_A_YEAR),
        ("1899", NOT_A_YEAR),
        ("2027", NOT_A_YEAR),
        ("١٩٥٧", NOT_A_YEAR),
        ("1900", ""),
        ("1957", ""),
        ("2026", ""),
    ],
)
def test_only_a_possible_year_counts_as_a_try(typed: str, mistake: str) -> None:
    assert year_mistake(typed, NOW) == mistake
