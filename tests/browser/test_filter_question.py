"""A filter question on a phone: what is asked next, and in which words, follows the answer at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from lrrc_qol.catalogue import Catalogue
from tests.browser.conftest import LiveSite
from tests.browser.patient_phone import enter, expect_question, expect_saved, press, start, tap
from tests.factories import make_link, make_patient, make_staff
from tests.filter_form import with_filter_form
from tests.patient_links import stored, submitted
from tests.shipped import shipped_catalogue

YES, NO = 0, 1


@pytest.fixture
def definitions() -> Catalogue:
    """The shipped definitions with the invented questionnaire at every visit."""
    return with_filter_form(shipped_catalogue())


@pytest.fixture
def token(live: LiveSite) -> str:
    """A link of a woman of whom the record knows that she has no bag."""
    return make_link(live.runtime, make_patient(live.runtime, make_staff(live.runtime), stoma=False))


def answer(page: Page, topic: str, option: int) -> None:
    """Answer the question on the screen, which is about this topic, and go on."""
    expect(page.get_by_role("heading", name=f"How about {topic}?")).to_be_visible()
    tap(page, option)
    press(page, "Continue")


def answer_all_as_recorded(page: Page) -> None:
    """Answer as the record expects it: no bag."""
    answer(page, "bag on the belly", NO)
    answer(page, "leaks from below", 1)
    answer(page, "sore skin below", 1)
    expect(page.get_by_text("Question 4 of 4")).to_be_visible()
    answer(page, "way to the toilet", 2)
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()


def change_to_yes(page: Page) -> None:
    """Change the filter on the review page."""
    page.get_by_role("link", name=re.compile("^Change: How about bag on the belly")).click()
    tap(page, YES)
    press(page, "Continue")
    expect(page.get_by_role("heading", name="Not answered yet")).to_be_visible()
    expect(page.get_by_text("How about leaks around the bag?").locator("visible=true")).to_have_count(1)
    expect(page.get_by_text("How about way to the toilet?").locator("visible=true")).to_have_count(0)


def answer_what_came_up(page: Page) -> None:
    page.get_by_role("link", name="Answer: How about care of the bag?").click()
    answer(page, "care of the bag", 3)
    expect(page.get_by_role("heading", name="Not answered yet").locator("visible=true")).to_have_count(0)


def expect_sent(live: LiveSite) -> None:
    """What was taken away is not applicable, what came up was answered."""
    assert submitted(live.runtime) == 1
    kept = {item: (kind, value) for item, kind, value in stored(live.runtime)}
    assert kept["toilet"] == ("not_applicable", None)
    assert (kept["bag"], kept["leaks"], kept["care"]) == (("value", 1), ("value", 2), ("value", 4))


def test_the_page_that_steps_follows_the_filter(live: LiveSite, phone: Page, token: str) -> None:
    start(phone, live.url, token)
    expect_question(phone, 1)
    answer_all_as_recorded(phone)
    change_to_yes(phone)
    answer_what_came_up(phone)
    expect_saved(phone)
    press(phone, "Send my answers")
    expect(phone.get_by_role("heading", name=re.compile("Your answers have arrived"))).to_be_visible()
    expect_sent(live)


def test_the_same_in_a_tunnel(live: LiveSite, phone: Page, token: str) -> None:
    start(phone, live.url, token)
    phone.context.set_offline(True)
    answer_all_as_recorded(phone)
    change_to_yes(phone)
    answer_what_came_up(phone)
    press(phone, "Send my answers")
    assert stored(live.runtime) == []
    phone.context.set_offline(False)
    expect(phone.get_by_role("heading", name=re.compile("Your answers have arrived"))).to_be_visible()
    expect_sent(live)


def test_going_back_to_the_filter_changes_what_lies_ahead(live: LiveSite, phone: Page, token: str) -> None:
    start(phone, live.url, token)
    answer(phone, "bag on the belly", YES)
    expect(phone.get_by_role("heading", name="How about leaks around the bag?")).to_be_visible()
    press(phone, "Back")
    expect_question(phone, 1)
    tap(phone, NO)
    press(phone, "Continue")
    expect(phone.get_by_role("heading", name="How about leaks from below?")).to_be_visible()
    phone.reload()
    expect(phone.get_by_role("heading", name="How about leaks from below?")).to_be_visible()
    expect(phone.get_by_text("Question 2 of 4")).to_be_visible()


def test_the_same_without_javascript(live: LiveSite, phone_without_javascript: Page, token: str) -> None:
    page = phone_without_javascript
    enter(page, live.url, token)
    expect_question(page, 1)
    answer_all_as_recorded(page)
    change_to_yes(page)
    answer_what_came_up(page)
    press(page, "Send my answers")
    expect(page.get_by_role("heading", name=re.compile("Your answers have arrived"))).to_be_visible()
    expect_sent(live)
