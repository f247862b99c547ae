"""The same form on a phone without JavaScript: one question per page, from the link to the thanks."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveSite
from tests.browser.patient_phone import enter, expect_question, leave_out_the_rest, press, tap
from tests.patient_links import PAIN_WORST, check_in_link, stored, submitted


def test_a_check_in_without_javascript(live: LiveSite, phone_without_javascript: Page) -> None:
    page = phone_without_javascript
    enter(page, live.url, check_in_link(live.runtime))
    expect_question(page, 1)
    press(page, "Continue")
    expect(page.get_by_text("Please choose an answer")).to_be_visible()
    tap(page, 9)
    press(page, "Continue")
    expect(page.locator("a[href='tel:02079460111']").first).to_be_visible()
    press(page, "I have read this")
    expect_question(page, 2)
    press(page, "Back")
    expect(page.locator("input:checked")).to_have_value("9")
    page.go_back()
    expect_question(page, 2)
    leave_out_the_rest(page)
    page.get_by_role("link", name=re.compile("^Change: How bad was your worst pain")).click()
    tap(page, 8)
    press(page, "Continue")
    press(page, "I have read this")
    press(page, "Send my answers")
    expect(page.get_by_role("heading", name="Your answers have arrived")).to_be_visible()
    assert stored(live.runtime)[0] == (PAIN_WORST, "value", 9)
    assert stored(live.runtime)[-1][1:] != ("value", 9)
    assert submitted(live.runtime) == 1


def test_the_page_of_the_whole_form_leads_on_to_the_questions(live: LiveSite, phone_without_javascript: Page) -> None:
    page = phone_without_javascript
    enter(page, live.url, check_in_link(live.runtime))
    page.goto(page.url.split("/item/")[0])
    page.wait_for_url(re.compile("/item/1$"))
    expect_question(page, 1)


def test_i_feel_unwell_without_javascript(live: LiveSite, phone_without_javascript: Page) -> None:
    page = phone_without_javascript
    enter(page, live.url, check_in_link(live.runtime))
    press(page, "I feel unwell – call me")
    expect(page.get_by_text("We have told your nurses")).to_be_visible()
    expect(page.locator("a[href='tel:999']").first).to_be_visible()
    press(page, "Back to my form")
    press(page, "Start")
    expect_question(page, 1)


def test_wrong_years_lock_the_link_and_say_for_how_long(live: LiveSite, phone_without_javascript: Page) -> None:
    page = phone_without_javascript
    token = check_in_link(live.runtime)
    for _ in range(4):
        enter(page, live.url, token, year="1960")
        expect(page.get_by_text("does not match")).to_be_visible()
    enter(page, live.url, token, year="1960")
    expect(page.get_by_text("30 minutes")).to_be_visible()
    page.goto(f"{live.url}/l/{token}")
    expect(page.get_by_label("In which year were you born?")).to_have_count(0)
    live.clock.advance(minutes=31)
    enter(page, live.url, token)
    expect_question(page, 1)
