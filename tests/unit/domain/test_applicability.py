"""What is asked of whom, in which words: filter questions, second wordings, what the record does not know."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrrc_qol.domain.applicability import (
    contradictions,
    form_steps,
    item_ids,
    missing_facts,
    part_ids,
    possible_items,
    told_by,
    wording_facts,
)
from lrrc_qol.domain.instrument import AnswerValue, Instrument, Item, ItemKind, Missing, Tells
from tests.filter_form import BOWEL, HAS_BAG, NO_BAG, scale

WOMAN = frozenset({"female"})
ANATOMY_IN_USE = st.frozensets(st.sampled_from(["stoma", "urostomy", "female", "vagina"]))
CONDITIONS = st.sampled_from(["stoma", "no_stoma", "urostomy", "no_urostomy", "female", "no_vagina"])


def asked(facts: frozenset[str], **answers: AnswerValue) -> list[str]:
    told = BOWEL.told_facts(facts, answers)
    return [step.key for step in form_steps(BOWEL, facts) if step.shown(told)]


def test_until_the_filter_is_answered_the_record_decides() -> None:
    assert asked(WOMAN) == ["bag", "leaks", "skin", "toilet"]
    assert asked(WOMAN | {"stoma"}) == ["bag", "leaks@stoma", "skin@stoma", "care"]


@pytest.mark.parametrize("record", [WOMAN, WOMAN | {"stoma"}])
def test_the_answer_wins_over_the_record(record: frozenset[str]) -> None:
    assert asked(record, bag=HAS_BAG) == ["bag", "leaks@stoma", "skin@stoma", "care"]
    assert asked(record, bag=NO_BAG) == ["bag", "leaks", "skin", "toilet"]


def test_a_declined_filter_leaves_it_to_the_record() -> None:
    assert asked(WOMAN | {"stoma"}, bag=Missing.DECLINED) == asked(WOMAN | {"stoma"})


def test_what_no_answer_can_bring_up_is_not_possible() -> None:
    assert [item.id for item in possible_items(BOWEL, WOMAN)] == ["bag", "leaks", "skin", "care", "toilet"]
    assert "shave" in [item.id for item in possible_items(BOWEL, frozenset({"male"}))]


def test_a_wording_that_the_record_decides_needs_no_second_step() -> None:
    without_filter = replace(BOWEL, items=BOWEL.items[1:3])
    assert [(step.key, step.conditions) for step in form_steps(without_filter, frozenset({"stoma"}))] == [
        ("leaks@stoma", ()),
        ("skin@stoma", ()),
    ]
    assert [step.key for step in form_steps(without_filter, WOMAN)] == ["leaks", "skin"]


@st.composite
def instruments(draw: st.DrawFn) -> Instrument:
    """Any mixture of filters, conditions and variants."""
    items = []
    for number in range(draw(st.integers(1, 6))):
        tells = draw(st.none() | st.builds(Tells, st.sampled_from(["stoma", "urostomy"]), st.just(1)))
        variants = draw(st.lists(st.sampled_from(["stoma", "urostomy", "vagina"]), unique=True, max_size=2))
        items.append(
            Item(
                f"i{number}",
                str(number),
                "topic",
                ItemKind.CHOICE,
                (0, 1),
                applies_if=tuple(draw(st.lists(CONDITIONS, unique=True, max_size=2))),
                variants=dict.fromkeys(variants, "other"),
                tells=tells,
            )
        )
    return replace(BOWEL, items=tuple(items), scales=())


@given(instruments(), ANATOMY_IN_USE, st.lists(st.sampled_from([0, 1, *Missing]), min_size=6, max_size=6))
def test_the_shown_steps_are_the_applicable_items_in_their_wording(
    instrument: Instrument, record: frozenset[str], given_answers: list[AnswerValue]
) -> None:
    answers = {item.id: answer for item, answer in zip(instrument.items, given_answers, strict=False)}
    told = instrument.told_facts(record, answers)
    shown = [(step.item.id, step.key) for step in form_steps(instrument, record) if step.shown(told)]
    assert shown == [(item.id, item.wording_key(told)) for item in instrument.applicable_items(told)]


@given(instruments(), ANATOMY_IN_USE, st.lists(st.sampled_from([0, 1, *Missing]), min_size=6, max_size=6))
def test_whatever_is_asked_was_possible_from_the_start(
    instrument: Instrument, record: frozenset[str], given_answers: list[AnswerValue]
) -> None:
    answers = {item.id: answer for item, answer in zip(instrument.items, given_answers, strict=False)}
    asked_now = instrument.applicable_items(instrument.told_facts(record, answers))
    assert {item.id for item in asked_now} <= {item.id for item in possible_items(instrument, record)}


@pytest.mark.parametrize(
    ("answer", "held", "ruled_out", "expected"),
    [
        (HAS_BAG, WOMAN, frozenset({"stoma"}), ("stoma",)),
        (NO_BAG, WOMAN | {"stoma"}, frozenset(), ("stoma",)),
        (HAS_BAG, WOMAN | {"stoma"}, frozenset(), ()),
        (NO_BAG, WOMAN, frozenset({"stoma"}), ()),
        (HAS_BAG, WOMAN, frozenset(), ()),  # the record does not know
        (NO_BAG, WOMAN, frozenset(), ()),
        (Missing.DECLINED, WOMAN, frozenset({"stoma"}), ()),
    ],
)
def test_a_contradiction_needs_two_who_know(
    answer: AnswerValue, held: frozenset[str], ruled_out: frozenset[str], expected: tuple[str, ...]
) -> None:
    assert contradictions(BOWEL, {"bag": answer}, held=held, ruled_out=ruled_out) == expected


def test_what_a_form_told() -> None:
    assert told_by(BOWEL, {"bag": NO_BAG, "leaks": 1}) == {"stoma": False}
    assert told_by(BOWEL, {"leaks": 1}) == {}


@pytest.mark.parametrize(
    ("held", "unknown", "expected"),
    [
        (WOMAN, ["stoma", "nerve_resection"], ("nerve_resection",)),  # the form asks about the stoma itself
        (WOMAN, ["stoma"], ()),
        (WOMAN | {"nerve_resection"}, [], ()),
        (WOMAN, ["urostomy", "vagina"], ()),  # nothing depends on them
    ],
)
def test_which_unknown_facts_matter(held: frozenset[str], unknown: list[str], expected: tuple[str, ...]) -> None:
    assert missing_facts(BOWEL, held=held, unknown=unknown) == expected


def test_an_unknown_fact_matters_only_to_whom_it_can_concern() -> None:
    intimate = Item("dry", "1", "dryness", ItemKind.CHOICE, (1, 2), applies_if=("female", "vagina"))
    bladder = Item("urine", "2", "urine", ItemKind.CHOICE, (1, 2), applies_if=("no_urostomy", "no_bladder_removed"))
    both = replace(BOWEL, items=(intimate, bladder), scales=())
    unknown = ["bladder_removed", "vagina"]
    assert missing_facts(both, held=WOMAN, unknown=unknown) == ("bladder_removed", "vagina")
    assert missing_facts(both, held=frozenset({"male"}), unknown=unknown) == ("bladder_removed",)
    assert missing_facts(both, held=WOMAN | {"urostomy"}, unknown=unknown) == ("vagina",)


def test_a_second_wording_without_a_filter_depends_on_the_record() -> None:
    assert missing_facts(replace(BOWEL, items=BOWEL.items[1:2]), held=WOMAN, unknown=["stoma"]) == ("stoma",)


def test_a_scale_is_reworded_when_any_item_beneath_it_is() -> None:
    total = replace(scale("ALL", "All"), parameters={"scales": ["BOTHER", "CARE"]})
    grade = replace(scale("GRADE", "Grade"), parameters={"scale": "ALL"})
    norm = replace(scale("NORM", "Norm"), parameters={"parts": [{"scale": "GRADE", "mean": 0}]})
    instrument = replace(BOWEL, scales=(*BOWEL.scales, total, grade, norm))
    assert part_ids(norm) == ("GRADE",)
    assert item_ids(norm, instrument) == {"leaks", "skin", "care"}
    assert wording_facts(norm, instrument) == {"stoma"}
    assert wording_facts(BOWEL.scale("DAY"), instrument) == frozenset()
