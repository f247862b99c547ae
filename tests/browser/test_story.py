"""The main job as people do it: nurse, mail, phone, curve, alert; one browser story on each database."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from lrrc_qol.jobs.tick import run_tick
from tests.browser.conftest import DESKTOP, PHONE, LiveSite
from tests.factories import PASSWORD, make_staff

LINK = re.compile(r"http://\S+/l/\S+")
NEUTRAL = re.compile(r"cancer|rect|exenter|surg|operat|stoma|pain|questionn|QLQ|quality of life|symptom", re.IGNORECASE)


def sign_in(page: Page, live: LiveSite) -> None:
    """The nurse opens the site."""
    page.goto(f"{live.url}/staff/")
    page.get_by_label("E-mail").fill("nurse@north.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/staff/$"))


def enrol(page: Page, live: LiveSite) -> None:
    """Enrols a patient; the first try has mistakes, which keep what was typed."""
    page.goto(f"{live.url}/staff/patients/new")
    page.get_by_label("Full name").fill("Ada Example")
    page.get_by_label("Hospital number").fill("H-100")
    page.get_by_label("Date of birth").fill("1958-04-02")
    page.get_by_label("Female").check()
    page.get_by_label("E-mail address").fill("ada@nowhere")
    page.get_by_label("Time zone where the patient lives").fill("Europe/Lundon")
    page.get_by_label("Planned date of the operation").fill("2026-03-16")
    page.get_by_role("button", name="Enrol").click()
    expect(page.get_by_label("Full name")).to_have_value("Ada Example")
    expect(page.locator(".field-error")).to_have_count(2)
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.get_by_label("Time zone where the patient lives").fill("Europe/London")
    page.get_by_role("button", name="Enrol").click()
    expect(page.get_by_role("heading", name="Ada Example")).to_be_visible()


def newest_link(live: LiveSite) -> str:
    """The link in the newest mail to the patient, after checking that the mail gives nothing away."""
    mail = live.mailbox.sent_to("ada@example.org")[-1]
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    text = plain.get_content()
    for part in (str(mail["Subject"]), text, html.get_content()):
        assert not NEUTRAL.search(LINK.sub("", part).replace("rel=", ""))
    for header in ("Message-ID", "Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post", "Reply-To", "Date"):
        assert mail[header], header
    found = LINK.search(text)
    assert found
    return found.group(0)


def enter(page: Page, link: str) -> None:
    """Opens the link with the right year of birth."""
    page.goto(link)
    page.get_by_label("In which year were you born?").fill("1958")
    page.get_by_role("button", name="Open my form").click()


def answer_all(page: Page, choose: Callable[[str], int]) -> None:
    """Steps through every part of the visit and sends each; `choose` picks the option by the question's text."""
    for _ in range(120):
        if page.url.endswith("/form/thanks"):  # severe answers lead to the page that repeats whom to call
            following = page.get_by_role("link", name="Go on with the next part")
            if not following.count():
                return
            following.click()
            expect(page.locator("h1.question:visible")).to_be_visible()
        if page.locator("#thanks:visible").count() and not page.locator("#more:visible").count():
            return
        if page.locator("#more:visible").count():
            page.get_by_role("link", name="Go on with the next part").click()
        elif page.locator("#review:visible").count():
            page.locator("#next").click()
            expect(page.locator("#review")).to_be_hidden()
            page.wait_for_load_state()
        else:
            question = page.locator("h1.question:visible").inner_text()
            page.locator("section:visible label:has(input[type=radio])").nth(choose(question)).click()
            page.locator("#next").click()
    pytest.fail("the form did not end")


def set_dates(page: Page, **dates: str) -> None:
    """Enters dates, looks at what changes, applies it."""
    page.get_by_role("link", name="Change dates").click()
    for name, value in dates.items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="See what changes").click()
    expect(page.get_by_role("table")).to_contain_text("1 month after the operation")
    page.get_by_label("Reason").fill("As in the operation note.")
    page.get_by_role("button", name="Change the dates").click()
    expect(page.get_by_role("heading", name="Ada Example")).to_be_visible()


def at(live: LiveSite, day: date, hour: int = 12) -> None:
    """The clock of the site, and one sweep of the jobs."""
    live.clock.set(datetime.fromisoformat(f"{day.isoformat()}T{hour:02d}:00:00+00:00"))
    run_tick(live.runtime)


def heed_advice(page: Page) -> list[str]:
    """Reads each safety message that comes up and goes on; the titles are collected."""
    titles: list[str] = []

    def read(dialog: Locator) -> None:
        titles.append(dialog.get_by_role("heading").first.inner_text())
        assert dialog.locator("a[href^='tel:']").count()
        dialog.get_by_role("button", name="I have read this").click()

    page.add_locator_handler(page.locator("dialog#advice[open]"), read)
    return titles


def deal_with_alert(page: Page, live: LiveSite) -> None:
    """Takes the first item of the list, writes down what was done, closes it."""
    page.goto(f"{live.url}/staff/")
    first = page.get_by_role("row").nth(1)
    expect(first).to_contain_text("Ada Example")
    expect(first.locator(".badge-red")).to_be_visible()
    first.get_by_role("button", name=re.compile("Take it")).click()
    page.locator("#action-analgesia_change").check()
    page.locator("#close-note").fill("Phoned; pain medicine changed by the GP today.")
    page.get_by_role("button", name="Close the alert").click()
    expect(page.get_by_role("main")).to_contain_text("Phoned; pain medicine changed")


def test_from_enrolment_to_the_curve_and_the_alert(live: LiveSite, open_page: Callable[..., Any]) -> None:
    make_staff(live.runtime)
    nurse, patient = open_page(**DESKTOP), open_page(**PHONE)
    advice = heed_advice(patient)

    sign_in(nurse, live)
    enrol(nurse, live)
    patient_page = nurse.url
    nurse.goto(f"{live.url}/staff/")
    expect(nurse.get_by_role("row").nth(1)).to_contain_text("no usable baseline")

    run_tick(live.runtime)
    patient.goto(newest_link(live))
    assert "Ada" not in patient.content()
    enter(patient, newest_link(live))
    answer_all(patient, lambda _: 1)
    expect(patient.get_by_role("main")).to_contain_text("Thank you")
    mails = len(live.mailbox.sent_to("ada@example.org"))
    at(live, date(2026, 3, 12))
    assert len(live.mailbox.sent_to("ada@example.org")) == mails, "an answered form is not asked for again"

    at(live, date(2026, 3, 27))
    sign_in(nurse, live)
    nurse.goto(patient_page)
    set_dates(nurse, surgery_on="2026-03-16", discharged_on="2026-03-26")

    at(live, date(2026, 4, 15))
    enter(patient, newest_link(live))
    answer_all(patient, lambda question: 9 if "worst" in question.lower() else 2)
    assert any("now" in title.lower() for title in advice), advice

    sign_in(nurse, live)
    deal_with_alert(nurse, live)
    nurse.goto(patient_page)
    nurse.locator(".chart").first.scroll_into_view_if_needed()
    expect(nurse.locator(".chart .main-svg").first).to_be_visible()
    for words in ("higher is better", "higher is worse", "Answered 14 days before the operation"):
        expect(nurse.get_by_role("main")).to_contain_text(words)
