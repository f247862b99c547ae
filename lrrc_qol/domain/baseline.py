"""Which response is the reference a patient's recovery is measured against; never guessed.

Every form that might serve is judged for itself, from its own day, the day of the operation and what happened in
between; no other form enters. Only then is one of them taken, by the rules or by a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lrrc_qol.domain.figures import BaselineRules


class BaselineKind(StrEnum):
    """How far a reference can be trusted; `recalled` is shown but left out of recovery figures."""

    PROSPECTIVE = "prospective"
    STALE = "stale"
    RECALLED = "recalled"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class BaselineCandidate:
    """A visit of which something was sent and that might serve; `response_id` is its first form.

    `recalled` = it was answered about the week before the operation. `answered_on` is the first and `last_on` the last
    day on which a part of it was answered (None: the same day). `lacking` names the questionnaires that were not sent
    or gave no score; `scored` is False when none gave one. `planned_then` is the operation day it was planned by.
    `home_key` is the visit it was answered as, when a later plan gave it another label.
    """

    response_id: int
    visit_key: str
    answered_on: date
    recalled: bool
    last_on: date | None = None
    lacking: tuple[str, ...] = ()
    scored: bool = True
    by_proxy: bool = False
    planned_then: date | None = None
    home_key: str | None = None


@dataclass(frozen=True, slots=True)
class Treatment:
    """A treatment before the operation that was begun; `completed` = it is over, though the day may not be known."""

    words: str
    ended_on: date | None
    completed: bool


@dataclass(frozen=True, slots=True)
class MajorEvent:
    """Something after which a patient is no longer as the form says."""

    words: str
    happened_on: date


@dataclass(frozen=True, slots=True)
class BaselineFacts:
    """What the forms are judged against.

    `surgery_on` is the day of the operation performed; before it, a form is judged against `planned_on`, so that a
    postponed operation shows in time.
    """

    surgery_on: date | None
    planned_on: date | None = None
    treatments: tuple[Treatment, ...] = ()
    events: tuple[MajorEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """One plain sentence for staff; `against` = it keeps the form from serving by the rules."""

    text: str
    against: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a form can serve as by the rules, with all reasons, and what it is (`choosable`) when a person picks it."""

    candidate: BaselineCandidate
    kind: BaselineKind
    choosable: BaselineKind
    reasons: tuple[Reason, ...]

    @property
    def why(self) -> str:
        """All reasons in one line."""
        return " ".join(reason.text for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Baseline:
    """The reference of one episode; `why` says in plain words for staff how it was found, or what is missing.

    `chosen` = a person picked this form, whether or not it can serve.
    """

    kind: BaselineKind
    response_id: int | None
    answered_on: date | None
    why: str
    chosen: bool = False


_PREFERENCE = (BaselineKind.PROSPECTIVE, BaselineKind.STALE, BaselineKind.RECALLED)


def judge(candidate: BaselineCandidate, rules: BaselineRules, facts: BaselineFacts) -> Verdict:
    """Return what one form can serve as.

    A person may take a form that the rules exclude only as an old one, never as prospective; one that was answered on
    or after the day of the operation, or has no score, not at all; one from memory only as recalled, and in time.
    """
    if candidate.recalled:
        return _judge_recalled(candidate, rules, facts)
    kind, age = _age(candidate, rules, facts)
    after = facts.surgery_on is not None and (candidate.last_on or candidate.answered_on) >= facts.surgery_on
    reasons = [age, *_against(candidate, rules, facts), *_notes(candidate, facts)]
    if after and candidate.answered_on < (candidate.last_on or candidate.answered_on):
        reasons.append(Reason("A part of it was answered on or after the day of the operation.", against=True))
    if any(reason.against for reason in reasons):
        kind = BaselineKind.NONE
    choosable = kind if kind is not BaselineKind.NONE else BaselineKind.STALE
    return Verdict(
        candidate=candidate,
        kind=kind,
        choosable=BaselineKind.NONE if after or not candidate.scored else choosable,
        reasons=tuple(reasons),
    )


def judge_all(
    candidates: Sequence[BaselineCandidate], *, rules: BaselineRules, facts: BaselineFacts
) -> tuple[Verdict, ...]:
    """The verdict on each form, the latest form first."""
    return tuple(judge(one, rules, facts) for one in sorted(candidates, key=_by_day, reverse=True))


def choose_baseline(verdicts: Sequence[Verdict], *, chosen: int | None = None) -> Baseline:
    """Return the reference of an episode from its verdicts, the latest form first.

    Prospective beats stale beats recalled; among equals the latest wins. `chosen` is the response a person picked: it
    is taken when it can serve at all, otherwise there is no baseline, so that no other form slips into its place.
    """
    if chosen is not None:
        return _chosen(verdicts, chosen)
    for kind in _PREFERENCE:
        for verdict in verdicts:
            if verdict.kind is kind:
                return _served(verdict, kind)
    if verdicts:
        return Baseline(BaselineKind.NONE, None, None, verdicts[0].why)
    return Baseline(BaselineKind.NONE, None, None, "No form from before the operation.")


def _chosen(verdicts: Sequence[Verdict], chosen: int) -> Baseline:
    found = next((verdict for verdict in verdicts if verdict.candidate.response_id == chosen), None)
    if found is None:
        return Baseline(BaselineKind.NONE, None, None, "The form that was chosen is no longer there.", chosen=True)
    if found.choosable is BaselineKind.NONE:
        return Baseline(
            BaselineKind.NONE, None, None, f"The form that was chosen cannot serve. {found.why}", chosen=True
        )
    return _served(found, found.choosable, chosen=True)


def _served(verdict: Verdict, kind: BaselineKind, *, chosen: bool = False) -> Baseline:
    one = verdict.candidate
    why = f"Chosen by a person. {verdict.why}" if chosen else verdict.why
    return Baseline(kind, one.response_id, one.answered_on, why, chosen=chosen)


def _by_day(candidate: BaselineCandidate) -> tuple[date, int]:
    return candidate.answered_on, candidate.response_id


def _age(candidate: BaselineCandidate, rules: BaselineRules, facts: BaselineFacts) -> tuple[BaselineKind, Reason]:
    """The kind by age alone, and the sentence that says it."""
    planned = facts.surgery_on is None
    day = facts.surgery_on or facts.planned_on
    if day is None or (planned and day <= candidate.answered_on):
        return BaselineKind.PROSPECTIVE, Reason("Latest form so far; the operation is still to come.")
    days = (day - candidate.answered_on).days
    if days <= 0:
        return BaselineKind.NONE, Reason("Answered on or after the day of the operation.", against=True)
    words = f"Answered {_days(days)} before the {'planned ' if planned else ''}operation"
    if days > rules.stale_days:
        old = "too old by then, it must be repeated" if planned else f"too old, more than {rules.stale_days} days"
        return BaselineKind.NONE, Reason(f"{words}: {old}.", against=True)
    if days > rules.prospective_days:
        return BaselineKind.STALE, Reason(f"{words}: {'old by then' if planned else 'old'}.")
    return BaselineKind.PROSPECTIVE, Reason(f"{words}.")


def _against(candidate: BaselineCandidate, rules: BaselineRules, facts: BaselineFacts) -> Iterator[Reason]:
    if not {candidate.visit_key, candidate.home_key} & set(rules.visits):
        yield Reason("It belongs to the time before treatment, which shows what treatment does.", against=True)
    if not candidate.scored:
        yield Reason("Nothing in it gave a score.", against=True)
    elif candidate.lacking:
        yield Reason(f"Not complete: nothing from {', '.join(candidate.lacking)}.", against=True)
    for treatment in facts.treatments:
        fault = _treatment_fault(treatment, candidate.answered_on, operated=facts.surgery_on is not None)
        if fault:
            yield Reason(fault, against=True)
    for event in facts.events:
        before_operation = facts.surgery_on is None or event.happened_on < facts.surgery_on
        if candidate.answered_on < event.happened_on and before_operation:
            yield Reason(f"{event.words} since then, on {event.happened_on.isoformat()}.", against=True)


def _treatment_fault(treatment: Treatment, answered_on: date, *, operated: bool) -> str | None:
    if treatment.ended_on is not None:
        if treatment.ended_on <= answered_on:
            return None
        return f"{treatment.words} ended later, on {treatment.ended_on.isoformat()}."
    if treatment.completed or operated:
        return f"{treatment.words}: the day it ended is not recorded, so it may have ended later."
    return f"{treatment.words} is still going on."


def _notes(candidate: BaselineCandidate, facts: BaselineFacts) -> Iterator[Reason]:
    if was_postponed(candidate, facts):
        then, now = candidate.planned_then, facts.surgery_on or facts.planned_on
        yield Reason(f"The operation was postponed after that: planned for {then}, now {now}.")
    if candidate.by_proxy:
        yield Reason("Answered by another person for the patient: shown, but recovery is not judged by it.")


def was_postponed(candidate: BaselineCandidate, facts: BaselineFacts) -> bool:
    """Whether the operation is, or was, later than planned when the form was answered."""
    day = facts.surgery_on or facts.planned_on
    return candidate.planned_then is not None and day is not None and candidate.planned_then < day


class Proposal(StrEnum):
    """What would help the baseline of an episode now."""

    NOTHING = "nothing"
    CHASE = "chase"
    REPEAT = "repeat"
    RECALL = "recall"


def may_repeat(facts: BaselineFacts) -> bool:
    """Whether another form from before the operation can still be asked for."""
    return facts.surgery_on is None


def may_recall(rules: BaselineRules, facts: BaselineFacts, *, today: date) -> bool:
    """Whether a form from memory can be asked for: only after the operation, and not for long."""
    return facts.surgery_on is not None and 0 <= (today - facts.surgery_on).days <= rules.recalled_days


def propose(
    verdicts: Sequence[Verdict],
    *,
    rules: BaselineRules,
    facts: BaselineFacts,
    today: date,
    asked_on: date | None = None,
) -> tuple[Proposal, str]:
    """Return what to do about the baseline, with one sentence for staff; `asked_on` is the last request that stands."""
    kinds = {verdict.kind for verdict in verdicts}
    if BaselineKind.PROSPECTIVE in kinds:
        return Proposal.NOTHING, ""
    answered = max((verdict.candidate.answered_on for verdict in verdicts), default=None)
    waiting = asked_on is not None and (answered is None or answered < asked_on)
    if facts.surgery_on is None:
        if answered is None or waiting:
            return Proposal.CHASE, "Help the patient to answer the form before the operation."
        return Proposal.REPEAT, f"{_cause(verdicts[0], facts)}: ask for a new baseline."
    if not kinds - {BaselineKind.NONE}:
        if waiting:
            return Proposal.CHASE, "Help the patient to answer the form about the week before the operation."
        if may_recall(rules, facts, today=today):
            return Proposal.RECALL, "No baseline: ask for one from memory while it is still possible."
    return Proposal.NOTHING, ""


def _cause(latest: Verdict, facts: BaselineFacts) -> str:
    if was_postponed(latest.candidate, facts):
        return "Operation postponed"
    against = next((reason.text for reason in latest.reasons if reason.against), latest.reasons[0].text)
    return against.rstrip(".")


def _judge_recalled(candidate: BaselineCandidate, rules: BaselineRules, facts: BaselineFacts) -> Verdict:
    reasons = [_recall_reason(candidate, rules, facts)]
    if not candidate.scored:
        reasons.append(Reason("Nothing in it gave a score.", against=True))
    elif candidate.lacking:
        reasons.append(Reason(f"Nothing from {', '.join(candidate.lacking)}."))
    reasons += _notes(candidate, facts)
    kind = BaselineKind.NONE if any(reason.against for reason in reasons) else BaselineKind.RECALLED
    return Verdict(candidate, kind, kind, tuple(reasons))


def _recall_reason(candidate: BaselineCandidate, rules: BaselineRules, facts: BaselineFacts) -> Reason:
    if facts.surgery_on is None:
        return Reason("About the week before the operation, but there is no operation date.", against=True)
    days = (candidate.answered_on - facts.surgery_on).days
    if days > rules.recalled_days:
        words = f"Recalled {_days(days)} after the operation: too late, more than {rules.recalled_days} days."
        return Reason(words, against=True)
    return Reason("Recalled after the operation: shown, not used to judge recovery.")


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
