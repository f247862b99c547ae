"""Which response is the reference a patient's recovery is measured against; never guessed."""

from __future__ import annotations

from collections.abc import Sequence
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
    """A submitted response that might serve; `recalled` = it was answered about the week before the operation."""

    response_id: int
    visit_key: str
    answered_on: date
    recalled: bool


@dataclass(frozen=True, slots=True)
class Baseline:
    """The reference of one episode; `why` says in plain words for staff how it was found, or what is missing."""

    kind: BaselineKind
    response_id: int | None
    answered_on: date | None
    why: str


_PREFERENCE = (BaselineKind.PROSPECTIVE, BaselineKind.STALE, BaselineKind.RECALLED)


def choose_baseline(
    candidates: Sequence[BaselineCandidate],
    *,
    rules: BaselineRules,
    surgery_on: date | None,
    planned_on: date | None = None,
    chosen: int | None = None,
) -> Baseline:
    """Return the reference response by the protocol's baseline rules.

    Prospective beats stale beats recalled; among equals the latest wins. `surgery_on` is the day of the operation
    performed; before it, a form is judged against `planned_on`, so that a postponed operation shows in time. `chosen`
    is the response a person picked: it is taken when the rules let it serve, otherwise there is no baseline, so that
    no other form slips into its place.
    """
    eligible = [item for item in candidates if item.visit_key in rules.visits]
    if chosen is not None:
        eligible = [item for item in candidates if item.response_id == chosen]
    judged = [_judge(item, rules, surgery_on, planned_on) for item in sorted(eligible, key=_age, reverse=True)]
    for kind in _PREFERENCE:
        for baseline in judged:
            if baseline.kind is kind:
                return baseline
    if judged:
        return judged[0]
    return Baseline(BaselineKind.NONE, None, None, "No form from before the operation.")


def _age(candidate: BaselineCandidate) -> tuple[date, int]:
    return candidate.answered_on, candidate.response_id


def _judge(
    candidate: BaselineCandidate, rules: BaselineRules, surgery_on: date | None, planned_on: date | None
) -> Baseline:
    if surgery_on is None:
        return _judge_planned(candidate, rules, planned_on)
    days_before = (surgery_on - candidate.answered_on).days
    if candidate.recalled:
        return _judge_recalled(candidate, rules, days_before)
    if days_before <= 0:
        return _unusable("The only form was answered on or after the day of the operation.")
    if days_before > rules.stale_days:
        return _unusable(f"Answered {days_before} days before the operation: too old, repeat it if there is time.")
    if days_before > rules.prospective_days:
        return _usable(BaselineKind.STALE, candidate, f"Answered {days_before} days before the operation: old.")
    return _usable(BaselineKind.PROSPECTIVE, candidate, f"Answered {_days(days_before)} before the operation.")


def _judge_planned(candidate: BaselineCandidate, rules: BaselineRules, planned_on: date | None) -> Baseline:
    if candidate.recalled:
        return _unusable("The form is about the week before the operation, but there is no operation date.")
    if planned_on is None or planned_on <= candidate.answered_on:
        return _usable(BaselineKind.PROSPECTIVE, candidate, "Latest form so far; the operation is still to come.")
    days = (planned_on - candidate.answered_on).days
    if days > rules.stale_days:
        return _unusable(f"Answered {days} days before the planned operation: too old by then, it must be repeated.")
    if days > rules.prospective_days:
        return _usable(
            BaselineKind.STALE, candidate, f"Answered {days} days before the planned operation: old by then."
        )
    return _usable(BaselineKind.PROSPECTIVE, candidate, f"Answered {_days(days)} before the planned operation.")


def _judge_recalled(candidate: BaselineCandidate, rules: BaselineRules, days_before: int) -> Baseline:
    if -days_before > rules.recalled_days:
        return _unusable(f"Recalled {_days(-days_before)} after the operation: too late to serve.")
    return _usable(BaselineKind.RECALLED, candidate, "Recalled after the operation: not used to judge recovery.")


def _usable(kind: BaselineKind, candidate: BaselineCandidate, why: str) -> Baseline:
    return Baseline(kind, candidate.response_id, candidate.answered_on, why)


def _unusable(why: str) -> Baseline:
    return Baseline(BaselineKind.NONE, None, None, why)


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
