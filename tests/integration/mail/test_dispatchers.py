"""Several jobs processes, and one that dies at the worst moment: each mail goes out, and not twice without a crash."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from lrrc_qol.config import Settings
from lrrc_qol.jobs.tick import run_tick
from lrrc_qol.persistence.models import Link, Message
from lrrc_qol.runtime import Runtime, build_runtime
from lrrc_qol.services.context import COMMAND, SYSTEM
from lrrc_qol.services.deliver_messages import LEASE, claim, mark_sent
from lrrc_qol.services.queue_reminders import queue_due_messages
from tests.clock import FixedClock
from tests.integration.mail.conftest import PickyMailbox
from tests.integration.mail.dispatcher import KILLED

ROOT = Path(__file__).resolve().parents[3]
Invite = Callable[[int], list[str]]
Outbox = Callable[[], list[Message]]


def start_dispatcher(settings: Settings, now: datetime, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a jobs process that sweeps once as if it were `now`."""
    environment = dict(os.environ) | {
        "LRRC_QOL_MODE": "test",
        "LRRC_QOL_DATABASE_URL": settings.database_url,
        "LRRC_QOL_SMTP_URL": f"smtp://{settings.smtp.host}:{settings.smtp.port}",
    }
    command = [sys.executable, "-m", "tests.integration.mail.dispatcher", now.isoformat(), *arguments]
    return subprocess.Popen(command, env=environment, cwd=ROOT)


def queue(runtime: Runtime) -> None:
    """Queue what is due and send nothing."""
    with runtime.writing(SYSTEM) as work:
        queue_due_messages(work, limit=100)


def test_two_processes_send_each_mail_once(
    runtime: Runtime, settings: Settings, mailbox: PickyMailbox, invite: Invite, outbox: Outbox
) -> None:
    addresses = invite(40)
    running = [start_dispatcher(settings, runtime.clock.now()) for _ in range(2)]
    assert [process.wait(60) for process in running] == [0, 0]
    assert sorted(str(mail["To"]) for mail in mailbox.mails) == sorted(addresses)
    assert {row.status for row in outbox()} == {"sent"}


def test_two_threads_send_each_mail_once(
    runtime: Runtime, settings: Settings, clock: FixedClock, mailbox: PickyMailbox, invite: Invite
) -> None:
    addresses = invite(40)
    other = build_runtime(settings, clock=clock, catalogue=runtime.catalogue)
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(run_tick, [runtime, other]))
    other.database.dispose()
    assert all(None not in result.values() for result in results)
    assert sorted(str(mail["To"]) for mail in mailbox.mails) == sorted(addresses)


def test_a_death_after_the_servers_yes_repeats_one_mail_under_the_same_identity(
    runtime: Runtime, settings: Settings, clock: FixedClock, mailbox: PickyMailbox, invite: Invite, outbox: Outbox
) -> None:
    invite(3)
    assert start_dispatcher(settings, clock.now(), "die").wait(60) == KILLED
    assert len(mailbox.mails) == 1
    assert {row.status for row in outbox()} == {"sending"}
    run_tick(runtime)
    assert len(mailbox.mails) == 1, "the lease still holds"
    clock.advance(seconds=LEASE.total_seconds() + 1)
    run_tick(runtime)
    identities = [mail["Message-ID"] for mail in mailbox.mails]
    assert len(identities) == 4
    assert len(set(identities)) == 3
    assert {row.status for row in outbox()} == {"sent"}
    with runtime.reading(COMMAND) as work:
        links = work.session.scalars(select(Link)).all()
    assert len(links) == 4
    assert all(link.revoked_at is None for link in links), "the link of the repeated mail stays good too"


def test_a_lease_is_taken_over_only_when_it_has_run_out(runtime: Runtime, clock: FixedClock, invite: Invite) -> None:
    def take(worker: str) -> list[int]:
        with runtime.writing(SYSTEM) as work:
            return claim(work, worker=worker, limit=10, clock_now=clock.now())

    invite(1)
    queue(runtime)
    (message_id,) = take("first")
    assert take("second") == []
    clock.advance(seconds=LEASE.total_seconds())
    assert take("second") == [message_id]
    with runtime.writing(SYSTEM) as work:
        assert not mark_sent(work, message_id, worker="first")
        assert mark_sent(work, message_id, worker="second")


def test_a_clock_set_back_frees_the_leases_of_the_future(runtime: Runtime, clock: FixedClock, invite: Invite) -> None:
    invite(1)
    queue(runtime)
    there = clock.now()
    for day, worker in ((30, "ahead"), (0, "later")):
        clock.set(there)
        clock.advance(days=day)
        with runtime.writing(SYSTEM, now=there) as work:
            assert len(claim(work, worker=worker, limit=10, clock_now=clock.now())) == 1
