"""Every state has its sentence, and what cannot be judged says why."""

from __future__ import annotations

import pytest

from lrrc_qol.domain.recovery_states import RecoveryState, StateVerdict
from lrrc_qol.web.staff.recovery_words import sentence_of


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (StateVerdict(RecoveryState.NEVER_DECLINED), "Never worse than before the operation."),
        (
            StateVerdict(RecoveryState.NOT_YET_BACK, declined_day=30),
            "Not yet back to where it was before the operation: worse since day 30.",
        ),
        (
            StateVerdict(RecoveryState.BACK_UNCONFIRMED, declined_day=30, back_day=91),
            "Back to where it was before, on day 91; the next form has to confirm it.",
        ),
        (
            StateVerdict(RecoveryState.BACK_SUSTAINED, declined_day=30, back_day=91),
            "Back to where it was before the operation, since day 91.",
        ),
        (
            StateVerdict(RecoveryState.RELAPSED, declined_day=30),
            "Was back to where it was before the operation, and is worse again.",
        ),
        (StateVerdict(RecoveryState.IMPROVED), "Better than before the operation."),
        (StateVerdict(RecoveryState.NOT_EVALUABLE, "no baseline"), "Recovery cannot be judged: no baseline."),
    ],
)
def test_every_state_is_told_in_one_sentence(verdict: StateVerdict, words: str) -> None:
    assert sentence_of(verdict) == words
