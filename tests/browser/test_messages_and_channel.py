"""The words of messages and the way reminders come: on a desk and on a phone, and with the keys alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lrrc_qol.jobs.tick import run_tick
from lrrc_qol.persistence.models import Patient
from lrrc_qol.services.context import COMMAND
from tests.browser.conftest import DESKTOP, PHONE, LiveSite
from tests.browser.test_access_keyboard import tab_to
from tests.browser.test_staff_record_pages import check
from tests.browser.test_staff_worklist import sign_in
from tests.factories import make_patient, make_staff

# What a browser shows does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SCREENS = pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])


@SCREENS
def test_words_are_previewed_tested_refused_and_published(
    live: LiveSite, open_page: Callable[..., Page], screen: dict[str, Any]
) -> None:
    make_staff(live.runtime, role="admin")
    page = open_page(**screen)
    sign_in(page, live, "admin")
    page.goto(f"{live.url}/admin/messages")
    check(page, "list")
    page.get_by_role("link", name="Read or change Reminder", exact=True).click()
    check(page, "one")
    page.get_by_label("Subject").fill("Your cancer questionnaire")
    page.get_by_role("button", name="Show how it looks").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Subject")).to_have_value("Your cancer questionnaire")
    check(page, "refused")
    page.get_by_label("Subject").fill("A short note from us")
    page.get_by_role("button", name="Show how it looks").click()
    shown = page.get_by_role("region", name="How it looks")
    expect(shown).to_contain_text("A short note from us")
    expect(shown).to_contain_text("Room for")
    check(page, "preview")
    page.get_by_role("button", name="Send the mail to me").click()
    expect(page.get_by_text("on its way to your own address")).to_be_visible()
    run_tick(live.runtime)
    assert [str(mail["Subject"]) for mail in live.mailbox.sent_to("admin@north.example")] == ["A short note from us"]
    expect(page.get_by_text("Nothing was changed here yet.")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(
        page.get_by_text("Your own words, version 1, count now.").or_(page.get_by_text("Version 1,"))
    ).to_be_visible()
    check(page, "published")
    page.goto(f"{live.url}/admin/messages?language=ar")
    page.get_by_role("link", name="Read or change Invitation", exact=True).click()
    page.get_by_role("button", name="Show how it looks").click()
    expect(page.get_by_role("region", name="How it looks")).to_be_visible()
    check(page, "arabic")


def test_words_are_changed_with_the_keys_alone(live: LiveSite, open_page: Callable[..., Page]) -> None:
    make_staff(live.runtime, role="admin")
    page = open_page(**DESKTOP)
    sign_in(page, live, "admin")
    page.goto(f"{live.url}/admin/messages/en/reminder")
    tab_to(page, "#subject")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("A short note from us")
    tab_to(page, "button[value=preview]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="How it looks")).to_contain_text("A short note from us")
    tab_to(page, "button[value=publish]")
    page.keyboard.press("Space")
    expect(page.get_by_text("These words count from the next message on.")).to_be_visible()
    tab_to(page, "form[action$='/back'] button")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The older words count from the next message on.")).to_be_visible()


@pytest.fixture
def patient(live: LiveSite) -> str:
    """Somebody with a telephone."""
    return make_patient(live.runtime, make_staff(live.runtime), name="Ada Longname-Featherstonehaugh")


def stored(live: LiveSite) -> tuple[str | None, str]:
    """The way and the number of the patient."""
    with live.runtime.reading(COMMAND) as work:
        row = work.session.scalars(select(Patient)).one()
        return row.channel, work.cipher.open(row.mobile_sealed or b"", field="patient.mobile")


@SCREENS
def test_where_no_gateway_is_set_the_page_says_so_and_keeps_the_number(
    live: LiveSite, open_page: Callable[..., Page], patient: str, screen: dict[str, Any]
) -> None:
    page = open_page(**screen)
    sign_in(page, live, "nurse")
    page.goto(f"{live.url}/staff/patients/{patient}/channel")
    expect(page.get_by_text("This site sends no short messages.")).to_be_visible()
    check(page, "channel")
    page.get_by_label("by short message (SMS)").check()
    page.get_by_label("Mobile number").fill("12")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Mobile number")).to_have_value("12")
    check(page, "refused")
    page.get_by_label("by e-mail").check()
    page.get_by_label("Mobile number").fill("+44 7700 900123")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. It holds from the next message.")).to_be_visible()
    assert stored(live) == ("email", "+447700900123")


def test_the_way_is_chosen_with_the_keys_alone(live: LiveSite, open_page: Callable[..., Page], patient: str) -> None:
    page = open_page(**DESKTOP)
    sign_in(page, live, "nurse")
    page.goto(f"{live.url}/staff/patients/{patient}/channel")
    tab_to(page, "input[name=channel]")
    tab_to(page, "input[name=mobile]")
    page.keyboard.type("+44 7700 900123")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved. It holds from the next message.")).to_be_visible()
    assert stored(live)[1] == "+447700900123"
