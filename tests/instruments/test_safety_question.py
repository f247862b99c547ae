"""The one question of the PHQ-9 that cannot wait raises a red alert at any answer but the lowest."""

from __future__ import annotations

import pytest

from lrrc_qol.domain.alerts import AlertLevel, evaluate
from tests.shipped import shipped_catalogue


@pytest.mark.parametrize(("answer", "urgent"), [(0, False), (1, True), (2, True), (3, True)])
def test_any_answer_but_the_lowest_is_red_and_tells_whom_to_call(answer: int, urgent: bool) -> None:
    rules = shipped_catalogue().alert_rules("pe12")
    findings = evaluate(rules, instrument_id="phq9", answers={"p9": answer}, previous=None, facts=frozenset({"male"}))
    assert [(one.level, one.instruction) for one in findings] == ([(AlertLevel.RED, "safety_red")] if urgent else [])
