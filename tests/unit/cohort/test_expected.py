"""Centiles by day: which days, which form of a patient, how many it takes, and that they are those of the cohort."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import pytest

from lrrc_qol.cohort.expected import day_windows, expected_course
from lrrc_qol.cohort.rows import CohortForm, CohortPatient, CohortVisit
from lrrc_qol.domain.recovery_states import RecoveryState

VISITS = (
    CohortVisit("DC", "Discharge", 14, 19),
    CohortVisit("M1", "1 month", 30, 44),
    CohortVisit("M3", "3 months", 91, 119),
)


def patient(*forms: tuple[int, float | None]) -> CohortPatient:
    given = tuple(CohortForm(("X",), day, change, change) for day, change in forms)
    return CohortPatient({}, 500, None, 60.0, RecoveryState.NEVER_DECLINED, given, None, None)


def test_windows_meet_halfway_and_leave_no_day_out() -> None:
    assert day_windows([91, 14, 30, 30]) == [(14, 1, 22), (30, 23, 60), (91, 61, 121)]
    assert day_windows([0]) == []


def test_a_form_stands_among_those_of_its_day_and_a_patient_counts_once() -> None:
    # The second form is nearer to day 30; the third has nothing to compare with.
    people = [patient((24, -1.0), (32, float(-n)), (33, None)) for n in range(1, 20)] + [patient((60, -20.0))]

    (row,) = expected_course(people, VISITS)
    assert (row["first_day"], row["last_day"], row["patients"]) == (23, 60, 20)
    assert row["day"] == round((19 * 32 + 60) / 20, 1)
    # Changes of -1 to -20: the place of the 10th centile is 2.1, between -19 and -18.
    assert row["p10"] == pytest.approx(-18.9)
    assert row["p50"] == pytest.approx(-10.5)
    assert row["p90"] == pytest.approx(-2.1)


@pytest.mark.parametrize(("size", "shown"), [(4, None), (5, 5), (19, 19)])
def test_below_twenty_there_are_no_centiles_and_below_five_no_count(size: int, shown: int | None) -> None:
    (row,) = expected_course([patient((30, -5.0))] * size, VISITS)

    assert row == {"first_day": 23, "last_day": 60, "patients": shown}


def known_cohort(rng: np.random.Generator, size: int) -> tuple[Sequence[CohortPatient], dict[int, float]]:
    """Changes around a known course with a known spread; forms come up to a week early or late."""
    means = {14: -14.0, 30: -8.0, 91: -3.0}
    people = []
    for _ in range(size):
        days = [(day + int(rng.integers(-7, 8)), mean) for day, mean in means.items()]
        people.append(patient(*((day, float(rng.normal(mean, 12.0))) for day, mean in days)))
    return people, means


def test_a_large_cohort_gives_back_the_quantiles_it_was_made_of() -> None:
    people, means = known_cohort(np.random.default_rng(5), 4000)
    rows = {row["first_day"]: row for row in expected_course(people, VISITS[:1] + VISITS[2:])}

    row = rows[53]  # days 53 to 129: month 3 alone
    assert row["patients"] == 4000
    assert row["day"] == pytest.approx(91, abs=0.5)
    for share in (10, 25, 50, 75, 90):
        true = NormalDist(means[91], 12.0).inv_cdf(share / 100)
        assert row[f"p{share}"] == pytest.approx(true, abs=0.8), share


def test_one_in_ten_new_patients_lies_beyond_each_outer_line_also_in_a_small_cohort() -> None:
    rng = np.random.default_rng(7)
    below, above = [], []
    for _ in range(600):
        changes = rng.normal(-8.0, 12.0, 20)
        (row,) = expected_course([patient((30, float(one))) for one in changes], VISITS)
        truth = NormalDist(-8.0, 12.0)
        below.append(truth.cdf(row["p10"]))
        above.append(1 - truth.cdf(row["p90"]))
    # The standard error of the mean of 600 such shares is about 0.0026.
    assert np.mean(below) == pytest.approx(0.1, abs=0.008)
    assert np.mean(above) == pytest.approx(0.1, abs=0.008)
