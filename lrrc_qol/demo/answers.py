"""Plausible answers for a severity between 0 and 1, whatever the instrument: read off its scales and codes."""

from __future__ import annotations

from random import Random

from lrrc_qol.domain.instrument import Direction, Instrument, Item, ItemKind
from lrrc_qol.services.answer_form import AnswerInput, FormItem

DECLINES_SENSITIVE = 0.35
DECLINES_OTHER = 0.01
# A check-in answer that calls for help is rare; most people tick the first option.
FIRST_OPTION = 0.988


def make_answers(
    instrument: Instrument, asked: tuple[FormItem, ...], *, severity: float, rng: Random
) -> tuple[AnswerInput, ...]:
    """One answer per asked item for a person who is `severity` badly off."""
    return tuple(_answer(instrument, instrument.item(item.id), severity=severity, rng=rng) for item in asked)


def _answer(instrument: Instrument, item: Item, *, severity: float, rng: Random) -> AnswerInput:
    if rng.random() < (DECLINES_SENSITIVE if item.sensitive else DECLINES_OTHER):
        return AnswerInput(item_id=item.id, value=None, declined=True)
    return AnswerInput(item_id=item.id, value=_code(instrument, item, severity=severity, rng=rng), declined=False)


def _code(instrument: Instrument, item: Item, *, severity: float, rng: Random) -> int:
    if item.kind is ItemKind.CHOICE and not any(item.id in scale.items for scale in instrument.scales):
        return item.codes[0] if rng.random() < FIRST_OPTION else item.codes[1]
    badness = min(1.0, max(0.0, severity + rng.gauss(0, 0.12)))
    position = round((badness if _bad_when_high(instrument, item) else 1 - badness) * (len(item.codes) - 1))
    return item.codes[position]


def _bad_when_high(instrument: Instrument, item: Item) -> bool:
    scale = next(scale for scale in instrument.scales if item.id in scale.items)
    # A functional scale turns its items round, so there a high code is bad although a high score is good.
    turned = scale.parameters.get("formula") == "functional"
    return scale.direction is Direction.WORSE or turned
