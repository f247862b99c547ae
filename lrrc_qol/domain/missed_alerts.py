"""Which check-ins that nobody answered call for a human."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from lrrc_qol.domain.alerts import AlertRuleSet, Finding, MissedRule


@dataclass(frozen=True, slots=True)
class CheckIn:
    """A check-in whose window is over: its key, the day since discharge on which it was due, and whether it was missed.

    One that could not be answered (in hospital, a pause) is not missed.
    """

    key: str
    due_day: int
    missed: bool


def evaluate_missed(rule_set: AlertRuleSet, check_ins: Sequence[CheckIn]) -> tuple[Finding, ...]:
    """Return what the last of the check-ins calls for, most urgent first; nothing when that one was answered.

    Check-ins count in the order in which they were due; a rule sees those of its own days only.
    """
    ordered = sorted(check_ins, key=lambda one: (one.due_day, one.key))
    findings = [
        Finding(rule.id, rule_set.version, rule.level, "", {}, rule.reason, None, {"visits": keys})
        for rule in rule_set.missed_rules
        if rule.enabled and ordered and _within(rule, ordered[-1])
        for keys in [_running(rule, ordered)]
        if len(keys) >= rule.count
    ]
    return tuple(sorted(findings, key=lambda finding: -finding.level.rank))


def _running(rule: MissedRule, ordered: Sequence[CheckIn]) -> list[str]:
    """The keys of the check-ins missed running up to the last one, oldest first."""
    own = [one for one in ordered if _within(rule, one)]
    return [one.key for one in takewhile(lambda one: one.missed, reversed(own))][::-1]


def _within(rule: MissedRule, check_in: CheckIn) -> bool:
    return rule.from_day <= check_in.due_day and (rule.to_day is None or check_in.due_day <= rule.to_day)
