"""How long a form took by when its answers were given: breaks, the first question and impossible speeds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest

from lrrc_qol.domain.answering_time import FEWEST_FORMS, LONGEST_STRETCH, answering_minutes, usual_minutes

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NIGHT = 9 * 3600


def minutes(*stretches: float) -> float | None:
    """The time of a form with these seconds between one answer and the next, the last of them until it was sent."""
    *given, sent = (START + timedelta(seconds=seconds) for seconds in accumulate((0, *stretches)))
    return answering_minutes(given, sent)


@pytest.mark.parametrize(
    ("stretches", "seconds"),
    [
        ((10, 10, 10), 40),  # three stretches, and the first question as one more
        ((10, 20, 60), 110),
        ((10, 10, LONGEST_STRETCH), 150),
        ((10, 10, LONGEST_STRETCH + 1), 40),  # a break before sending counts like any other question
        ((10, NIGHT, 10, 10), 50),
        ((10, NIGHT, 10, NIGHT, 10), 60),
        ((10, 0, 10), 30),  # two answers given as one
    ],
)
def test_breaks_and_the_first_question_count_as_the_usual_stretch(stretches: tuple[float, ...], seconds: float) -> None:
    assert minutes(*stretches) == pytest.approx(seconds / 60)


@pytest.mark.parametrize(
    "stretches",
    [
        (10,),  # one answer alone
        (NIGHT, 10),  # as many breaks as stretches
        (NIGHT, NIGHT, 10),
        (0, 0, 0, 0),  # all at once: typed in elsewhere
        (0.5, 0.5, 0.5, 60),
    ],
)
def test_a_form_that_tells_no_time_has_none(stretches: tuple[float, ...]) -> None:
    assert minutes(*stretches) is None


def test_answers_may_come_in_any_order_and_what_is_dated_after_sending_does_not_count() -> None:
    moments = [START + timedelta(seconds=seconds) for seconds in (20, 0, 500, 10)]
    assert answering_minutes(moments, START + timedelta(seconds=30)) == pytest.approx(40 / 60)


def test_nothing_is_said_before_there_are_enough_forms() -> None:
    assert usual_minutes([3.0] * (FEWEST_FORMS - 1)) is None
    assert usual_minutes([*[3.0] * (FEWEST_FORMS // 2), *[5.0] * (FEWEST_FORMS // 2)]) == 4.0
