"""The place of a page survives its way through an address; a forged one starts at the top."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from lrrc_qol.persistence.queries.worklist_rows import ALERT_RANKS, RANKS, Cursor, WorkKind, parse_cursor


@pytest.mark.parametrize(
    "cursor",
    [
        Cursor(ALERT_RANKS["red"], datetime(2026, 3, 2, 12, 0, 5, 7, tzinfo=UTC), "a-b_c"),
        Cursor(RANKS[WorkKind.TASK], datetime(2026, 3, 2, tzinfo=UTC), "-x"),
        Cursor(RANKS[WorkKind.DUE], date(2026, 3, 2), "_x"),
    ],
)
def test_a_place_comes_back_as_it_was(cursor: Cursor) -> None:
    assert parse_cursor(str(cursor)) == cursor


@pytest.mark.parametrize(
    "text",
    ["", "10", "x~2026-03-02~a", "10~2026-03-02T12:00:00~naive", "80~2026-03-02T12:00~a", "10~never~a", "1~2~3~4"],
)
def test_a_forged_place_is_ignored(text: str) -> None:
    assert parse_cursor(text) is None


def test_no_two_kinds_share_a_rank() -> None:
    ranks = [*ALERT_RANKS.values(), *RANKS.values()]
    assert len(set(ranks)) == len(ranks)
    assert ALERT_RANKS["amber"] < RANKS[WorkKind.CALL_REQUEST] < RANKS[WorkKind.NO_BASELINE] < ALERT_RANKS["yellow"]
