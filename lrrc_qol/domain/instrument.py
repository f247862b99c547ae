"""What a questionnaire is: items, response codes, scales, and the facts needed to read a score."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

ANATOMY = ("stoma", "urostomy", "rectum_removed", "bladder_removed", "vagina", "nerve_resection")
"""Facts of anatomy as the record keeps them: known to hold, known not to hold, or not known."""
FACTS = frozenset({*ANATOMY, "male", "female", "neoadjuvant"})
"""What may be known of a person to choose questions by; a definition that names another fact is wrong."""
VARIANT = "@"
"""Stands between an item's id and the fact in the wording key of a second wording: `q49@stoma`."""
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
    """How an item is asked: a list of worded options, eleven boxes from 0 to 10, or a whole number to type in."""

    CHOICE = "choice"
    RATING = "rating"
    NUMBER = "number"


class Missing(StrEnum):
    """Why an item has no value; the three are never merged."""

    NOT_ANSWERED = "not_answered"
    DECLINED = "declined"
    NOT_APPLICABLE = "not_applicable"


AnswerValue = int | Missing
"""One answer: the manual's numeric code, or the kind of missing."""


class Status(StrEnum):
    """Whether an instrument can be used: as it stands, with structure from memory, or not before it is completed."""

    READY = "ready"
    PROVISIONAL = "provisional"
    SHELL = "shell"


@dataclass(frozen=True, slots=True)
class Tells:
    """What a filter item says about the person: answering `code` means that `fact` holds, another code that not."""

    fact: str
    code: int


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `codes` are the manual's numbers in printed order; `topic` is our own short description.

    `applies_if` names anatomy or sex facts that must all hold (for example `stoma`); empty = everybody.
    A name that starts with `no_` holds when the fact after it is not known to hold (`no_urostomy`).
    `variants` are topics of a second wording under the same number, by the fact that calls for it. `group` is the
    selectable term that the item belongs to. `optional` items may be absent from a file of answers to be scored.
    """

    id: str
    number: str
    topic: str
    kind: ItemKind
    codes: tuple[int, ...]
    applies_if: tuple[str, ...] = ()
    sensitive: bool = False
    variants: Mapping[str, str] = field(default_factory=dict)
    tells: Tells | None = None
    group: str = ""
    optional: bool = False

    def applies(self, facts: frozenset[str]) -> bool:
        """Whether to ask a person of whom `facts` are known to hold."""
        return all(holds(condition, facts) for condition in self.applies_if)

    def wording_key(self, facts: frozenset[str]) -> str:
        """Under which key a wording holds the words for a person of whom `facts` are known to hold."""
        return next((self.id + VARIANT + fact for fact in self.variants if fact in facts), self.id)

    def topic_for(self, facts: frozenset[str]) -> str:
        """Our own words for what is asked of a person of whom `facts` are known to hold."""
        return next((topic for fact, topic in self.variants.items() if fact in facts), self.topic)

    def wording_keys(self) -> tuple[str, ...]:
        """All keys under which a complete wording has words for this item."""
        return (self.id, *(self.id + VARIANT + fact for fact in self.variants))

    def labelled_codes(self) -> tuple[int, ...]:
        """The codes that carry words: all of a choice, the two ends of a rating or a number."""
        if self.kind is ItemKind.CHOICE:
            return self.codes
        return min(self.codes), max(self.codes)


def holds(condition: str, facts: frozenset[str]) -> bool:
    """Whether a condition is met: a fact that holds, or one after `no_` that is not known to hold."""
    if condition.startswith(NEGATION):
        return condition.removeprefix(NEGATION) not in facts
    return condition in facts


@dataclass(frozen=True, slots=True)
class Mid:
    """Minimal important difference in score points, both positive; read with the scale's direction.

    `source` and `confidence` speak for both figures unless the deterioration has its own. `published` is the range
    that the source gives where it gives one; its upper end is then the figure in use.
    """

    improvement: float
    deterioration: float
    source: str
    confidence: Confidence
    deterioration_source: str = ""
    deterioration_confidence: Confidence | None = None
    published: tuple[float, float] | None = None


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
    based methods; for composites `parameters` names other scales. `minimum`/`maximum` bound the score. A scale that
    is not `drawn` is computed and listed, but has no curve. `decimals` is for display only.
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
    drawn: bool = True
    decimals: int = 1


Table = tuple[Mapping[str, str], ...]
"""A table that belongs to a definition, row by row; every cell is text, an empty one means none."""


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes of other systems, as data with their source: of the whole, of items and of scales, by system."""

    source: str
    confidence: Confidence
    whole: Mapping[str, str]
    items: Mapping[str, Mapping[str, str]]
    scales: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Instrument:
    """One version of one questionnaire. `digest` is the SHA-256 of the definition and its tables.

    `note` is what a reader of the scores must know, for example that the set is not a validated instrument. `credit`
    must be shown with the questions. `groups` are the selectable terms, `default_groups` those asked unless a centre
    selects others.
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
    licence: str = ""
    credit: str = ""
    status: Status = Status.READY
    default_groups: tuple[str, ...] = ()
    tables: Mapping[str, Table] = field(default_factory=dict)
    codes: Codes | None = None

    @property
    def groups(self) -> tuple[str, ...]:
        """The selectable terms in printed order; empty for an instrument that is always asked as a whole."""
        return tuple(dict.fromkeys(item.group for item in self.items if item.group))

    @property
    def value_sets(self) -> tuple[str, ...]:
        """Names of the value sets a centre can choose from; empty when no scale needs one."""
        names = [str(scale.parameters.get("table")) for scale in self.scales if scale.method == "value_set"]
        return tuple(dict.fromkeys(row["value_set"] for name in names for row in self.tables.get(name, ())))

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

    def told_facts(self, facts: frozenset[str], answers: Mapping[str, AnswerValue]) -> frozenset[str]:
        """`facts` corrected by what the filter items of this form were answered; on this form the answer counts."""
        for item in self.items:
            given = answers.get(item.id)
            if item.tells is not None and isinstance(given, int):
                facts = facts | {item.tells.fact} if given == item.tells.code else facts - {item.tells.fact}
        return facts

    def wording_keys(self) -> tuple[tuple[str, Item], ...]:
        """Every key that a complete wording has words for, with its item, in printed order."""
        return tuple((key, item) for item in self.items for key in item.wording_keys())

    def with_groups(self, groups: Collection[str]) -> Instrument:
        """The instrument with only these selectable terms; unselected items and what is scored from them are gone.

        `minutes` is the time for the terms asked by default; others take as much longer or shorter as they have items.
        """
        if not self.groups:
            return self
        items = tuple(item for item in self.items if not item.group or item.group in groups)
        kept = {item.id for item in items}
        scales = tuple(scale for scale in self.scales if kept.issuperset(scale.items))
        usual = sum(not item.group or item.group in self.default_groups for item in self.items)
        return replace(self, items=items, scales=scales, minutes=max(self.minutes * len(items) / usual, 1))


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
    `items` is keyed by wording key (`Item.wording_key`). `credit` is a line that the holder wants to be shown.
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
    credit: str = ""
