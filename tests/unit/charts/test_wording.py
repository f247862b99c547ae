"""The words under a curve say what the classes do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lrrc_qol.charts.wording import band_words, number, range_words, signed
from lrrc_qol.domain.instrument import Confidence, Direction, Mid, Scale

MID = Mid(improvement=2, deterioration=2, source="for this test", confidence=Confidence.DESIGN)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (4, "About the same: above 2 and below 6."),
        (2, "About the same: above 0 and below 4."),
        (1, "About the same: below 3."),
        (8, "About the same: above 6 and below 10."),
        (9, "Better: 7 or below. So near the worst score, worse cannot be judged."),
    ],
)
def test_a_change_by_exactly_the_important_difference_is_not_about_the_same(
    symptom_scale: Scale, value: float, words: str
) -> None:
    assert band_words(replace(symptom_scale, maximum=10), MID, value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (66.7, "About the same: above 56.7 and below 76.7."),
        (95, "About the same: above 85."),
        (5, "Better: 15 or above. So near the worst score, worse cannot be judged."),
    ],
)
def test_the_same_where_higher_is_better(function_scale: Scale, value: float, words: str) -> None:
    assert function_scale.direction is Direction.BETTER
    assert band_words(function_scale, replace(MID, improvement=10, deterioration=10), value) == words


@pytest.mark.parametrize(
    ("value", "decimals", "words"),
    [
        (66.66, 1, "66.7"),
        (50.0, 1, "50"),
        (0.95, 3, "0.950"),
        (1.0, 3, "1"),
        (-0.1254, 3, "−0.125"),
        (49.6, 0, "50"),
        (-0.04, 1, "0"),
    ],
)
def test_a_score_has_the_decimals_of_its_scale(value: float, decimals: int, words: str) -> None:
    assert number(value, decimals) == words


def test_a_change_has_its_sign() -> None:
    assert [signed(value, 3) for value in (0.08, -0.08, 0.0)] == ["+0.080", "−0.080", "0"]


def test_a_range_below_nought_is_not_read_as_a_subtraction(function_scale: Scale) -> None:
    index = replace(function_scale, minimum=-0.285, maximum=1, decimals=3)
    assert range_words(index) == "−0.285 to 1, higher is better"
