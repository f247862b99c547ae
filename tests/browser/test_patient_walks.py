"""Phones of several sizes wander through a form while line, server, language and release of the site come and go."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, expect
from sqlalchemy import select

from lrrc_qol.factory import create_app
from lrrc_qol.persistence.models import Patient
from lrrc_qol.services.context import COMMAND
from lrrc_qol.services.own_settings import Choices, change_settings
from lrrc_qol.web import assets
from lrrc_qol.web.assets import STATIC_DIR
from tests.browser.conftest import LiveSite
from tests.browser.patient_phone import expect_question, expect_saved, press, start, tap
from tests.browser.phone_rider import HERE, UNSENT, come_out, read_what_cannot_wait, wait_for_copy
from tests.browser.test_patient_offline import expect_unsent
from tests.factories import Phone, take_seat
from tests.live_server import serving
from tests.mailbox import LOOPBACK, free_port
from tests.patient_links import PAIN_WORST, check_in_link, stored

SMALL_ANDROID, IPHONE_SE, IPHONE_14 = (360, 640), (375, 667), (390, 844)
STEPS = 16
LANGUAGES = ("ar", "de", "en")
ACTS = ("tap", "tap", "tap", "go_on", "go_on", "back", "reload", "line", "no_line", "speak", "renew")


class Releases:
    """New releases of the site: each has another script, other addresses and another service worker."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.number = 1
        self.folder = folder / "static"
        shutil.copytree(STATIC_DIR, self.folder)
        monkeypatch.setattr(assets, "STATIC_DIR", self.folder)

    def renew(self) -> None:
        """Put the next one in the place of the present one, under the pages that are open."""
        self.number += 1
        for name in ("worker", "copy"):
            text = (STATIC_DIR / "patient" / f"{name}.js").read_text()
            assert "open-form-1" in text
            (self.folder / "patient" / f"{name}.js").write_text(text.replace("open-form-1", f"open-form-{self.number}"))


@dataclass
class Walk:
    """A page on its way, what was tapped on it, and what changes around it: one method for each thing that happens."""

    live: LiveSite
    page: Page
    chance: random.Random
    releases: Releases
    other_phone: Phone
    given: dict[str, int]
    online: bool = True

    def step(self) -> None:
        """One thing that a patient, a train or the people who run the site do."""
        getattr(self, self.chance.choice(ACTS))()

    def tap(self) -> None:
        question = self.page.locator(HERE)
        if question.count():
            chosen = self.chance.randrange(2)
            option = question.locator("input[type=radio]").nth(chosen)
            self.given[question.get_attribute("data-item") or ""] = int(option.get_attribute("value") or "")
            question.locator("label").nth(chosen).click()

    def go_on(self) -> None:
        if self.page.locator(f"{HERE} input:checked").count():
            self.page.locator("#next").click()

    def back(self) -> None:
        self.page.go_back()
        self.page.wait_for_function("() => document.getElementById('player')?.hidden === false")

    def reload(self) -> None:
        self.page.reload()
        expect(self.page.locator("#player")).to_be_visible()
        if self.online:
            wait_for_copy(self.page)

    def line(self) -> None:
        self.online = True
        come_out(self.page)
        wait_for_copy(self.page)

    def no_line(self) -> None:
        self.online = False
        self.page.context.set_offline(True)

    def speak(self) -> None:
        """The patient chooses a language on another device; this page stays as it was loaded."""
        with self.live.runtime.writing(self.other_phone.actor) as work:
            change_settings(work, self.other_phone.seat, Choices(self.chance.choice(LANGUAGES), "", None))

    def renew(self) -> None:
        """The site is renewed under the page that is open."""
        self.releases.renew()


def second_phone(live: LiveSite) -> Phone:
    """Another device of the patient, on which nothing is answered."""
    with live.runtime.reading(COMMAND) as work:
        patient = work.session.scalars(select(Patient.public_id)).one()
    return take_seat(live.runtime, patient, "CHK-D002")


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
    live: LiveSite,
    open_page: Callable[..., Page],
    size: tuple[int, int],
    seed: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    releases = Releases(tmp_path, monkeypatch)
    chance = random.Random(seed * 1000 + size[0])  # noqa: S311 - the walks must be the same each time
    page = open_page(viewport={"width": size[0], "height": size[1]}, has_touch=True, is_mobile=True)
    # It may come between two acts: the answer of the server decides when.
    page.add_locator_handler(page.locator("dialog[open]").first, lambda: read_what_cannot_wait(page))
    # Asked whether to leave while an answer is on its way, this patient would always say yes: so nobody asks.
    page.add_init_script("addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), true)")
    start(page, live.url, check_in_link(live.runtime))
    tap(page, 0)
    expect_saved(page)
    press(page, "Continue")
    wait_for_copy(page)
    walk = Walk(live, page, chance, releases, second_phone(live), {PAIN_WORST: 0})
    for _ in range(STEPS):
        if page.locator("#review:visible").count():
            break
        # The first entry of the history is the page of the link: nobody goes back further than the form.
        if may_go_back(page):
            walk.step()
        else:
            page.locator("#next").click()
    come_out(page)
    page.wait_for_function(f"() => {UNSENT} === 0 && document.getElementById('copy')?.hidden")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    latest = {item: value for item, _, value in stored(live.runtime)}
    assert latest == walk.given


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
