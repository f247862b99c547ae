"""Hand-worked courses: one for every state of a patient, and what each counts as in the curves of a cohort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from lrrc_qol.domain.baseline import Baseline, BaselineKind
from lrrc_qol.domain.instrument import Confidence, Direction, Domain, Mid, Scale
from lrrc_qol.domain.recovery import ScorePoint, Trajectory, build_trajectory
from lrrc_qol.domain.recovery_states import (
    Ending,
    RecoveryState,
    TimeToEvent,
    recovery_state,
    time_to_deterioration,
    time_to_recovery,
)

OPERATED = date(2027, 3, 1)
MID = Mid(improvement=10, deterioration=10, source="for this test", confidence=Confidence.DESIGN)
FUNCTION = Scale("pf", "Physical", Domain.FUNCTIONING, Direction.BETTER, 0, 100, ("q1",), "single_item", mid=MID)
SYMPTOM = replace(FUNCTION, id="pa", domain=Domain.SYMPTOM, direction=Direction.WORSE)
MONTHS = (30, 91, 183, 274, 365)


def course(
    before: float | None,
    after: Sequence[float],
    *,
    scale: Scale = FUNCTION,
    kind: BaselineKind = BaselineKind.PROSPECTIVE,
) -> Trajectory:
    """One patient with a baseline of `before` and a form at each month as far as there are scores."""
    points = [] if before is None else [form(1, -7, before)]
    points += [form(number, day, value) for number, (day, value) in enumerate(zip(MONTHS, after, strict=False), 2)]
    baseline = Baseline(kind, None if before is None else 1, None, "for this test")
    if before is None:
        baseline = Baseline(BaselineKind.NONE, None, None, "for this test")
    return build_trajectory(scale, baseline=baseline, points=points, surgery_on=OPERATED)


def form(number: int, day: int, value: float) -> ScorePoint:
    return ScorePoint(
        response_id=number,
        visit_key=f"D{day}",
        answered_on=OPERATED + timedelta(days=day),
        value=value,
        reason=None,
        mode="own_phone",
        respondent="patient",
        out_of_window=False,
        answered=5,
        expected=5,
        prorated=False,
    )


# Baseline 60; 50 or less is worse, 70 or more is improved.
@pytest.mark.parametrize(
    ("after", "finished", "state", "declined", "back"),
    [
        ([55, 60], False, "never_declined", None, None),
        ([50.1], False, "never_declined", None, None),
        ([50], False, "not_yet_back", 30, None),
        ([60, 40, 45], False, "not_yet_back", 91, None),
        ([40, 55], False, "back_unconfirmed", 30, 91),
        ([40, 55], True, "back_sustained", 30, 91),
        ([40, 55, 60], False, "back_sustained", 30, 91),
        ([40, 55, 45, 55, 55], False, "back_sustained", 30, 274),
        ([40, 55, 60, 50], False, "relapsed", 30, None),
        ([40, 55, 60, 50, 60], False, "back_unconfirmed", 30, 365),
        ([40, 55, 50], False, "not_yet_back", 30, None),
        ([40, 70], False, "improved", 30, None),
        ([69.9, 70], False, "improved", None, None),
        ([70, 65], False, "never_declined", None, None),
    ],
)
def test_every_state(after: list[float], finished: bool, state: str, declined: int | None, back: int | None) -> None:
    found = recovery_state(course(60, after), finished=finished)
    assert (str(found.state), found.declined_day, found.back_day) == (state, declined, back)
    mirrored = recovery_state(course(40, [100 - one for one in after], scale=SYMPTOM), finished=finished)
    assert mirrored == found


@pytest.mark.parametrize(
    ("trajectory", "why"),
    [
        (course(None, [50, 50]), "no baseline"),
        (course(60, []), "no form after the operation that can be compared"),
        (course(60, [50], kind=BaselineKind.RECALLED), "the baseline was recalled after the operation"),
        (course(9, [5, 9]), "the baseline was already close to the worst possible score"),
        (course(60, [50], scale=replace(FUNCTION, mid=None)), "no minimal important difference"),
    ],
)
def test_not_evaluable_says_why(trajectory: Trajectory, why: str) -> None:
    found = recovery_state(trajectory, finished=False)
    assert found.state is RecoveryState.NOT_EVALUABLE
    assert found.why.startswith(why)


def test_close_to_the_worst_end_only_an_improvement_can_be_judged() -> None:
    assert recovery_state(course(9, [5, 19]), finished=False).state is RecoveryState.IMPROVED
    assert time_to_recovery(course(9, [0, 19, 19]), died_day=None, ended_day=None) is None


def test_close_to_the_best_end_all_but_an_improvement_is_judged() -> None:
    assert recovery_state(course(95, [80, 90, 90]), finished=False).state is RecoveryState.BACK_SUSTAINED
    assert recovery_state(course(95, [100]), finished=False).state is RecoveryState.NEVER_DECLINED


@pytest.mark.parametrize(
    ("after", "died", "ended", "expected"),
    [
        ([40, 55, 60], None, None, TimeToEvent(91, Ending.EVENT)),
        ([40, 55, 45, 55, 55], None, None, TimeToEvent(274, Ending.EVENT)),
        ([40, 45, 55], None, None, TimeToEvent(183, Ending.CENSORED)),
        ([40, 45], 200, None, TimeToEvent(200, Ending.DIED)),
        ([40, 55], 200, None, TimeToEvent(200, Ending.DIED)),
        ([40, 45], 200, 150, TimeToEvent(91, Ending.CENSORED)),
        ([40, 55, 60], 400, None, TimeToEvent(91, Ending.EVENT)),
        ([55, 60], None, None, None),
        ([], 20, None, None),
    ],
)
def test_time_to_recovery(
    after: list[float], died: int | None, ended: int | None, expected: TimeToEvent | None
) -> None:
    assert time_to_recovery(course(60, after), died_day=died, ended_day=ended) == expected


@pytest.mark.parametrize(
    ("after", "died", "expected"),
    [
        ([40, 60, 50, 45], None, TimeToEvent(183, Ending.EVENT)),
        ([40, 60, 50, 51], None, TimeToEvent(274, Ending.CENSORED)),
        ([40, 60, 50, 51], 300, TimeToEvent(300, Ending.DIED)),
        ([40, 60, 65, 55, 54], None, TimeToEvent(274, Ending.EVENT)),
        ([40, 60], None, None),
    ],
)
def test_time_to_deterioration_counts_from_the_best_score_since_month_3(
    after: list[float], died: int | None, expected: TimeToEvent | None
) -> None:
    found = time_to_deterioration(course(60, after), from_day=91, died_day=died, ended_day=None)
    assert found == expected
