"""Which response is the reference: age, recall, choice, and never a guess."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lrrc_qol.domain.baseline import BaselineCandidate, BaselineKind, choose_baseline
from lrrc_qol.domain.figures import BaselineRules
from lrrc_qol.domain.instrument import Confidence
from lrrc_qol.domain.schedule import Protocol

RULES = BaselineRules(("BL1",), 28, 56, 14, "for this test", Confidence.DESIGN)
OPERATED = date(2027, 3, 1)


def form(number: int, days_before: int, *, recalled: bool = False, visit: str = "BL1") -> BaselineCandidate:
    return BaselineCandidate(number, visit, OPERATED - timedelta(days=days_before), recalled)


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
        (form(1, 57), BaselineKind.NONE, "repeat"),
        (form(1, 0), BaselineKind.NONE, "on or after the day"),
        (form(1, -3), BaselineKind.NONE, "on or after the day"),
        (form(1, 0, recalled=True), BaselineKind.RECALLED, "Recalled"),
        (form(1, -14, recalled=True), BaselineKind.RECALLED, "Recalled"),
        (form(1, -15, recalled=True), BaselineKind.NONE, "15 days after"),
        (form(1, 10, visit="BL0"), BaselineKind.NONE, "No form"),
    ],
)
def test_one_form(candidate: BaselineCandidate, kind: BaselineKind, words: str) -> None:
    baseline = choose_baseline([candidate], rules=RULES, surgery_on=OPERATED)
    assert baseline.kind is kind
    assert words in baseline.why
    usable = kind is not BaselineKind.NONE
    assert (baseline.response_id, baseline.answered_on) == ((1, candidate.answered_on) if usable else (None, None))


def test_no_form_at_all() -> None:
    assert choose_baseline([], rules=RULES, surgery_on=OPERATED).kind is BaselineKind.NONE


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
    assert choose_baseline(candidates, rules=RULES, surgery_on=OPERATED).response_id == expected


def test_of_unusable_forms_the_latest_says_why() -> None:
    baseline = choose_baseline([form(1, 90), form(2, 60)], rules=RULES, surgery_on=OPERATED)
    assert "60 days" in baseline.why


def test_a_person_may_choose_another_usable_form() -> None:
    forms = [form(1, 20), form(2, 6), form(3, 50, visit="BL0")]
    assert choose_baseline(forms, rules=RULES, surgery_on=OPERATED, chosen=1).response_id == 1
    other_visit = choose_baseline(forms, rules=RULES, surgery_on=OPERATED, chosen=3)
    assert (other_visit.response_id, other_visit.kind) == (3, BaselineKind.STALE)


@pytest.mark.parametrize("chosen", [1, 99])
def test_a_chosen_form_that_cannot_serve_leaves_no_baseline(chosen: int) -> None:
    forms = [form(1, 90), form(2, 6)]
    baseline = choose_baseline(forms, rules=RULES, surgery_on=OPERATED, chosen=chosen)
    assert (baseline.kind, baseline.response_id) == (BaselineKind.NONE, None)


def test_before_the_operation_the_latest_form_counts_so_far() -> None:
    baseline = choose_baseline([form(1, 90), form(2, 80)], rules=RULES, surgery_on=None)
    assert (baseline.kind, baseline.response_id) == (BaselineKind.PROSPECTIVE, 2)
    assert "so far" in baseline.why


def test_nothing_can_be_recalled_before_the_operation() -> None:
    assert choose_baseline([form(1, 5, recalled=True)], rules=RULES, surgery_on=None).kind is BaselineKind.NONE


def test_a_postponed_operation_turns_the_answered_form_old() -> None:
    answered = form(1, 7)
    kinds = [
        choose_baseline([answered], rules=RULES, surgery_on=OPERATED + timedelta(days=days)).kind
        for days in (0, 21, 22, 49, 50)
    ]
    assert kinds == ["prospective", "prospective", "stale", "stale", "none"]


@pytest.mark.parametrize(
    ("days", "kind"),
    [(28, BaselineKind.PROSPECTIVE), (29, BaselineKind.STALE), (56, BaselineKind.STALE), (57, BaselineKind.NONE)],
)
def test_before_the_operation_the_planned_day_counts(days: int, kind: BaselineKind) -> None:
    answered_on = date(2026, 3, 1)
    found = choose_baseline(
        [BaselineCandidate(1, "BL1", answered_on, recalled=False)],
        rules=RULES,
        surgery_on=None,
        planned_on=answered_on + timedelta(days=days),
    )
    assert found.kind is kind
    assert "planned operation" in found.why


def test_a_planned_day_that_has_passed_says_nothing() -> None:
    found = choose_baseline(
        [BaselineCandidate(1, "BL1", date(2026, 3, 1), recalled=False)],
        rules=RULES,
        surgery_on=None,
        planned_on=date(2026, 2, 20),
    )
    assert found.kind is BaselineKind.PROSPECTIVE
