"""A server that is killed again and again loses nothing that it acknowledged, and leaves nothing half done."""

from __future__ import annotations

import http.client
import json
import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import func, select, text

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.factory import create_app
from lrrc_qol.persistence.models import Alert, Answer, Assignment, AuditEntry, RequestKey, Response, ScoreRow, Visit
from lrrc_qol.runtime import Runtime, build_runtime
from lrrc_qol.services.context import COMMAND, Actor
from tests.factories import make_link, make_patient, make_staff, set_dates
from tests.integration.web.patient.visitor import Visitor, save_body
from tests.mailbox import LOOPBACK
from tests.server_process import Server
from tests.settings import make_settings

SEED = 7
KILLS = 3
SAVES_BETWEEN_KILLS = (30, 80)
CHECK_IN = "CHK-D002"
PAIN, OTHER = "pain_worst", "pain_now"
ALARMING = 9
FORMS_TO_SEND = 26
GIVE_UP_SECONDS = 60
# What a process that starts afresh gets from its environment; the tests' own process reads the same defaults.
MODE = {"MODE": "test"}


@dataclass(frozen=True)
class Device:
    """A browser that went through a link: what it sends with every request."""

    path: str
    cookie: str
    token: str

    @property
    def form(self) -> str:
        """The public id of its questionnaire."""
        return self.path.rsplit("/", 1)[1]


@dataclass
class Site:
    """Which server to talk to; the first failure of a request waits for the next one."""

    changed: threading.Condition = field(default_factory=threading.Condition)
    port: int = 0
    acknowledged: int = 0
    interrupted: int = 0
    stopping: bool = False

    def move_to(self, server: Server) -> None:
        """Send everybody to this server from now on."""
        with self.changed:
            self.port = server.port
            self.changed.notify_all()

    def count(self) -> None:
        """One more request was acknowledged."""
        with self.changed:
            self.acknowledged += 1
            self.changed.notify_all()

    def wait_for(self, acknowledged: int) -> None:
        """Return when so many requests were acknowledged."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.acknowledged >= acknowledged, GIVE_UP_SECONDS), "no progress"

    def send(self, device: Device, door: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Send until a server answers: the same key each time, as a phone does."""
        while True:
            port = self.port
            try:
                answer = post(port, f"{device.path}/{door}", device, body)
            except (OSError, http.client.HTTPException):
                with self.changed:
                    self.interrupted += 1
                    assert self.changed.wait_for(lambda: self.port != port, GIVE_UP_SECONDS), "no other server came"  # noqa: B023
                continue
            self.count()
            return answer


def post(port: int, path: str, device: Device, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """One request of a device; OSError or HTTPException when nobody answers."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=GIVE_UP_SECONDS)
    headers = {"Content-Type": "application/json", "Cookie": device.cookie, "X-CSRFToken": device.token}
    try:
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


@pytest.fixture
def lived(database_url: str, catalogue: Catalogue) -> Iterator[Runtime]:
    """A runtime with the machine's clock: the killed processes have no other."""
    runtime = build_runtime(make_settings(database_url), catalogue=catalogue)
    yield runtime
    runtime.database.dispose()


def make_devices(runtime: Runtime, number: int) -> list[Device]:
    """Browsers at the check-ins of as many patients."""
    nurse = make_staff(runtime)
    return [make_device(runtime, nurse, index) for index in range(number)]


def make_device(runtime: Runtime, nurse: Actor, index: int) -> Device:
    """A browser at the check-in of a patient two days after going home."""
    today = runtime.clock.now().date()
    patient = make_patient(runtime, nurse, planned_surgery_on=None, hospital_number=f"K-{index}")
    home = today - timedelta(days=2)
    set_dates(runtime, nurse, patient, surgery_on=home - timedelta(days=12), discharged_on=home)
    return second_device(runtime, make_link(runtime, patient, CHECK_IN))


def second_device(runtime: Runtime, link: str) -> Device:
    """A new browser that goes through a link."""
    visitor = Visitor(create_app(runtime=runtime).test_client())
    path = visitor.enter(link)
    token = visitor.csrf(path)
    cookie = visitor.client.get_cookie("session")
    assert cookie is not None
    return Device(path, f"session={cookie.value}", token)


def keep_saving(site: Site, device: Device, item: str) -> list[tuple[str, str, int, int]]:
    """Save one answer after the other, each another value; key, item, value and version of what was acknowledged."""
    kept: list[tuple[str, str, int, int]] = []
    version = 0
    while not site.stopping:
        value = len(kept) % (ALARMING + 2)
        key = f"{item}-{device.form[:8]}-{len(kept)}"
        status, body = site.send(device, "save", save_body({"item_id": item, "value": value}, key=key, version=version))
        assert status == 200, body
        version = body["version"]
        kept.append((key, item, value, version))
    return kept


def keep_sending(site: Site, devices: list[Device]) -> list[str]:
    """Fill in and send one form after the other; the forms that were acknowledged as sent."""
    sent = []
    for device in devices:
        if site.stopping:
            break
        status, body = site.send(device, "save", save_body({"item_id": PAIN, "value": 3}, key="one-answer"))
        assert status == 200, body
        status, body = site.send(device, "submit", {"key": "send-it-off", "version": body["version"]})
        assert (status, body["submitted"]) == (200, True), body
        sent.append(device.form)
    return sent


def start_all(open_until: ExitStack, settings: dict[str, str]) -> list[Server]:
    """One server more than will be killed, started side by side: each takes seconds."""
    servers = [Server(settings) for _ in range(KILLS + 1)]
    for server in servers:
        open_until.callback(server.end)
    for server in servers:
        server.wait_until_up()
    return servers


def kill_one_after_the_other(site: Site, servers: list[Server]) -> None:
    """Kill each server as soon as a random number of requests was acknowledged, and move on; the last one stays."""
    chance = random.Random(SEED)  # noqa: S311 - repeatable, not secret
    site.move_to(servers[0])
    for current, following in pairwise(servers):
        site.wait_for(site.acknowledged + chance.randint(*SAVES_BETWEEN_KILLS))
        current.kill()
        site.move_to(following)


def test_what_was_acknowledged_is_there_and_nothing_is_half_done(lived: Runtime, database_url: str) -> None:
    devices = make_devices(lived, FORMS_TO_SEND + 2)
    shared, own, to_send = devices[0], devices[1], devices[2:]
    site = Site()
    with ExitStack() as open_until:
        servers = start_all(open_until, MODE | {"DATABASE_URL": database_url})
        pool = open_until.enter_context(ThreadPoolExecutor(5))
        open_until.callback(setattr, site, "stopping", True)
        savers = [
            pool.submit(keep_saving, site, shared, PAIN),
            pool.submit(keep_saving, site, shared, OTHER),
            pool.submit(keep_saving, site, own, PAIN),
        ]
        senders = [pool.submit(keep_sending, site, to_send[half::2]) for half in (0, 1)]
        kill_one_after_the_other(site, servers)
        site.stopping = True
        kept = [(device, saver.result()) for device, saver in zip((shared, shared, own), savers, strict=True)]
        sent = [form for sender in senders for form in sender.result()]
    assert site.interrupted >= KILLS
    for form, saved in ((shared.form, kept[0][1] + kept[1][1]), (own.form, kept[2][1])):
        assert versions_of(lived, form) == sorted((item, value, version) for _, item, value, version in saved)
        assert keys_of(lived, form) == sorted(key for key, *_ in saved)
    assert alarms(lived) == {device.form for device in (shared, own)}
    assert set(sent) <= sent_forms(lived)
    assert half_done(lived) == []


def versions_of(runtime: Runtime, form: str) -> list[tuple[str, int | None, int]]:
    """Every answer version of a form: item, value, draft version."""
    with runtime.reading(COMMAND) as work:
        query = (
            select(Answer.item_id, Answer.value, Answer.seq)
            .join(Response, Response.id == Answer.response_id)
            .join(Assignment, Assignment.id == Response.assignment_id)
            .where(Assignment.public_id == form)
        )
        return sorted((item, value, seq) for item, value, seq in work.session.execute(query))


def keys_of(runtime: Runtime, form: str) -> list[str]:
    """The idempotency keys that had an effect on a form."""
    with runtime.reading(COMMAND) as work:
        query = select(RequestKey.key).join(Assignment, Assignment.id == RequestKey.assignment_id)
        return sorted(work.session.scalars(query.where(Assignment.public_id == form)))


def alarms(runtime: Runtime) -> set[str]:
    """The forms whose answers raised an alert."""
    with runtime.reading(COMMAND) as work:
        query = (
            select(Assignment.public_id)
            .join(Response, Response.assignment_id == Assignment.id)
            .join(Alert, Alert.response_id == Response.id)
        )
        return set(work.session.scalars(query))


def sent_forms(runtime: Runtime) -> set[str]:
    """The forms that are frozen."""
    with runtime.reading(COMMAND) as work:
        query = select(Assignment.public_id).join(Response, Response.assignment_id == Assignment.id)
        return set(work.session.scalars(query.where(Response.submitted_at.is_not(None))))


def half_done(runtime: Runtime) -> list[str]:
    """Forms of which some effects of sending are there and others are not."""
    with runtime.reading(COMMAND) as work:
        scores = dict(
            work.session.execute(select(ScoreRow.response_id, func.count()).group_by(ScoreRow.response_id)).all()
        )
        audits = dict(
            work.session.execute(
                select(AuditEntry.subject_id, func.count())
                .where(AuditEntry.action == "submitted_response")
                .group_by(AuditEntry.subject_id)
            ).all()
        )
        keys = set(work.session.scalars(select(RequestKey.assignment_id).where(RequestKey.key == "send-it-off")))
        found = []
        for response, visit in work.session.execute(
            select(Response, Visit)
            .join(Assignment, Assignment.id == Response.assignment_id)
            .join(Visit, Visit.id == Assignment.visit_id)
        ):
            scales = len(work.catalogue.instrument(response.instrument_id, response.instrument_version).scales)
            effects = (
                response.submitted_at is not None,
                scores.get(response.id, 0) == scales,
                audits.get(response.id, 0) == 1,
                visit.completed_at is not None,
                response.assignment_id in keys,
            )
            untouched = not any(effects) and response.id not in scores and response.id not in audits
            if not (all(effects) or untouched):
                found.append(f"response {response.id}: {effects}")
        return found


def test_every_connection_writes_to_the_disk_before_it_answers(runtime: Runtime) -> None:
    """Killing a process cannot show this: what it wrote stays in the memory of the machine."""
    sqlite = runtime.database.is_sqlite
    with runtime.database.write() as session:
        assert settings_of(session, sqlite=sqlite) == wanted(runtime)
    with ExitStack() as open_at_once:
        for _ in range(4):
            session = open_at_once.enter_context(runtime.database.read())
            assert settings_of(session, sqlite=sqlite) == wanted(runtime)


def settings_of(session: Any, *, sqlite: bool) -> tuple[str, ...]:
    """What decides whether a commit waits for the disk."""
    names = ("PRAGMA synchronous", "PRAGMA journal_mode") if sqlite else ("SHOW synchronous_commit",)
    return tuple(str(session.execute(text(name)).scalar()) for name in names)


def wanted(runtime: Runtime) -> tuple[str, ...]:
    """FULL is 2 on SQLite."""
    return ("2", "wal") if runtime.database.is_sqlite else ("on",)
