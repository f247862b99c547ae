"""What must hold of EORTC scoring for every possible set of answers."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrrc_qol.domain.instrument import Direction, Domain, Instrument, Item, ItemKind, Missing, Scale
from lrrc_qol.domain.scoring import Scorer, score_response

SIZES = {"A": 5, "B": 2, "C": 1, "D": 4}
FORMULAS = {"A": "functional", "B": "symptom", "C": "symptom", "D": "functional"}
CODES = (1, 2, 3, 4)
ITEM_IDS = {name: tuple(f"{name.lower()}{n}" for n in range(size)) for name, size in SIZES.items()}


def _scale(name: str) -> Scale:
    up = FORMULAS[name] == "functional"
    parameters = {"formula": FORMULAS[name], "range": 3, "missing": "half"}
    return Scale(
        name,
        name,
        Domain.FUNCTIONING if up else Domain.SYMPTOM,
        Direction.BETTER if up else Direction.WORSE,
        0,
        100,
        ITEM_IDS[name],
        "linear_0_100",
        parameters,
    )


TOTAL = Scale(
    "T",
    "T",
    Domain.FUNCTIONING,
    Direction.BETTER,
    0,
    100,
    (),
    "composite_mean",
    {"scales": list(SIZES), "reversed": ["B", "C"]},
)
INSTRUMENT = Instrument(
    id="demo",
    version="1.0",
    title="Demo",
    short_title="Demo",
    recall="today",
    licence_class="A",
    own_wording=True,
    holder="us",
    references=("none",),
    scoring_version="1",
    items=tuple(
        Item(item_id, item_id, "topic", ItemKind.CHOICE, CODES) for ids in ITEM_IDS.values() for item_id in ids
    ),
    scales=(*(_scale(name) for name in SIZES), TOTAL),
    digest="",
    minutes=1,
)
SCORER = Scorer(INSTRUMENT)
ALL_IDS = [item.id for item in INSTRUMENT.items]

answers = st.dictionaries(st.sampled_from(ALL_IDS), st.sampled_from([*CODES, *Missing]))
complete = st.fixed_dictionaries({item_id: st.sampled_from(CODES) for item_id in ALL_IDS})


@given(answers)
def test_scores_stay_inside_their_bounds(given_answers: dict[str, int | Missing]) -> None:
    for score in SCORER.score(given_answers):
        assert score.value is None or -1e-9 <= score.value <= 100 + 1e-9
        assert (score.value is None) == (score.reason is not None)
        assert 0 <= score.answered == len(score.items) <= score.expected


@given(answers)
def test_mirrored_answers_mirror_every_score(given_answers: dict[str, int | Missing]) -> None:
    mirrored = {key: value if isinstance(value, Missing) else 5 - value for key, value in given_answers.items()}
    for before, after in zip(SCORER.score(given_answers), SCORER.score(mirrored), strict=True):
        if before.value is None:
            assert after.value is None
        else:
            assert after.value == pytest.approx(100 - before.value)


@given(answers, st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(given_answers: dict[str, int | Missing], chance: random.Random) -> None:
    shuffled = list(given_answers.items())
    chance.shuffle(shuffled)
    assert SCORER.score(dict(shuffled)) == SCORER.score(given_answers)


@given(complete, st.randoms(use_true_random=False))
def test_the_order_of_items_in_a_scale_does_not_matter(given_answers: dict[str, int], chance: random.Random) -> None:
    values = [given_answers[item_id] for item_id in ITEM_IDS["A"]]
    chance.shuffle(values)
    exchanged = given_answers | dict(zip(ITEM_IDS["A"], values, strict=True))
    assert SCORER.score(exchanged) == SCORER.score(given_answers)


@given(answers, st.dictionaries(st.sampled_from(ALL_IDS), st.integers().filter(lambda code: code not in CODES)))
def test_out_of_range_is_the_same_as_missing(given_answers: dict[str, int | Missing], wrong: dict[str, int]) -> None:
    left_out = {key: value for key, value in given_answers.items() if key not in wrong}
    assert SCORER.score(given_answers | wrong) == SCORER.score(left_out)


@given(complete, st.data())
def test_half_of_the_items_is_enough_and_fewer_are_not(given_answers: dict[str, int], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(list(SIZES)))
    left = data.draw(st.sets(st.sampled_from(ITEM_IDS[name])))
    for item_id in set(ITEM_IDS[name]) - left:
        del given_answers[item_id]
    score = next(score for score in SCORER.score(given_answers) if score.scale_id == name)
    assert (score.value is not None) == (len(left) * 2 >= SIZES[name])


@given(answers)
def test_the_summary_needs_every_part(given_answers: dict[str, int | Missing]) -> None:
    *parts, total = SCORER.score(given_answers)
    values = [part.value for part in parts]
    if None in values:
        assert total.value is None
    else:
        a, b, c, d = (value for value in values if value is not None)
        assert total.value == pytest.approx((a + (100 - b) + (100 - c) + d) / 4)


@settings(max_examples=20)
@given(answers)
def test_one_response_scores_like_many(given_answers: dict[str, int | Missing]) -> None:
    assert score_response(INSTRUMENT, given_answers) == SCORER.score(given_answers)
