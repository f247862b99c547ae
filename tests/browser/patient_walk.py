"""A walk past every page a patient can see, in any language: who the patients are, and the way from page to page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from flask import Flask, abort
from flask_wtf.csrf import CSRFError
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from lrrc_qol.mail.unsubscribe import Purpose, make_token
from lrrc_qol.persistence.models import AddressChange, Patient
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.own_address import ask_for_change
from lrrc_qol.services.show_results import show_results
from lrrc_qol.web.errors import PAGES
from lrrc_qol.web.guards import audience
from tests.browser.conftest import LiveSite
from tests.browser.patient_phone import tap
from tests.factories import complete_visit, make_link, make_patient, make_staff, set_dates, take_seat
from tests.patient_links import YEAR

WITHOUT_WORDS = "fr"
BROKEN = "/broken"


@dataclass
class People:
    """Links of patients who write one language, each at another place of the way."""

    language: str
    recovering: str
    answered: str
    open: str
    plain: str
    long: str
    early: str
    closed: str
    paused: str
    wordless: str
    stop: str
    changes: dict[Purpose, str] = field(default_factory=dict)


class Centre:
    """The centre of the walk; its clock is moved while the patients of all languages are made."""

    def __init__(self, live: LiveSite, languages: tuple[str, ...]) -> None:
        self.live, self.runtime = live, live.runtime
        self.nurse: Actor = make_staff(self.runtime)
        admin = make_staff(self.runtime, role="admin")
        with self.runtime.writing(admin) as work:
            show_results(work, shown=True)
        self.recovering = {language: self._answered_before(language) for language in languages}
        surgery = live.clock.advance(days=15).date()
        closed = {language: self._operated(language, days=0) for language in languages}
        self._operate(surgery)
        for days, key in ((30, "M1"), (60, "M3")):
            live.clock.advance(days=days)
            for patient in self.recovering.values():
                complete_visit(self.runtime, take_seat(self.runtime, patient, key), low=key == "M3")
        self.people = {language: self._people(language, closed[language]) for language in languages}

    def _patient(self, language: str, **changes: object) -> str:
        self.made = getattr(self, "made", 0) + 1
        named = {"hospital_number": f"H-{self.made}", "email": f"patient.{self.made}@example.org"}
        return make_patient(self.runtime, self.nurse, **named | {"language": language} | changes)

    def _answered_before(self, language: str) -> str:
        patient = self._patient(language)
        complete_visit(self.runtime, take_seat(self.runtime, patient))
        return patient

    def _operate(self, day: object) -> None:
        for patient in self.recovering.values():
            set_dates(self.runtime, self.nurse, patient, planned_surgery_on=day, surgery_on=day)

    def _operated(self, language: str, *, days: int) -> str:
        """A patient who went home this many days ago."""
        today = self.runtime.clock.now().date()
        patient = self._patient(language, planned_surgery_on=None)
        home = today - timedelta(days=days)
        set_dates(self.runtime, self.nurse, patient, surgery_on=home - timedelta(days=12), discharged_on=home)
        return patient

    def _people(self, language: str, closed: str) -> People:
        checked_in = [self._operated(language, days=2) for _ in range(4)]
        wordless = self._operated(language, days=2)
        with self.runtime.writing(COMMAND) as work:
            spoken = {"language": WITHOUT_WORDS} if language == "en" else {}
            if spoken:
                work.session.execute(update(Patient).where(Patient.public_id == wordless).values(**spoken))
        people = People(
            language=language,
            recovering=make_link(self.runtime, self.recovering[language], "M1"),
            answered=make_link(self.runtime, self.recovering[language], "M3"),
            open=make_link(self.runtime, checked_in[0], "CHK-D002"),
            plain=make_link(self.runtime, checked_in[1], "CHK-D002"),
            long=make_link(self.runtime, self._patient(language)),
            early=make_link(self.runtime, self._operated(language, days=0), "CHK-D002"),
            closed=make_link(self.runtime, closed, "CHK-D002"),
            paused=make_link(self.runtime, checked_in[2], "CHK-D002"),
            wordless=make_link(self.runtime, wordless, "CHK-D002"),
            stop=make_token(self.runtime.settings.secret_key, checked_in[3]),
        )
        people.changes = {purpose: self._change(language, purpose) for purpose in list(Purpose)[1:]}
        return people

    def _change(self, language: str, purpose: Purpose) -> str:
        """The link of a mail about a change of address that was asked for."""
        patient = self._operated(language, days=2)
        seat = take_seat(self.runtime, patient, "CHK-D002")
        with self.runtime.writing(seat.actor) as work:
            ask_for_change(work, seat.seat, f"new.{self.made}@example.org")
            public_id = work.session.scalars(
                select(AddressChange.public_id).order_by(AddressChange.id.desc()).limit(1)
            ).one()
        return make_token(self.runtime.settings.secret_key, public_id, purpose)


def breaking(app: Flask) -> None:
    """Give the site an address for every error page."""

    def broken(status: int) -> str:
        if not status:
            raise CSRFError("for the test")
        return abort(status)

    app.add_url_rule(f"{BROKEN}/<int:status>", "broken", audience.public(broken))


def without_a_seat(page: Page, live: LiveSite, people: People) -> Iterator[str]:
    """Pages for nobody in particular, and those behind the links of a mail that ask for no year of birth."""
    for name, path in (("chooser", "/"), ("dead link", "/l/never-was"), ("new link", "/new-link")):
        page.goto(live.url + path)
        yield name
    page.goto(live.url + "/form/locked")
    yield "locked tablet"
    # The words differ, the frame does not: the others are looked at once.
    for status in (0, *sorted(PAGES)) if people.language == "en" else (401, 404, 503):
        page.goto(f"{live.url}{BROKEN}/{status}")
        yield f"error {status}"
    page.goto(f"{live.url}/u/{people.stop}")
    yield "stop mails"
    page.locator("main button").first.click()
    yield "mails stopped"
    for purpose, token in people.changes.items():
        place = f"{live.url}/{'e' if purpose is Purpose.CONFIRM_ADDRESS else 'x'}/{token}"
        page.goto(place)
        yield f"address link {purpose.name}"
        page.locator("main button").first.click()
        yield f"address link {purpose.name} pressed"
        page.goto(place)
        yield f"address link {purpose.name} used"


def around_the_link(page: Page, live: LiveSite, people: People) -> Iterator[str]:
    """What a link says in each of its states."""
    for name in ("answered", "early", "closed", "open"):
        page.goto(f"{live.url}/l/{getattr(people, name)}")
        yield f"link {name}"
    page.locator("main button").first.click()
    yield "landing with a mistake"
    for _ in range(5):
        enter(page, live, people.paused, year="1960")
    yield "link paused"
    if people.language == "en":
        enter(page, live, people.wordless)
        page.goto(live.url + "/form/thanks")
        yield "nothing to do"


def own_pages(page: Page, live: LiveSite, people: People) -> Iterator[str]:
    """The pages of somebody who has answered before."""
    enter(page, live, people.recovering)
    for path in ("/my", "/my/results", "/my/topics", "/my/settings", "/my/address"):
        page.goto(live.url + path)
        for summary in page.locator("summary").all():
            summary.click()
        yield path


def own_changes(page: Page, live: LiveSite, people: People) -> Iterator[str]:
    """What the same person changes there."""
    enter(page, live, people.recovering)
    page.goto(live.url + "/my/address")
    page.locator("#email").fill("no address")
    page.locator("main form.card button").click()
    yield "address with a mistake"
    page.locator("#email").fill(f"other.{people.language.lower()}@example.org")
    page.locator("main form.card button").click()
    yield "address asked for"
    for path in ("/my/topics", "/my/settings"):
        page.goto(live.url + path)
        page.locator("main form button.main").click()
        yield f"{path} kept"
    page.locator("section.card form button").click()
    yield "mails stopped in the settings"


def stepping(page: Page, live: LiveSite, people: People) -> Iterator[str]:
    """The form that steps by itself, from the first question to the thanks."""
    enter(page, live, people.open)
    form = page.url.split("#", maxsplit=1)[0]
    page.goto(live.url + "/my")
    yield "/my with a form"
    page.goto(form)
    expect(page.locator("#player")).to_be_visible()
    yield "rating"
    page.locator("#next").click()
    expect(page.locator("#mistake")).to_be_visible()
    yield "rating without an answer"
    tap(page, 9)
    expect(page.locator("#advice")).to_be_visible()
    yield "urgent advice"
    page.locator("#advice > button").click()
    page.locator(".unwell").click()
    expect(page.locator("#unwell")).to_be_visible()
    yield "unwell"
    page.locator("#unwell > button").click()
    for _ in range(3):
        page.locator("#leave-out").click()
    yield "choice"
    tap(page, 0)
    yield "choice answered"
    page.evaluate("location.hash = '#review'")
    expect(page.locator("#review")).to_be_visible()
    yield "review"
    page.locator("#next").click()
    page.wait_for_url("**/thanks")
    yield "thanks with what cannot wait"
    page.goto(live.url + "/my")
    yield "/my after sending"


def several_parts(page: Page, live: LiveSite, people: People) -> Iterator[str]:
    """A visit with more than one questionnaire, before anything is answered."""
    enter(page, live, people.long)
    yield "several parts, stand-in words" if people.language == "en" else "several parts"
    page.goto(live.url + "/form")
    yield "parts"
    page.locator("main a.button").click()
    page.evaluate("location.hash = '#review'")
    expect(page.locator("#review")).to_be_visible()
    yield "review with open questions"


def page_by_page(page: Page, live: LiveSite, people: People) -> Iterator[str]:
    """The same for a browser without scripts."""
    enter(page, live, people.plain)
    form = page.url.split("#", maxsplit=1)[0]
    page.goto(f"{form}/item/1")
    yield "plain rating"
    page.locator("button[value=continue]").click()
    yield "plain rating without an answer"
    tap(page, 9)
    page.locator("button[value=continue]").click()
    page.wait_for_url("**/advice")
    yield "plain advice"
    page.goto(f"{form}/item/2")
    page.locator("button[value=leave_out]").click()
    page.goto(f"{form}/item/2")
    yield "plain question left out"
    page.goto(f"{form}/item/4")
    yield "plain choice"


def to_the_end(page: Page, live: LiveSite, people: People) -> Iterator[str]:
    """From the check before sending to the end, for a browser without scripts."""
    enter(page, live, people.plain)
    form = page.url.split("#", maxsplit=1)[0]
    page.goto(f"{form}/item/5")
    tap(page, 0)
    page.locator("button[value=continue]").click()
    page.goto(f"{form}/review")
    yield "plain review"
    page.locator(".unwell").click()
    page.wait_for_url("**/call-me")
    yield "numbers to call"
    page.goto(f"{form}/review")
    page.locator("form[data-once] button.main").click()
    page.wait_for_url("**/thanks")
    yield "plain thanks"
    page.locator("form.leave button").click()
    page.wait_for_load_state()
    yield "left"
    page.goto(live.url + "/form")
    yield "time is over"


# Each shows one page after the other and yields its name; together they show all that a patient can see.
PARTS: Mapping[str, Callable[[Page, LiveSite, People], Iterator[str]]] = {
    "without a seat": without_a_seat,
    "around the link": around_the_link,
    "own pages": own_pages,
    "own changes": own_changes,
    "stepping": stepping,
    "several parts": several_parts,
    "page by page": page_by_page,
    "to the end": to_the_end,
}


def enter(page: Page, live: LiveSite, token: str, *, year: str = YEAR) -> None:
    """Open the link and give the year of birth, whatever the language."""
    page.goto(f"{live.url}/l/{token}")
    page.locator("#year").fill(year)
    with page.expect_navigation():
        page.locator("main form.card button").click()
