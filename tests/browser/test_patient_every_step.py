"""The line is lost before every single step of every kind of form: each answer arrives, and each arrives once."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.persistence.models import Answer, AuditEntry, Response
from lrrc_qol.services.context import COMMAND
from tests.browser.conftest import LiveSite
from tests.browser.patient_phone import start
from tests.browser.phone_rider import (
    HERE,
    Given,
    answer_here,
    come_out,
    expect_thanks,
    on_review,
    read_what_cannot_wait,
    reload_without_a_line,
    wait_for_copy,
    wait_until_sent,
)
from tests.factories import make_link, make_patient, make_staff, set_dates
from tests.number_question import with_number
from tests.patient_links import check_in_link, submitted
from tests.shipped import shipped_catalogue

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

LEFT_OUT = 5  # one in so many
# After what cannot wait the thanks come as a page of their own.
NEXT_PART = "#more a, main > p > a[href^='/form/']"
MONTH = ("pain_nrs", "distress_nrs", "pe_wellbeing")


@pytest.fixture(scope="module")
def definitions() -> Catalogue:
    """The shipped ones; a question of the check-in is typed, the module of the core questionnaire stands for itself."""
    catalogue = with_number(shipped_catalogue())
    asked = {"BL1": ("qlq_cr29",), "M1": ("qlq_c30",), "M3": MONTH}
    protocols = tuple(
        replace(
            one,
            visits=tuple(replace(visit, instruments=asked.get(visit.key, visit.instruments)) for visit in one.visits),
        )
        for one in catalogue.protocols
    )
    return replace(catalogue, protocols=protocols)


def check_in(live: LiveSite) -> str:
    """Ratings, a typed number and choices, some of which call for urgent advice."""
    return check_in_link(live.runtime)


def module(live: LiveSite) -> str:
    """A licensed questionnaire whose filter question decides what is asked and in which words; personal questions."""
    return make_link(live.runtime, make_patient(live.runtime, make_staff(live.runtime)))


def after(live: LiveSite, key: str, *, days: int) -> str:
    """A visit so many days after the operation."""
    nurse = make_staff(live.runtime)
    patient = make_patient(live.runtime, nurse, planned_surgery_on=None)
    set_dates(live.runtime, nurse, patient, surgery_on=live.clock.now().date() - timedelta(days=days))
    return make_link(live.runtime, patient, key)


def core(live: LiveSite) -> str:
    """The core questionnaire of a month."""
    return after(live, "M1", days=30)


def month(live: LiveSite) -> str:
    """Three parts, the last on a page of its own, with a personal question at its end."""
    return after(live, "M3", days=91)


KINDS = {"check-in": check_in, "module": module, "core": core, "month": month}
# At which steps the browser loads the page again in the tunnel: each walk stays below a minute on a busy machine.
WAYS = {"stays": (), "loads again at odd steps": (1,), "loads again at even steps": (0,)}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_line_is_lost_before_every_step(live: LiveSite, phone: Page, kind: str, way: str) -> None:
    chance = random.Random(kind)  # noqa: S311 - the walk must be the same each time
    start(phone, live.url, KINDS[kind](live))
    given: Given = {}
    parts = 0
    while True:
        wait_for_copy(phone)
        while not on_review(phone):
            phone.context.set_offline(True)
            item, value = answer_here(phone, chance, leave_out=chance.randrange(LEFT_OUT) == 0)
            given[item] = value
            if len(given) % 2 in WAYS[way]:
                reload_without_a_line(phone)
            come_out(phone)
            wait_until_sent(phone)
            assert kept(live) == given, "not everything has arrived"
            read_what_cannot_wait(phone)
        send_in_a_tunnel(phone)
        parts += 1
        assert submitted(live.runtime) == parts
        if not phone.locator(NEXT_PART).is_visible():
            break
        go_on_in_a_tunnel(phone)
    assert sendings(live) == parts
    assert kept(live) == given
    phone.wait_for_function("() => localStorage.length + sessionStorage.length === 0")


def send_in_a_tunnel(page: Page) -> None:
    """Send what was checked; nothing can leave before the line is back."""
    page.context.set_offline(True)
    page.locator("#next").click()
    expect(page.locator("#status.bad")).to_be_visible()
    come_out(page)
    expect_thanks(page)


def go_on_in_a_tunnel(page: Page) -> None:
    """The next part is on the page already, or the page says that it can only come with a connection."""
    if page.locator("#more").count() == 0:
        page.locator(NEXT_PART).click()
        expect(page.locator(HERE)).to_be_visible()
        return
    page.context.set_offline(True)
    page.locator("#more a").click()
    told = page.locator("#more p", has_text="There is no connection.")
    expect(page.locator(HERE).or_(told).first).to_be_visible()
    come_out(page)
    if told.is_visible():
        page.locator("#more a").click()
        expect(page.locator(HERE)).to_be_visible()


def kept(live: LiveSite) -> Given:
    """What the patient said by what is stored; every answer is there once."""
    with live.runtime.reading(COMMAND) as work:
        rows = work.session.scalars(select(Answer).where(Answer.kind != "not_applicable")).all()
    assert [item for item, times in Counter(row.item_id for row in rows).items() if times > 1] == []
    return {row.item_id: row.value for row in rows}


def sendings(live: LiveSite) -> int:
    """How many times a form was sent by the audit trail, which is as many as there are forms."""
    with live.runtime.reading(COMMAND) as work:
        noted = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "submitted_response")
        assert work.session.scalar(noted) == work.session.scalar(select(func.count()).select_from(Response))
        return work.session.scalar(noted) or 0
