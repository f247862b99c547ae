"""Which response is the reference: age, recall, choice, and never a guess."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrrc_qol.domain.baseline import (
    Baseline,
    BaselineCandidate,
    BaselineFacts,
    BaselineKind,
    MajorEvent,
    Proposal,
    Treatment,
    Verdict,
    choose_baseline,
    judge,
    judge_all,
    propose,
)
from lrrc_qol.domain.figures import BaselineRules
from lrrc_qol.domain.instrument import Confidence
from lrrc_qol.domain.schedule import Protocol

RULES = BaselineRules(("BL1",), 28, 56, 14, "for this test", Confidence.DESIGN)
OPERATED = date(2027, 3, 1)


def form(number: int, days_before: int, *, recalled: bool = False, visit: str = "BL1") -> BaselineCandidate:
    return BaselineCandidate(number, visit, OPERATED - timedelta(days=days_before), recalled)


def decide(
    forms: list[BaselineCandidate],
    *,
    surgery_on: date | None,
    planned_on: date | None = None,
    chosen: int | None = None,
) -> Baseline:
    facts = BaselineFacts(surgery_on, planned_on)
    return choose_baseline(judge_all(forms, rules=RULES, facts=facts), chosen=chosen)


def judged(facts: BaselineFacts, **changes: object) -> Verdict:
    """The verdict on a form answered ten days before the operation."""
    return judge(replace(form(1, 10), **changes), RULES, facts)  # type: ignore[arg-type]


def before(days: int) -> date:
    return OPERATED - timedelta(days=days)


def test_the_figures_come_from_the_protocol(pe12: Protocol) -> None:
    figures = (pe12.baseline.prospective_days, pe12.baseline.stale_days, pe12.baseline.recalled_days)
    assert figures == (28, 56, 14)
    assert pe12.baseline.visits == ("BL1",)


@pytest.mark.parametrize(
    ("candidate", "kind", "words"),
    [
        (form(1, 1), BaselineKind.PROSPECTIVE, "1 day before"),
        (form(1, 28), BaselineKind.PROSPECTIVE, "28 days before"),
        (form(1, 29), BaselineKind.STALE, "29 days before"),
        (form(1, 56), BaselineKind.STALE, "old"),
        (form(1, 57), BaselineKind.NONE, "too old"),
        (form(1, 0), BaselineKind.NONE, "on or after the day"),
        (form(1, -3), BaselineKind.NONE, "on or after the day"),
        (form(1, 0, recalled=True), BaselineKind.RECALLED, "Recalled"),
        (form(1, -14, recalled=True), BaselineKind.RECALLED, "Recalled"),
        (form(1, -15, recalled=True), BaselineKind.NONE, "15 days after"),
        (form(1, 10, visit="BL0"), BaselineKind.NONE, "before treatment"),
    ],
)
def test_one_form(candidate: BaselineCandidate, kind: BaselineKind, words: str) -> None:
    baseline = decide([candidate], surgery_on=OPERATED)
    assert baseline.kind is kind
    assert words in baseline.why
    usable = kind is not BaselineKind.NONE
    assert (baseline.response_id, baseline.answered_on) == ((1, candidate.answered_on) if usable else (None, None))


def test_no_form_at_all() -> None:
    assert decide([], surgery_on=OPERATED).kind is BaselineKind.NONE


@pytest.mark.parametrize(
    ("candidates", "expected"),
    [
        ([form(1, 20), form(2, 6), form(3, 10)], 2),  # the latest
        ([form(2, 6), form(1, 6)], 2),  # two on one day: the later response
        ([form(1, 20), form(2, -3, recalled=True)], 1),  # prospective beats recalled
        ([form(1, 40), form(2, -3, recalled=True)], 1),  # stale beats recalled
        ([form(1, 60), form(2, -3, recalled=True)], 2),
        ([form(1, 40), form(2, 20), form(3, -1)], 2),
    ],
)
def test_the_better_and_later_form_wins(candidates: list[BaselineCandidate], expected: int) -> None:
    assert decide(candidates, surgery_on=OPERATED).response_id == expected


def test_of_unusable_forms_the_latest_says_why() -> None:
    baseline = decide([form(1, 90), form(2, 60)], surgery_on=OPERATED)
    assert "60 days" in baseline.why


def test_a_person_may_choose_another_usable_form() -> None:
    forms = [form(1, 20), form(2, 6), form(3, 50, visit="BL0")]
    assert decide(forms, surgery_on=OPERATED, chosen=1).response_id == 1
    other_visit = decide(forms, surgery_on=OPERATED, chosen=3)
    assert (other_visit.response_id, other_visit.kind) == (3, BaselineKind.STALE)


@pytest.mark.parametrize("chosen", [1, 3, 99])
def test_a_chosen_form_that_cannot_serve_leaves_no_baseline(chosen: int) -> None:
    forms = [form(1, 0), form(2, 6), form(3, -15, recalled=True)]
    baseline = decide(forms, surgery_on=OPERATED, chosen=chosen)
    assert (baseline.kind, baseline.response_id) == (BaselineKind.NONE, None)


def test_before_the_operation_the_latest_form_counts_so_far() -> None:
    baseline = decide([form(1, 90), form(2, 80)], surgery_on=None)
    assert (baseline.kind, baseline.response_id) == (BaselineKind.PROSPECTIVE, 2)
    assert "so far" in baseline.why


def test_nothing_can_be_recalled_before_the_operation() -> None:
    assert decide([form(1, 5, recalled=True)], surgery_on=None).kind is BaselineKind.NONE


def test_a_postponed_operation_turns_the_answered_form_old() -> None:
    answered = form(1, 7)
    kinds = [decide([answered], surgery_on=OPERATED + timedelta(days=days)).kind for days in (0, 21, 22, 49, 50)]
    assert kinds == ["prospective", "prospective", "stale", "stale", "none"]


@pytest.mark.parametrize(
    ("days", "kind"),
    [(28, BaselineKind.PROSPECTIVE), (29, BaselineKind.STALE), (56, BaselineKind.STALE), (57, BaselineKind.NONE)],
)
def test_before_the_operation_the_planned_day_counts(days: int, kind: BaselineKind) -> None:
    answered_on = date(2026, 3, 1)
    found = decide(
        [BaselineCandidate(1, "BL1", answered_on, recalled=False)],
        surgery_on=None,
        planned_on=answered_on + timedelta(days=days),
    )
    assert found.kind is kind
    assert "planned operation" in found.why


def test_a_planned_day_that_has_passed_says_nothing() -> None:
    found = decide(
        [BaselineCandidate(1, "BL1", date(2026, 3, 1), recalled=False)],
        surgery_on=None,
        planned_on=date(2026, 2, 20),
    )
    assert found.kind is BaselineKind.PROSPECTIVE


def test_a_person_may_take_an_excluded_form_only_as_an_old_one_and_a_recalled_one_only_as_recalled() -> None:
    forms = [form(1, 90), form(2, 6), form(3, -14, recalled=True)]
    assert decide(forms, surgery_on=OPERATED, chosen=1).kind is BaselineKind.STALE
    assert decide(forms, surgery_on=OPERATED, chosen=3).kind is BaselineKind.RECALLED


@pytest.mark.parametrize(
    ("treatment", "words"),
    [
        (Treatment("Chemotherapy", before(10), completed=True), ""),
        (Treatment("Chemotherapy", before(9), completed=True), "ended later"),
        (Treatment("Chemotherapy", None, completed=True), "not recorded"),
        (Treatment("Chemotherapy", None, completed=False), "not recorded"),
    ],
)
def test_a_treatment_has_to_be_over_when_the_form_is_answered(treatment: Treatment, words: str) -> None:
    verdict = judged(BaselineFacts(OPERATED, treatments=(treatment,)))
    assert verdict.kind is (BaselineKind.NONE if words else BaselineKind.PROSPECTIVE)
    assert words in verdict.why
    assert verdict.choosable is (BaselineKind.STALE if words else BaselineKind.PROSPECTIVE)


def test_a_treatment_that_goes_on_before_the_operation_says_so() -> None:
    going_on = Treatment("Chemotherapy", None, completed=False)
    assert "still going on" in judged(BaselineFacts(None, OPERATED, treatments=(going_on,))).why


@pytest.mark.parametrize(("days", "against"), [(11, False), (10, False), (9, True), (1, True), (0, False), (-3, False)])
def test_a_major_event_between_form_and_operation_excludes_it(days: int, against: bool) -> None:
    verdict = judged(BaselineFacts(OPERATED, events=(MajorEvent("Readmitted", before(days)),)))
    assert (verdict.kind is BaselineKind.NONE) is against


def test_an_incomplete_form_does_not_serve_and_says_what_is_missing() -> None:
    verdict = judged(BaselineFacts(OPERATED), lacking=("Pain",))
    assert (verdict.kind, verdict.choosable) == (BaselineKind.NONE, BaselineKind.STALE)
    assert "Pain" in verdict.why
    assert judged(BaselineFacts(OPERATED), lacking=("Pain",), scored=False).choosable is BaselineKind.NONE


def test_a_form_finished_after_the_operation_cannot_be_chosen() -> None:
    verdict = judged(BaselineFacts(OPERATED), last_on=OPERATED)
    assert (verdict.kind, verdict.choosable) == (BaselineKind.NONE, BaselineKind.NONE)


def test_another_person_and_a_postponed_operation_are_remarks() -> None:
    verdict = judged(BaselineFacts(OPERATED), by_proxy=True, planned_then=before(3))
    assert verdict.kind is BaselineKind.PROSPECTIVE
    assert "another person" in verdict.why
    assert "postponed" in verdict.why


def test_a_form_that_a_new_request_made_an_earlier_one_is_still_judged_by_its_day() -> None:
    assert judged(BaselineFacts(OPERATED), visit_key="BL0-2", home_key="BL1").kind is BaselineKind.PROSPECTIVE


@pytest.mark.parametrize(
    ("forms", "facts", "today", "asked_on", "proposal"),
    [
        ([form(1, 6)], BaselineFacts(None, OPERATED), before(5), None, Proposal.NOTHING),
        ([], BaselineFacts(None, OPERATED), before(5), None, Proposal.CHASE),
        ([form(1, 40)], BaselineFacts(None, OPERATED), before(5), None, Proposal.REPEAT),
        ([form(1, 40)], BaselineFacts(None, OPERATED), before(5), before(39), Proposal.CHASE),
        ([form(1, 90)], BaselineFacts(OPERATED), before(-14), None, Proposal.RECALL),
        ([form(1, 90)], BaselineFacts(OPERATED), before(-15), None, Proposal.NOTHING),
        ([form(1, 40)], BaselineFacts(OPERATED), before(-1), None, Proposal.NOTHING),
    ],
)
def test_what_would_help(
    forms: list[BaselineCandidate], facts: BaselineFacts, today: date, asked_on: date | None, proposal: Proposal
) -> None:
    found = judge_all(forms, rules=RULES, facts=facts)
    assert propose(found, rules=RULES, facts=facts, today=today, asked_on=asked_on)[0] is proposal


def test_the_proposal_says_that_the_operation_was_postponed() -> None:
    facts = BaselineFacts(None, OPERATED)
    found = judge_all([replace(form(1, 60), planned_then=before(50))], rules=RULES, facts=facts)
    words = propose(found, rules=RULES, facts=facts, today=before(20))[1]
    assert words == "Operation postponed: ask for a new baseline."


FORMS = st.lists(
    st.builds(form, st.integers(1, 50), st.integers(-30, 90), recalled=st.booleans()),
    unique_by=lambda one: one.response_id,
)


@given(forms=FORMS, other=st.builds(form, st.integers(51, 99), st.integers(-30, 90), recalled=st.booleans()))
def test_another_form_changes_no_verdict_and_no_choice_of_a_person(
    forms: list[BaselineCandidate], other: BaselineCandidate
) -> None:
    facts = BaselineFacts(OPERATED)
    alone = {one.candidate: one for one in judge_all(forms, rules=RULES, facts=facts)}
    together = {one.candidate: one for one in judge_all([*forms, other], rules=RULES, facts=facts)}
    assert alone.items() <= together.items()
    for one in forms:
        chosen = one.response_id
        assert decide([*forms, other], surgery_on=OPERATED, chosen=chosen).response_id in (chosen, None)
