"""What a questionnaire is: items, response codes, scales, and the facts needed to read a score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

FACTS = frozenset({"stoma", "urostomy", "male", "female", "neoadjuvant"})
"""What may be known of a person to choose questions by; a definition that names another fact is wrong."""
NEGATION = "no_"


class Confidence(StrEnum):
    """How far a clinical figure can be trusted; anything but `verified` is shown as provisional."""

    VERIFIED = "verified"
    RECALLED = "recalled"
    COMPUTED = "computed"
    DESIGN = "design"


class Direction(StrEnum):
    """Which way a score is good. Scores are stored and shown in their native direction."""

    BETTER = "higher_is_better"
    WORSE = "higher_is_worse"


class Domain(StrEnum):
    """Panel a scale is drawn in; functioning and symptoms are never mixed."""

    FUNCTIONING = "functioning"
    SYMPTOM = "symptom"


class ItemKind(StrEnum):
    """How an item is asked: a list of worded options, or eleven boxes from 0 to 10."""

    CHOICE = "choice"
    RATING = "rating"


class Missing(StrEnum):
    """Why an item has no value; the three are never merged."""

    NOT_ANSWERED = "not_answered"
    DECLINED = "declined"
    NOT_APPLICABLE = "not_applicable"


AnswerValue = int | Missing
"""One answer: the manual's numeric code, or the kind of missing."""


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `codes` are the manual's numbers in printed order; `topic` is our own short description.

    `applies_if` names anatomy or sex facts that must all hold (for example `stoma`); empty = everybody.
    A name that starts with `no_` holds when the fact after it is not known to hold (`no_urostomy`).
    """

    id: str
    number: str
    topic: str
    kind: ItemKind
    codes: tuple[int, ...]
    applies_if: tuple[str, ...] = ()
    sensitive: bool = False

    def applies(self, facts: frozenset[str]) -> bool:
        """Whether to ask a person of whom `facts` are known to hold."""
        return all(_holds(condition, facts) for condition in self.applies_if)


def _holds(condition: str, facts: frozenset[str]) -> bool:
    if condition.startswith(NEGATION):
        return condition.removeprefix(NEGATION) not in facts
    return condition in facts


@dataclass(frozen=True, slots=True)
class Mid:
    """Minimal important difference in score points, both positive; read with the scale's direction.

    `source` and `confidence` speak for both figures unless the deterioration has its own.
    """

    improvement: float
    deterioration: float
    source: str
    confidence: Confidence
    deterioration_source: str = ""
    deterioration_confidence: Confidence | None = None


@dataclass(frozen=True, slots=True)
class Threshold:
    """Absolute limit: `below` or `above` this value the problem is clinically important."""

    side: str
    value: float
    meaning: str
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Scale:
    """One score of an instrument and how it is computed.

    `method` names a scoring method of `domain.scoring`; `parameters` are its data. `items` are item ids for item
    based methods; for composites `parameters` names other scales. `minimum`/`maximum` bound the score.
    """

    id: str
    name: str
    domain: Domain
    direction: Direction
    minimum: float
    maximum: float
    items: tuple[str, ...]
    method: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    primary: bool = False
    mid: Mid | None = None
    threshold: Threshold | None = None
    step: float | None = None
    low_label: str = ""
    high_label: str = ""


@dataclass(frozen=True, slots=True)
class Instrument:
    """One version of one questionnaire. `digest` is the SHA-256 of the definition file.

    `note` is what a reader of the scores must know, for example that the set is not a validated instrument.
    """

    id: str
    version: str
    title: str
    short_title: str
    recall: str
    licence_class: str
    own_wording: bool
    holder: str
    references: tuple[str, ...]
    scoring_version: str
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    digest: str
    minutes: float
    note: str = ""

    def item(self, item_id: str) -> Item:
        """Return the item of that id; KeyError when there is none."""
        for item in self.items:
            if item.id == item_id:
                return item
        raise KeyError(item_id)

    def scale(self, scale_id: str) -> Scale:
        """Return the scale of that id; KeyError when there is none."""
        for scale in self.scales:
            if scale.id == scale_id:
                return scale
        raise KeyError(scale_id)

    def applicable_items(self, facts: frozenset[str]) -> tuple[Item, ...]:
        """Items to ask a person of whom `facts` (for example `stoma`, `male`) are known to hold, in printed order."""
        return tuple(item for item in self.items if item.applies(facts))


@dataclass(frozen=True, slots=True)
class ItemWording:
    """What one item says in one language; `labels` maps a code to its option text.

    A rating has labels for its lowest and highest code only. `help` is an optional short explanation.
    """

    text: str
    labels: Mapping[int, str]
    help: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """The text of one instrument version in one language.

    `approved` is false for stand-in topics, which only demo and test mode may show, under a banner.
    `digest` is kept on every response: it says exactly what the patient saw.
    """

    instrument_id: str
    version: str
    language: str
    title: str
    recall: str
    items: Mapping[str, ItemWording]
    approved: bool
    digest: str
