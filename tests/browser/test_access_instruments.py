"""Every question of every questionnaire is for everybody, in four languages and every look."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.axe import breaches_in_every_look, overflows_sideways
from tests.browser.conftest import LiveSite, running_site
from tests.browser.patient_walk import enter
from tests.every_instrument import with_every_instrument
from tests.factories import assignment, make_link, make_patient, make_staff, take_seat
from tests.shipped import shipped_catalogue

LANGUAGES = ("en", "de", "ar", "zh-Hans")
SMALLEST: ViewportSize = {"width": 320, "height": 568}
# A phone shows one question at a time; here all of one questionnaire stand below each other and are looked at together.
SHOW_ALL = """() => {
    const [unit] = document.querySelectorAll(".unit:not([hidden])");
    unit.querySelectorAll(".step").forEach((step) => { step.hidden = false; });
    return unit.querySelectorAll(".step").length;
}"""
INSTRUMENTS = tuple(one for one in shipped_catalogue().instruments if one.items)
# A few at a time: a test that takes two minutes ends the run.
BATCH = 5
BATCHES = [INSTRUMENTS[start : start + BATCH] for start in range(0, len(INSTRUMENTS), BATCH)]


@dataclass(frozen=True)
class Forms:
    """A site, and for each language a link and the form of each questionnaire."""

    site: LiveSite
    links: dict[str, str]
    ids: dict[tuple[str, str], str]


@pytest.fixture(scope="module")
def forms(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forms]:
    """A patient of each language whose visit asks everything."""
    file = tmp_path_factory.mktemp("instruments") / "site.sqlite3"
    shutil.copyfile(migrated_sqlite, file)
    definitions = with_every_instrument(shipped_catalogue(), LANGUAGES)
    with running_site(f"sqlite:///{file}", definitions) as site:
        nurse = make_staff(site.runtime)
        links, ids = {}, {}
        for language in LANGUAGES:
            named = {"hospital_number": language, "email": f"{language.lower()}@example.org"}
            patient = make_patient(site.runtime, nurse, language=language, stoma=True, urostomy=True, **named)
            links[language] = make_link(site.runtime, patient)
            seat = take_seat(site.runtime, patient)
            ids |= {(language, one.id): assignment(site.runtime, seat, one.id) for one in INSTRUMENTS}
        yield Forms(site, links, ids)


def look(page: Page, address: str) -> list[str]:
    """What is wrong with any question of this form."""
    page.goto(address)
    page.locator("#player").wait_for()
    if not page.evaluate(SHOW_ALL):
        return ["no question is shown"]
    found = breaches_in_every_look(page, practice=False)
    page.set_viewport_size(SMALLEST)
    found += ["too wide"] if overflows_sideways(page) else []
    page.set_viewport_size({"width": 360, "height": 740})
    return found


@pytest.mark.parametrize("batch", range(len(BATCHES)))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_is_for_everybody(browser: Browser, forms: Forms, language: str, batch: int) -> None:
    page = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, locale=language).new_page()
    enter(page, forms.site, forms.links[language])
    addresses = {one.id: f"{forms.site.url}/form/{forms.ids[language, one.id]}" for one in BATCHES[batch]}
    faults = {name: found for name, address in addresses.items() if (found := look(page, address))}
    page.context.close()
    assert faults == {}
