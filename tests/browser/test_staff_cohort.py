"""The cohort page in a real browser: drawn on a phone and a desktop, accessible, its picture and its numbers saved."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lrrc_qol.jobs.cohort import compute_all
from tests.axe import accessibility_breaches, overflows_sideways
from tests.browser.conftest import LiveSite
from tests.cohort_people import add_people, fact_c_course
from tests.factories import PASSWORD, make_staff

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def computed(live: LiveSite) -> LiveSite:
    """A centre with a cohort whose figures are computed."""
    make_staff(live.runtime, role="researcher")
    instrument = live.runtime.catalogue.instrument("fact_c")
    with live.runtime.database.write() as session:
        people = fact_c_course(instrument, 60, seed=5)
        add_people(session, people, centre="NORTH", instrument=instrument, operated=date(2024, 9, 2))
    compute_all(live.runtime, live.clock.now(), lambda: False)
    return live


def open_cohort(page: Page, live: LiveSite) -> None:
    page.goto(f"{live.url}/login")
    page.get_by_label("E-mail").fill("researcher@north.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{live.url}/staff/cohort?scale=fact_c.FACT_C")


def draw_everything(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    for chart in page.locator(".chart").all():
        chart.scroll_into_view_if_needed()
        expect(chart.locator(".main-svg").first).to_be_visible()


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_every_figure_is_drawn_and_can_be_read(computed: LiveSite, request: pytest.FixtureRequest, size: str) -> None:
    page: Page = request.getfixturevalue(size)
    open_cohort(page, computed)
    draw_everything(page)
    assert page.locator(".chart").count() >= 6
    assert not overflows_sideways(page)
    assert accessibility_breaches(page) == []


def test_the_groups_stand_in_the_address_and_the_picture_can_be_saved(computed: LiveSite, desktop: Page) -> None:
    open_cohort(desktop, computed)
    desktop.get_by_label("Groups").select_option("sex")
    desktop.get_by_role("button", name="Show", exact=True).click()
    assert "by=sex" in desktop.url
    draw_everything(desktop)
    with desktop.expect_download() as saved:
        desktop.get_by_role("button", name="Picture of Change from baseline as SVG").click()
    picture = Path(saved.value.path()).read_text(encoding="utf-8")
    assert saved.value.suggested_filename == "change.svg"
    assert picture.startswith("<svg")
    with desktop.expect_download() as table:
        desktop.get_by_role("link", name="Change from baseline as CSV").click()
    assert Path(table.value.path()).read_text(encoding="utf-8").startswith("level,visit,day,count,mean")
