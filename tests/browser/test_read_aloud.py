"""Reading aloud with a voice of the device: where it is offered, what is said in which voice, and what ends it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.axe import breaches_in_every_look, overflows_sideways
from tests.browser.conftest import PHONE, LiveSite, running_site
from tests.browser.patient_phone import tap
from tests.browser.patient_walk import enter
from tests.factories import make_staff
from tests.patient_links import YEAR, check_in_link

# A device whose voices say nothing and write down what they were asked to say.
DEVICE = """(voices) => {
    const note = (line) => sessionStorage.setItem("said", JSON.stringify([...heard(), line]));
    const heard = () => JSON.parse(sessionStorage.getItem("said") || "[]");
    const device = {
        voices: voices.map(([lang, localService, name]) => ({ lang, localService, name, default: name === "chosen" })),
        onvoiceschanged: null,
        getVoices: () => device.voices,
        speak: (piece) => { device.last = piece; note([piece.voice.name, piece.lang, piece.text]); },
        cancel: () => note("silence"),
    };
    window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
    Object.defineProperty(window, "speechSynthesis", { value: device });
}"""
LEAST_TARGET = 48
VOICES = {"en": "en-GB", "de": "de_DE", "nl": "nl-BE", "ar": "ar-SA", "zh-Hans": "zh-CN"}
WORDS = {
    "en": ("Read aloud", "Stop reading"),
    "de": ("Vorlesen", "Nicht mehr vorlesen"),
    "nl": ("Voorlezen", "Stop met voorlezen"),
    "ar": ("استماع", "إيقاف"),
    "zh-Hans": ("朗读", "停止朗读"),
}
# Tag of the language, whether the voice lives on the device, name; the one called "chosen" is the owner's choice.
Voice = tuple[str, bool, str]
ENGLISH: list[Voice] = [("en-GB", True, "first")]
Device = Callable[[list[Voice]], Page]


@pytest.fixture(scope="module")
def site(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    """One site for all; each test has a patient of its own."""
    file = tmp_path_factory.mktemp("aloud") / "site.sqlite3"
    shutil.copyfile(migrated_sqlite, file)
    with running_site(f"sqlite:///{file}") as running:
        yield running


@pytest.fixture
def device(open_page: Callable[..., Page]) -> Device:
    """A function that opens a phone with these voices."""

    def open_one(voices: list[Voice]) -> Page:
        page = open_page(**PHONE)
        page.add_init_script(f"({DEVICE})({json.dumps(voices)})")
        return page

    return open_one


@pytest.fixture(scope="module")
def link(site: LiveSite) -> Callable[..., str]:
    """A function that makes a link to a check-in of a new patient."""
    nurse, numbers = make_staff(site.runtime), count()

    def make(language: str = "en") -> str:
        number = next(numbers)
        named = {"hospital_number": f"H-{number}", "email": f"patient.{number}@example.org"}
        return check_in_link(site.runtime, nurse=nurse, language=language, **named)

    return make


def said(page: Page) -> list[Any]:
    """What the voices were asked to say, as voice, language and text, and "silence" where they were stopped."""
    return list(page.evaluate("JSON.parse(sessionStorage.getItem('said') || '[]')"))


def button(page: Page, language: str = "en", *, reading: bool = False) -> Locator:
    """The button on the screen, which says another word while it reads."""
    return page.get_by_role("button", name=WORDS[language][reading], exact=True)


def to_the_question(page: Page, site: LiveSite, token: str) -> None:
    """Through the link to the first question."""
    enter(page, site, token)
    expect(page.locator("fieldset:visible")).to_have_count(1)


@pytest.mark.parametrize("language", VOICES)
def test_a_question_is_read_in_the_order_of_the_page_and_in_its_language(
    site: LiveSite, device: Device, link: Callable[..., str], language: str
) -> None:
    page = device([(tag, True, f"voice of {language}") for language, tag in VOICES.items()])
    to_the_question(page, site, link(language))
    expect(button(page, language)).to_be_visible()
    assert said(page) == []
    button(page, language).click()
    expect(button(page, language, reading=True)).to_be_visible()
    pieces = said(page)
    assert {(voice, tag) for voice, tag, _ in pieces} == {(f"voice of {language}", VOICES[language])}
    shown = page.locator("fieldset:visible").locator(".recall, h1, .help, .boxes label")
    assert [text for _, _, text in pieces] == [text.strip() for text in shown.all_text_contents()]
    assert len(pieces) >= 1 + 1 + 11
    assert pieces[-1][2].startswith("10 – ")


def test_the_chosen_voice_of_the_device_reads_and_none_that_lives_elsewhere(
    site: LiveSite, device: Device, link: Callable[..., str]
) -> None:
    page = device([("en-US", False, "far away"), ("en-AU", True, "first"), ("en_GB", True, "chosen")])
    to_the_question(page, site, link())
    button(page).click()
    assert {(voice, tag) for voice, tag, _ in said(page)} == {("chosen", "en_GB")}


@pytest.mark.parametrize("voices", [[], [("en-GB", False, "far away")], [("de-DE", True, "first")]], ids=str)
def test_without_a_voice_of_the_device_for_the_language_nothing_is_offered(
    site: LiveSite, device: Device, link: Callable[..., str], voices: list[Voice]
) -> None:
    page = device(voices)
    asked: list[str] = []
    page.on("requestfinished", lambda request: asked.append(request.url))
    to_the_question(page, site, link())
    page.wait_for_load_state("networkidle")
    expect(button(page)).to_have_count(0)
    assert any("/aloud.en.js" in url for url in asked) == bool(voices)
    assert said(page) == []


def test_voices_may_come_later(site: LiveSite, device: Device, link: Callable[..., str]) -> None:
    page = device([])
    to_the_question(page, site, link())
    page.evaluate(
        """() => {
            speechSynthesis.voices.push({ lang: "en-GB", localService: true, name: "late" });
            speechSynthesis.onvoiceschanged();
        }"""
    )
    expect(button(page)).to_be_visible()


def test_it_ends_by_its_button_at_its_end_and_with_the_next_question(
    site: LiveSite, device: Device, link: Callable[..., str]
) -> None:
    page = device(ENGLISH)
    to_the_question(page, site, link())
    button(page).click()
    button(page, reading=True).click()
    assert said(page)[-1] == "silence"
    button(page).click()
    assert said(page)[-1] != "silence"
    tap(page, 2)
    expect(button(page, reading=True)).to_be_visible()
    page.evaluate("speechSynthesis.last.onend({ target: speechSynthesis.last })")
    expect(button(page)).to_be_visible()
    button(page).click()
    page.locator("#next").click()
    expect(button(page)).to_be_visible()
    assert said(page)[-1] == "silence"
    button(page).click()
    page.go_back()
    expect(button(page)).to_be_visible()
    assert said(page)[-1] == "silence"


def test_the_page_of_a_link_is_read_and_sending_the_year_ends_it(
    site: LiveSite, device: Device, link: Callable[..., str]
) -> None:
    page = device(ENGLISH)
    page.goto(f"{site.url}/l/{link()}")
    button(page).click()
    texts = [text for _, _, text in said(page)]
    assert texts[0].endswith("would like to know how you are")
    assert texts[-2:] == [
        "In which year were you born?",
        "This shows us that the link reached the right person. Four numbers, for example 1957.",
    ]
    page.locator("#year").fill(YEAR)
    page.locator("#year").press("Enter")
    expect(page.locator("fieldset:visible")).to_have_count(1)
    assert said(page)[-1] == "silence"


def test_another_page_ends_it(site: LiveSite, device: Device, link: Callable[..., str]) -> None:
    page = device(ENGLISH)
    to_the_question(page, site, link())
    button(page).click()
    page.goto(f"{site.url}/form/call-me")
    assert said(page)[-1] == "silence"


def test_what_cannot_wait_ends_it_and_is_read_with_the_numbers(
    site: LiveSite, device: Device, link: Callable[..., str]
) -> None:
    page = device(ENGLISH)
    to_the_question(page, site, link())
    button(page).click()
    tap(page, 9)
    notice = page.get_by_role("alertdialog")
    expect(notice).to_be_visible()
    assert said(page)[-1] == "silence"
    notice.get_by_role("button", name="Read aloud").click()
    texts = [text for _, _, text in said(page)[said(page).index("silence") + 1 :]]
    assert texts[0] == notice.get_by_role("heading").inner_text()
    assert texts[1] == notice.locator(".what").inner_text()
    assert any("999" in text for text in texts)
    notice.locator(".second").click()
    expect(notice).to_be_hidden()
    assert said(page)[-1] == "silence"


def test_the_page_of_one_question_has_it_too_and_is_for_everybody(
    site: LiveSite, device: Device, link: Callable[..., str]
) -> None:
    page = device(ENGLISH)
    to_the_question(page, site, link())
    found = breaches_in_every_look(page)
    page.goto(f"{page.url.split('#')[0]}/item/1")
    expect(button(page)).to_be_visible()
    assert found + breaches_in_every_look(page) == []
    page.set_viewport_size({"width": 320, "height": 568})
    box = button(page).bounding_box()
    assert box is not None
    assert box["height"] >= LEAST_TARGET
    assert not overflows_sideways(page)
