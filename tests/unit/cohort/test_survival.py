"""Kaplan-Meier and Aalen-Johansen, ties included: equal to hand-worked tables and to statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from lrrc_qol.cohort.survival import aalen_johansen, at_days, kaplan_meier

VISITS = (30, 91, 183, 274, 365)


def test_a_hand_worked_incidence_with_ties() -> None:
    # Of ten, at day 30 two are back and one dies; at day 91 one is back and one is censored, who was still at risk.
    steps = aalen_johansen([30, 30, 30, 91, 91, 183, 183, 183, 183, 183], [1, 1, 2, 1, 0, 1, 0, 0, 0, 0])
    assert [(one.at_risk, one.events, one.others, one.censored) for one in steps] == [
        (10, 2, 1, 0),
        (7, 1, 0, 1),
        (5, 1, 0, 4),
    ]
    assert [one.value for one in steps] == pytest.approx([0.2, 0.2 + 0.7 / 7, 0.2 + 0.7 / 7 + 0.6 / 5])
    assert steps[-1].other_value == pytest.approx(0.1)


def test_a_hand_worked_survival() -> None:
    steps = kaplan_meier([10, 20, 20, 30], [True, True, False, False])
    assert [one.value for one in steps] == pytest.approx([0.75, 0.5, 0.5])
    assert kaplan_meier([5, 5], [True, True])[-1].value == 0


@pytest.mark.parametrize("seed", range(5))
def test_equal_to_statsmodels_on_visit_data(seed: int) -> None:
    rng = np.random.default_rng(seed)
    days, kinds = rng.choice(VISITS, 150), rng.choice([0, 1, 2], 150)
    own = aalen_johansen(days.tolist(), kinds.tolist())
    reference = CumIncidenceRight(days, kinds)
    assert [one.day for one in own] == reference.times.tolist()
    np.testing.assert_allclose([one.value for one in own], reference.cinc[0], rtol=1e-12)
    np.testing.assert_allclose([one.other_value for one in own], reference.cinc[1], rtol=1e-12)
    kaplan, survival = kaplan_meier(days.tolist(), (kinds == 1).tolist()), SurvfuncRight(days, kinds == 1)
    known = {step.day: step for step in kaplan}
    np.testing.assert_allclose([known[day].value for day in survival.surv_times], survival.surv_prob, rtol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_the_limits_of_survival_are_log_log_limits(seed: int) -> None:
    rng = np.random.default_rng(seed)
    days, died = rng.choice(VISITS, 90), rng.random(90) < 0.3
    reference = SurvfuncRight(days, died)
    own = {step.day: step for step in kaplan_meier(days.tolist(), died.tolist())}
    for day, value, error in zip(reference.surv_times, reference.surv_prob, reference.surv_prob_se, strict=True):
        width = 1.959963984540054 * error / (value * np.log(value))
        assert sorted([value ** np.exp(width), value ** np.exp(-width)]) == pytest.approx([own[day].low, own[day].high])


def test_between_two_times_the_last_one_holds() -> None:
    steps = kaplan_meier([10, 20, 40], [True, False, True])
    before, between = at_days(steps, [5, 30], start=1.0)
    assert (before.value, before.at_risk) == (1.0, 3)
    assert (between.value, between.at_risk, between.events, between.censored) == (pytest.approx(2 / 3), 1, 1, 1)
