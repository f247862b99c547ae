"""What one person is asked, and in which words, while answers on the form itself may still decide about it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from lrrc_qol.domain.instrument import ANATOMY, NEGATION, VARIANT, AnswerValue, Instrument, Item, Scale, holds


@dataclass(frozen=True, slots=True)
class Step:
    """One question in one wording, for a page that holds the whole form.

    `conditions` are what the form itself still decides: facts that must hold, `no_` before one that must not.
    """

    item: Item
    key: str
    conditions: tuple[str, ...]

    def shown(self, facts: frozenset[str]) -> bool:
        """Whether it is asked of a person of whom `facts` hold on this form."""
        return all(holds(condition, facts) for condition in self.conditions)


def fact_of(condition: str) -> str:
    """The fact that a condition is about."""
    return condition.removeprefix(NEGATION)


def tellable_facts(instrument: Instrument) -> frozenset[str]:
    """The facts that a filter item of the instrument settles."""
    return frozenset(item.tells.fact for item in instrument.items if item.tells is not None)


def possible_items(instrument: Instrument, facts: frozenset[str]) -> tuple[Item, ...]:
    """The items that some answer to the filter items brings up, given what the record says."""
    told = tellable_facts(instrument)
    return tuple(
        item
        for item in instrument.items
        if all(fact_of(condition) in told or holds(condition, facts) for condition in item.applies_if)
    )


def form_steps(instrument: Instrument, facts: frozenset[str]) -> tuple[Step, ...]:
    """Every question in every wording that may come up on a form, in printed order.

    For any answers to the filter items, the steps shown under the told facts are just the applicable items, each in
    the wording that applies.
    """
    told = tellable_facts(instrument)
    return tuple(
        Step(item, key, tuple(one for one in item.applies_if if fact_of(one) in told) + conditions)
        for item in possible_items(instrument, facts)
        for key, conditions in _wordings(item, facts, told)
    )


def _wordings(item: Item, facts: frozenset[str], told: frozenset[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The wording keys that may apply; of several variants the first whose fact holds."""
    others: tuple[str, ...] = ()
    for fact in item.variants:
        if fact in told:
            yield item.id + VARIANT + fact, (*others, fact)
            others = (*others, NEGATION + fact)
        elif fact in facts:
            yield item.id + VARIANT + fact, others
            return
    yield item.id, others


def told_by(instrument: Instrument, answers: Mapping[str, AnswerValue]) -> dict[str, bool]:
    """What the filter items were answered: whether each fact that was told holds."""
    given = ((item.tells, answers.get(item.id)) for item in instrument.items)
    return {tells.fact: code == tells.code for tells, code in given if tells is not None and isinstance(code, int)}


def contradictions(
    instrument: Instrument, answers: Mapping[str, AnswerValue], *, held: frozenset[str], ruled_out: frozenset[str]
) -> tuple[str, ...]:
    """The facts of which the form says the opposite of the record; what the record does not know contradicts nothing.

    `held` are the facts that the record knows to hold, `ruled_out` those that it knows not to hold.
    """
    told = told_by(instrument, answers)
    return tuple(fact for fact, yes in told.items() if fact in (ruled_out if yes else held))


def missing_facts(instrument: Instrument, *, held: frozenset[str], unknown: Collection[str]) -> tuple[str, ...]:
    """The facts of anatomy, of those `unknown`, on which it depends what this person is asked, in the order of ANATOMY.

    Left out are facts that the form asks for itself.
    """
    told = tellable_facts(instrument)
    wanted: set[str] = set()
    for item in instrument.items:
        settled = [one for one in item.applies_if if fact_of(one) not in unknown and fact_of(one) not in told]
        if all(holds(condition, held) for condition in settled):
            wanted |= {*map(fact_of, item.applies_if), *item.variants}
    return tuple(fact for fact in ANATOMY if fact in wanted and fact in unknown and fact not in told)


def part_ids(scale: Scale) -> tuple[str, ...]:
    """The scales whose scores enter a scale, whatever its method; empty for one that is made of answers."""
    given = scale.parameters
    named = [given.get("scale"), *_listed(given.get("scales")), *_listed(given.get("needs"))]
    named += [entry.get("scale") for entry in _listed(given.get("parts")) if isinstance(entry, Mapping)]
    return tuple(name for name in named if isinstance(name, str))


def _listed(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, list | tuple) else ()


def item_ids(scale: Scale, instrument: Instrument) -> frozenset[str]:
    """All items whose answers enter a scale, also through the scales it is made of."""
    beneath = (item_ids(instrument.scale(part), instrument) for part in part_ids(scale))
    return frozenset(scale.items).union(*beneath)


def wording_facts(scale: Scale, instrument: Instrument) -> frozenset[str]:
    """The facts by which some item of a scale is asked in other words."""
    entering = item_ids(scale, instrument)
    return frozenset(fact for item in instrument.items if item.id in entering for fact in item.variants)
