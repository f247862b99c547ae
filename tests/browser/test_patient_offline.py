"""A phone on a train: no line, a reload, a killed tab, an ended session; no answer is lost and none is left behind."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select, update

from lrrc_qol.persistence.models import Patient, Response
from lrrc_qol.services.context import COMMAND
from lrrc_qol.services.device_store import switch_device_store
from tests.browser.conftest import LiveSite
from tests.browser.patient_phone import enter, expect_question, expect_saved, leave_out_the_rest, press, start, tap
from tests.browser.phone_rider import UNSENT, wait_for_copy
from tests.factories import make_staff
from tests.patient_links import PAIN_WORST, check_in_link, stored, submitted

KEPT_TEXT = "Object.values(localStorage).join(' ')"
COPIES = """async () => {
    let text = "";
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
            if (!request.url.includes("/static/")) text += await (await cache.match(request)).text();
        }
    }
    return text;
}"""


def expect_unsent(page: Page, count: int) -> None:
    """The page says how many answers the server has not got."""
    expect(page.locator("#status")).to_contain_text(f"Answers not sent yet: {count}.")


def test_unsent_answers_survive_a_reload_without_a_line(live: LiveSite, phone: Page) -> None:
    start(phone, live.url, check_in_link(live.runtime))
    tap(phone, 2)
    expect_saved(phone)
    wait_for_copy(phone)
    phone.context.set_offline(True)
    press(phone, "Continue")
    tap(phone, 3)
    expect_unsent(phone, 1)
    phone.wait_for_function(f"() => {UNSENT} === 1")
    phone.reload()
    expect_question(phone, 2)
    expect(phone.locator("#copy")).to_be_visible()
    expect(phone.locator("input:checked:visible")).to_have_value("3")
    expect(phone.get_by_text("For Ada")).to_be_visible()
    press(phone, "Continue")
    tap(phone, 1)
    expect_unsent(phone, 2)
    phone.evaluate("location.hash = '#review'")
    expect(phone.locator("#open .given").first).to_have_text("Cannot be shown without a connection")
    phone.context.set_offline(False)
    phone.evaluate("dispatchEvent(new Event('online'))")
    expect(phone.locator("#copy")).to_be_hidden()
    phone.wait_for_function(f"() => {UNSENT} === 0")
    assert [value for _, _, value in stored(live.runtime)] == [2, 3, 1]


def test_the_copy_takes_no_tap_that_would_be_lost_when_it_makes_room(live: LiveSite, phone: Page) -> None:
    start(phone, live.url, check_in_link(live.runtime))
    wait_for_copy(phone)
    phone.context.set_offline(True)
    tap(phone, 4)
    phone.wait_for_function(f"() => {UNSENT} === 1")
    phone.reload()
    expect(phone.locator("#copy")).to_be_visible()
    # The moment between the server's answer and the new page, held for as long as the test looks at it.
    phone.evaluate("() => { crypto.subtle.encrypt = () => new Promise(() => {}); }")
    phone.context.set_offline(False)
    phone.evaluate("dispatchEvent(new Event('online'))")
    expect(phone.locator("#player[inert]")).to_be_visible()


def test_what_is_kept_tells_nothing(live: LiveSite, phone: Page) -> None:
    start(phone, live.url, check_in_link(live.runtime))
    tap(phone, 2)
    expect_saved(phone)
    phone.reload()
    wait_for_copy(phone)
    phone.context.set_offline(True)
    tap(phone, 3)
    expect_unsent(phone, 1)
    phone.wait_for_function(f"() => {UNSENT} === 1")
    assert PAIN_WORST not in phone.evaluate(KEPT_TEXT)
    copies = phone.evaluate(COPIES)
    assert 'id="player"' in copies
    for told in ("checked", "Ada", "data-key", "csrf"):
        assert told not in copies, told


def test_an_ended_session_keeps_the_queue_for_the_same_form_only(live: LiveSite, phone: Page) -> None:
    token = check_in_link(live.runtime)
    start(phone, live.url, token)
    live.clock.advance(minutes=31)
    tap(phone, 4)
    expect(phone.locator("#status")).to_contain_text("Open the link in your e-mail again, then they are sent.")
    phone.wait_for_function(f"() => {UNSENT} === 1")
    assert stored(live.runtime) == []
    enter(phone, live.url, token)
    phone.wait_for_function(f"() => {UNSENT} === 0")
    assert stored(live.runtime) == [(PAIN_WORST, "value", 4)]
    expect(phone.locator("input:checked")).to_have_value("4")


def test_a_killed_tab_loses_nothing(live: LiveSite, phone: Page) -> None:
    token = check_in_link(live.runtime)
    start(phone, live.url, token)
    phone.context.set_offline(True)
    tap(phone, 4)
    phone.wait_for_function(f"() => {UNSENT} === 1")
    context = phone.context
    phone.close()
    context.set_offline(False)
    again = context.new_page()
    start(again, live.url, token)
    again.wait_for_function(f"() => {UNSENT} === 0")
    assert stored(live.runtime) == [(PAIN_WORST, "value", 4)]


def test_what_waited_while_the_patient_took_another_language_counts_as_read_in_the_former(
    live: LiveSite, phone: Page
) -> None:
    start(phone, live.url, check_in_link(live.runtime))
    wait_for_copy(phone)
    phone.context.set_offline(True)
    phone.reload()
    expect(phone.locator("#copy")).to_be_visible()
    tap(phone, 4)
    phone.wait_for_function(f"() => {UNSENT} === 1")
    with live.runtime.writing(COMMAND) as work:
        work.session.execute(update(Patient).values(language="de"))
    phone.context.set_offline(False)
    phone.evaluate("dispatchEvent(new Event('online'))")
    phone.wait_for_function(f"() => {UNSENT} === 0")
    with live.runtime.reading(COMMAND) as work:
        assert work.session.scalars(select(Response.language)).all() == ["en"]
    # From now on it is shown in the words that it was begun in.
    # First the worker of the other words has to come and go, which takes its time.
    expect(phone.locator(".unit")).to_have_attribute("lang", "en", timeout=30_000)
    expect(phone.locator("input:checked")).to_have_value("4")


def test_what_a_page_still_holds_is_sent_by_the_next_one_once_it_is_gone(live: LiveSite, phone: Page) -> None:
    token = check_in_link(live.runtime)
    start(phone, live.url, token)
    phone.route(re.compile("/save$"), lambda route: route.abort())
    tap(phone, 4)
    press(phone, "Continue")
    tap(phone, 3)
    expect_unsent(phone, 2)
    phone.wait_for_function(f"() => {UNSENT} === 1")
    again = phone.context.new_page()
    start(again, live.url, token)
    expect_question(again, 1)
    press(again, "Leave this one out")
    expect_saved(again)
    phone.close()
    again.wait_for_function(f"() => {UNSENT} === 0")
    expect(again.locator("input:checked:visible")).to_have_value("3")
    # The first question was left out here after it had been answered there.
    assert [(kind, value) for _, kind, value in stored(live.runtime)] == [("declined", None), ("value", 3)]


def test_two_killed_tabs_lose_nothing(live: LiveSite, phone: Page) -> None:
    token = check_in_link(live.runtime)
    start(phone, live.url, token)
    context = phone.context
    other = context.new_page()
    start(other, live.url, token)
    wait_for_copy(other)
    context.set_offline(True)
    tap(phone, 4)
    other.reload()
    other.evaluate("location.hash = '#q2'")
    tap(other, 3)
    other.wait_for_function(f"() => {UNSENT} === 2")
    phone.close()
    other.close()
    context.set_offline(False)
    again = context.new_page()
    start(again, live.url, token)
    again.wait_for_function(f"() => {UNSENT} === 0")
    assert {value for _, _, value in stored(live.runtime)} == {4, 3}


def test_severe_pain_without_a_line_says_call_and_that_nobody_knows(live: LiveSite, phone: Page) -> None:
    start(phone, live.url, check_in_link(live.runtime))
    phone.context.set_offline(True)
    tap(phone, 9)
    dialog = phone.locator("#unwell")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("status")).to_have_text(
        "Your answer has not reached your hospital yet. Nobody there has seen it. Please call."
    )
    expect(dialog.locator("a[href='tel:02079460111']")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.locator("#advice")).to_be_visible()


def test_only_an_answer_that_waits_itself_is_called_unseen(live: LiveSite, phone: Page) -> None:
    phone.clock.install()
    start(phone, live.url, check_in_link(live.runtime))
    phone.clock.pause_at(phone.evaluate("Date.now() / 1000") + 2)
    tap(phone, 2)
    expect_saved(phone)
    held: list[Route] = []
    phone.route("**/save", lambda route: held.append(route))
    phone.clock.run_for(3900)
    tap(phone, 9)
    phone.clock.run_for(300)  # as long ago as the answer before it may be silent
    expect(phone.locator("#unwell")).to_be_hidden()
    phone.clock.run_for(4000)
    expect(phone.locator("#unwell")).to_be_visible()
    held[0].continue_()
    expect(phone.locator("#advice")).to_be_visible()


def test_sending_waits_for_the_answers_and_leaves_nothing(live: LiveSite, phone: Page) -> None:
    start(phone, live.url, check_in_link(live.runtime))
    wait_for_copy(phone)
    phone.context.set_offline(True)
    tap(phone, 4)
    press(phone, "Continue")
    leave_out_the_rest(phone)
    press(phone, "Send my answers")
    assert submitted(live.runtime) == 0
    phone.context.set_offline(False)
    expect(phone.get_by_role("heading", name="Your answers have arrived")).to_be_visible()
    assert submitted(live.runtime) == 1
    assert stored(live.runtime)[0] == (PAIN_WORST, "value", 4)
    phone.wait_for_function("async () => (await caches.keys()).length === 0")
    assert phone.evaluate(KEPT_TEXT) == ""
    assert phone.evaluate("sessionStorage.length") == 0


@pytest.mark.parametrize("offline", [False, True])
def test_finishing_on_this_phone_waits_for_unsent_answers(live: LiveSite, phone: Page, *, offline: bool) -> None:
    start(phone, live.url, check_in_link(live.runtime))
    wait_for_copy(phone)
    phone.context.set_offline(offline)
    tap(phone, 4)
    press(phone, "Finish on this phone")
    if offline:
        expect(phone.locator("#status")).to_contain_text("You can finish on this device when they are sent.")
        phone.context.set_offline(False)
    expect(phone.get_by_role("heading", name="You have finished on this phone")).to_be_visible()
    assert stored(live.runtime) == [(PAIN_WORST, "value", 4)]
    phone.wait_for_function("async () => (await caches.keys()).length === 0")
    assert phone.evaluate(KEPT_TEXT) == ""


def test_a_centre_that_ends_the_keeping_gets_what_waits_and_nothing_more_comes_to_it(
    live: LiveSite, phone: Page
) -> None:
    token = check_in_link(live.runtime)
    start(phone, live.url, token)
    phone.context.set_offline(True)
    tap(phone, 4)
    phone.wait_for_function(f"() => {UNSENT} === 1")
    context = phone.context
    phone.close()
    with live.runtime.writing(make_staff(live.runtime, role="admin")) as work:
        switch_device_store(work, on=False)
    context.set_offline(False)
    again = context.new_page()
    start(again, live.url, token)
    again.wait_for_function(f"() => {UNSENT} === 0")
    assert stored(live.runtime) == [(PAIN_WORST, "value", 4)]
    context.set_offline(True)
    press(again, "Continue")
    tap(again, 3)
    expect(again.locator("#status")).to_have_text("Not sent yet. Keep this page open: we try again.")
    assert again.evaluate(KEPT_TEXT) == ""
    assert again.evaluate("async () => (await caches.keys()).length") == 0
    context.set_offline(False)
    expect_saved(again)
    assert [value for _, _, value in stored(live.runtime)] == [4, 3]
