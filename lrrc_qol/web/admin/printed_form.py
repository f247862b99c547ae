"""One wording as a printed form has it: every question in printed order, second wordings marked, nothing left out.

The table of a wording pack, the preview on a phone and the paper form all show this, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lrrc_qol.domain.instrument import NEGATION, VARIANT, Instrument, Item, ItemWording, Wording
from lrrc_qol.services.answer_form import FormItem


@dataclass(frozen=True, slots=True)
class Condition:
    """Who is asked a question: those of whom `fact` holds, or does not hold.

    Where a question of the same form tells the fact, `question` is its number and `answers` what is to be answered.
    """

    fact: str
    holds: bool
    question: str = ""
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintedQuestion:
    """One question in one of its wordings, as a patient is asked it.

    `topic` is our own short description. `missing` says that the wording has no words for it yet; a topic stands in.
    """

    key: str
    topic: str
    conditions: tuple[Condition, ...]
    item: FormItem
    missing: bool


def printed_form(instrument: Instrument, wording: Wording) -> tuple[PrintedQuestion, ...]:
    """All questions in printed order; a question with a second wording comes once for each, under the same number."""
    return tuple(question for item in instrument.items for question in _wordings(item, instrument, wording))


def _wordings(item: Item, instrument: Instrument, wording: Wording) -> Iterator[PrintedQuestion]:
    for key in item.wording_keys():
        fact = key.partition(VARIANT)[2]
        # The first wording is for those of whom none of the facts with a wording of their own holds.
        facts = [fact] if fact else [NEGATION + other for other in item.variants]
        words = wording.items.get(key)
        topic = item.variants[fact] if fact else item.topic
        yield PrintedQuestion(
            key=key,
            topic=topic,
            conditions=tuple(_condition(name, instrument, wording) for name in (*item.applies_if, *facts)),
            item=form_item(item, key, words or ItemWording(topic, {})),
            missing=words is None,
        )


def form_item(item: Item, key: str, words: ItemWording) -> FormItem:
    """The question as a form shows it before anything was answered."""
    return FormItem(
        id=item.id,
        key=key,
        number=item.number,
        kind=item.kind,
        text=words.text,
        help=words.help,
        options=tuple((code, words.labels.get(code, str(code))) for code in item.codes),
        sensitive=item.sensitive,
        state="none",
        value=None,
    )


def _condition(name: str, instrument: Instrument, wording: Wording) -> Condition:
    fact, holds = name.removeprefix(NEGATION), not name.startswith(NEGATION)
    for teller in instrument.items:
        if teller.tells is not None and teller.tells.fact == fact:
            words = wording.items.get(teller.id)
            labels = words.labels if words else {}
            codes = [code for code in teller.codes if (code == teller.tells.code) == holds]
            return Condition(fact, holds, teller.number, tuple(labels.get(code, str(code)) for code in codes))
    return Condition(fact, holds)
