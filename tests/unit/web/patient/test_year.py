"""What is sent back as a mistyped year before it counts as a try."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lrrc_qol.web.patient.entrance import year_mistake

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "mistake"),
    [
        ("", "empty"),
        ("57", "not_a_year"),
        ("19577", "not_a_year"),
        ("abcd", "not_a_year"),
        ("1899", "not_a_year"),
        ("2027", "not_a_year"),
        ("١٩٥٧", "not_a_year"),
        ("1900", ""),
        ("1957", ""),
        ("2026", ""),
    ],
)
def test_only_a_possible_year_counts_as_a_try(typed: str, mistake: str) -> None:
    assert year_mistake(typed, NOW) == mistake
