"""Spans and clocks of the worklist in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from lrrc_qol.domain.alerts import AlertState, AlertStepKind
from lrrc_qol.services.handle_alert import ACTIONS as ACTION_CODES
from lrrc_qol.web.staff.work_words import ACTIONS, STATES, STEPS, clock_words, due_words, span_words, task_words

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=-5), "0 min"),
        (timedelta(seconds=59), "0 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=47), "47 h"),
        (timedelta(days=2), "2 days"),
    ],
)
def test_a_span_is_told_in_its_largest_useful_unit(span: timedelta, words: str) -> None:
    assert span_words(span) == words


def test_the_clock_says_how_long_is_left_and_when_it_has_run_out() -> None:
    assert clock_words(NOW + timedelta(minutes=30), NOW, "Europe/London") == ("Call within 30 min", False)
    assert clock_words(NOW - timedelta(hours=3), NOW, "Europe/London") == ("3 h over target", True)
    assert clock_words(None, NOW, "Europe/London") == ("At the next contact", False)


def test_a_target_beyond_the_night_is_a_day_and_a_time() -> None:
    target = datetime(2026, 7, 6, 8, 0, tzinfo=UTC)
    assert clock_words(target, target - timedelta(hours=47), "Europe/London") == ("Call by Mon 09:00", False)


@pytest.mark.parametrize(
    ("due_on", "words"),
    [
        (date(2026, 3, 2), "due today"),
        (date(2026, 3, 1), "1 day late"),
        (date(2026, 2, 20), "10 days late"),
        (date(2026, 3, 3), "due in 1 day"),
        (date(2026, 3, 9), "due in 7 days"),
    ],
)
def test_a_due_day_is_told_from_today(due_on: date, words: str) -> None:
    assert due_words(due_on, date(2026, 3, 2)) == words


def test_every_state_step_and_action_has_words() -> None:
    assert set(STATES) == set(AlertState)
    assert set(STEPS) == set(AlertStepKind)
    assert set(ACTIONS) == set(ACTION_CODES)
    assert task_words("a_new_kind") == "A new kind"
