"""Each list of answers of a questionnaire once: most questions share one, and a phone pays for every byte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lrrc_qol.services.answer_form import FormItem
from lrrc_qol.web.languages import page_words

MOST_TOLD_APART = 200
"""No language has a group of numbers that begins later and that a form could need."""


def answer_models(items: Sequence[FormItem]) -> tuple[FormItem, ...]:
    """One question for each different list of answers among these, in order, without words and without an answer.

    A personal one where any of these is: what only personal questions say is taken out of the others.
    """
    personal = any(item.sensitive for item in items)
    first = {(item.kind, item.options): item for item in reversed(items)}
    found = [item for item in items if first[item.kind, item.options] is item]
    return tuple(replace(item, text="", help="", sensitive=personal, state="none", value=None) for item in found)


def place_of(models: Sequence[FormItem], item: FormItem) -> int:
    """Which of the models is that of this question."""
    return next(place for place, one in enumerate(models) if (one.kind, one.options) == (item.kind, item.options))


def number_groups() -> dict[str, int]:
    """The groups of whole numbers from 1 that the page's language tells apart, each with the smallest of its numbers.

    Their names are those of the Unicode plural rules, which browsers know too.
    """
    locale = page_words().locale
    return {str(locale.plural_form(number)): number for number in reversed(range(1, MOST_TOLD_APART))}
