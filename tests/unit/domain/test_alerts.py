"""How rules fire, what outranks what, and the life of an alert; on rules made for the test."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from lrrc_qol.domain.alerts import (
    AlertLevel,
    AlertRule,
    AlertRuleSet,
    AlertState,
    AlertStepKind,
    CombinedRule,
    PreviousAnswers,
    RuleKind,
    TimingWindow,
    alert_state,
    evaluate,
    timing_facts,
)
from lrrc_qol.domain.instrument import AnswerValue, Confidence, Missing


def rule(rule_id: str, level: AlertLevel, kind: RuleKind, item: str = "pain", **changes: object) -> AlertRule:
    plain = AlertRule(
        id=rule_id,
        level=level,
        kind=kind,
        topic=item,
        watched={"check": (item,)},
        reason=f"reason of {rule_id}",
        instruction=None,
        source="for this test",
        confidence=Confidence.DESIGN,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


HIGH = rule("high", AlertLevel.AMBER, RuleKind.AT_OR_ABOVE, minimum=7)
SEVERE = rule("severe", AlertLevel.RED, RuleKind.AT_OR_ABOVE, minimum=9, instruction="call")
SOME = rule("some", AlertLevel.YELLOW, RuleKind.IN, values=(4, 5))
RISE = rule("rise", AlertLevel.AMBER, RuleKind.RISE, minimum=5, min_rise=3, max_age_days=14)
STAYS = rule("stays", AlertLevel.AMBER, RuleKind.PERSISTS, minimum=5, max_age_days=14)
WOUND = rule("wound", AlertLevel.AMBER, RuleKind.IN, "wound", values=(2,))
TWO = CombinedRule("two", AlertLevel.RED, AlertLevel.AMBER, 2, "two", "call", "for this test", Confidence.DESIGN)


def fired(
    *rules: AlertRule,
    answers: dict[str, AnswerValue],
    previous: PreviousAnswers | None = None,
    facts: frozenset[str] = frozenset(),
    combined: tuple[CombinedRule, ...] = (),
) -> list[str]:
    rule_set = AlertRuleSet("1.0", "nobody", rules, combined, (), {}, {})
    findings = evaluate(rule_set, instrument_id="check", answers=answers, previous=previous, facts=facts)
    return [finding.rule_id for finding in findings]


@pytest.mark.parametrize(("value", "expected"), [(6, []), (7, ["high"]), (8, ["high"]), (9, ["severe"])])
def test_the_most_urgent_rule_covers_the_others_on_the_same_answer(value: int, expected: list[str]) -> None:
    assert fired(HIGH, SEVERE, answers={"pain": value}) == expected


@pytest.mark.parametrize(("value", "expected"), [(3, []), (4, ["some"]), (5, ["some"]), (6, [])])
def test_a_rule_on_listed_answers(value: int, expected: list[str]) -> None:
    assert fired(SOME, answers={"pain": value}) == expected


@pytest.mark.parametrize("missing", list(Missing))
def test_a_missing_answer_fires_nothing(missing: Missing) -> None:
    assert fired(HIGH, SOME, SEVERE, answers={"pain": missing}) == []
    assert fired(HIGH, SOME, SEVERE, answers={}) == []


def test_a_rule_watches_its_own_instrument_only() -> None:
    assert fired(replace(HIGH, watched={"other": ("pain",)}), answers={"pain": 10}) == []


def before(value: AnswerValue, *, age_days: int = 7, same_respondent: bool = True) -> PreviousAnswers:
    return PreviousAnswers({"pain": value}, age_days, same_respondent)


@pytest.mark.parametrize(
    ("now", "previous", "expected"),
    [
        (5, before(2), ["rise"]),
        (5, before(3), []),
        (4, before(0), []),
        (5, None, []),
        (5, before(2, age_days=14), ["rise"]),
        (5, before(2, age_days=15), []),
        (5, before(2, same_respondent=False), []),
        (5, before(Missing.DECLINED), []),
    ],
)
def test_a_rise_needs_a_recent_form_of_the_same_person(
    now: int, previous: PreviousAnswers | None, expected: list[str]
) -> None:
    assert fired(RISE, answers={"pain": now}, previous=previous) == expected


@pytest.mark.parametrize(
    ("now", "previous", "expected"),
    [(5, before(5), ["stays"]), (5, before(8), ["stays"]), (5, before(4), []), (4, before(5), []), (5, None, [])],
)
def test_a_trouble_that_stays(now: int, previous: PreviousAnswers | None, expected: list[str]) -> None:
    assert fired(STAYS, answers={"pain": now}, previous=previous) == expected


def test_a_rule_sleeps_without_its_facts_and_with_those_it_excludes() -> None:
    gated = replace(HIGH, requires=("home",), unless=("early",))
    assert fired(gated, answers={"pain": 8}) == []
    assert fired(gated, answers={"pain": 8}, facts=frozenset({"home"})) == ["high"]
    assert fired(gated, answers={"pain": 8}, facts=frozenset({"home", "early"})) == []


def test_the_most_urgent_finding_comes_first_and_keeps_its_evidence() -> None:
    rule_set = AlertRuleSet(
        "1.0", "nobody", (SOME, WOUND, replace(SEVERE, watched={"check": ("now",)})), (), (), {}, {}
    )
    answers: dict[str, AnswerValue] = {"pain": 4, "wound": 2, "now": 9}
    findings = evaluate(rule_set, instrument_id="check", answers=answers, previous=None, facts=frozenset())
    assert [(one.rule_id, dict(one.items)) for one in findings] == [
        ("severe", {"now": 9}),
        ("wound", {"wound": 2}),
        ("some", {"pain": 4}),
    ]
    assert (findings[0].rule_version, findings[0].instrument_id, findings[0].instruction) == ("1.0", "check", "call")


def test_two_amber_troubles_make_a_red_one() -> None:
    assert fired(HIGH, WOUND, answers={"pain": 7, "wound": 2}, combined=(TWO,)) == ["two", "high", "wound"]
    assert fired(HIGH, WOUND, answers={"pain": 7}, combined=(TWO,)) == ["high"]


def test_one_trouble_told_twice_is_not_two() -> None:
    now = rule("now", AlertLevel.AMBER, RuleKind.AT_OR_ABOVE, "now", minimum=7, topic="pain")
    assert fired(HIGH, now, answers={"pain": 7, "now": 8}, combined=(TWO,)) == ["high", "now"]
    assert fired(HIGH, RISE, answers={"pain": 8}, previous=before(1), combined=(TWO,)) == ["high"]


def test_levels_rank_by_urgency() -> None:
    assert [level.rank for level in (AlertLevel.INFO, AlertLevel.YELLOW, AlertLevel.AMBER, AlertLevel.RED)] == [
        0,
        1,
        2,
        3,
    ]


@pytest.mark.parametrize(
    ("day", "expected"), [(-1, set()), (0, {"early"}), (14, {"early"}), (15, set()), (29, {"late"}), (400, {"late"})]
)
def test_facts_that_hold_by_days_since_discharge(day: int, expected: set[str]) -> None:
    windows = (TimingWindow("early", 0, 14), TimingWindow("late", 29, None))
    rule_set = AlertRuleSet("1.0", "nobody", (), (), windows, {}, {})
    left_on = date(2028, 2, 20)
    assert timing_facts(rule_set, discharged_on=left_on, today=left_on + timedelta(days=day)) == expected
    assert timing_facts(rule_set, discharged_on=None, today=left_on) == frozenset()


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([], AlertState.NEW),
        (["raised"], AlertState.NEW),
        (["raised", "seen"], AlertState.SEEN),
        (["raised", "taken"], AlertState.SEEN),
        (["raised", "no_answer", "no_answer"], AlertState.SEEN),
        (["raised", "taken", "contacted"], AlertState.CONTACTED),
        (["raised", "contacted", "seen", "note"], AlertState.CONTACTED),
        (["raised", "contacted", "raised_again"], AlertState.NEW),
        (["raised", "taken", "closed"], AlertState.CLOSED),
        (["raised", "closed", "raised_again", "note"], AlertState.CLOSED),
        ([AlertStepKind.RAISED, AlertStepKind.TAKEN], AlertState.SEEN),
    ],
)
def test_the_state_of_an_alert_follows_from_its_steps(steps: list[str], expected: AlertState) -> None:
    assert alert_state(steps) is expected


def test_an_unknown_step_is_refused() -> None:
    with pytest.raises(ValueError, match="forgotten"):
        alert_state(["forgotten"])
