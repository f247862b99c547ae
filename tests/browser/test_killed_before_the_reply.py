"""A server that dies between commit and reply: the phone sends again by itself, and everything is there once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from lrrc_qol.persistence.models import Alert, AuditEntry
from lrrc_qol.runtime import Runtime, build_runtime
from lrrc_qol.services.context import COMMAND
from tests.browser.patient_phone import start, tap
from tests.browser.phone_rider import come_out, expect_thanks, read_what_cannot_wait
from tests.mailbox import LOOPBACK, free_port
from tests.patient_links import PAIN_WORST, check_in_link, stored, submitted
from tests.server_process import DIED, DYING, ORDER, Server
from tests.settings import make_settings

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SEVERE = 9


@dataclass
class Mortal:
    """A site in a process of its own that dies at the request it is told to, and comes back at the same address."""

    database_url: str
    order: Path
    until: ExitStack
    port: int = field(default_factory=free_port)
    server: Server = field(init=False)

    def __post_init__(self) -> None:
        self.order.write_text("/nowhere")
        self.come_back()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def come_back(self) -> None:
        """Up again."""
        settings = {"MODE": "test", "DATABASE_URL": self.database_url, "BASE_URL": self.url, ORDER: str(self.order)}
        self.server = Server(settings, application=DYING, port=self.port)
        self.until.callback(self.server.end)
        self.server.wait_until_up()

    def dies_at(self, door: str, act: Callable[[], None]) -> None:
        """What the patient does is stored, and nobody says so."""
        self.order.write_text(f"/{door}")
        act()
        assert self.server.wait_until_dead() == DIED


@pytest.fixture
def mortal(database_url: str, tmp_path: Path) -> Iterator[Mortal]:
    """The first server is up."""
    with ExitStack() as until:
        yield Mortal(database_url, tmp_path / "order", until)


@pytest.fixture
def lived(mortal: Mortal) -> Iterator[Runtime]:
    """A runtime with the machine's clock: the processes that die have no other."""
    runtime = build_runtime(make_settings(mortal.database_url, BASE_URL=mortal.url))
    yield runtime
    runtime.database.dispose()


def rows(runtime: Runtime) -> tuple[int, int]:
    """How many alerts there are, and how many times a form was sent."""
    with runtime.reading(COMMAND) as work:
        sent = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "submitted_response")
        return work.session.scalar(select(func.count()).select_from(Alert)) or 0, work.session.scalar(sent) or 0


def test_an_answer_of_which_nobody_heard_is_there_once(mortal: Mortal, lived: Runtime, phone: Page) -> None:
    start(phone, mortal.url, check_in_link(lived))
    mortal.dies_at("save", lambda: tap(phone, SEVERE))
    expect(phone.locator("#status")).to_contain_text("Answers not sent yet: 1.")
    alerts, _ = rows(lived)
    assert alerts
    mortal.come_back()
    come_out(phone)
    expect(phone.locator("#advice")).to_be_visible()
    expect(phone.locator("#status")).to_have_text(re.compile("^Saved"))
    assert stored(lived) == [(PAIN_WORST, "value", SEVERE)]
    assert rows(lived) == (alerts, 0)


def test_a_form_of_which_nobody_heard_is_sent_once(mortal: Mortal, lived: Runtime, phone: Page) -> None:
    start(phone, mortal.url, check_in_link(lived))
    tap(phone, SEVERE)
    expect(phone.locator("#advice")).to_be_visible()
    read_what_cannot_wait(phone)
    phone.evaluate("location.hash = '#review'")
    mortal.dies_at("submit", lambda: phone.locator("#next").click())
    expect(phone.locator("#status")).to_have_text("Not sent yet. Keep this page open: we try again.")
    assert submitted(lived) == 1
    before = rows(lived), stored(lived)
    mortal.come_back()
    come_out(phone)
    expect_thanks(phone)
    expect(phone.locator("#already")).to_be_hidden()
    assert (rows(lived), stored(lived)) == before
