"""Every number of the cohort page, computed again from the files beside it with the usual libraries."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Sequence
from datetime import date
from io import StringIO
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from flask import Flask
from scipy import stats
from statsmodels.regression.mixed_linear_model import MixedLM

from lrrc_qol.jobs.cohort import compute_all
from lrrc_qol.runtime import Runtime
from lrrc_qol.web.staff.cohort_panels import BUILDERS
from lrrc_qol.web.staff.cohort_words import RECOMPUTED
from tests.cohort_people import BEFORE, DAYS, Person, add_people
from tests.factories import make_staff
from tests.staff_browser import StaffBrowser, signed_in

SCALE = "fact_c.FACT_C"
Row = dict[str, str]
Floats = npt.NDArray[np.float64]


def course(rng: Random, *, sex: str, died_day: int | None = None) -> Person:
    """A fall and a slow return, with forms that did not come."""
    own = rng.gauss(90, 12)
    falls = dict(zip(DAYS, (0, -15, -8, -5, -3, 0, 0), strict=True))
    scores: dict[str, dict[str, float | None]] = {
        key: {"FACT_C": own + fall + rng.gauss(0, 6)}
        for key, fall in falls.items()
        if (key == BEFORE or rng.random() < 0.8) and (died_day is None or DAYS[key] < died_day)
    }
    return Person(scores=scores, sex=sex, died_day=died_day)


@pytest.fixture
def files(app: Flask, runtime: Runtime) -> StaffBrowser:
    """Forty women of whom eight died, and ten men, too few for a file of single patients."""
    rng = Random(3)  # noqa: S311 - synthetic patients, not secrets
    make_staff(runtime, role="researcher")
    people = [course(rng, sex="female", died_day=200 if number < 8 else None) for number in range(40)]
    people += [course(rng, sex="male") for _ in range(10)]
    with runtime.database.write() as session:
        instrument = runtime.catalogue.instrument("fact_c")
        add_people(session, people, centre="NORTH", instrument=instrument, operated=date(2024, 9, 2))
    compute_all(runtime, runtime.clock.now(), lambda: False)
    return signed_in(app, "researcher@north.example")


def table(browser: StaffBrowser, panel: str, by: str = "all") -> list[Row]:
    answer = browser.get(f"/staff/cohort/{panel}.csv?scale={SCALE}&by={by}")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    return list(csv.DictReader(StringIO(answer.text)))


def numbers(rows: Sequence[Row], column: str) -> Floats:
    return np.array([float(row[column]) for row in rows])


def close(row: Row, **expected: Any) -> None:
    """Each column of the row has the value that was computed again."""
    for column, value in expected.items():
        assert float(row[column]) == pytest.approx(value, rel=1e-9, abs=1e-9), (row["visit"], column)


def test_change_and_percentiles(files: StaffBrowser) -> None:
    lines, spread = table(files, "lines"), {row["visit"]: row for row in table(files, "spread")}
    for row in table(files, "change"):
        changes = numbers([one for one in lines if one["visit"] == row["visit"]], "change")
        low, high = stats.t.interval(0.95, len(changes) - 1, changes.mean(), stats.sem(changes))
        close(row, count=len(changes), mean=changes.mean(), deviation=changes.std(ddof=1), low=low, high=high)
        lower, median, upper = np.percentile(changes, [25, 50, 75])
        close(row, lower_quartile=lower, median=median, upper_quartile=upper)
        five = dict(zip(("p10", "p25", "p50", "p75", "p90"), np.percentile(changes, [10, 25, 50, 75, 90]), strict=True))
        close(spread[row["visit"]], count=len(changes), **five)


def fitted(lines: Sequence[Row], design: Floats) -> tuple[Floats, Floats]:
    """Effects and their covariance by statsmodels."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = MixedLM(numbers(lines, "change"), design, [row["line"] for row in lines]).fit(reml=True)
    size = design.shape[1]
    return np.asarray(found.fe_params), np.asarray(found.cov_params())[:size, :size]


def alike(rows: Sequence[Row], weights: Floats, effects: Floats, covariance: Floats) -> None:
    """Value and limits of each row, but for what two ways of searching differ."""
    values = weights @ effects
    half = 1.959964 * np.sqrt(np.einsum("ij,jk,ik->i", weights, covariance, weights))
    np.testing.assert_allclose(numbers(rows, "value"), values, atol=0.02)
    np.testing.assert_allclose(numbers(rows, "low"), values - half, atol=0.05)
    np.testing.assert_allclose(numbers(rows, "high"), values + half, atol=0.05)


def test_the_visit_model(files: StaffBrowser) -> None:
    lines, rows = table(files, "lines"), table(files, "model")
    visits = [row["visit"] for row in rows]
    baseline = numbers(lines, "baseline")
    design = np.column_stack(
        [*([one["visit"] == visit for one in lines] for visit in visits), baseline - baseline.mean()]
    ).astype(float)
    assert [int(row["count"]) for row in rows] == [int(column.sum()) for column in design.T[:-1]]
    alike(rows, np.eye(len(visits), len(visits) + 1), *fitted(lines, design))


def bends(days: Floats, knots: Floats) -> Floats:
    """Harrell's restricted cubic spline, written down anew."""
    t, span = knots, knots[-1] - knots[0]
    cube = lambda x: np.maximum(x, 0) ** 3  # noqa: E731 - the formula as it is printed
    columns = [days / span]
    for one in t[:-2]:
        bend = cube(days - one) - cube(days - t[-2]) * (t[-1] - one) / (t[-1] - t[-2])
        columns.append((bend + cube(days - t[-1]) * (t[-2] - one) / (t[-1] - t[-2])) / span**3)
    return np.column_stack(columns)


def test_the_spline(files: StaffBrowser) -> None:
    forms = {(row["line"], row["form"]): row for row in table(files, "lines")}
    lines, rows = [*forms.values()], table(files, "spline")
    days, baseline = numbers(lines, "day"), numbers(lines, "baseline")
    knots = np.unique(np.percentile(days, [5, 27.5, 50, 72.5, 95]))
    design = np.column_stack([np.ones(len(days)), bends(days, knots), baseline - baseline.mean()])
    shown = np.linspace(days.min(), days.max(), len(rows))
    weights = np.column_stack([np.ones(len(shown)), bends(shown, knots), np.zeros(len(shown))])
    alike(rows, weights, *fitted(lines, design))


def test_what_if_the_missing_were_worse(files: StaffBrowser) -> None:
    lines = table(files, "lines")
    for row in table(files, "sensitivity"):
        used = [one for one in lines if one["visit"] == row["visit"] and one["window_over"] == "yes"]
        gains = numbers(used, "change") * (1 if row["better"] == "up" else -1)
        difference = float(row["important_difference"])
        if row["observed"]:
            share = int(row["missing"]) / (len(gains) + int(row["missing"]))
            close(row, observed=len(gains), mean_like=gains.mean(), mean_half=gains.mean() - share * difference / 2)
            close(row, mean_one=gains.mean() - share * difference, mean_two=gains.mean() - 2 * share * difference)
            if row["point"]:
                close(row, point=(-difference - gains.mean()) / share)
        if row["ranked_median"]:
            ranked = np.sort([*gains, *[-np.inf] * int(row["died"])])
            close(row, ranked_median=np.quantile(ranked, 0.5, method="inverted_cdf"))


def test_counts_add_up_to_the_totals_beside_them(files: StaffBrowser) -> None:
    for row in table(files, "headline"):
        shown = [row[part] for part in ("back", "not_back", "not_compared", "no_form", "died")]
        assert "" in shown or sum(map(int, shown)) == int(row["operated"])
    (row,) = table(files, "baselines")
    assert [row[kind] for kind in ("prospective", "stale", "recalled", "none")] == ["50", "0", "0", "0"]
    assert row["patients"] == "50"


def test_small_groups_have_figures_and_no_file_of_single_patients(files: StaffBrowser) -> None:
    assert {row["level"] for row in table(files, "change", "sex")} == {"female", "male"}
    lines = table(files, "lines", "sex")
    assert {row["level"] for row in lines} == {"female"}
    for row in table(files, "change", "sex"):
        if row["level"] == "female":
            changes = numbers([one for one in lines if one["visit"] == row["visit"]], "change")
            close(row, count=len(changes), mean=changes.mean())


def test_shares_over_time_have_their_counts_and_the_page_says_why_no_more(files: StaffBrowser) -> None:
    for panel in ("survival", "recovery", "deterioration"):
        rows = table(files, panel)
        assert rows
        assert all(float(row["low"]) <= float(row["value"]) <= float(row["high"]) for row in rows if row["value"])
    page = files.get(f"/staff/cohort?scale={SCALE}").text
    assert page.count("Cannot be computed again from these files") == 3
    assert set(RECOMPUTED) == set(BUILDERS)
    assert files.get(f"/staff/cohort/unknown.csv?scale={SCALE}").status_code == 404


def test_the_file_of_single_patients_has_all_of_them(app: Flask, runtime: Runtime) -> None:
    make_staff(runtime, role="researcher")
    person = Person(scores={BEFORE: {"FACT_C": 90.0}, "M1": {"FACT_C": 80.0}})
    with runtime.database.write() as session:
        instrument = runtime.catalogue.instrument("fact_c")
        add_people(
            session,
            [person] * 320,
            centre="NORTH",
            instrument=instrument,
            operated=date(2024, 9, 2),
            visits=(BEFORE, "M1"),
        )
    compute_all(runtime, runtime.clock.now(), lambda: False)
    assert len(table(signed_in(app, "researcher@north.example"), "lines")) == 320
