"""All rules of an instrument version, compiled once and applied to responses in an order that their parts allow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from lrrc_qol.domain.instrument import AnswerValue, Instrument, Missing, Scale
from lrrc_qol.domain.scoring.item_methods import linear_0_100, mean, prorated_sum, recode_mean, single_item
from lrrc_qol.domain.scoring.outcome import MethodError, Rule, Score
from lrrc_qol.domain.scoring.scale_methods import bands, composite_mean, cut_off, norm_components, sum_of_scales
from lrrc_qol.domain.scoring.table_methods import (
    composite_grade,
    item_weights,
    lookup_items,
    lookup_scale,
    value_set,
)

Method = Callable[[Scale, Instrument], Rule]

METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "linear_0_100": linear_0_100,
        "single_item": single_item,
        "mean": mean,
        "recode_mean": recode_mean,
        "prorated_sum": prorated_sum,
        "composite_mean": composite_mean,
        "sum_of_scales": sum_of_scales,
        "norm_components": norm_components,
        "item_weights": item_weights,
        "value_set": value_set,
        "lookup_items": lookup_items,
        "lookup_scale": lookup_scale,
        "composite_grade": composite_grade,
        "bands": bands,
        "cut_off": cut_off,
    }
)
"""The closed set: a definition can name one of these and nothing else."""


def compile_scale(scale: Scale, instrument: Instrument) -> Rule:
    """Turn a scale's data into its rule; MethodError when the method or a parameter is wrong."""
    method = METHODS.get(scale.method)
    if method is None:
        raise MethodError(("method",), f"{scale.method!r} is not a scoring method; use one of {', '.join(METHODS)}")
    return method(scale, instrument)


class Scorer:
    """All rules of one instrument version, made once, for scoring many responses.

    `value_set` is the one that the centre chose, for instruments whose index needs one. MethodError for a wrong
    definition.
    """

    def __init__(self, instrument: Instrument, *, value_set: str | None = None) -> None:
        self.instrument = instrument
        self.value_set = value_set
        self.rules: Mapping[str, Rule] = {scale.id: compile_scale(scale, instrument) for scale in instrument.scales}
        self.order = _order(self.rules)

    def score(self, answers: Mapping[str, AnswerValue]) -> tuple[Score, ...]:
        """Score one response, in the order of the scales. An absent answer counts as not answered."""
        scores: dict[str, Score] = {}
        for scale_id in self.order:
            scores[scale_id] = self.score_one(scale_id, answers, scores)
        return tuple(scores[scale.id] for scale in self.instrument.scales)

    def score_one(self, scale_id: str, answers: Mapping[str, AnswerValue], scores: Mapping[str, Score]) -> Score:
        """Score one scale, given the scores of its parts."""
        rule = self.rules[scale_id]
        outcome = rule.outcome(
            [answers.get(item.id, Missing.NOT_ANSWERED) for item in rule.items],
            [scores[part] for part in rule.parts],
            self.value_set,
        )
        return Score(
            scale_id=scale_id,
            value=outcome.value,
            reason=outcome.reason,
            answered=len(outcome.used),
            expected=outcome.expected,
            prorated=outcome.prorated,
            version=self.instrument.scoring_version,
            items=outcome.used,
            label=outcome.label,
            value_set=outcome.value_set,
        )


def score_response(
    instrument: Instrument, answers: Mapping[str, AnswerValue], *, value_set: str | None = None
) -> tuple[Score, ...]:
    """Score one response by the instrument's own rules, one Score per scale in the order of the scales.

    `answers` maps item ids to codes or to the kind of missing; absent = not answered; a code that the item does not
    have = missing. Values are unrounded, in the scale's own units. Raises MethodError for a wrong definition,
    which loading the catalogue has ruled out.
    """
    return Scorer(instrument, value_set=value_set).score(answers)


def _order(rules: Mapping[str, Rule]) -> tuple[str, ...]:
    """The scales so that each comes after its parts; MethodError when they go round in a circle."""
    done: list[str] = []
    left = dict(rules)
    while left:
        ready = [name for name, rule in left.items() if all(part in done for part in rule.parts)]
        if not ready:
            raise MethodError(("parameters",), f"the scales {', '.join(left)} are made of each other in a circle")
        done += ready
        for name in ready:
            del left[name]
    return tuple(done)
