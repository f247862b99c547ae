"""The words under a curve say what the classes do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lrrc_qol.charts.wording import band_words
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
