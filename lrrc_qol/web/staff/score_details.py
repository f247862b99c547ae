"""What opens behind a score: the value or why there is none, what entered, what was missing, and the rule in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lrrc_qol.charts.scoring_rules import rule_in_words
from lrrc_qol.charts.wording import NO_SCORE, number, score_words
from lrrc_qol.domain.applicability import part_ids
from lrrc_qol.domain.instrument import Instrument, Missing, Scale
from lrrc_qol.persistence.queries.record import ScoreEntry

HEADINGS = {
    Missing.NOT_ANSWERED: "Not answered",
    Missing.DECLINED: "Declined",
    Missing.NOT_APPLICABLE: "Does not apply",
}
PART_WITHOUT = "No score"


@dataclass(frozen=True, slots=True)
class ScoreDetails:
    """Everything that explains one score, in words for staff.

    `entered` are the questions (number and topic) or scales that the score was made of, `left_out` the others under
    the heading that says why. `band` is the name of the band that the value falls into.
    """

    value: str
    has_value: bool
    counted: str
    entered: tuple[str, ...]
    left_out: tuple[tuple[str, tuple[str, ...]], ...]
    rule: str
    value_set: str
    band: str
    version: str
    computed_at: datetime | None


def explain_scores(
    instrument: Instrument,
    scores: Mapping[str, ScoreEntry],
    *,
    left_out: Mapping[str, str],
    facts: frozenset[str] | None,
) -> dict[str, ScoreDetails]:
    """The scores of one form by scale id. `left_out` are its items without a value, `facts` those it was asked by."""
    return {
        scale.id: _explain(scale, instrument, scores, left_out, facts or frozenset())
        for scale in instrument.scales
        if scale.id in scores
    }


def _explain(
    scale: Scale,
    instrument: Instrument,
    scores: Mapping[str, ScoreEntry],
    left_out: Mapping[str, str],
    facts: frozenset[str],
) -> ScoreDetails:
    score = scores[scale.id]
    entered = set(score.entered)
    names = _names(scale, instrument, facts)
    why = {item_id: _why_not(item_id, scale, scores, left_out) for item_id in names if item_id not in entered}
    return ScoreDetails(
        value=_value(scale, score),
        has_value=score.value is not None,
        counted=_counted(scale, score),
        entered=tuple(name for item_id, name in names.items() if item_id in entered),
        left_out=tuple(
            (heading, tuple(names[item_id] for item_id, reason in why.items() if reason == heading))
            for heading in dict.fromkeys(why.values())
        ),
        rule=rule_in_words(scale, instrument),
        value_set=score.value_set,
        band=score.label or _band_of(scale, instrument, scores),
        version=score.scoring_version,
        computed_at=score.computed_at,
    )


def _names(scale: Scale, instrument: Instrument, facts: frozenset[str]) -> dict[str, str]:
    """What a score can be made of, by id: its questions, or the scales it is made of."""
    if not scale.items:
        return {part: instrument.scale(part).name for part in part_ids(scale)}
    items = (instrument.item(item_id) for item_id in scale.items)
    return {item.id: f"{item.number} {item.topic_for(facts)}" for item in items}


def _why_not(item_id: str, scale: Scale, scores: Mapping[str, ScoreEntry], left_out: Mapping[str, str]) -> str:
    if scale.items:
        return HEADINGS[Missing(left_out.get(item_id, Missing.NOT_ANSWERED))]
    part = scores.get(item_id)
    return HEADINGS[Missing.NOT_APPLICABLE] if part is not None and part.reason == "not_applicable" else PART_WITHOUT


def _value(scale: Scale, score: ScoreEntry) -> str:
    if score.value is None:
        return NO_SCORE.get(score.reason or "", "no score")
    words, figure = score_words(scale, score.value, score.label), number(score.value, scale.decimals)
    return words if words == figure else f"{words} ({figure})"


def _counted(scale: Scale, score: ScoreEntry) -> str:
    unit = ("question" if scale.items else "scale") + ("" if score.expected == 1 else "s")
    words = f"{score.answered} of {score.expected} {unit}"
    return f"{words}, filled up by the rule" if score.prorated else words


def _band_of(scale: Scale, instrument: Instrument, scores: Mapping[str, ScoreEntry]) -> str:
    """The band that another scale of the same form names for this score."""
    bands: Sequence[str] = [
        scores[one.id].label
        for one in instrument.scales
        if one.method == "bands" and part_ids(one) == (scale.id,) and one.id in scores
    ]
    return ", ".join(filter(None, bands))
