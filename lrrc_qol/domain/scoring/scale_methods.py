"""Scores made of other scores: means, sums, norm-based components, bands and cut-offs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lrrc_qol.domain.instrument import AnswerValue, Instrument, Item, Missing, Scale
from lrrc_qol.domain.scoring.item_methods import prorated_sum
from lrrc_qol.domain.scoring.outcome import MethodError, NoScore, Outcome, Score
from lrrc_qol.domain.scoring.parameters import Values, check_names, names, no_items, number, part

Answers = Sequence[AnswerValue]
CENTRE, SPREAD = 50, 10


def no_score_of(parts: Sequence[Score]) -> NoScore:
    """Why a score made of parts is missing: nothing of it applies, or a part has none."""
    if all(one.reason is NoScore.NOT_APPLICABLE for one in parts):
        return NoScore.NOT_APPLICABLE
    return NoScore.PART_MISSING


@dataclass(frozen=True, slots=True)
class WeightedParts:
    """offset + sum of weight * part; every part is needed, and at least `least_items` items beneath them."""

    parts: tuple[str, ...]
    weights: tuple[float, ...]
    offset: float
    divisor: float
    minimum: float
    maximum: float
    exact: bool = True
    least_items: int = 0
    items: tuple[Item, ...] = ()

    def outcome(self, answers: Answers, parts: Sequence[Score], value_set: str | None) -> Outcome:  # noqa: ARG002
        """Score from the parts in the order of the named scales."""
        used = tuple(one.scale_id for one in parts if one.value is not None)
        if len(used) < len(parts):
            return Outcome(None, no_score_of(parts), used, len(parts))
        if sum(one.answered for one in parts) < self.least_items:
            return Outcome(None, NoScore.TOO_FEW_ANSWERED, used, len(parts))
        total = self.offset
        for weight, one in zip(self.weights, parts, strict=True):
            total += weight * (one.value or 0)
        return Outcome(total / self.divisor, None, used, len(parts), prorated=any(one.prorated for one in parts))


def composite_mean(scale: Scale, instrument: Instrument) -> WeightedParts:
    """Mean of the scales named in `scales`; those also in `reversed` enter as (minimum + maximum - score).

    All must have a score (QLQ-C30 summary score: Giesinger 2016 J Clin Epidemiol 69:79).
    """
    no_items(scale)
    check_names(scale, "scales", "reversed")
    parts, turned = _parts(scale, instrument), names(scale, "reversed")
    for name in turned:
        if name not in {one.id for one in parts}:
            raise MethodError(("parameters", "reversed"), f"{name!r} is not among parameters.scales")
    for one in parts:
        if (one.direction is not scale.direction) != (one.id in turned):
            raise MethodError(("parameters", "reversed"), f"{one.id!r} would enter in the wrong direction")
        if (one.minimum, one.maximum) != (parts[0].minimum, parts[0].maximum):
            raise MethodError(("parameters", "scales"), f"{one.id!r} has other bounds than {parts[0].id!r}")
    low, high = parts[0].minimum, parts[0].maximum
    return WeightedParts(
        parts=tuple(one.id for one in parts),
        weights=tuple(-1 if one.id in turned else 1 for one in parts),
        offset=(low + high) * len(turned),
        divisor=len(parts),
        minimum=low,
        maximum=high,
    )


def sum_of_scales(scale: Scale, instrument: Instrument) -> WeightedParts:
    """Sum of the scales named in `scales`, of whose items at least `least_items` are answered (FACT totals: FACIT)."""
    no_items(scale)
    check_names(scale, "scales", optional=("least_items",))
    parts = _parts(scale, instrument)
    least = scale.parameters.get("least_items", 0)
    beneath = sum(len(one.items) for one in parts)
    if not isinstance(least, int) or isinstance(least, bool) or not 0 <= least <= beneath:
        raise MethodError(("parameters", "least_items"), f"must be a whole number up to {beneath}")
    for one in parts:
        if one.direction is not scale.direction:
            raise MethodError(("parameters", "scales"), f"{one.id!r} would enter in the wrong direction")
    return WeightedParts(
        parts=tuple(one.id for one in parts),
        weights=(1,) * len(parts),
        offset=0,
        divisor=1,
        minimum=sum(one.minimum for one in parts),
        maximum=sum(one.maximum for one in parts),
        least_items=least,
    )


def norm_components(scale: Scale, instrument: Instrument) -> WeightedParts:
    """50 + 10 * sum of weight * (scale - mean) / sd over `parts` (SF-36 component summaries, US 1990 norms)."""
    no_items(scale)
    check_names(scale, "parts")
    entries = scale.parameters["parts"]
    if not isinstance(entries, list | tuple) or not entries:
        raise MethodError(("parameters", "parts"), "must be a list of { scale, mean, sd, weight }")
    offset, low, high = float(CENTRE), float(CENTRE), float(CENTRE)
    weights, found = [], []
    for entry in entries:
        if not isinstance(entry, Mapping) or set(entry) != {"scale", "mean", "sd", "weight"}:
            raise MethodError(("parameters", "parts"), "each entry needs scale, mean, sd and weight, and nothing else")
        one = part(entry["scale"], scale, instrument, "parts")
        mean, sd, weight = (number(scale, entry[name], "parts", name) for name in ("mean", "sd", "weight"))
        if sd <= 0:
            raise MethodError(("parameters", "parts"), "a standard deviation is greater than 0")
        slope = SPREAD * weight / sd
        offset -= slope * mean
        ends = sorted((slope * (one.minimum - mean), slope * (one.maximum - mean)))
        low, high = low + ends[0], high + ends[1]
        weights.append(slope)
        found.append(one.id)
    return WeightedParts(tuple(found), tuple(weights), offset, 1, minimum=low, maximum=high, exact=False)


@dataclass(frozen=True, slots=True)
class Bands:
    """The band that the score of one scale falls into: its position from 0, and its name."""

    parts: tuple[str, ...]
    starts: tuple[float, ...]
    labels: tuple[str, ...]
    maximum: float
    minimum: float = 0
    exact: bool = True
    items: tuple[Item, ...] = ()

    def outcome(self, answers: Answers, parts: Sequence[Score], value_set: str | None) -> Outcome:  # noqa: ARG002
        """Name the band of the one part."""
        (one,) = parts
        if one.value is None:
            return Outcome(None, no_score_of(parts), (), 1)
        place = sum(one.value >= start for start in self.starts) - 1
        return Outcome(float(place), None, self.parts, 1, label=self.labels[place])


def bands(scale: Scale, instrument: Instrument) -> Bands:
    """Which of `bands` ({ from, label }, lowest first) the score of `scale` falls into."""
    no_items(scale)
    check_names(scale, "scale", "bands")
    one = part(scale.parameters["scale"], scale, instrument)
    entries = scale.parameters["bands"]
    if not isinstance(entries, list | tuple) or not entries:
        raise MethodError(("parameters", "bands"), "must be a list of { from, label }")
    if any(not isinstance(entry, Mapping) or set(entry) != {"from", "label"} for entry in entries):
        raise MethodError(("parameters", "bands"), "each entry needs from and label, and nothing else")
    starts = tuple(number(scale, entry["from"], "bands") for entry in entries)
    if list(starts) != sorted(set(starts)) or starts[0] != one.minimum or starts[-1] > one.maximum:
        raise MethodError(("parameters", "bands"), f"must rise from {one.minimum}, the lowest score of {one.id}")
    return Bands((one.id,), starts, tuple(str(entry["label"]) for entry in entries), maximum=len(entries) - 1)


@dataclass(frozen=True, slots=True)
class CutOff:
    """1 when the score of the first part reaches `at_least`, else 0; the other parts must only have a score.

    With `items` (the option `certain`) also 1 without that score, once the given answers alone reach it.
    """

    parts: tuple[str, ...]
    at_least: float
    items: tuple[Item, ...] = ()
    worths: tuple[Values, ...] = ()
    minimum: float = 0
    maximum: float = 1
    exact: bool = True

    def outcome(self, answers: Answers, parts: Sequence[Score], value_set: str | None) -> Outcome:  # noqa: ARG002
        """Compare the first part with the cut-off."""
        found = tuple(one.scale_id for one in parts if one.value is not None)
        value = parts[0].value
        if value is not None and len(found) == len(parts):
            return Outcome(float(value >= self.at_least), None, found, len(parts))
        if self.items and self._lowest(answers) >= self.at_least:
            return Outcome(1.0, None, self.parts, len(parts), prorated=True)
        return Outcome(None, no_score_of(parts), found, len(parts))

    def _lowest(self, answers: Answers) -> float:
        """The lowest sum that the answers still allow."""
        total = 0.0
        for worth, answer in zip(self.worths, answers, strict=True):
            given = None if isinstance(answer, Missing) else worth.get(answer)
            total += min(worth.values()) if given is None else given
        return total


def cut_off(scale: Scale, instrument: Instrument) -> CutOff:
    """Whether the score of `scale` is `at_least` so high; `certain` says so early from a plain sum's answers.

    `needs` names other scales without whose scores nothing is said (PHQ-4: both halves must be answered).
    """
    no_items(scale)
    check_names(scale, "scale", "at_least", optional=("certain", "needs"))
    one = part(scale.parameters["scale"], scale, instrument)
    needed = tuple(part(name, scale, instrument, "needs").id for name in names(scale, "needs"))
    limit = number(scale, scale.parameters["at_least"], "at_least")
    if not one.minimum < limit <= one.maximum:
        raise MethodError(("parameters", "at_least"), f"{limit} divides nothing between {one.minimum}, {one.maximum}")
    if not scale.parameters.get("certain", False):
        return CutOff((one.id, *needed), limit)
    if needed:
        raise MethodError(("parameters", "needs"), "cannot stand beside certain, which does without scores")
    if one.method != "prorated_sum" or one.parameters.get("missing") != "all":
        raise MethodError(("parameters", "certain"), "goes only with a prorated_sum that needs all its items")
    beneath = prorated_sum(one, instrument)
    return CutOff((one.id,), limit, beneath.items, beneath.worths)


def _parts(scale: Scale, instrument: Instrument) -> tuple[Scale, ...]:
    given = names(scale, "scales")
    if not given:
        raise MethodError(("parameters", "scales"), "names no scale")
    return tuple(part(name, scale, instrument, "scales") for name in given)
