"""The form on a phone with JavaScript: it steps locally, saves at once, tells the truth, and loses nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PHONE, LiveSite
from tests.browser.patient_phone import expect_question, expect_saved, leave_out_the_rest, press, start, tap
from tests.patient_links import PAIN_WORST, baseline_link, check_in_link, stored, submitted


def test_a_check_in_from_the_link_to_the_thanks(live: LiveSite, phone: Page) -> None:
    start(phone, live.url, check_in_link(live.runtime))
    expect_question(phone, 1)
    expect(phone.locator("input:checked")).to_have_count(0)
    tap(phone, 2)
    expect_saved(phone)
    expect_question(phone, 1)
    press(phone, "Continue")
    leave_out_the_rest(phone)
    press(phone, "Send my answers")
    expect(phone.get_by_role("heading", name="Your answers have arrived")).to_be_focused()
    expect(phone.get_by_text("Monday to Friday, 08:00 to 16:00").first).to_be_visible()
    assert stored(live.runtime)[0] == (PAIN_WORST, "value", 2)
    assert submitted(live.runtime) == 1
    phone.reload()
    expect(phone.get_by_role("heading", name="Your answers have arrived")).to_be_visible()


def test_continue_without_an_answer_asks_for_a_decision(live: LiveSite, phone: Page) -> None:
    start(phone, live.url, check_in_link(live.runtime))
    press(phone, "Continue")
    expect(phone.get_by_role("alert").filter(has_text="Please choose an answer")).to_be_visible()
    expect_question(phone, 1)
    press(phone, "Leave this one out")
    expect_question(phone, 2)
    press(phone, "Back")
    expect(phone.get_by_text("You left this one out")).to_be_visible()
    expect_saved(phone)
    assert stored(live.runtime) == [(PAIN_WORST, "declined", None)]


def test_severe_pain_shows_at_once_what_to_do(live: LiveSite, phone: Page) -> None:
    start(phone, live.url, check_in_link(live.runtime))
    tap(phone, 9)
    advice = phone.get_by_role("alertdialog")
    expect(advice.get_by_role("heading")).to_be_focused()
    expect(advice.locator("a[href='tel:02079460111']").first).to_be_visible()
    phone.keyboard.press("Escape")
    expect(advice).to_be_visible()
    press(phone, "I have read this")
    expect(advice).to_be_hidden()
    expect_question(phone, 1)
    expect_saved(phone)


def test_back_works_by_button_and_by_browser(live: LiveSite, phone: Page) -> None:
    start(phone, live.url, check_in_link(live.runtime))
    for option in (1, 2):
        tap(phone, option)
        press(phone, "Continue")
    expect_question(phone, 3)
    phone.go_back()
    expect_question(phone, 2)
    expect(phone.locator("input:checked:visible")).to_have_value("2")
    press(phone, "Back")
    expect_question(phone, 1)
    phone.go_forward()
    expect_question(phone, 2)
    phone.reload()
    expect_question(phone, 2)
    expect(phone.locator("input:checked:visible")).to_have_value("2")


def test_the_form_goes_on_where_another_device_stopped(live: LiveSite, open_page: Callable[..., Page]) -> None:
    token = check_in_link(live.runtime)
    first = open_page(**PHONE)
    start(first, live.url, token)
    tap(first, 3)
    expect_saved(first)
    second = open_page(**PHONE)
    start(second, live.url, token)
    expect_question(second, 2)
    press(second, "Back")
    expect_question(second, 1)
    press(second, "Back")
    press(second, "Go on")
    expect_question(second, 2)


def test_two_devices_are_told_which_answer_counts(live: LiveSite, open_page: Callable[..., Page]) -> None:
    token = check_in_link(live.runtime)
    first, second = open_page(**PHONE), open_page(**PHONE)
    start(first, live.url, token)
    start(second, live.url, token)
    tap(first, 1)
    expect_saved(first)
    live.clock.advance(seconds=30)
    tap(second, 3)
    expect(second.get_by_role("status").filter(has_text="another answer")).to_contain_text("The newest one counts: 3")
    press(first, "Continue")
    tap(first, 1)
    expect(first.get_by_role("status").filter(has_text="changed on another page or device")).to_be_visible()
    assert stored(live.runtime)[:2] == [(PAIN_WORST, "value", 1), (PAIN_WORST, "value", 3)]


def test_nothing_is_sent_before_the_answers_of_another_device_were_seen(
    live: LiveSite, open_page: Callable[..., Page]
) -> None:
    token = check_in_link(live.runtime)
    first, second = open_page(**PHONE), open_page(**PHONE)
    start(first, live.url, token)
    tap(first, 1)
    expect_saved(first)
    start(second, live.url, token)
    press(second, "Back")
    tap(second, 3)
    expect_saved(second)
    press(first, "Continue")
    first.evaluate("location.hash = '#review'")
    expect(first.locator("#given .given").first).to_be_visible()
    press(first, "Send my answers")
    told = first.get_by_role("alert").filter(has_text="changed on another page or device")
    expect(told).to_be_visible()
    expect(first.locator("#given .given").first).to_have_text("3")
    assert submitted(live.runtime) == 0
    first.locator("#given a").first.click()
    tap(first, 4)
    expect_saved(first)
    press(first, "Continue")
    expect(told).to_be_visible()
    press(first, "Send my answers")
    expect(first.get_by_role("heading", name="Your answers have arrived")).to_be_visible()
    assert stored(live.runtime)[-1] != (PAIN_WORST, "value", 3)
    assert submitted(live.runtime) == 1


def test_a_page_that_was_told_of_other_answers_shows_them_before_the_review(
    live: LiveSite, open_page: Callable[..., Page]
) -> None:
    token = check_in_link(live.runtime)
    first, second = open_page(**PHONE), open_page(**PHONE)
    start(first, live.url, token)
    start(second, live.url, token)
    press(first, "Leave this one out")
    expect_saved(first)
    live.clock.advance(seconds=30)  # the clock stands still: the later answer must be the newer one
    tap(second, 3)
    expect(second.get_by_role("status").filter(has_text="another answer")).to_be_visible()
    tap(first, 2)
    expect(first.get_by_role("status").filter(has_text="changed on another page or device")).to_be_visible()
    first.evaluate("location.hash = '#review'")
    expect(first.get_by_role("alert").filter(has_text="changed on another page or device")).to_be_visible()
    expect(first.locator("#given .given")).to_have_text(["3", "2"])
    assert submitted(live.runtime) == 0


def test_what_cannot_wait_is_repeated_after_sending(live: LiveSite, phone: Page) -> None:
    start(phone, live.url, check_in_link(live.runtime))
    tap(phone, 9)
    expect(phone.locator("#advice")).to_have_class("advice urgent")
    press(phone, "I have read this")
    press(phone, "Continue")
    leave_out_the_rest(phone)
    press(phone, "Send my answers")
    expect(phone.get_by_role("heading", name="Your answers have arrived")).to_be_visible()
    expect(phone.get_by_role("alert").filter(has_text="Call now. Do not wait")).to_be_visible()
    expect(phone.locator("section.advice a[href='tel:02079460111']")).to_be_visible()


def test_amber_advice_does_not_look_like_red(live: LiveSite, phone: Page) -> None:
    start(phone, live.url, check_in_link(live.runtime))
    tap(phone, 7)
    expect(phone.locator("#advice")).to_be_visible()
    expect(phone.locator("#advice")).to_have_class("advice")
    expect(phone.locator("#advice-call")).to_have_class("button")


def test_a_part_sent_elsewhere_does_not_end_the_visit(live: LiveSite, open_page: Callable[..., Page]) -> None:
    token = baseline_link(live.runtime)
    first, second = open_page(**PHONE), open_page(**PHONE)
    start(first, live.url, token)
    start(second, live.url, token)
    tap(first, 1)
    expect_saved(first)
    first.evaluate("location.hash = '#review'")
    press(first, "Send my answers")
    expect(first.get_by_role("heading", name="Part 1 of 4 is sent")).to_be_visible()
    tap(second, 2)
    expect(second.get_by_text("already sent from another page or phone")).to_be_visible()
    expect(second.get_by_role("heading", name="Part 1 of 4 is sent")).to_be_visible()
    expect(second.locator("#more").get_by_text("There are 3 more parts.")).to_be_visible()
    expect(second.get_by_role("heading", name="What happens next")).to_be_hidden()


def test_without_a_connection_the_page_says_so_and_saves_later(live: LiveSite, phone: Page) -> None:
    start(phone, live.url, check_in_link(live.runtime))
    phone.context.set_offline(True)
    tap(phone, 4)
    expect(phone.get_by_role("status").filter(has_text="Answers not sent yet: 1.")).to_be_visible()
    press(phone, "Continue")
    tap(phone, 2)
    expect(phone.get_by_role("status").filter(has_text=re.compile("^Saved"))).to_have_count(0)
    assert stored(live.runtime) == []
    phone.context.set_offline(False)
    expect_saved(phone)
    assert [value for _, _, value in stored(live.runtime)] == [4, 2]


def test_a_busy_server_is_tried_again_and_the_answer_stays(live: LiveSite, phone: Page) -> None:
    start(phone, live.url, check_in_link(live.runtime))
    refused: list[str] = []

    def refuse_once(route: Route) -> None:
        if refused:
            route.continue_()
        else:
            refused.append(route.request.post_data or "")
            route.fulfill(status=503, json={"error": "not_saved", "saved": False})

    phone.route(re.compile("/save$"), refuse_once)
    tap(phone, 4)
    expect(phone.get_by_role("status").filter(has_text="Answers not sent yet: 1.")).to_be_visible()
    expect_saved(phone)
    assert stored(live.runtime) == [(PAIN_WORST, "value", 4)]


def test_a_lost_reply_is_asked_for_again_with_the_same_key(live: LiveSite, phone: Page) -> None:
    start(phone, live.url, check_in_link(live.runtime))
    keys: list[str] = []

    def lose_the_first_reply(route: Route) -> None:
        keys.append(route.request.post_data_json["key"])
        if len(keys) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    phone.route(re.compile("/save$"), lose_the_first_reply)
    tap(phone, 4)
    expect_saved(phone)
    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert stored(live.runtime) == [(PAIN_WORST, "value", 4)]


def test_pressing_send_twice_and_losing_the_reply_makes_one_response(live: LiveSite, phone: Page) -> None:
    start(phone, live.url, check_in_link(live.runtime))
    tap(phone, 4)
    press(phone, "Continue")
    leave_out_the_rest(phone)
    lost: list[str] = []

    def lose_the_first_reply(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.request.url)
            route.fetch()
            route.abort()

    phone.route(re.compile("/submit$"), lose_the_first_reply)
    phone.get_by_role("button", name="Send my answers").dblclick()
    expect(phone.get_by_role("heading", name="Your answers have arrived")).to_be_visible()
    expect(phone.get_by_text("already sent")).to_be_hidden()
    assert submitted(live.runtime) == 1


def test_an_ended_session_says_so_and_keeps_the_answers_on_the_page(live: LiveSite, phone: Page) -> None:
    start(phone, live.url, check_in_link(live.runtime))
    live.clock.advance(minutes=31)
    tap(phone, 4)
    expect(phone.get_by_role("status").filter(has_text="Open the link in your e-mail again")).to_be_visible()
    expect(phone.locator("input:checked:visible")).to_have_value("4")


def test_opening_the_link_again_in_another_tab_does_not_end_the_first(live: LiveSite, phone: Page) -> None:
    token = check_in_link(live.runtime)
    start(phone, live.url, token)
    other = phone.context.new_page()
    start(other, live.url, token)
    tap(phone, 4)
    expect_saved(phone)
    assert stored(live.runtime) == [(PAIN_WORST, "value", 4)]


def test_a_form_sent_elsewhere_says_so(live: LiveSite, open_page: Callable[..., Page]) -> None:
    token = check_in_link(live.runtime)
    first, second = open_page(**PHONE), open_page(**PHONE)
    start(first, live.url, token)
    start(second, live.url, token)
    tap(first, 1)
    press(first, "Continue")
    leave_out_the_rest(first)
    press(first, "Send my answers")
    expect(first.get_by_role("heading", name="Your answers have arrived")).to_be_visible()
    tap(second, 2)
    expect(second.get_by_text("already sent from another page or phone")).to_be_visible()


def test_arrow_keys_save_only_the_answer_they_rest_on(live: LiveSite, desktop: Page) -> None:
    start(desktop, live.url, check_in_link(live.runtime))
    desktop.get_by_role("radio", name="0 – No pain").focus()
    for _ in range(4):
        desktop.keyboard.press("ArrowRight")
    expect_saved(desktop)
    assert stored(live.runtime) == [(PAIN_WORST, "value", 4)]


def test_the_review_lists_what_is_open_first_and_leads_to_each_question(live: LiveSite, phone: Page) -> None:
    start(phone, live.url, check_in_link(live.runtime))
    tap(phone, 0)
    expect_saved(phone)
    phone.evaluate("location.hash = '#review'")
    expect(phone.get_by_role("heading", name="Not answered yet")).to_be_visible()
    phone.get_by_role("link", name=re.compile("^Change")).click()
    tap(phone, 3)
    press(phone, "Continue")
    expect(phone.locator("#given .given")).to_have_text(["3"])
    assert stored(live.runtime)[-1] == (PAIN_WORST, "value", 3)


def test_i_feel_unwell_shows_the_numbers_and_tells_the_nurses(live: LiveSite, phone: Page) -> None:
    start(phone, live.url, check_in_link(live.runtime))
    press(phone, "I feel unwell – call me")
    dialog = phone.get_by_role("alertdialog")
    expect(dialog.locator("a[href='tel:999']")).to_be_visible()
    expect(dialog.get_by_role("status")).to_contain_text("We have told your nurses")
    press(phone, "Back to my form")
    expect_question(phone, 1)


def test_the_next_part_follows_without_loading_a_page(live: LiveSite, phone: Page) -> None:
    start(phone, live.url, baseline_link(live.runtime))
    expect(phone.get_by_text("Practice text")).to_be_visible()
    tap(phone, 1)
    expect_saved(phone)
    phone.evaluate("location.hash = '#review'")
    press(phone, "Send my answers")
    expect(phone.get_by_role("heading", name="Part 1 of 4 is sent")).to_be_visible()
    expect(phone.get_by_text("There are 3 more parts. Next: Your pain (about 1 minute).")).to_be_visible()
    expect(phone.get_by_role("heading", name="What happens next")).to_be_hidden()
    pages: list[str] = []
    phone.on("request", lambda request: pages.append(request.url))
    press(phone, "Go on with the next part")
    expect(phone.get_by_text("Part 2 of 4: Your pain")).to_be_visible()
    expect(phone.get_by_text("Practice text")).to_be_hidden()
    expect_question(phone, 1)
    assert pages == []
    phone.reload()
    expect(phone.get_by_text("Part 2 of 4: Your pain")).to_be_visible()
    phone.go_back()
    expect(phone.get_by_role("heading", name="1 of 4 parts sent")).to_be_visible()


def test_finishing_on_this_phone_leaves_nothing_to_go_back_to(live: LiveSite, phone: Page) -> None:
    start(phone, live.url, check_in_link(live.runtime))
    tap(phone, 4)
    expect_saved(phone)
    press(phone, "Finish on this phone")
    expect(phone.get_by_role("heading", name="You have finished on this phone")).to_be_visible()
    phone.go_back()
    expect(phone.get_by_role("heading", name="Your time on this page has ended")).to_be_visible()
