"""The shipped rules, answer by answer, against the codes of the shipped questionnaires."""

from __future__ import annotations

import re

import pytest

from lrrc_qol.catalogue.catalogue import Catalogue
from lrrc_qol.domain.alerts import AlertLevel, AlertRuleSet, Finding, PreviousAnswers, evaluate

EARLY = frozenset({"first_14_days_home"})
LATE = frozenset({"after_28_days_home"})


def findings(
    rules: AlertRuleSet,
    answers: dict[str, int],
    *,
    instrument: str = "pe_checkin",
    before: dict[str, int] | None = None,
    facts: frozenset[str] = frozenset(),
) -> tuple[Finding, ...]:
    previous = None if before is None else PreviousAnswers(before, age_days=7, same_respondent=True)
    return evaluate(rules, instrument_id=instrument, answers=answers, previous=previous, facts=facts)


# Level of each answer of the check-in, in the order of its codes.
LEVELS = {
    "pain_worst": "- - - - - - - amber amber red red",
    "pain_now": "- - - - - - - amber amber red red",
    "pain_medicine": "- yellow yellow",
    "temperature": "- amber amber red red red",
    "sudden_change": "- amber red red",
    "breathing": "- info red red",
    "wound": "- yellow amber red red",
    "bleeding": "- info red",
    "eating": "- info amber amber red",
    "stoma": "- yellow amber amber red red",
    "urine": "- yellow amber red",
    "urostomy": "- yellow amber red",
    "leg": "- info red red red",
    "distress": "- - - - yellow yellow yellow amber amber amber amber",
    "urgent": "- yellow amber",
}


@pytest.mark.parametrize("item", LEVELS)
def test_each_answer_of_the_check_in_has_its_level(shipped: Catalogue, pe12_rules: AlertRuleSet, item: str) -> None:
    codes = shipped.instrument("pe_checkin").item(item).codes
    levels = [[str(one.level) for one in findings(pe12_rules, {item: code})] for code in codes]
    assert levels == [[] if word == "-" else [word] for word in LEVELS[item].split()]


def test_every_item_of_the_check_in_is_in_the_table(shipped: Catalogue) -> None:
    assert {item.id for item in shipped.instrument("pe_checkin").items} == set(LEVELS)


@pytest.mark.parametrize("item", ["pain_worst", "pain_average", "pain_now"])
def test_pain_of_nine_on_the_pain_form_tells_the_patient_to_call(pe12_rules: AlertRuleSet, item: str) -> None:
    (finding,) = findings(pe12_rules, {item: 9}, instrument="pain_nrs")
    assert (finding.level, finding.reason) == (AlertLevel.RED, "Worst pain 9 or 10")
    assert finding.instruction is not None
    instruction = pe12_rules.instruction(finding.instruction, "en")
    assert instruction.title == "Call now. Do not wait for us."
    assert instruction.call == "ward"


@pytest.mark.parametrize(
    ("now", "before", "facts", "expected"),
    [
        (5, 2, frozenset(), ["pain_rise_large"]),
        (5, 3, frozenset(), ["pain_rise_small"]),
        (4, 2, frozenset(), ["pain_rise_small"]),
        (4, 3, frozenset(), []),
        (3, 0, frozenset(), []),
        (5, 2, EARLY, ["pain_early"]),
        (6, 6, EARLY, ["pain_early"]),
        (4, 2, EARLY, []),
        (7, 7, EARLY, ["pain_high"]),
        (5, 5, LATE, ["pain_stays"]),
        (5, 5, frozenset(), []),
        (5, 4, LATE, []),
    ],
)
@pytest.mark.parametrize("instrument", ["pe_checkin", "pain_nrs"])
def test_pain_against_the_form_before(
    pe12_rules: AlertRuleSet, instrument: str, now: int, before: int, facts: frozenset[str], expected: list[str]
) -> None:
    found = findings(pe12_rules, {"pain_worst": now}, instrument=instrument, before={"pain_worst": before}, facts=facts)
    assert [one.rule_id for one in found] == expected


def test_distress_on_its_own_form(pe12_rules: AlertRuleSet) -> None:
    found = [
        [one.rule_id for one in findings(pe12_rules, {"distress": n}, instrument="distress_nrs")] for n in (3, 4, 7)
    ]
    assert found == [[], ["distress_some"], ["distress_high"]]


def test_two_amber_answers_ask_for_a_call_within_the_hour(pe12_rules: AlertRuleSet) -> None:
    found = findings(pe12_rules, {"wound": 2, "eating": 3})
    assert (found[0].rule_id, found[0].level) == ("two_amber", AlertLevel.RED)
    assert pe12_rules.target_minutes[found[0].level] == 60


def test_pain_told_by_two_questions_is_one_trouble(pe12_rules: AlertRuleSet) -> None:
    assert [one.rule_id for one in findings(pe12_rules, {"pain_worst": 8, "pain_now": 7})] == ["pain_high"]


def test_no_clinical_owner_has_signed_yet(pe12_rules: AlertRuleSet) -> None:
    assert pe12_rules.owner == "not yet signed by a local clinical owner"


def test_red_texts_do_not_ask_to_wait_and_all_texts_are_short_and_plain(pe12_rules: AlertRuleSet) -> None:
    red = {rule.instruction for rule in pe12_rules.rules if rule.level is AlertLevel.RED}
    for name, instruction in pe12_rules.instructions["en"].items():
        sentences = re.split(r"(?<=[.!?]) ", instruction.text)
        assert all(len(sentence.split()) <= 26 for sentence in sentences), name
        if name in red:
            assert instruction.title == "Call now. Do not wait for us."
            assert "will phone you" not in instruction.text
