"""Which answers call for a human, how urgently, and what the patient is told at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Literal

from lrrc_qol.domain.instrument import AnswerValue, Confidence

SOURCE_LANGUAGE = "en"
"""The language in which every protocol has its instructions."""


class AlertLevel(StrEnum):
    """How urgent a finding is."""

    RED = "red"
    AMBER = "amber"
    YELLOW = "yellow"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Urgency as a number, higher = more urgent: info 0, yellow 1, amber 2, red 3."""
        return (AlertLevel.INFO, AlertLevel.YELLOW, AlertLevel.AMBER, AlertLevel.RED).index(self)


class RuleKind(StrEnum):
    """The closed list of what a rule can ask of an answer."""

    AT_OR_ABOVE = "item_at_or_above"
    IN = "item_in"
    RISE = "item_rise"
    PERSISTS = "item_persists"


@dataclass(frozen=True, slots=True)
class AlertRule:
    """One rule of the protocol; its figures come with `source` and `confidence`.

    `watched` maps an instrument to the items asked of. `minimum` is the smallest answer that fires (all kinds but
    `item_in`, which has `values`); `min_rise` the smallest rise over the previous form; `max_age_days` how old that
    form may be. The rule sleeps unless all facts of `requires` hold and none of `unless`. `topic` groups rules that
    speak of the same trouble, so that one trouble is not counted twice.
    """

    id: str
    level: AlertLevel
    kind: RuleKind
    topic: str
    watched: Mapping[str, tuple[str, ...]]
    reason: str
    instruction: str | None
    source: str
    confidence: Confidence
    minimum: int = 0
    values: tuple[int, ...] = ()
    min_rise: int = 0
    max_age_days: int = 0
    requires: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class CombinedRule:
    """`count` findings of `of_level` about different topics in one form make one further finding of `level`."""

    id: str
    level: AlertLevel
    of_level: AlertLevel
    count: int
    reason: str
    instruction: str | None
    source: str
    confidence: Confidence
    enabled: bool = True


class ScoreRuleKind(StrEnum):
    """What a rule can ask of a score and its change from the baseline."""

    CLEAR_FALL = "clear_fall"
    POSSIBLE_FALL = "possible_fall"
    PROBLEM = "important_problem"


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """One rule about every scale of a sent form: what has fallen makes one finding, however many scales it are.

    `requires` and `unless` are facts as in `AlertRule`.
    """

    id: str
    level: AlertLevel
    kind: ScoreRuleKind
    reason: str
    source: str
    confidence: Confidence
    requires: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    enabled: bool = True

    @property
    def instruction(self) -> None:
        """Nothing is told on the page: a score is there only once the form is sent."""
        return None


@dataclass(frozen=True, slots=True)
class ReliableChange:
    """From how many `points` on a change of this scale is more than measurement error (RC95), with its source."""

    instrument_id: str
    scale_id: str
    points: float
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class MissedRule:
    """`count` check-ins running that nobody answered, all due between two days since discharge (both included)."""

    id: str
    level: AlertLevel
    count: int
    from_day: int
    to_day: int | None
    reason: str
    source: str
    confidence: Confidence
    enabled: bool = True

    @property
    def instruction(self) -> None:
        """Nobody is at a page when a form was missed."""
        return None


AnyRule = AlertRule | CombinedRule | ScoreRule | MissedRule


@dataclass(frozen=True, slots=True)
class TimingWindow:
    """A stretch of days since discharge in which `fact` holds; both days belong to it, no `to_day` = open end."""

    fact: str
    from_day: int
    to_day: int | None


@dataclass(frozen=True, slots=True)
class Instruction:
    """What the patient sees at once. `call` names the number to tap; the text may hold phone placeholders."""

    title: str
    text: str
    call: Literal["emergency", "ward", "nurse"] | None
    language: str = SOURCE_LANGUAGE


@dataclass(frozen=True, slots=True)
class AlertRuleSet:
    """One version of a protocol's alert rules.

    `target_minutes` is the opening time within which the first call should be made; None = at the next contact.
    `instructions` are kept by language, then by name; every language has all of them.
    """

    version: str
    owner: str
    rules: tuple[AlertRule, ...]
    combined: tuple[CombinedRule, ...]
    windows: tuple[TimingWindow, ...]
    instructions: Mapping[str, Mapping[str, Instruction]]
    target_minutes: Mapping[AlertLevel, int | None]
    score_rules: tuple[ScoreRule, ...] = ()
    missed_rules: tuple[MissedRule, ...] = ()
    reliable: tuple[ReliableChange, ...] = ()

    @property
    def every(self) -> tuple[AnyRule, ...]:
        """All rules of all sorts, those that are switched off too."""
        return (*self.rules, *self.combined, *self.score_rules, *self.missed_rules)

    def instruction(self, name: str, language: str) -> Instruction:
        """What to tell a patient of this language; KeyError for an unknown name.

        Where the language has no instructions it is the English one: not to be told whom to call would be worse.
        """
        return self.instructions.get(language, self.instructions[SOURCE_LANGUAGE])[name]


@dataclass(frozen=True, slots=True)
class PreviousAnswers:
    """The form of the same instrument before this one: its answers, its age in days, and whether the same person
    answered both."""

    answers: Mapping[str, AnswerValue]
    age_days: int
    same_respondent: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that fired; `items` are the answers that fired it, `more` is what else did: scores, missed visits."""

    rule_id: str
    rule_version: str
    level: AlertLevel
    instrument_id: str
    items: Mapping[str, int]
    reason: str
    instruction: str | None
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def evidence(self) -> dict[str, Any]:
        """What an alert keeps of the finding, as plain data."""
        return {"instrument": self.instrument_id, "items": dict(self.items), **self.more}


def evaluate(
    rule_set: AlertRuleSet,
    *,
    instrument_id: str,
    answers: Mapping[str, AnswerValue],
    previous: PreviousAnswers | None,
    facts: frozenset[str],
) -> tuple[Finding, ...]:
    """Return what the answers given so far call for, highest level first; a half-filled form is judged as it stands.

    A finding whose answers all stand in a more urgent finding already is left out: one trouble, one alert. `facts` are
    anatomy facts together with those of `timing_facts`.
    """
    fired = [
        (rule, items)
        for rule in rule_set.rules
        if awake(rule, facts) and (items := _firing_items(rule, instrument_id, answers, previous))
    ]
    fired.sort(key=lambda pair: -pair[0].level.rank)
    covered: set[str] = set()
    kept: list[tuple[AlertRule, Mapping[str, int]]] = []
    for rule, items in fired:
        if not set(items) <= covered:
            kept.append((rule, items))
            covered |= set(items)
    findings = [
        Finding(rule.id, rule_set.version, rule.level, instrument_id, items, rule.reason, rule.instruction)
        for rule, items in kept
    ]
    findings += [
        Finding(rule.id, rule_set.version, rule.level, instrument_id, items, rule.reason, rule.instruction)
        for rule in rule_set.combined
        if rule.enabled and (items := _combined_items(rule, kept))
    ]
    return tuple(sorted(findings, key=lambda finding: -finding.level.rank))


def awake(rule: AlertRule | ScoreRule, facts: frozenset[str]) -> bool:
    """Whether the rule is switched on and its facts let it look."""
    return rule.enabled and set(rule.requires) <= facts and not set(rule.unless) & facts


def _firing_items(
    rule: AlertRule, instrument_id: str, answers: Mapping[str, AnswerValue], previous: PreviousAnswers | None
) -> dict[str, int]:
    given = _numbers(answers, rule.watched.get(instrument_id, ()))
    if rule.kind is RuleKind.IN:
        return {item: value for item, value in given.items() if value in rule.values}
    high = {item: value for item, value in given.items() if value >= rule.minimum}
    if rule.kind is RuleKind.AT_OR_ABOVE:
        return high
    if previous is None or not previous.same_respondent or previous.age_days > rule.max_age_days:
        return {}
    before = _numbers(previous.answers, tuple(high))
    if rule.kind is RuleKind.PERSISTS:
        return {item: high[item] for item, value in before.items() if value >= rule.minimum}
    return {item: high[item] for item, value in before.items() if high[item] - value >= rule.min_rise}


def _numbers(answers: Mapping[str, AnswerValue], items: Sequence[str]) -> dict[str, int]:
    return {item: value for item in items if isinstance(value := answers.get(item), int)}


def _combined_items(rule: CombinedRule, kept: Sequence[tuple[AlertRule, Mapping[str, int]]]) -> dict[str, int]:
    counted = [(single, items) for single, items in kept if single.level is rule.of_level]
    if len({single.topic for single, _ in counted}) < rule.count:
        return {}
    return {item: value for _, items in counted for item, value in items.items()}


def timing_facts(rule_set: AlertRuleSet, *, discharged_on: date | None, today: date) -> frozenset[str]:
    """Return the facts that hold `today` by the days since discharge; none before discharge."""
    if discharged_on is None:
        return frozenset()
    day = (today - discharged_on).days
    return frozenset(
        window.fact
        for window in rule_set.windows
        if window.from_day <= day and (window.to_day is None or day <= window.to_day)
    )


class AlertStepKind(StrEnum):
    """What can be written into an alert's history."""

    RAISED = "raised"
    RECURRED = "recurred"
    RAISED_AGAIN = "raised_again"
    SEEN = "seen"
    TAKEN = "taken"
    CONTACTED = "contacted"
    NO_ANSWER = "no_answer"
    NOTE = "note"
    HANDED_OVER = "handed_over"
    SNOOZED = "snoozed"
    CHASED = "chased"
    ESCALATED = "escalated"
    CLOSED = "closed"
    REOPENED = "reopened"


class AlertState(StrEnum):
    """Where an alert stands; always derived from its steps."""

    NEW = "new"
    SEEN = "seen"
    CONTACTED = "contacted"
    CLOSED = "closed"


RAISING = (AlertStepKind.RAISED, AlertStepKind.RECURRED, AlertStepKind.RAISED_AGAIN)
"""The steps that answers make; what was done before the newest of them was done about older answers."""

CALLS_BEFORE_NEXT_STEP = 3
"""After so many calls without an answer somebody decides what comes next."""

_PROGRESS = {
    AlertStepKind.RAISED: AlertState.NEW,
    AlertStepKind.RECURRED: AlertState.NEW,
    AlertStepKind.RAISED_AGAIN: AlertState.NEW,
    AlertStepKind.SEEN: AlertState.SEEN,
    AlertStepKind.TAKEN: AlertState.SEEN,
    AlertStepKind.NO_ANSWER: AlertState.SEEN,
    AlertStepKind.NOTE: AlertState.SEEN,
    AlertStepKind.HANDED_OVER: AlertState.SEEN,
    AlertStepKind.SNOOZED: AlertState.SEEN,
    AlertStepKind.CHASED: AlertState.NEW,
    AlertStepKind.ESCALATED: AlertState.NEW,
    AlertStepKind.REOPENED: AlertState.SEEN,
    AlertStepKind.CONTACTED: AlertState.CONTACTED,
    AlertStepKind.CLOSED: AlertState.CLOSED,
}


def alert_state(steps: Iterable[str]) -> AlertState:
    """Return the state after `steps` (values of `AlertStepKind` in order of time); ValueError for an unknown one.

    The state only moves on, except that an open alert raised again is new again: somebody must look once more. One
    that was put off is to be dealt with anew, and a closed one that was reopened is open.
    """
    order = tuple(AlertState)
    state = AlertState.NEW
    for step in map(AlertStepKind, steps):
        reached = _PROGRESS[step]
        is_open = state is not AlertState.CLOSED
        anew = (is_open and step in (*RAISING, AlertStepKind.SNOOZED)) or step is AlertStepKind.REOPENED
        if anew or order.index(reached) > order.index(state):
            state = reached
    return state


def calls_without_answer(steps: Iterable[str]) -> int:
    """How often nobody answered since the patient was last reached, or since the alert was raised or reopened."""
    tries = 0
    for step in map(AlertStepKind, steps):
        if step in (*RAISING, AlertStepKind.CONTACTED, AlertStepKind.REOPENED):
            tries = 0
        tries += step is AlertStepKind.NO_ANSWER
    return tries
