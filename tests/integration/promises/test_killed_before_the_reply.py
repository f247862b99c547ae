"""A server that dies between commit and reply: the device asks again with its key, and everything is there once."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.jobs.tick import run_tick
from lrrc_qol.persistence.models import Alert, AuditEntry
from lrrc_qol.runtime import Runtime, build_runtime
from lrrc_qol.services.context import COMMAND
from tests.factories import make_staff
from tests.integration.promises.test_killed_server import (
    ALARMING,
    MODE,
    PAIN,
    Device,
    half_done,
    keys_of,
    make_device,
    post,
    versions_of,
)
from tests.integration.web.patient.visitor import save_body
from tests.mailbox import Mailbox
from tests.server_process import DIED, DYING, ORDER, Server
from tests.settings import make_settings

SAVE, SEND = "one-answer", "send-it-off"  # the keys of the two requests


@pytest.fixture
def lived(database_url: str, catalogue: Catalogue, mailbox: Mailbox) -> Iterator[Runtime]:
    """A runtime with the machine's clock: the processes that die have no other."""
    runtime = build_runtime(make_settings(database_url, SMTP_URL=mailbox.url), catalogue=catalogue)
    yield runtime
    runtime.database.dispose()


class Mortal:
    """A server that dies at the request it is told to, and the one that comes after it."""

    def __init__(self, database_url: str, order: Path) -> None:
        self.order = order
        self._settings = MODE | {"DATABASE_URL": database_url, ORDER: str(order)}
        self.servers = [self._start()]

    def _start(self) -> Server:
        server = Server(self._settings, application=DYING)
        server.wait_until_up()
        return server

    def lose_the_reply(self, device: Device, door: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """The first server dies with the reply in its hands; what the next one says to the same request."""
        self.order.write_text(f"/{door}")
        with pytest.raises((OSError, http.client.HTTPException)):
            post(self.servers[-1].port, f"{device.path}/{door}", device, body)
        assert self.servers[-1].wait_until_dead() == DIED
        self.servers.append(self._start())
        return self.ask(device, door, body)

    def ask(self, device: Device, door: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """One request to the server that lives."""
        return post(self.servers[-1].port, f"{device.path}/{door}", device, body)


@pytest.fixture
def mortal(lived: Runtime, database_url: str, tmp_path: Path) -> Iterator[Mortal]:
    """Up, with nothing ordered yet."""
    site = Mortal(database_url, tmp_path / "order")
    yield site
    for server in site.servers:
        server.end()


def count(runtime: Runtime, query: Any) -> int:
    """How many rows a query finds."""
    with runtime.reading(COMMAND) as work:
        return work.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def test_nothing_is_lost_and_nothing_is_there_twice(lived: Runtime, mortal: Mortal, mailbox: Mailbox) -> None:
    device = make_device(lived, make_staff(lived), 0)
    status, body = mortal.lose_the_reply(device, "save", save_body({"item_id": PAIN, "value": ALARMING}, key=SAVE))
    assert (status, body["saved"], body["instruction"]["urgent"]) == (200, True, True)
    status, body = mortal.lose_the_reply(device, "submit", {"key": SEND, "version": body["version"]})
    assert (status, body["submitted"]) == (200, True)
    assert mortal.ask(device, "submit", {"key": SEND, "version": 1})[1] == body
    assert [row for row in versions_of(lived, device.form) if row[1] is not None] == [(PAIN, ALARMING, 1)]
    assert keys_of(lived, device.form) == [SAVE, SEND]
    assert half_done(lived) == []
    assert count(lived, select(Alert.id)) == count(lived, select(Alert.rule_id).distinct()) > 0
    assert count(lived, select(AuditEntry.id).where(AuditEntry.action == "submitted_response")) == 1
    for _ in range(2):
        run_tick(lived)
    assert len(mailbox.sent_to("nurse@north.example")) == 1
