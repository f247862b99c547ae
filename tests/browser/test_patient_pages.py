"""Every patient page: accessible, never wider than a small phone, light, and right in high contrast."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from lrrc_qol.mail.unsubscribe import make_token
from tests.axe import accessibility_breaches, overflows_sideways
from tests.browser.conftest import PHONE, LiveSite
from tests.browser.patient_phone import enter, expect_saved, leave_out_the_rest, press, start, tap
from tests.factories import make_patient, make_staff
from tests.patient_links import baseline_link, check_in_link

SMALLEST = PHONE | {"viewport": {"width": 320, "height": 568}}
PAGE_LIMIT = 15 * 1024
SESSION_LIMIT = 20_000
SESSION_REQUESTS = 5


def visit_every_page(live: LiveSite, page: Page) -> Iterator[str]:
    """Show one page after the other and yield its name."""
    patient = make_patient(live.runtime, make_staff(live.runtime, role="coordinator"))
    page.goto(f"{live.url}/")
    yield "chooser"
    page.goto(f"{live.url}/u/{make_token(live.runtime.settings.secret_key, patient)}")
    yield "stop mails"
    press(page, "Yes, stop the e-mails")
    expect(page.get_by_role("heading", name="The e-mails have stopped")).to_be_visible()
    yield "mails stopped"
    page.goto(f"{live.url}/l/unknown")
    yield "unknown link"
    page.goto(f"{live.url}/no-such-page")
    yield "not found"
    yield from visit_form_pages(live, page)


def visit_form_pages(live: LiveSite, page: Page) -> Iterator[str]:
    """The pages behind a link."""
    token = check_in_link_of_another(live)
    enter(page, live.url, token, year="")
    expect(page.get_by_text("Please type the year")).to_be_visible()
    yield "landing with a mistake"
    enter(page, live.url, token)
    expect(page.locator("#player")).to_be_visible()
    yield "rating"
    form = page.url.split("#")[0]
    tap(page, 9)
    expect(page.get_by_role("alertdialog")).to_be_visible()
    yield "advice dialog"
    press(page, "I have read this")
    press(page, "Continue")
    press(page, "Continue")
    yield "no answer"
    press(page, "Leave this one out")
    yield "choice"
    page.evaluate("location.hash = '#review'")
    yield "review"
    for name, path in (("parts", "/form"), ("plain item", f"{form}/item/1"), ("plain review", f"{form}/review")):
        page.goto(path if path.startswith("http") else live.url + path)
        yield name
    press(page, "Send my answers")
    expect(page.get_by_role("heading", name="Your answers have arrived")).to_be_visible()
    yield "thanks"
    page.goto(f"{live.url}/form/call-me")
    yield "call me"
    page.goto(f"{live.url}/form/thanks")
    press(page, "Finish on this phone")
    expect(page.get_by_role("heading", name="You have finished")).to_be_visible()
    yield "left"
    page.goto(f"{live.url}/form")
    yield "ended"


def check_in_link_of_another(live: LiveSite) -> str:
    """A check-in link; the centre has a patient already."""
    return check_in_link(live.runtime, hospital_number="H-7")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_breaks_an_accessibility_rule(live: LiveSite, open_page: Callable[..., Page], scheme: Any) -> None:
    page = open_page(**PHONE, color_scheme=scheme)
    breaches = {name: accessibility_breaches(page) for name in visit_every_page(live, page)}
    assert {name: found for name, found in breaches.items() if found} == {}


def test_no_page_is_wider_than_the_smallest_phone(live: LiveSite, open_page: Callable[..., Page]) -> None:
    page = open_page(**SMALLEST)
    wide = [name for name in visit_every_page(live, page) if overflows_sideways(page)]
    assert wide == []


def test_every_target_is_large_enough_on_the_smallest_phone(live: LiveSite, open_page: Callable[..., Page]) -> None:
    page = open_page(**SMALLEST)
    start(page, live.url, check_in_link(live.runtime))
    boxes = [box.bounding_box() for box in page.locator(".boxes label:visible").all()]
    sizes = {(round(box["width"]), round(box["height"])) for box in boxes if box}
    assert len(boxes) == 11
    assert len(sizes) == 1
    assert min(sizes.pop()) >= 44


def test_the_chosen_answer_is_seen_in_high_contrast(live: LiveSite, open_page: Callable[..., Page]) -> None:
    page = open_page(**PHONE, forced_colors="active")
    start(page, live.url, check_in_link(live.runtime))
    tap(page, 2)
    expect_saved(page)
    boxes = page.locator(".boxes:visible span")
    colours = boxes.evaluate_all("(all) => all.map((box) => getComputedStyle(box).backgroundColor)")
    assert colours[2] not in colours[:2] + colours[3:]


def to_the_page(page: Page) -> None:
    """Two parts stand on one page; for those that follow the list of parts leads to the next page."""
    onward = page.get_by_role("link", name="Go on", exact=True)
    expect(page.locator("fieldset:visible").or_(onward).first).to_be_visible()
    if onward.is_visible():
        onward.click()
        expect(page.locator("fieldset:visible")).to_have_count(1)


def test_the_pages_are_light_and_a_whole_session_takes_few_requests(
    live: LiveSite, open_page: Callable[..., Page]
) -> None:
    token = baseline_link(live.runtime)
    page = open_page(**PHONE)
    loaded: list[tuple[str, int]] = []

    def note(request: Request) -> None:
        if not re.search("/(save|submit)$", request.url):
            loaded.append((request.url.removeprefix(live.url), request.sizes()["responseBodySize"]))

    page.on("requestfinished", note)
    start(page, live.url, token)
    for part in range(4):
        tap(page, 1)
        leave_out_the_rest(page)
        press(page, "Send my answers")
        if part < 3:
            press(page, "Go on with the next part")
            to_the_page(page)
    expect(page.get_by_role("heading", name="Your answers have arrived")).to_be_visible()
    fetched = [(path, size) for path, size in loaded if size >= 0]
    assert len(fetched) <= SESSION_REQUESTS, fetched
    weight = {path.split("/")[1]: size for path, size in fetched if "static" not in path}
    assets = sum(size for path, size in fetched if "static" in path)
    assert weight["l"] + assets <= PAGE_LIMIT, fetched
    assert weight["form"] + assets <= PAGE_LIMIT, fetched
    assert sum(size for _, size in fetched) <= SESSION_LIMIT, fetched


def test_a_return_visit_loads_the_page_only(live: LiveSite, open_page: Callable[..., Page]) -> None:
    page = open_page(**PHONE)
    start(page, live.url, check_in_link(live.runtime))
    loaded: list[int] = []
    page.on("requestfinished", lambda request: loaded.append(request.sizes()["responseBodySize"]))
    page.reload()
    expect(page.locator("#player")).to_be_visible()
    assert sum(size for size in loaded if size > 0) <= 5 * 1024
