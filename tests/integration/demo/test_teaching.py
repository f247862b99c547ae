"""The teaching cohort of the demo: stored paper forms from which the cohort page finds the published course again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from lrrc_qol.config import Mode
from lrrc_qol.demo.population import PASSWORD
from lrrc_qol.demo.teaching import COURSE, HOME_AFTER, LOGIN, PATIENTS, make_teaching_cohort, published_course
from lrrc_qol.factory import create_app
from lrrc_qol.jobs.tick import run_tick
from lrrc_qol.persistence.models import Alert, Message, Response, Staff, Task
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import SYSTEM, Actor
from lrrc_qol.services.read_cohort_figures import CohortFigures, read_cohort_figures
from lrrc_qol.services.selfcheck import find_breaches
from tests.clock import FixedClock
from tests.staff_browser import StaffBrowser

# Who is made does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TUESDAY = datetime(2026, 3, 3, 11, 0, tzinfo=UTC)
DEMO_SEED = 7


def test_the_course_before_and_after(runtime: Runtime) -> None:
    course = published_course(runtime.catalogue)
    days = {-7: 93.0, HOME_AFTER: 78.6, 30: 86.7, 152: 89.85, 274: 93.0, 365: 93.0}
    assert {day: course.at(day) for day in days} == pytest.approx(days)


def test_the_cohort_page_finds_the_published_course_in_the_stored_forms(runtime: Runtime, clock: FixedClock) -> None:
    clock.set(TUESDAY)
    demo = replace(runtime, settings=replace(runtime.settings, mode=Mode.DEMO))
    make_teaching_cohort(demo, seed=DEMO_SEED, now=TUESDAY)
    assert None not in run_tick(demo, TUESDAY).values()

    with demo.reading(SYSTEM) as work:
        forms = work.session.execute(
            select(Response.instrument_id, Response.mode, Response.reviewed_at.is_(None), func.count()).group_by(
                Response.instrument_id, Response.mode, Response.reviewed_at.is_(None)
            )
        ).all()
        open_alerts = work.session.scalar(select(func.count(Alert.id)).where(Alert.closed_at.is_(None)))
        others = [work.session.scalar(select(func.count()).select_from(table)) for table in (Message, Task)]
    assert [form[:3] for form in forms] == [("fact_c", "paper", False)]
    assert forms[0][3] > 5 * PATIENTS
    assert (open_alerts, others) == (0, [0, 0])
    assert list(find_breaches(lambda: demo.reading(SYSTEM))) == []

    found = _figures(demo)
    changes = {row["visit"]: row for row in found.levels["everybody"]["change"]}
    (paper,) = (one for one in found.published if one.id == COURSE)
    reported = dict(zip(("DC", "M1"), paper.differences(discharge_day=HOME_AFTER), strict=True))
    for visit, true in {**{key: value for key, (_, value) in reported.items()}, "M9": 0.0}.items():
        assert changes[visit]["low"] < true < changes[visit]["high"], visit
    assert changes["DC"]["high"] < changes["M9"]["low"]

    browser = StaffBrowser(create_app(runtime=demo).test_client())
    browser.sign_in(LOGIN[0], PASSWORD)
    page = browser.get("/staff/cohort?scale=fact_c.FACT_C").text
    assert "Teaching cohort, simulated" in page
    assert "every patient is invented" in page
    assert "Young 2014, Br J Surg 101:277" in page
    assert "baseline 93.0; day 14 78.6 (−14.4); day 30 86.7 (−6.3)" in page


def _figures(runtime: Runtime) -> CohortFigures:
    with runtime.reading(SYSTEM) as work:
        nurse = work.session.scalars(select(Staff).where(Staff.email == LOGIN[0])).one()
        actor = Actor(kind="staff", id=nurse.id, centre_id=nurse.centre_id, role=nurse.role)
    with runtime.reading(actor) as work:
        figures = read_cohort_figures(work, scale="fact_c.FACT_C", stratum="").figures
    assert figures is not None
    return figures
