"""The sheet in a browser: one A4 page on paper, whatever there is to say; on a screen it fits and can be read aloud."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from lrrc_qol.services.patient_sheet import SheetFacts, read_sheet
from lrrc_qol.web.staff import sheet as sheet_page
from tests.axe import breaches_in_every_look, overflows_sideways
from tests.browser.conftest import DESKTOP, PHONE, LiveSite
from tests.factories import PASSWORD, complete_visit, make_patient, make_staff, set_dates, take_seat
from tests.full_sheet import overfull

# What a browser shows does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

A4_POINTS = (595, 842)


def followed(site: LiveSite) -> str:
    """A patient with a baseline, operated on, home, and a form after a month."""
    nurse = make_staff(site.runtime)
    patient = make_patient(site.runtime, nurse, name="Ada Longname-Featherstonehaugh")
    complete_visit(site.runtime, take_seat(site.runtime, patient))
    operated = site.clock.advance(days=20).date()
    site.clock.advance(days=10)
    home = operated + timedelta(days=10)
    set_dates(site.runtime, nurse, patient, planned_surgery_on=operated, surgery_on=operated, discharged_on=home)
    site.clock.advance(days=20)
    complete_visit(site.runtime, take_seat(site.runtime, patient, "M1"), low=False)
    return patient


def fill_to_the_brim(site: LiveSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on there is more of everything than one page holds."""
    topics = tuple(entry.code for entry in site.runtime.catalogue.topics.entries)

    def read_full(*arguments: Any, **options: Any) -> SheetFacts:
        return overfull(read_sheet(*arguments, **options), topics=topics)

    monkeypatch.setattr(sheet_page, "read_sheet", read_full)


def open_sheet(site: LiveSite, page: Page, patient: str) -> None:
    page.goto(f"{site.url}/login?next=/staff/patients/{patient}/sheet")
    page.get_by_label("E-mail").fill("nurse@north.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize("full", [False, True], ids=["ordinary", "full"])
def test_it_prints_as_one_a4_page(live: LiveSite, desktop: Page, monkeypatch: pytest.MonkeyPatch, full: bool) -> None:
    patient = followed(live)
    if full:
        fill_to_the_brim(live, monkeypatch)
    open_sheet(live, desktop, patient)

    (page,) = PdfReader(io.BytesIO(desktop.pdf(prefer_css_page_size=True))).pages

    assert (round(page.mediabox.width), round(page.mediabox.height)) == A4_POINTS
    words = page.extract_text()
    assert "Confidential" in words
    assert "Back to the patient" not in words
    assert ("more alerts" in words) is full


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_it_is_accessible_and_fits_the_screen(
    live: LiveSite, open_page: Callable[..., Page], monkeypatch: pytest.MonkeyPatch, device: dict[str, Any]
) -> None:
    patient = followed(live)
    page = open_page(**device)
    open_sheet(live, page, patient)
    assert breaches_in_every_look(page) == []
    assert not overflows_sideways(page)

    fill_to_the_brim(live, monkeypatch)
    page.reload()
    assert "more alerts" in page.inner_text("main")
    assert breaches_in_every_look(page) == []
    assert not overflows_sideways(page)


def test_ticked_patients_come_as_one_file(live: LiveSite, desktop: Page) -> None:
    patient = followed(live)
    open_sheet(live, desktop, patient)
    desktop.goto(f"{live.url}/staff/patients")
    desktop.get_by_label("Sheet of Ada Longname-Featherstonehaugh").check()

    with desktop.expect_download() as download:
        desktop.get_by_role("button", name="Sheets of the ticked patients").click()

    assert len(PdfReader(download.value.path()).pages) == 1
