"""Which unanswered check-ins call for a human, on the shipped rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lrrc_qol.domain.alerts import AlertRuleSet
from lrrc_qol.domain.missed_alerts import CheckIn, evaluate_missed

EARLY, LATER = "check_in_missed_early", "check_ins_missed"


def check_ins(marks: str, days: list[int]) -> list[CheckIn]:
    """One letter for each check-in: m for missed, a for answered."""
    return [CheckIn(f"D{day}", day, mark == "m") for mark, day in zip(marks, days, strict=True)]


@pytest.mark.parametrize(
    ("marks", "days", "expected"),
    [
        ("", [], []),
        ("a", [2], []),
        ("m", [2], [EARLY]),
        ("am", [2, 14], [EARLY]),
        ("aam", [2, 14, 15], []),
        ("amm", [2, 14, 21], []),
        ("mm", [21, 28], [LATER]),
        ("mam", [21, 28, 35], []),
        ("mma", [21, 28, 35], []),
        ("mmm", [21, 28, 35], [LATER]),
    ],
)
def test_the_first_missed_early_and_two_running_later(
    pe12_rules: AlertRuleSet, marks: str, days: list[int], expected: list[str]
) -> None:
    findings = evaluate_missed(pe12_rules, check_ins(marks, days))
    assert [(finding.rule_id, finding.level.value) for finding in findings] == [(one, "yellow") for one in expected]


def test_the_finding_names_the_check_ins_that_were_missed(pe12_rules: AlertRuleSet) -> None:
    (finding,) = evaluate_missed(pe12_rules, check_ins("amm", [21, 28, 35])[::-1])
    assert finding.evidence == {"instrument": "", "items": {}, "visits": ["D28", "D35"]}


def test_a_rule_that_is_off_fires_nothing(pe12_rules: AlertRuleSet) -> None:
    off = replace(pe12_rules, missed_rules=tuple(replace(rule, enabled=False) for rule in pe12_rules.missed_rules))
    assert evaluate_missed(off, check_ins("mm", [21, 28])) == ()
