"""The job that computes cohort figures: what it makes of stored forms, when it computes anew, what the page shows."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask

from lrrc_qol.jobs.cohort import compute_all
from lrrc_qol.persistence.models import Episode, ScoreRow
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import Actor
from lrrc_qol.services.read_cohort_figures import CohortFigures, read_cohort_figures
from lrrc_qol.services.read_expected import read_expected
from tests.clock import FixedClock
from tests.cohort_people import BEFORE, FACT_C_COURSE, Person, add_people, fact_c_course
from tests.factories import make_staff
from tests.staff_browser import signed_in
from tests.statement_count import counted_statements

OPERATED = date(2024, 9, 2)
SCALE = "fact_c.FACT_C"


def fill(runtime: Runtime, people: list[Person], centre: str = "NORTH") -> list[int]:
    with runtime.database.write() as session:
        instrument = runtime.catalogue.instrument("fact_c")
        return add_people(session, people, centre=centre, instrument=instrument, operated=OPERATED)


def compute(runtime: Runtime) -> int:
    return compute_all(runtime, runtime.clock.now(), lambda: False)["scales"]


def figures(runtime: Runtime, actor: Actor, *, scale: str = SCALE, stratum: str = "") -> CohortFigures:
    with runtime.reading(actor) as work:
        found = read_cohort_figures(work, scale=scale, stratum=stratum).figures
    assert found is not None
    return found


def plain(totals: dict[str, float], **more: Any) -> Person:
    return Person(scores={key: {"FACT_C": total} for key, total in totals.items()}, **more)


@pytest.fixture
def researcher(runtime: Runtime) -> Actor:
    return make_staff(runtime, role="researcher")


def test_the_published_course_is_found_again_in_the_stored_forms(runtime: Runtime, researcher: Actor) -> None:
    instrument = runtime.catalogue.instrument("fact_c")
    fill(runtime, fact_c_course(instrument, 90, seed=14))
    compute(runtime)
    everybody = figures(runtime, researcher).levels["everybody"]

    changes = {row["visit"]: row for row in everybody["change"]}
    assert changes["DC"]["count"] > 70
    for visit in ("DC", "M1", "M9"):
        true = FACT_C_COURSE[visit] - FACT_C_COURSE[BEFORE]
        assert changes[visit]["low"] < true < changes[visit]["high"], visit
    modelled = {row["visit"]: row for row in everybody["visit_model"]["points"]}
    assert everybody["visit_model"]["converged"]
    assert modelled["DC"]["low"] < -14.4 < modelled["DC"]["high"]
    assert changes["M1"]["high"] < 0 < changes["M9"]["high"]


def test_nobody_leaves_the_denominator(runtime: Runtime, researcher: Actor) -> None:
    back = [plain({BEFORE: 90, "DC": 70, "M1": 88, "M3": 90}) for _ in range(8)]
    not_back = [plain({BEFORE: 90, "DC": 70, "M1": 75}) for _ in range(7)]
    silent = [plain({BEFORE: 90}) for _ in range(6)]
    died = [plain({BEFORE: 90}, died_day=10) for _ in range(5)]
    fill(runtime, [*back, *not_back, *silent, *died])
    compute(runtime)
    everybody = figures(runtime, researcher).levels["everybody"]
    headline = {row["visit"]: row for row in everybody["headline"]}
    assert headline["M1"] == {
        "visit": "M1",
        "operated": 26,
        "back": 8,
        "not_back": 7,
        "not_compared": 0,
        "no_form": 6,
        "died": 5,
    }
    assert everybody["states"] == {"back_sustained": 8, "not_yet_back": 7, "not_evaluable": 11}


def test_only_what_changed_is_computed_anew(runtime: Runtime, clock: FixedClock, researcher: Actor) -> None:
    fill(runtime, [plain({BEFORE: 90, "M1": 80, "M3": 85}) for _ in range(6)])
    assert compute(runtime) == 1
    assert compute(runtime) == 0
    before = figures(runtime, researcher)

    clock.advance(minutes=10)
    with runtime.database.write() as session:
        old = session.query(ScoreRow).filter(ScoreRow.scale_id == "FACT_C").order_by(ScoreRow.id.desc()).first()
        assert old is not None
        values = {name: getattr(old, name) for name in ("response_id", "episode_id", "centre_id", "scale_id")}
        more = {"answered": 1, "expected": 1, "prorated": False, "scoring_version": "2", "inputs": {}}
        session.add(ScoreRow(**values, **more, generation=2, value=20.0, computed_at=clock.now()))
    assert compute(runtime) == 1
    after = figures(runtime, researcher)
    assert before.version != after.version
    assert after.data_as_of > before.data_as_of
    assert after.levels["everybody"]["change"][-1]["mean"] == pytest.approx((5 * -5 - 70) / 6)

    clock.advance(days=1)
    assert compute(runtime) == 1


def test_a_death_and_a_corrected_date_change_the_figures(runtime: Runtime, researcher: Actor) -> None:
    episodes = fill(runtime, [plain({BEFORE: 90, "M1": 80}) for _ in range(6)])
    compute(runtime)
    with runtime.database.write() as session:
        session.get_one(Episode, episodes[0]).nerve_resection = True
    assert compute(runtime) == 1


def test_every_figure_stays_within_its_centre(app: Flask, runtime: Runtime, researcher: Actor) -> None:
    make_staff(runtime, code="SOUTH", role="researcher")
    fill(runtime, [plain({BEFORE: 90, "M1": 80}) for _ in range(6)])
    compute(runtime)
    south = signed_in(app, "researcher@south.example")
    assert "No figures have been computed yet" in south.get("/staff/cohort").text
    assert south.get(f"/staff/cohort?scale={SCALE}").status_code == 404
    assert south.get(f"/staff/cohort/change.csv?scale={SCALE}").status_code == 404
    assert signed_in(app, "researcher@north.example").get(f"/staff/cohort?scale={SCALE}").status_code == 200


def test_the_page_says_what_each_figure_is_and_when_it_was_computed(
    app: Flask, runtime: Runtime, researcher: Actor
) -> None:
    fill(runtime, fact_c_course(runtime.catalogue.instrument("fact_c"), 44, seed=3))
    compute(runtime)
    browser = signed_in(app, "researcher@north.example")
    for by in ("", "&by=sex", "&by=baseline"):
        page = browser.get(f"/staff/cohort?scale={SCALE}{by}").text
        headings = re.findall(r'<h2 id="[a-z]+-heading">([^<]+)</h2>', page)
        assert headings[:3] == ["Who is back", "Where patients stand today", "What patients are compared with"]
        assert page.count("Computed at ") == 10
    assert browser.get(f"/staff/cohort?scale={SCALE}&by=phase-of-the-moon").status_code == 404


def test_the_page_costs_the_same_whatever_the_cohort(app: Flask, runtime: Runtime, researcher: Actor) -> None:
    browser = signed_in(app, "researcher@north.example")
    counts = []
    for size in (6, 30):
        fill(runtime, [plain({BEFORE: 90, "M1": 80}) for _ in range(size)])
        compute(runtime)
        with counted_statements(runtime) as statements:
            assert browser.get(f"/staff/cohort?scale={SCALE}").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_baseline_that_is_missing_stays_missing(runtime: Runtime, researcher: Actor) -> None:
    whole = plain({BEFORE: 90, "M1": 80})
    fill(runtime, [whole] * 8 + [replace(whole, scores={"M1": {"FACT_C": 80.0}})] * 6)
    compute(runtime)
    everybody = figures(runtime, researcher).levels["everybody"]
    assert everybody["change"][0]["count"] == 8
    (month, *_) = [row for row in everybody["headline"] if row["visit"] == "M1"]
    assert (month["operated"], month["not_back"], month["not_compared"]) == (14, 8, 6)


def test_the_usual_course_is_stored_by_day_and_hidden_below_twenty(runtime: Runtime, researcher: Actor) -> None:
    fill(runtime, [plain({BEFORE: 90, "M1": 71.0 + number}, late=3) for number in range(19)])
    compute(runtime)
    with runtime.reading(researcher) as work:
        (window,) = read_expected(work)["fact_c", "FACT_C"].windows
    assert (window.patients, window.day, window.centiles) == (19, None, None)

    fill(runtime, [plain({BEFORE: 90, "M1": 70})])
    compute(runtime)
    with runtime.reading(researcher) as work:
        (window,) = read_expected(work)["fact_c", "FACT_C"].windows
    # Changes of -20 to -1; the 10th centile stands at place 2.1 of 20.
    assert (window.first_day, window.last_day, window.patients) == (23, 60, 20)
    assert window.day == pytest.approx((19 * 33 + 30) / 20, abs=0.06)
    assert window.centiles is not None
    assert (window.centiles.p10, window.centiles.p50, window.centiles.p90) == pytest.approx((-18.9, -10.5, -2.1))
