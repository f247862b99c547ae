"""How a centre gets the words of a licensed questionnaire: from a file to approved words, in a phone frame, on A4."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.axe import accessibility_breaches, overflows_sideways
from tests.browser.conftest import DESKTOP, PHONE, LiveSite
from tests.factories import PASSWORD, make_staff
from tests.redcap_dictionary import dictionary
from tests.wording_packs import approved, draft

# What a browser shows does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DEVICES = pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])

A4_WIDTH = 794  # CSS pixels of 210 mm


def check(page: Page, place: str) -> None:
    """No broken rule and no sideways scrolling."""
    assert accessibility_breaches(page) == [], place
    assert not overflows_sideways(page), place


def sign_in(page: Page, live: LiveSite, *, start: str = "/admin/questionnaires") -> None:
    """Come in as a coordinator."""
    page.goto(f"{live.url}/login?next={start}")
    page.get_by_label("E-mail").fill("coordinator@north.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def file_of(live: LiveSite) -> FilePayload:
    """A REDCap dictionary of the licensed questionnaire, with placeholder words."""
    raw = dictionary(live.runtime.catalogue.instrument("qlq_c30"))
    return {"name": "qlq.csv", "mimeType": "text/csv", "buffer": raw}


@DEVICES
def test_a_file_becomes_words_that_patients_see(
    live: LiveSite, open_page: Callable[..., Page], device: dict[str, Any]
) -> None:
    make_staff(live.runtime, role="coordinator")
    page = open_page(**device)
    sign_in(page, live)
    expect(page.get_by_role("heading", name="Chosen, but something is missing")).to_be_visible()
    check(page, "questionnaires")

    page.get_by_role("link", name="Import words of QLQ-C30").click()
    page.get_by_label("Language of the words").select_option("en")
    page.get_by_role("button", name="Import").click()
    expect(page.locator(".error-summary")).to_be_visible()
    check(page, "refused import")
    page.get_by_label("File", exact=True).set_input_files(file_of(live))
    page.get_by_label("Licence reference").fill("Consent of 2 March 2026")
    page.get_by_label("Own phone").check()
    page.get_by_label("Paper", exact=True).check()
    page.get_by_role("button", name="Import").click()

    expect(page.get_by_text("30 of 30 questions were recognised")).to_be_visible()
    check(page, "draft")
    page.get_by_role("link", name="Compare the words below, then note it").click()
    page.get_by_label("I compared every question").check()
    page.get_by_label("Which print").fill("PDF of the holder, version 3.0")
    page.get_by_role("button", name="Note the comparison").click()
    check(page, "compared")
    page.get_by_role("button", name="Approve these words").click()

    expect(page.get_by_text("Approved. Patients see these words from now on.")).to_be_visible()
    check(page, "approved")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Questionnaires").click()
    expect(page.get_by_role("heading", name="Chosen, but something is missing")).to_have_count(0)


@DEVICES
def test_every_other_page_is_accessible_and_fits(
    live: LiveSite, open_page: Callable[..., Page], device: dict[str, Any]
) -> None:
    coordinator = make_staff(live.runtime, role="coordinator")
    older, _ = approved(live.runtime, coordinator)
    newer = draft(live.runtime, coordinator, says="Other", items={})
    page = open_page(**device)
    sign_in(page, live)
    pack = f"/admin/wordings/{newer}"
    for path in (
        *(
            "/admin/wordings",
            "/admin/wordings/import",
            "/admin/questionnaires/eq5d5l",
            "/admin/questionnaires/pro_ctcae",
        ),
        *(pack, f"{pack}/difference/{older}", f"{pack}/questions/q1", f"{pack}/heading", f"{pack}/licence"),
        *(f"{pack}/preview", f"/admin/wordings/{older}/paper", "/admin/questionnaires/pain_nrs/1.0/paper/ar"),
    ):
        page.goto(live.url + path)
        check(page, path)

    page.goto(f"{live.url}/admin/questionnaires/distress_nrs")
    page.get_by_label("At no visit").check()
    page.get_by_role("button", name="See what changes").click()
    expect(page.get_by_role("button", name="Yes, do it")).to_be_visible()
    check(page, "please confirm")


@DEVICES
def test_the_preview_steps_through_the_questions_inside_its_frame(
    live: LiveSite, open_page: Callable[..., Page], device: dict[str, Any]
) -> None:
    pack = draft(live.runtime, make_staff(live.runtime, role="coordinator"))
    page = open_page(**device)
    sign_in(page, live, start=f"/admin/wordings/{pack}/preview")
    phone = page.frame_locator("iframe.phone")
    expect(phone.get_by_text("Preview: nothing is saved.")).to_be_visible()
    expect(phone.get_by_role("heading", name="Words 1", exact=True)).to_be_visible()
    phone.get_by_text("Words code 3").click()
    phone.get_by_role("link", name="Continue").click()
    expect(phone.get_by_role("heading", name="Words 2", exact=True)).to_be_visible()
    phone.get_by_role("link", name="Back").click()
    expect(phone.get_by_label("Words code 3")).not_to_be_checked()

    page.get_by_role("link", name="29 Overall health").click()
    expect(phone.get_by_role("heading", name="Words 29", exact=True)).to_be_visible()
    assert page.url.endswith("/preview")


def test_the_paper_form_prints_on_a4_without_its_tools(live: LiveSite, desktop: Page) -> None:
    pack, _ = approved(live.runtime, make_staff(live.runtime, role="coordinator"))
    sign_in(desktop, live, start=f"/admin/wordings/{pack}/paper")
    expect(desktop.get_by_text("Paper form, A4.")).to_be_visible()

    desktop.set_viewport_size({"width": A4_WIDTH, "height": 1123})
    desktop.emulate_media(media="print")
    expect(desktop.get_by_text("Paper form, A4.")).to_be_hidden()
    expect(desktop.locator(".blank").first).to_be_visible()
    assert not overflows_sideways(desktop)
    questions = desktop.locator(".question")
    assert questions.count() == 30
    assert questions.first.evaluate("element => getComputedStyle(element).breakInside") == "avoid"
    assert desktop.locator(".running").evaluate("element => getComputedStyle(element).display") == "table-header-group"
    assert desktop.pdf(prefer_css_page_size=True).startswith(b"%PDF")
