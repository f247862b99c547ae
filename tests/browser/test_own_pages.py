"""The patient's own pages on a phone: whole in every look, and a personal question can be left at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from lrrc_qol.services.answer_form import open_form
from lrrc_qol.services.show_results import show_results
from tests.axe import accessibility_breaches, overflows_sideways
from tests.browser.conftest import PHONE, LiveSite
from tests.browser.patient_phone import enter, press, start
from tests.factories import assignment, complete_visit, make_link, make_patient, make_staff, set_dates, take_seat
from tests.patient_links import YEAR, baseline_link

LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
    "rtl": {},
}
PAGES = ("/my", "/my/results", "/my/topics", "/my/settings", "/my/address", "/new-link", "/l/never-was")


def recovering(live: LiveSite, *, language: str) -> str:
    """A patient with three answered visits and nothing due, whose centre shows results; an old link."""
    nurse, admin = make_staff(live.runtime), make_staff(live.runtime, role="admin")
    with live.runtime.writing(admin) as work:
        show_results(work, shown=True)
    patient = make_patient(live.runtime, nurse, language=language)
    complete_visit(live.runtime, take_seat(live.runtime, patient))
    surgery = live.clock.advance(days=15).date()
    set_dates(live.runtime, nurse, patient, planned_surgery_on=surgery, surgery_on=surgery)
    for days, key in ((30, "M1"), (60, "M3")):
        live.clock.advance(days=days)
        complete_visit(live.runtime, take_seat(live.runtime, patient, key), low=key == "M3")
    return make_link(live.runtime, patient, "M1")


@pytest.mark.parametrize("look", LOOKS)
def test_every_own_page_is_for_everybody(live: LiveSite, open_page: Callable[..., Page], look: str) -> None:
    page = open_page(**PHONE | LOOKS[look])
    page.goto(f"{live.url}/l/{recovering(live, language='ar' if look == 'rtl' else 'en')}")
    assert (accessibility_breaches(page), overflows_sideways(page)) == ([], False)
    page.locator("#year").fill(YEAR)
    page.locator("main button").click()
    page.wait_for_url("**/my")
    for path in PAGES:
        page.goto(live.url + path)
        for summary in page.locator("summary").all():
            summary.click()
        assert (accessibility_breaches(page), overflows_sideways(page)) == ([], False), path


def test_larger_text_in_another_language_still_fits(live: LiveSite, phone: Page) -> None:
    enter(phone, live.url, baseline_link(live.runtime))
    phone.goto(f"{live.url}/my/settings")
    phone.get_by_label("Deutsch").check()
    phone.get_by_label("Very large").check()
    press(phone, "Keep my choice")
    expect(phone.get_by_role("status")).to_contain_text("gespeichert")
    for path in ("/my", "/my/topics", "/my/settings", "/form"):
        phone.goto(live.url + path)
        assert not overflows_sideways(phone), path


def test_a_personal_question_says_so_and_can_be_left_at_once(live: LiveSite, phone: Page) -> None:
    patient = make_patient(live.runtime, make_staff(live.runtime))
    seat = take_seat(live.runtime, patient)
    form = assignment(live.runtime, seat, "pe_wellbeing")
    with live.runtime.reading(seat.actor) as work:
        last = len(open_form(work, seat.seat, form).items)
    start(phone, live.url, make_link(live.runtime, patient))
    expect(phone.locator("#place")).to_have_text("Question 1 of 30 – about 10 minutes left")
    phone.goto(f"{live.url}/form/{form}/item/{last}")
    expect(phone.get_by_text("This question is personal.")).to_be_visible()
    assert accessibility_breaches(phone) == []
    press(phone, "Close this page at once")
    expect(phone.get_by_role("heading", name="You have finished on this phone")).to_be_visible()
    assert phone.goto(f"{live.url}/my").status == 401  # type: ignore[union-attr] # a page of ours always answers
