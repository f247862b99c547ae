"""The sheet for the talk before the operation: on a phone, on a desk, in Arabic, and on one page of paper."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import Page

from lrrc_qol.jobs.cohort import compute_all
from tests.axe import accessibility_breaches, overflows_sideways
from tests.browser.conftest import LiveSite
from tests.cohort_people import add_people, fact_c_course
from tests.factories import PASSWORD, make_staff

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def computed(live: LiveSite) -> LiveSite:
    """A centre whose figures are computed."""
    make_staff(live.runtime)
    instrument = live.runtime.catalogue.instrument("fact_c")
    with live.runtime.database.write() as session:
        people = fact_c_course(instrument, 120, seed=5)
        add_people(session, people, centre="NORTH", instrument=instrument, operated=date(2024, 9, 2))
    compute_all(live.runtime, live.clock.now(), lambda: False)
    return live


def open_sheet(page: Page, live: LiveSite, address: str = "") -> None:
    page.goto(f"{live.url}/login")
    page.get_by_label("E-mail").fill("nurse@north.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{live.url}/staff/expect?{address}")


@pytest.mark.parametrize("size", ["phone", "desktop"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_sheet_can_be_read(computed: LiveSite, request: pytest.FixtureRequest, size: str, language: str) -> None:
    page: Page = request.getfixturevalue(size)
    open_sheet(page, computed, f"deaths=1&language={language}")
    assert page.get_by_role("img").count() == 1
    assert not overflows_sideways(page)
    assert accessibility_breaches(page) == []


@pytest.mark.parametrize(("language", "of"), [("de", 20), ("ar", 100)])
def test_it_prints_on_one_page_without_the_staffs_parts(
    computed: LiveSite, desktop: Page, language: str, of: int
) -> None:
    open_sheet(desktop, computed, f"language={language}&of={of}&deaths=1")
    desktop.emulate_media(media="print")
    assert not desktop.get_by_role("button", name="Show", exact=True).is_visible()
    assert not desktop.get_by_text("The patients behind the picture").is_visible()
    pages = re.findall(rb"/Type\s*/Page\b", desktop.pdf(prefer_css_page_size=True))
    assert len(pages) == 1


def test_a_choice_is_made_with_the_page(computed: LiveSite, desktop: Page) -> None:
    open_sheet(desktop, computed)
    desktop.get_by_label("Sex").select_option("female")
    desktop.get_by_label("When").select_option("M3")
    desktop.get_by_role("button", name="Show", exact=True).click()
    assert "sex=female" in desktop.url
    assert desktop.get_by_role("heading", name="3 months after the operation").is_visible()
