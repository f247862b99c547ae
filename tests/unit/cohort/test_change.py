"""Paired change, the mixed model and the sensitivity of both, against hand-worked figures and the usual libraries."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy import stats
from statsmodels.regression.mixed_linear_model import MixedLM

from lrrc_qol.cohort.change import paired_change, percentiles
from lrrc_qol.cohort.mixed import fit_random_intercept, spline_basis
from lrrc_qol.cohort.quantiles import t_quantile
from lrrc_qol.cohort.sensitivity import tipping_point, worst_rank


def test_a_hand_worked_change() -> None:
    found = paired_change([-4.0, -2.0, 0.0, 2.0, 9.0])
    assert found is not None
    assert (found.count, found.mean, found.median, found.lower_quartile, found.upper_quartile) == (5, 1, 0, -2, 2)
    assert found.deviation == pytest.approx(5)
    assert (found.low, found.high) == pytest.approx((1 - 2.7764 * 5 / 5**0.5, 1 + 2.7764 * 5 / 5**0.5), abs=1e-3)
    assert paired_change([]) is None
    assert paired_change([3.0]) is not None
    assert paired_change([3.0]).low is None  # type: ignore[union-attr]


def test_percentiles_lie_between_neighbours() -> None:
    found = percentiles([float(one) for one in range(11)])
    assert found is not None
    assert (found.p10, found.p25, found.p50, found.p75, found.p90) == (1, 2.5, 5, 7.5, 9)


@pytest.mark.parametrize("degrees", [1, 2, 7, 30, 5000])
@pytest.mark.parametrize("probability", [0.6, 0.975, 0.999])
def test_the_quantiles_of_students_distribution(probability: float, degrees: int) -> None:
    assert t_quantile(probability, degrees) == pytest.approx(stats.t.ppf(probability, degrees), rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_the_mixed_model_equals_statsmodels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    patients = np.repeat(np.arange(40), 5)
    visit = np.tile(np.arange(5), 40)
    kept = rng.random(200) < 0.75
    patients, visit = patients[kept], visit[kept]
    outcome = rng.normal(0, 8, 40)[patients] + 2.0 * visit + rng.normal(0, 6, len(patients))
    design = np.column_stack([(visit == one).astype(float) for one in range(5)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reference = MixedLM(outcome, design, patients).fit(reml=True)
    own = fit_random_intercept(design, outcome, patients)
    assert own.converged
    np.testing.assert_allclose(own.effects, reference.fe_params, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(np.sqrt(np.diag(own.covariance)), reference.bse_fe, rtol=5e-3)
    assert own.between == pytest.approx(float(reference.cov_re[0, 0]), rel=2e-2)
    assert own.within == pytest.approx(reference.scale, rel=5e-3)


def test_a_model_that_cannot_be_fitted_says_why() -> None:
    column = np.ones((10, 1))
    values = np.arange(10.0)
    assert fit_random_intercept(column, values, np.arange(10)).why.startswith("nobody has two forms")
    doubled = np.ones((10, 2))
    assert fit_random_intercept(doubled, values, np.arange(10) // 2).why == "the effects cannot be told apart"
    assert fit_random_intercept(column[:2], values[:2], np.zeros(2, dtype=int)).why == "too few forms"


def test_no_variance_between_patients_is_an_answer() -> None:
    rng = np.random.default_rng(4)
    patients = np.repeat(np.arange(30), 4)
    outcome = rng.normal(0, 1, 120)
    outcome -= np.repeat(outcome.reshape(30, 4).mean(axis=1), 4)
    found = fit_random_intercept(np.ones((120, 1)), outcome, patients)
    assert found.converged
    assert found.between < 1e-3


def test_the_spline_is_straight_beyond_its_outer_knots() -> None:
    knots = np.array([30.0, 90.0, 180.0, 365.0])
    basis = spline_basis(np.array([400.0, 500.0, 600.0, 0.0, 10.0, 20.0]), knots)
    assert basis.shape == (6, 3)
    np.testing.assert_allclose(basis[2] - basis[1], basis[1] - basis[0], atol=1e-9)
    np.testing.assert_allclose(basis[3:, 1:], 0, atol=1e-12)


def test_a_hand_worked_tipping_point() -> None:
    found = tipping_point([2.0, 4.0, 6.0, 4.0], missing=4, deterioration=10)
    assert found is not None
    assert found.point == pytest.approx((-10 - 4) / 0.5)
    assert [(one.delta, one.mean) for one in found.shifts] == [(0, 4), (-5, 1.5), (-10, -1), (-20, -6)]
    complete = tipping_point([2.0, 4.0], missing=0, deterioration=10)
    assert complete is not None
    assert complete.point is None
    assert tipping_point([], missing=3, deterioration=10) is None


def test_the_dead_rank_below_everybody() -> None:
    found = worst_rank([1.0, 2.0, 3.0, 4.0], died=4)
    assert found is not None
    assert (found.lower_quartile, found.median, found.upper_quartile) == (None, None, 2.0)
    assert worst_rank([], died=0) is None
