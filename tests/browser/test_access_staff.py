"""Every page of the staff's and the administration's is for everybody: in the light, in the dark, in high contrast."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lrrc_qol.domain.events import EventKind
from lrrc_qol.services.record_event import record_event, revoke_event
from tests.axe import breaches_in_every_look, overflows_sideways
from tests.browser.conftest import DESKTOP, LiveSite, running_site
from tests.browser.shown_pages import Shown, noting_pages
from tests.factories import PASSWORD, answers_for, make_staff
from tests.integration.promises.doors import ADMIN, ASSESSMENT, CLINICIAN, DOORS, NURSE, RESEARCHER, STAFF, Door
from tests.integration.promises.world import Record, make_record

ROLES = (NURSE, ADMIN, RESEARCHER, CLINICIAN)
# Pages that only a good answer leads to.
SECOND_STEPS = (
    Door(
        "POST",
        "/staff/patients/{patient}/classification/new",
        frozenset({NURSE}),
        200,
        ASSESSMENT | {"step": "propose"},
    ),
    Door("GET", "/admin/wordings/{wording}/paper", frozenset({ADMIN}), 409),
)
SEND = """([address, fields, token]) => {
    const form = Object.assign(document.createElement("form"), { method: "post", action: address });
    for (const [name, value] of Object.entries({ csrf_token: token, ...fields })) {
        form.append(Object.assign(document.createElement("input"), { name, value }));
    }
    document.body.append(form);
    form.submit();
}"""


class Desk:
    """A member of staff's browser of each role, and what each page they saw breaks."""

    def __init__(self, browser: Browser, site: LiveSite, record: Record) -> None:
        self.site, self.record = site, record
        self.faults: dict[str, list[str]] = {}
        self.done: set[int] = set()
        self.pages = {role: self._signed_in(browser, role) for role in ROLES}

    def _signed_in(self, browser: Browser, role: str) -> Page:
        page = browser.new_context(**DESKTOP, locale="en-GB").new_page()
        page.goto(f"{self.site.url}/login")
        page.get_by_label("E-mail").fill(f"{role}@north.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Sign out").wait_for()
        return page

    def open(self, door: Door) -> None:
        """Use the door as somebody who may, and look at what it shows."""
        page = self.pages[next(role for role in ROLES if role in door.allowed)]
        address = self.address(door.address)
        if door.method == "GET":
            page.goto(address)
        else:
            page.goto(f"{self.site.url}/account/password")
            token = page.locator("[name=csrf_token]").first.input_value()
            with page.expect_navigation():
                page.evaluate(SEND, [address, door.fields, token])
        self.look(page, str(door))

    def address(self, path: str) -> str:
        return self.site.url + path.format(**self.record.places)

    def look(self, page: Page, place: str) -> None:
        """Remember what is wrong with the page."""
        found = breaches_in_every_look(page)
        if overflows_sideways(page):
            found.append("too wide")
        if found:
            self.faults[place] = found

    def press(self, page: Page, name: str) -> None:
        with page.expect_navigation():
            page.get_by_role("button", name=name, exact=True).click()


@pytest.fixture(scope="module")
def desk(
    browser: Browser, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Desk, Shown]]:
    """A centre with a bit of everything, on one server for all the tests here."""
    file = tmp_path_factory.mktemp("desk") / "site.sqlite3"
    shutil.copyfile(migrated_sqlite, file)
    with running_site(f"sqlite:///{file}") as site, noting_pages() as shown:
        nurse, *_ = [make_staff(site.runtime, role=role) for role in ROLES]
        record = make_record(site.runtime, nurse, colleague=make_staff(site.runtime, email="colleague@north.example"))
        desk = Desk(browser, site, record)
        yield desk, shown
        for page in desk.pages.values():
            page.context.close()


# An archive to keep, and a mark that a script reads.
NO_PAGES = frozenset({"POST /staff/exports", "GET /staff/work-mark"})


def shows_a_page(door: Door) -> bool:
    """Whether a browser shows the answer as a page of the staff's.

    The longest of all, every sentence of a language, is looked at once: refused it only says so above them.
    """
    if door.published and door.method == "POST":
        return False
    if str(door) in NO_PAGES:
        return False
    return door.allowed <= STAFF and door.status in {200, 422} and not door.address.endswith((".csv", ".pdf"))


def confirm_an_event(desk: Desk) -> None:
    """A death in three steps, not stored; then an event is taken back that a colleague took back already."""
    page = desk.pages[NURSE]
    page.goto(desk.address("/staff/patients/{patient}/events"))
    page.get_by_label("Died").check()
    page.get_by_label("On which day").fill("2026-03-02")
    desk.press(page, "Continue")
    desk.look(page, "what is asked with an event")
    page.get_by_label("Family or friends").check()
    desk.press(page, "Continue")
    desk.look(page, "what follows from an event")
    runtime, nurse = desk.site.runtime, make_staff(desk.site.runtime, email="third@north.example")
    with runtime.writing(nurse) as work:
        record_event(
            work,
            desk.record.patient,
            kind=EventKind.CANCELLED_SURGERY,
            happened_on=work.today_in("Europe/London"),
            detail=answers_for(runtime, EventKind.CANCELLED_SURGERY),
        )
    page.goto(desk.address("/staff/patients/{patient}"))
    page.locator("a[href$='/take-back']").first.click()
    event = page.url.split("/")[-2]
    page.get_by_label("Reason").fill("By mistake.")
    page.get_by_role("button").last.click()
    desk.look(page, "what follows from taking an event back")
    with runtime.writing(nurse) as work:
        revoke_event(work, desk.record.patient, event, reason="By mistake.")
    page.locator("button[name=confirmed]").click()
    expect(page.get_by_role("heading", name="Somebody else changed this meanwhile")).to_be_visible()
    desk.look(page, "an event that a colleague took back meanwhile")


def change_a_plan(desk: Desk) -> None:
    """A new version of the plan is published, and what it would change for one patient is shown."""
    page = desk.pages[ADMIN]
    page.goto(desk.address("/admin/protocols/{plan_draft}"))
    page.get_by_label("What is different, and why").fill("Fewer visits.")
    page.get_by_label("Clinical owner").fill("Dr Owner")
    desk.press(page, "Publish")
    desk.look(page, "a published plan")
    page = desk.pages[NURSE]
    page.goto(desk.address("/staff/patients/{patient}/plan"))
    page.locator("input[name=protocol_version]").first.check()
    page.locator("main form button").first.click()
    desk.look(page, "what another plan changes")


PARTS = 8
"""A test that takes longer than the limit of a hanging one would end the run."""


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_of_the_staff_is_for_everybody(desk: tuple[Desk, Shown], part: int) -> None:
    seat, _ = desk
    doors = [*filter(shows_a_page, DOORS)]
    size = -(-len(doors) // PARTS)
    for door in doors[part * size : (part + 1) * size]:
        seat.open(door)
    assert seat.faults == {}
    seat.done.add(part)


def test_pages_that_a_good_answer_leads_to_are_for_everybody(desk: tuple[Desk, Shown]) -> None:
    seat, shown = desk
    for door in SECOND_STEPS:
        seat.open(door)
    change_a_plan(seat)
    confirm_an_event(seat)
    assert seat.faults == {}
    if seat.done == set(range(PARTS)):
        assert shown.missing("staff", "admin", "auth") == set()
