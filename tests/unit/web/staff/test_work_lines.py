"""Trends and shades as staff read them."""

from __future__ import annotations

from datetime import date

import pytest

from lrrc_qol.domain.instrument import Direction, Domain, Item, ItemKind, Scale
from lrrc_qol.domain.recovery import ChangeClass
from lrrc_qol.services.work_trends import Trend
from lrrc_qol.web.staff.answers import shade_of
from lrrc_qol.web.staff.work_lines import trend_line
from lrrc_qol.web.staff.work_words import change_words

PAIN = Scale("pain", "Worst pain", Domain.SYMPTOM, Direction.WORSE, 0, 10, ("pain",), "single", decimals=0)


@pytest.mark.parametrize(
    ("value", "other", "judged", "words"),
    [
        (7, 4, ChangeClass.WORSE, ("↑", "worse")),
        (2, 4, ChangeClass.IMPROVED, ("↓", "better")),
        (4, 4, ChangeClass.AS_BEFORE, ("→", "about the same")),
        (5, 4, ChangeClass.NOT_EVALUABLE, ("↑", "higher")),
        (3, 4, ChangeClass.NOT_EVALUABLE, ("↓", "lower")),
    ],
)
def test_the_arrow_is_the_way_of_the_number_and_the_words_what_it_means(
    value: float, other: float, judged: ChangeClass, words: tuple[str, str]
) -> None:
    assert change_words(value, other, judged) == words


def test_a_trend_says_both_comparisons_and_leaves_out_what_is_not_there() -> None:
    trend = Trend("Pain", PAIN, 7, date(2026, 3, 2), False, 4, ChangeClass.WORSE, 7, ChangeClass.AS_BEFORE)
    line = trend_line(trend)
    assert (line.topic, line.value, line.on) == ("Worst pain", "7", "2 Mar 2026")
    assert [(one.arrow, one.words, one.worse) for one in line.compared] == [
        ("↑", "worse than last form (4)", True),
        ("→", "about the same as baseline (7)", False),
    ]
    first = Trend("Pain", PAIN, 7, date(2026, 3, 2), True, None, ChangeClass.WORSE, None, ChangeClass.WORSE)
    assert (trend_line(first).on, trend_line(first).compared) == ("baseline, 2 Mar 2026", ())


def test_the_shade_is_the_place_among_the_printed_options() -> None:
    four = Item("a", "1", "a", ItemKind.CHOICE, (1, 2, 3, 4))
    assert [shade_of(four, code) for code in four.codes] == [1, 2, 4, 5]
    eleven = Item("b", "2", "b", ItemKind.RATING, tuple(range(11)))
    assert (shade_of(eleven, 0), shade_of(eleven, 5), shade_of(eleven, 10)) == (1, 3, 5)
