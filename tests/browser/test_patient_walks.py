"""Phones of several sizes wander through a form while the line, and once the server, comes and goes."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import Error, Page, expect

from lrrc_qol.factory import create_app
from tests.browser.conftest import LiveSite
from tests.browser.patient_phone import expect_question, expect_saved, press, start, tap
from tests.browser.test_patient_offline import UNSENT, expect_unsent, wait_for_copy
from tests.live_server import serving
from tests.mailbox import LOOPBACK, free_port
from tests.patient_links import PAIN_WORST, check_in_link, stored

SMALL_ANDROID, IPHONE_SE, IPHONE_14 = (360, 640), (375, 667), (390, 844)
STEPS = 12
HERE = ".step:not([hidden])"


def read_what_cannot_wait(page: Page) -> None:
    """An answer may call for an instruction that covers the page."""
    for dialog in page.locator("dialog[open]").all():
        dialog.get_by_role("button").click()


def a_step(page: Page, chance: random.Random, given: dict[str, int]) -> None:
    """One thing that a patient, or a train, does."""
    read_what_cannot_wait(page)
    act = chance.choice(("tap", "tap", "next", "back", "reload", "line", "no line"))
    question = page.locator(HERE)
    if act in {"line", "no line"}:
        page.context.set_offline(act == "no line")
    elif act == "reload":
        page.reload()
        expect(page.locator("#player")).to_be_visible()
    elif act == "back":
        page.go_back()
        page.wait_for_function("() => document.getElementById('player')?.hidden === false")
    elif question.count() and act == "tap":
        item = question.get_attribute("data-item") or ""
        chosen = chance.randrange(2)
        option = question.locator("input[type=radio]").nth(chosen)
        given[item] = int(option.get_attribute("value") or "")
        page.locator(f"{HERE} label").nth(chosen).click()
    elif question.count() and question.locator("input:checked").count():
        press(page, "Continue")


def may_go_back(page: Page) -> bool:
    """Whether this is not the first question. The copy makes room for the form by itself once there is a line."""
    for _ in range(3):
        with suppress(Error):
            return bool(page.evaluate("(history.state || {}).index > 0"))
        page.wait_for_load_state()
    raise AssertionError("the page keeps loading")


@pytest.mark.thorough
@pytest.mark.parametrize("size", [SMALL_ANDROID, IPHONE_SE, IPHONE_14])
@pytest.mark.parametrize("seed", range(4))
def test_what_is_stored_is_what_was_tapped(
    live: LiveSite, open_page: Callable[..., Page], size: tuple[int, int], seed: int
) -> None:
    chance = random.Random(seed * 1000 + size[0])  # noqa: S311 - the walks must be the same each time
    page = open_page(viewport={"width": size[0], "height": size[1]}, has_touch=True, is_mobile=True)
    start(page, live.url, check_in_link(live.runtime))
    tap(page, 0)
    expect_saved(page)
    press(page, "Continue")
    wait_for_copy(page)
    given = {PAIN_WORST: 0}
    for _ in range(STEPS):
        if page.locator("#review:visible").count():
            break
        # The first entry of the history is the page of the link: nobody goes back further than the form.
        if may_go_back(page):
            a_step(page, chance, given)
        else:
            press(page, "Continue")
    read_what_cannot_wait(page)
    page.context.set_offline(False)
    page.wait_for_function(f"() => {UNSENT} === 0 && document.getElementById('copy')?.hidden")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    latest = {item: value for item, _, value in stored(live.runtime)}
    assert latest == given


def test_a_server_that_goes_and_comes_back_gets_every_answer(live: LiveSite, phone: Page) -> None:
    port = free_port()
    url = f"http://{LOOPBACK}:{port}"
    with serving(create_app(runtime=live.runtime), host=LOOPBACK, port=port):
        start(phone, url, check_in_link(live.runtime))
        wait_for_copy(phone)
    tap(phone, 2)
    expect_unsent(phone, 1)
    phone.wait_for_function(f"() => {UNSENT} === 1")
    phone.reload()
    expect_question(phone, 1)
    expect(phone.locator("input:checked:visible")).to_have_value("2")
    with serving(create_app(runtime=live.runtime), host=LOOPBACK, port=port):
        phone.wait_for_function(f"() => {UNSENT} === 0 && document.querySelector('#copy').hidden")
        assert stored(live.runtime) == [(PAIN_WORST, "value", 2)]
