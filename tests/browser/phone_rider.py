"""Somebody who answers on a phone in whatever language: by the place of things on the page, not by their words."""

from __future__ import annotations

import random
import re
from contextlib import suppress

from playwright.sync_api import Error, Page, expect

HERE = ".step:not([hidden])"
UNSENT = "Object.keys(localStorage).filter((name) => name.startsWith('unsent:')).length"
# What the question on the screen asks for: its item, the codes that can be tapped, or the ends of a number.
QUESTION = """() => {
    const step = document.querySelector(".step:not([hidden])"), field = step.querySelector("[data-given]");
    const codes = field ? [] : [...step.querySelectorAll("input")].map(({ value }) => Number(value));
    return [step.dataset.item, codes, field && Number(field.dataset.low), field && Number(field.dataset.high)];
}"""
ANSWER = """(value) => {
    const step = document.querySelector(".step:not([hidden])"), field = step.querySelector("[data-given]");
    if (value === null) return document.getElementById("leave-out").click();
    if (field) {
        field.value = value;
        field.dispatchEvent(new Event("change", { bubbles: true }));
    } else step.querySelector(`input[value="${value}"]`).click();
    document.getElementById("next").click();
}"""
COPY_IS_READY = """async () => {
    const script = document.querySelector("script[src]").src, page = location.origin + location.pathname;
    if (!document.getElementById("copy")?.hidden) return false;
    if (navigator.serviceWorker.controller?.scriptURL !== script) return false;
    for (const name of await caches.keys()) {
        const kept = (await (await caches.open(name)).keys()).map(({ url }) => url);
        if (kept.includes(script) && kept.includes(page)) return true;
    }
    return false;
}"""
Given = dict[str, int | None]


def read_what_cannot_wait(page: Page) -> None:
    """An answer may call for an instruction that covers the page."""
    for dialog in page.locator("dialog[open]").all():
        dialog.locator("> button").click()


def on_review(page: Page) -> bool:
    """Whether all questions lie behind."""
    return page.locator("#review").is_visible()


def answer_here(page: Page, chance: random.Random, *, leave_out: bool = False) -> tuple[str, int | None]:
    """Answer the question on the screen, or leave it out, and go on; what was said.

    Pressed from inside the page: where each thing lies is for other tests, and these walks are long.
    """
    item, codes, low, high = page.evaluate(QUESTION)
    value = None if leave_out else chance.choice(codes) if codes else chance.randint(low, high)
    page.evaluate(ANSWER, value)
    read_what_cannot_wait(page)
    return item, value


def wait_until_sent(page: Page) -> None:
    """Nothing waits on the phone any more, and the page is the server's own with a copy for the next tunnel."""
    page.wait_for_function(f"() => {UNSENT} === 0 && !document.getElementById('player')?.hidden")
    wait_for_copy(page)


def wait_for_copy(page: Page) -> None:
    """The worker that came with this page rules, and has a copy of the page with its files."""
    page.wait_for_function(COPY_IS_READY)


def reload_without_a_line(page: Page) -> None:
    """The browser loads the page again in a tunnel: the copy stands in, at the same question."""
    page.wait_for_function(f"() => {UNSENT} === 1")
    page.reload()
    expect(page.locator("#player")).to_be_visible()
    expect(page.locator("#copy")).to_be_visible()


def come_out(page: Page) -> None:
    """The line is back, and the browser says so."""
    page.context.set_offline(False)
    # A page that was loaded without a line is not told by itself; one that was is perhaps being replaced already.
    with suppress(Error):
        page.evaluate("dispatchEvent(new Event('online'))")


def expect_thanks(page: Page) -> None:
    """The part on the screen has arrived."""
    expect(page.locator("#thanks").or_(page.locator("section.advice.urgent")).first).to_be_visible()
    page.wait_for_url(re.compile("/form/thanks"))
