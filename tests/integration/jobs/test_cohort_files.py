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
from sqlalchemy import select
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight
from statsmodels.regression.mixed_linear_model import MixedLM

from lrrc_qol.jobs.cohort import compute_all
from lrrc_qol.persistence.models import CohortResult
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.cohort_strata import PEOPLE
from lrrc_qol.web.staff.cohort_panels import BUILDERS
from lrrc_qol.web.staff.cohort_words import RECOMPUTED
from tests.cohort_people import BEFORE, DAYS, Person, add_people
from tests.factories import make_staff
from tests.staff_browser import StaffBrowser, signed_in

SCALE = "fact_c.FACT_C"
WITH_DEATH = "death is part of the event"
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


@pytest.fixture
def mortal(app: Flask, runtime: Runtime) -> StaffBrowser:
    """Ninety women of whom 36 died over the year, and thirty men of whom two did: too few to tell when."""
    rng = Random(5)  # noqa: S311 - synthetic patients, not secrets
    make_staff(runtime, role="researcher")
    people = [course(rng, sex="female", died_day=20 + 9 * number if number < 36 else None) for number in range(90)]
    people += [course(rng, sex="male", died_day=100 if number < 2 else None) for number in range(30)]
    with runtime.database.write() as session:
        instrument = runtime.catalogue.instrument("fact_c")
        add_people(session, people, centre="NORTH", instrument=instrument, operated=date(2025, 7, 1))
    compute_all(runtime, runtime.clock.now(), lambda: False)
    return signed_in(app, "researcher@north.example")


def counted(times: Sequence[Row], day: int) -> dict[str, int]:
    """What had happened up to a day, and who was still under observation just after it."""
    ended = [one["ending"] for one in times if int(one["day"]) <= day]
    kinds = {"events": "event", "others": "died", "censored": "censored"}
    return {name: ended.count(kind) for name, kind in kinds.items()} | {"at_risk": len(times) - len(ended)}


def kept(times: Sequence[Row], endings: set[str], day: int) -> tuple[float, float, float]:
    """The share without the event at a day and its limits, by statsmodels and the printed formula."""
    known = SurvfuncRight(numbers(times, "day"), [one["ending"] in endings for one in times])
    before = known.surv_times <= day
    share = known.surv_prob[before][-1] if before.any() else 1.0
    if not before.any() or not 0 < share < 1:
        return share, share, share
    # Its standard error is the share times the root of Greenwood's sum.
    width = 1.959964 * known.surv_prob_se[before][-1] / share / np.log(share)
    first, second = share ** np.exp(width), share ** np.exp(-width)
    return share, min(first, second), max(first, second)


def test_survival(mortal: StaffBrowser) -> None:
    times = table(mortal, "survival-times")
    assert len(times) == 120
    assert {one["ending"] for one in times} == {"died", "censored"}
    shown = [row for row in table(mortal, "survival") if row["value"]]
    assert shown
    for row in shown:
        share, low, high = kept(times, {"died"}, int(row["day"]))
        assert float(row["value"]) == pytest.approx(share)
        assert (float(row["low"]), float(row["high"])) == pytest.approx((low, high), abs=1e-6)
        found = counted(times, int(row["day"]))
        assert int(row["events"]) == found["others"]
        assert row["at_risk"] in {"", str(found["at_risk"])}


def test_time_to_recovery(mortal: StaffBrowser) -> None:
    times = table(mortal, "recovery-times")
    shown = [row for row in table(mortal, "recovery") if row["value"]]
    assert shown
    kinds = [{"event": 1, "died": 2, "censored": 0}[one["ending"]] for one in times]
    known = CumIncidenceRight(numbers(times, "day"), np.array(kinds))
    for row in shown:
        day = int(row["day"])
        before = known.times <= day
        for column, kind in (("value", 0), ("other_value", 1)):
            share = known.cinc[kind][before][-1] if before.any() else 0.0
            assert row[column] == "" or float(row[column]) == pytest.approx(share)
        low, high = incidence_limits(times, day)
        assert (float(row["low"]), float(row["high"])) == pytest.approx((low, high), abs=1e-6)
        for column, count in counted(times, day).items():
            assert row[column] in {"", str(count)}


def incidence_limits(times: Sequence[Row], day: int) -> tuple[float, float]:
    """Limits of an incidence from the delta method, each term of its variance written down as it is printed."""
    days, endings = numbers(times, "day"), np.array([one["ending"] for one in times])
    alive, incidence, terms = 1.0, 0.0, []
    for moment in np.unique(days[days <= day]):
        at_risk = float((days >= moment).sum())
        events = float(((days == moment) & (endings == "event")).sum())
        every = events + ((days == moment) & (endings == "died")).sum()
        incidence += alive * events / at_risk
        terms.append((incidence, alive, at_risk, events, every))
        alive *= 1 - every / at_risk
    variance = sum(
        (incidence - then) ** 2 * every / (at_risk * (at_risk - every))
        + before**2 * events * (at_risk - events) / at_risk**3
        - 2 * (incidence - then) * before * events / at_risk**2
        for then, before, at_risk, events, every in terms
    )
    if not 0 < incidence < 1:
        return incidence, incidence
    width = 1.959964 * np.sqrt(variance) / ((1 - incidence) * np.log(1 - incidence))
    first, second = 1 - (1 - incidence) ** np.exp(width), 1 - (1 - incidence) ** np.exp(-width)
    return min(first, second), max(first, second)


def test_time_to_deterioration(mortal: StaffBrowser) -> None:
    times = table(mortal, "deterioration-times")
    rows = [row for row in table(mortal, "deterioration") if row["value"]]
    assert {row["reading"] for row in rows} == {WITH_DEATH, "death ends observation"}
    for row in rows:
        endings = {"event", "died"} if row["reading"] == WITH_DEATH else {"event"}
        share, low, high = kept(times, endings, int(row["day"]))
        assert float(row["value"]) == pytest.approx(share)
        assert (float(row["low"]), float(row["high"])) == pytest.approx((low, high), abs=1e-6)


def test_times_are_told_of_no_group_in_which_something_happened_to_a_few(mortal: StaffBrowser) -> None:
    for curve in ("survival", "recovery", "deterioration"):
        by_sex = table(mortal, f"{curve}-times", "sex")
        assert {row["level"] for row in by_sex} == {"female"}
        days = [int(row["day"]) for row in by_sex]
        assert days == sorted(days)
        assert "line" not in by_sex[0]


def test_what_an_earlier_release_stored_gives_empty_files_until_it_is_computed_anew(
    files: StaffBrowser, runtime: Runtime
) -> None:
    with runtime.database.write() as session:
        for row in session.scalars(select(CohortResult).where(CohortResult.stratum == PEOPLE)):
            row.content = {"strata": row.content["strata"], "people": []}
    assert table(files, "lines") == []
    assert table(files, "survival-times") == []


def test_each_figure_says_how_it_is_computed_again(files: StaffBrowser) -> None:
    page = files.get(f"/staff/cohort?scale={SCALE}").text
    assert page.count("Can be computed again from the file of times") == 3
    assert page.count("-times.csv") == 3
    assert set(RECOMPUTED) == set(BUILDERS)
    for unknown in ("unknown", "change-times"):
        assert files.get(f"/staff/cohort/{unknown}.csv?scale={SCALE}").status_code == 404


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
