"""A patient on a train answers two long questionnaires; the nurse then sees exactly the answers that were given."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.persistence.models import Answer, Response
from lrrc_qol.services.context import COMMAND
from tests.browser.conftest import DESKTOP, PHONE, LiveSite
from tests.browser.patient_walk import enter
from tests.browser.phone_rider import (
    Given,
    answer_here,
    come_out,
    expect_thanks,
    on_review,
    reload_without_a_line,
    wait_for_copy,
    wait_until_sent,
)
from tests.factories import PASSWORD, make_link, make_patient, make_staff
from tests.patient_links import submitted
from tests.shipped import shipped_catalogue
from tests.wording_packs import approved

# What a phone keeps does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

C30, CR29 = "qlq_c30", "qlq_cr29"
# The words of both questionnaires belong to their holder: placeholders stand in, in the script of each language.
SAYS = {"ar": "كلمات", "de": "Wörter", "en": "Words", "nl": "Woorden", "zh-Hans": "词语"}
ANSWERS_PER_TUNNEL = 3
LEFT_OUT = 8  # one in so many


@pytest.fixture(scope="module")
def definitions() -> Catalogue:
    """The shipped definitions, in which every visit asks the core questionnaire and its module."""
    catalogue = shipped_catalogue()
    protocols = tuple(
        replace(one, visits=tuple(replace(visit, instruments=(C30, CR29)) for visit in one.visits))
        for one in catalogue.protocols
    )
    return replace(catalogue, protocols=protocols)


class Ride:
    """The way of one part through tunnels: the line goes and comes every few answers."""

    def __init__(self, page: Page, chance: random.Random) -> None:
        self.page, self.chance = page, chance
        self.in_tunnel = False
        self.tunnels = 0

    def move_on(self) -> None:
        """Into a tunnel or out of it; in every other one the browser loads the page again."""
        self.in_tunnel = not self.in_tunnel
        if self.in_tunnel:
            self.page.context.set_offline(True)
            self.tunnels += 1
        else:
            come_out(self.page)
            wait_until_sent(self.page)

    def answer_all(self) -> Given:
        """Answer every question of the part that is asked; what was said."""
        given: Given = {}
        while not on_review(self.page):
            leave_out = self.chance.randrange(LEFT_OUT) == 0
            item, value = answer_here(self.page, self.chance, leave_out=leave_out)
            given[item] = value
            if len(given) % ANSWERS_PER_TUNNEL == 0:
                if self.in_tunnel and self.tunnels % 2:
                    reload_without_a_line(self.page)
                self.move_on()
        return given

    def send(self) -> None:
        """Press send in a tunnel; the page sends by itself once there is a line."""
        self.in_tunnel = True
        self.page.context.set_offline(True)
        self.page.locator("#next").click()
        self.in_tunnel = False
        come_out(self.page)
        expect_thanks(self.page)


@pytest.mark.parametrize("language", SAYS)
def test_the_nurse_sees_what_was_answered_on_a_train(
    live: LiveSite, open_page: Callable[..., Page], language: str
) -> None:
    nurse, admin = make_staff(live.runtime), make_staff(live.runtime, role="admin")
    for instrument in (C30, CR29):
        approved(live.runtime, admin, instrument_id=instrument, language=language, says=SAYS[language])
    patient = make_patient(live.runtime, nurse, language=language)
    page, chance = open_page(**PHONE), random.Random(language)  # noqa: S311 - the ride must be the same each time
    enter(page, live, make_link(live.runtime, patient))
    wait_for_copy(page)
    ride = Ride(page, chance)
    given = {C30: ride.answer_all()}
    ride.send()
    page.locator("#more a").click()
    given[CR29] = ride.answer_all()
    ride.send()
    assert ride.tunnels > len(SAYS)
    assert submitted(live.runtime) == 2
    desktop = open_page(**DESKTOP)
    sign_in(desktop, live)
    for instrument, answers in given.items():
        response, kept = stored(live, instrument)
        assert kept == answers
        desktop.goto(f"{live.url}/staff/patients/{patient}/forms/{response}")
        assert shown(desktop) == expected(live, instrument, answers, SAYS[language])


def sign_in(page: Page, live: LiveSite) -> None:
    """As the nurse of the centre."""
    page.goto(f"{live.url}/login")
    page.get_by_label("E-mail").fill("nurse@north.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def stored(live: LiveSite, instrument: str) -> tuple[int, Given]:
    """The one response of a questionnaire, and what was said by the patient, each answer once."""
    with live.runtime.reading(COMMAND) as work:
        response = work.session.scalars(select(Response).where(Response.instrument_id == instrument)).one()
        rows = work.session.scalars(select(Answer).where(Answer.response_id == response.id)).all()
    said = [row for row in rows if row.kind != "not_applicable"]
    assert len(said) == len({row.item_id for row in said}), "an answer is there twice"
    return response.id, {row.item_id: row.value for row in said}


def shown(page: Page) -> dict[str, str]:
    """The table of answers on the nurse's page: number of the question and what stands beside it."""
    rows = page.locator("section[aria-labelledby=answers-heading] tbody tr")
    found: list[list[str]] = rows.evaluate_all(
        """(rows) => rows.map((row) => [
            row.querySelector("th span").textContent,
            row.querySelector("td div").textContent.replace(/\\s+/g, " ").trim()])"""
    )
    return dict(map(tuple, found))


def expected(live: LiveSite, instrument: str, answers: Given, says: str) -> dict[str, str]:
    """What the nurse must read: the code with its words, what was left out, what was not asked."""
    items = live.runtime.catalogue.instrument(instrument).items

    def line(item: str) -> str:
        if item not in answers:
            return "does not apply"
        value = answers[item]
        return "declined to answer" if value is None else f"{value} – {says} code {value}"

    return {item.number: line(item.id) for item in items}
