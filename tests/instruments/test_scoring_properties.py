"""What must hold of every shipped instrument for every possible set of answers."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrrc_qol.catalogue.instruments import load_instruments
from lrrc_qol.config import INSTRUMENTS_DIR
from lrrc_qol.domain.instrument import AnswerValue, Instrument, Missing, Scale, Status
from lrrc_qol.domain.scoring import Score, Scorer, compile_scale
from lrrc_qol.domain.scoring.item_methods import ItemRule

pytestmark = pytest.mark.thorough

USABLE = {
    f"{one.instrument.id}@{one.instrument.version}": one.instrument
    for one in load_instruments(INSTRUMENTS_DIR)
    if one.instrument.status is not Status.SHELL
}
NAMES = sorted(USABLE)
POSITIONAL = {"value_set", "lookup_items", "composite_grade"}
"""Methods in which the place of an item says what its answer means."""
BY_RULE = [
    (name, scale.id)
    for name, one in USABLE.items()
    for scale in one.scales
    if isinstance(compile_scale(scale, one), ItemRule)
]
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A form of 124 questions takes a busy machine longer to draw than hypothesis likes."""


@cache
def scorer(name: str) -> Scorer:
    one = USABLE[name]
    return Scorer(one, value_set=one.value_sets[0] if one.value_sets else None)


def scores(name: str, answers: dict[str, AnswerValue]) -> dict[str, Score]:
    return {score.scale_id: score for score in scorer(name).score(answers)}


def one_answer(codes: tuple[int, ...]) -> st.SearchStrategy[AnswerValue]:
    """A valid code most of the time; otherwise a code that the item does not have, or a kind of missing."""
    outside = st.sampled_from([min(codes) - 1, max(codes) + 1, 99])
    return st.one_of(
        st.sampled_from(codes), st.sampled_from(codes), st.sampled_from(codes), outside, st.sampled_from(Missing)
    )


def form(one: Instrument) -> st.SearchStrategy[dict[str, AnswerValue]]:
    return st.fixed_dictionaries({item.id: one_answer(item.codes) for item in one.items})


@pytest.mark.parametrize("name", NAMES)
@FEW
@given(data=st.data())
def test_a_score_is_inside_its_bounds_or_says_why_there_is_none(name: str, data: st.DataObject) -> None:
    found = scores(name, data.draw(form(USABLE[name])))
    for scale in USABLE[name].scales:
        score = found[scale.id]
        assert (score.value is None) is (score.reason is not None)
        assert score.answered == len(score.items) <= max(score.expected, score.answered)
        if score.value is not None:
            assert scale.minimum - 1e-9 <= score.value <= scale.maximum + 1e-9


@pytest.mark.parametrize("name", NAMES)
@FEW
@given(data=st.data())
def test_a_code_that_the_item_does_not_have_counts_as_not_answered(name: str, data: st.DataObject) -> None:
    one = USABLE[name]
    answers = data.draw(form(one))
    cleaned = {
        item.id: answers[item.id] if answers[item.id] in (*item.codes, *Missing) else Missing.NOT_ANSWERED
        for item in one.items
    }
    assert scores(name, answers) == scores(name, cleaned)


@pytest.mark.parametrize("name", NAMES)
@FEW
@given(data=st.data(), seed=st.integers(0, 10))
def test_the_order_of_items_and_answers_does_not_matter(name: str, data: st.DataObject, seed: int) -> None:
    one = USABLE[name]
    chance = random.Random(seed)  # noqa: S311 - a shuffle that can be repeated
    answers = data.draw(form(one))
    mixed = replace(one, scales=tuple(_shuffled(scale, chance) for scale in one.scales))
    entries = list(answers.items())
    chance.shuffle(entries)
    other = Scorer(mixed, value_set=scorer(name).value_set).score(dict(entries))
    for score in other:
        same = scores(name, answers)[score.scale_id]
        assert score.value == pytest.approx(same.value, abs=1e-9) if same.value is not None else score.value is None


def _shuffled(scale: Scale, chance: random.Random) -> Scale:
    if scale.method in POSITIONAL:
        return scale
    items = list(scale.items)
    chance.shuffle(items)
    return replace(scale, items=tuple(items))


@pytest.mark.parametrize(("name", "scale_id"), BY_RULE)
def test_the_missing_rule_holds_to_the_very_item(name: str, scale_id: str) -> None:
    rule = scorer(name).rules[scale_id]
    assert isinstance(rule, ItemRule)
    least = rule.least(len(rule.items))
    assert 1 <= least <= len(rule.items)
    for answered in range(len(rule.items) + 1):
        answers: dict[str, AnswerValue] = {item.id: item.codes[0] for item in rule.items[:answered]}
        score = scores(name, answers)[scale_id]
        assert (score.value is not None) is (answered >= least)
        assert score.prorated is (least <= answered < len(rule.items))


@pytest.mark.parametrize(("name", "scale_id"), BY_RULE)
def test_turning_every_answer_round_turns_the_score_round(name: str, scale_id: str) -> None:
    """Where each item is worth evenly spaced values, mirrored answers give the mirrored score."""
    rule = scorer(name).rules[scale_id]
    assert isinstance(rule, ItemRule)
    chance = random.Random(scale_id)  # noqa: S311 - a choice that can be repeated
    answers: dict[str, AnswerValue] = {item.id: chance.choice(item.codes) for item in rule.items}
    turned: dict[str, AnswerValue] = {}
    for item, worth in zip(rule.items, rule.worths, strict=True):
        codes = sorted(item.codes)
        middle = worth[codes[0]] + worth[codes[-1]]
        if any(worth[code] + worth[codes[0] + codes[-1] - code] != pytest.approx(middle) for code in codes):
            return  # recalibrated items are not evenly spaced; the independent rows cover them
        turned[item.id] = codes[0] + codes[-1] - int(answers[item.id])
    both = scores(name, answers)[scale_id].value, scores(name, turned)[scale_id].value
    assert both[0] is not None
    assert both[1] is not None
    assert sum(both) == pytest.approx(rule.minimum + rule.maximum)
