"""The rule behind each score in words, made from the same data that the score is computed from."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from lrrc_qol.domain.applicability import part_ids
from lrrc_qol.domain.instrument import Instrument, Scale

UP_TO = re.compile(r"up_to_(\d+)_missing")
ATTRIBUTES = {"F": "frequency", "S": "severity", "I": "interference", "A": "amount"}


def rule_in_words(scale: Scale, instrument: Instrument) -> str:
    """How the scale is computed and what is needed for a score, in one sentence for staff.

    KeyError for a method that scoring does not know either.
    """
    return SENTENCES[scale.method](_Rule(scale, instrument))


@dataclass(frozen=True, slots=True)
class _Rule:
    """One scale with its instrument; a method for each scoring method."""

    scale: Scale
    instrument: Instrument

    def linear(self) -> str:
        turned = " (low answers give a high score)" if self.parameter("formula") == "functional" else ""
        subject = "The answer" if len(self.scale.items) == 1 else "Mean of the answered items"
        return f"{subject}, turned to 0–100{turned}; {self.needed()}."

    def single(self) -> str:
        return f"The answer to item {self.instrument.item(self.scale.items[0]).number}, as it was given."

    def mean(self) -> str:
        return f"Mean of the answered items{self.turned_items()}; {self.needed()}."

    def recode_mean(self) -> str:
        return f"Mean of the answered items, each answer at its published value; {self.needed()}."

    def prorated_sum(self) -> str:
        size = len(self.scale.items)
        worth = ", each answer at its published value" if self.parameter("recode") else ""
        worth += ", each times its weight" if self.parameter("weights") else ""
        applying = self.parameter("not_applicable") == "not_expected"
        carried = f", carried up to all {size} when some are missing (sum × {size} ÷ answered)"
        if self.parameter("missing") == "all" and not applying:
            carried = ""
        return f"Sum of the answered items{worth}{self.turned_items()}{carried}; {self.needed(applying=applying)}."

    def composite_mean(self) -> str:
        turned = self.names(self.ids("reversed"))
        words = f", with {turned} turned round" if turned else ""
        return f"Mean of {self.parts()}{words}; all of them must have a score."

    def sum_of_scales(self) -> str:
        least = self.parameter("least_items")
        beneath = sum(len(self.instrument.scale(part).items) for part in part_ids(self.scale))
        words = f", and at least {least} of the {beneath} items beneath them must be answered" if least else ""
        return f"Sum of {self.parts()}; all of them must have a score{words}."

    def norm_components(self) -> str:
        return (
            "50 plus 10 times the weighted sum of standard scores (distance from the norm's mean in its standard "
            f"deviations) of {self.parts()}; all of them must have a score."
        )

    def item_weights(self) -> str:
        table = f"column {self.parameter('column')} of {self.parameter('table')}"
        size = len(self.scale.items)
        return f"A constant plus the published weight of each answer ({table}); all {size} items are needed."

    def value_set(self) -> str:
        return (
            f"The value of the health state, made of all {len(self.scale.items)} answers, in the value set that the "
            "centre chose; without a choice there is no score."
        )

    def lookup_items(self) -> str:
        return (
            f"Read from the published table {self.parameter('table')} by the answers; one may be missing only where "
            "the table has a row for that."
        )

    def lookup_scale(self) -> str:
        return f"Read from the published table {self.parameter('table')} by the score of {self.parts()}."

    def composite_grade(self) -> str:
        letters = str(self.parameter("attributes"))
        words = _listed([ATTRIBUTES[letter] for letter in letters])
        needed = "it is needed" if len(letters) == 1 else "all are needed"
        if self.parameter("zero_skip") is True and len(letters) > 1:
            needed += ", unless the first answer is 0"
        return f"Grade of {words}, from the published table {self.parameter('table')}; {needed}."

    def bands(self) -> str:
        bands = [
            f"{entry['label']} from {entry['from']:g}" for entry in self.listed("bands") if isinstance(entry, Mapping)
        ]
        return f"The band of {self.parts()}, counted from 0: {', '.join(bands)}."

    def cut_off(self) -> str:
        first, *others = part_ids(self.scale)
        rule = f"1 when {self.names([first])} is {self.parameter('at_least')} or more, else 0"
        if others:
            rule += f"; {self.names(others)} must have a score too"
        if self.parameter("certain"):
            rule += "; also 1 without that score, when the answers that were given reach it"
        return f"{rule}."

    def needed(self, *, applying: bool = True) -> str:
        """How many items must be answered. `applying`: items that do not apply to the person are not counted."""
        size, rule = len(self.scale.items), str(self.parameter("missing"))
        if size == 1:
            return "it must be answered"
        items = f"the {size} items that apply" if applying else f"the {size} items"
        if found := UP_TO.fullmatch(rule):
            return f"at most {found[1]} of {items} may be missing"
        if rule == "all":
            return f"all {items.removeprefix('the ')} are needed"
        least = {"half": "at least half", "more_than_half": "more than half", "any": "at least one"}[rule]
        return f"{least} of {items} {'is' if rule == 'any' else 'are'} needed"

    def turned_items(self) -> str:
        numbers = [self.instrument.item(item_id).number for item_id in self.ids("reversed")]
        return f", with {'item' if len(numbers) == 1 else 'items'} {_listed(numbers)} turned round" if numbers else ""

    def parts(self) -> str:
        return self.names(part_ids(self.scale))

    def names(self, scale_ids: Sequence[str]) -> str:
        return _listed([f"“{self.instrument.scale(scale_id).name}”" for scale_id in scale_ids])

    def ids(self, key: str) -> list[str]:
        return [str(one) for one in self.listed(key)]

    def listed(self, key: str) -> Sequence[object]:
        value = self.parameter(key)
        return value if isinstance(value, list | tuple) else ()

    def parameter(self, key: str) -> object:
        return self.scale.parameters.get(key)


SENTENCES: Mapping[str, Callable[[_Rule], str]] = MappingProxyType(
    {
        "linear_0_100": _Rule.linear,
        "single_item": _Rule.single,
        "mean": _Rule.mean,
        "recode_mean": _Rule.recode_mean,
        "prorated_sum": _Rule.prorated_sum,
        "composite_mean": _Rule.composite_mean,
        "sum_of_scales": _Rule.sum_of_scales,
        "norm_components": _Rule.norm_components,
        "item_weights": _Rule.item_weights,
        "value_set": _Rule.value_set,
        "lookup_items": _Rule.lookup_items,
        "lookup_scale": _Rule.lookup_scale,
        "composite_grade": _Rule.composite_grade,
        "bands": _Rule.bands,
        "cut_off": _Rule.cut_off,
    }
)
"""One sentence for each scoring method; a test holds the two sets together."""


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
