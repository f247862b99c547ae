"""Exported text is inert in a spreadsheet and comes back byte for byte; numbers stay numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrrc_qol.interchange.csv_cells import MARKED, cell, inert, original


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1", "'=1", "\n=1"])
def test_text_that_could_run_is_marked(text: str) -> None:
    assert cell(text) == "'" + text


@given(st.text())
def test_marking_can_be_undone(text: str) -> None:
    assert original(inert(text)) == text
    assert not inert(text).startswith(MARKED[:-1])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (-3, "-3"),
        (-0.5, "-0.5"),
        (100 / 3, "33.333333333333336"),
        (date(2026, 3, 2), "2026-03-02"),
        (datetime(2026, 3, 2, 12, tzinfo=UTC), "2026-03-02T12:00:00+00:00"),
    ],
)
def test_other_values_are_typed(value: object, text: str) -> None:
    assert cell(value) == text
