"""A wording in printed order: second wordings under the same number, who is asked, what has no words yet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lrrc_qol.domain.instrument import FACTS, ItemKind, ItemWording, Wording
from lrrc_qol.web.admin.printed_form import Condition, printed_form
from lrrc_qol.web.admin.wording_words import condition_words
from tests.filter_form import BOWEL, CODES

YES_NO = {1: "Yes", 0: "No"}
LABELS = {1: "Not at all", 2: "A little", 3: "Quite a bit", 4: "Very much"}


@pytest.fixture
def wording() -> Wording:
    items = {
        key: ItemWording(f"Words of {key}", YES_NO if key == "bag" else LABELS, "Help." if key == "care" else "")
        for key, _ in BOWEL.wording_keys()
    }
    return Wording(BOWEL.id, BOWEL.version, "en", "Bowel", "Last week:", items, approved=True, digest="d")


def test_every_wording_comes_in_printed_order_under_the_number_of_its_question(wording: Wording) -> None:
    shown = [(question.key, question.item.number) for question in printed_form(BOWEL, wording)]
    assert shown == [
        ("bag", "1"),
        ("leaks", "2"),
        ("leaks@stoma", "2"),
        ("skin", "3"),
        ("skin@stoma", "3"),
        ("care", "4"),
        ("toilet", "5"),
        ("shave", "6"),
        ("numb", "7"),
    ]


def test_each_has_its_own_topic_words_and_codes(wording: Wording) -> None:
    first, second = printed_form(BOWEL, wording)[1:3]
    assert (first.topic, second.topic) == ("leaks from below", "leaks around the bag")
    assert (first.item.text, second.item.text) == ("Words of leaks", "Words of leaks@stoma")
    assert second.item.options == tuple(LABELS.items())


def test_a_fact_that_a_question_tells_is_named_by_that_question_and_its_answers(wording: Wording) -> None:
    conditions = {question.key: question.conditions for question in printed_form(BOWEL, wording)}
    assert conditions["bag"] == ()
    assert conditions["leaks"] == (Condition("stoma", holds=False, question="1", answers=("No",)),)
    assert conditions["leaks@stoma"] == (Condition("stoma", holds=True, question="1", answers=("Yes",)),)
    assert conditions["toilet"] == (Condition("stoma", holds=False, question="1", answers=("No",)),)
    assert conditions["shave"] == (Condition("male", holds=True),)


def test_what_has_no_words_yet_is_marked_and_shows_its_topic_and_codes(wording: Wording) -> None:
    lacking = replace(wording, items={key: item for key, item in wording.items.items() if key != "numb"})
    question = printed_form(BOWEL, lacking)[-1]
    assert question.missing
    assert question.item.text == "numb leg"
    assert question.item.options == tuple((code, str(code)) for code in CODES)
    assert not printed_form(BOWEL, wording)[-1].missing


def test_a_rating_shows_every_number_and_labels_its_ends(wording: Wording) -> None:
    item = replace(BOWEL.items[-1], kind=ItemKind.RATING, codes=tuple(range(11)))
    instrument = replace(BOWEL, items=(item,))
    words = replace(wording, items={"numb": ItemWording("How numb?", {0: "Not", 10: "Fully"})})
    (question,) = printed_form(instrument, words)
    assert question.item.options == ((0, "Not"), *((code, str(code)) for code in range(1, 10)), (10, "Fully"))


@pytest.mark.parametrize("holds", [True, False])
@pytest.mark.parametrize("fact", sorted(FACTS))
def test_staff_read_in_words_whom_every_condition_means(fact: str, holds: bool) -> None:
    words = condition_words(Condition(fact, holds))
    assert words.startswith("only ")
    assert fact not in words or fact in {"stoma", "urostomy", "vagina"}


def test_staff_read_which_answer_leads_to_a_question() -> None:
    condition = Condition("stoma", holds=False, question="48", answers=("No", "Not any more"))
    assert condition_words(condition) == "only after “No” or “Not any more” to question 48"
