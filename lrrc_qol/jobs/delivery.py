"""Sends what waits in the outbox: claim, ask the gate, send outside any transaction, write down what came of it."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from lrrc_qol.domain.contact import Channel
from lrrc_qol.mail import Letter, MailDelayed, MailRefused, MailServerDown, Post
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import SYSTEM, Work
from lrrc_qol.services.deliver_messages import LEASE, claim, mark_sent, prepare, put_off, refuse, release

BATCH = 50
# What is left of the lease must be enough for the exchange that is under way.
USABLE_LEASE_SECONDS = 0.5 * LEASE.total_seconds()

log = logging.getLogger(__name__)


def deliver_all(runtime: Runtime, now: datetime, should_stop: Callable[[], bool]) -> Mapping[str, int]:
    """Send until nothing is due, the server is down or the process should stop; return how many ended in which way.

    Each channel by itself: a mail server that is down holds no short message.
    """
    counts: Counter[str] = Counter()
    for channel in runtime.senders:
        counts += _Delivery(runtime, now, should_stop, channel).run()
    return counts


class _Delivery:
    """One run of one worker over one connection to the mail server or gateway."""

    def __init__(self, runtime: Runtime, now: datetime, should_stop: Callable[[], bool], channel: Channel) -> None:
        self._runtime = runtime
        self._channel = channel
        # A run can last long. Time goes on in it, also from an instant that was set.
        self._ahead = now - runtime.clock.now()
        self._should_stop = should_stop
        self._worker = f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._counts: Counter[str] = Counter()
        self._taken: int | None = None

    def run(self) -> Counter[str]:
        """Work batch by batch; a batch is claimed only after the one before is done."""
        with self._runtime.senders[self._channel].open() as post:
            while not self._should_stop():
                claimed = self._claim()
                if not claimed or not self._deliver(post, claimed):
                    break
        return self._counts

    @contextmanager
    def _writing(self) -> Iterator[Work]:
        """The next transaction; it first marks the mail that the server took last, which saves one commit a mail."""
        with self._runtime.writing(SYSTEM, now=self._runtime.clock.now() + self._ahead) as work:
            if self._taken is not None:
                mark_sent(work, self._taken, worker=self._worker)
            yield work
        self._taken = None

    def _claim(self) -> list[int]:
        with self._writing() as work:
            now = self._runtime.clock.now()
            return claim(work, self._channel, worker=self._worker, limit=BATCH, clock_now=now)

    def _deliver(self, post: Post, claimed: list[int]) -> bool:
        """Deliver a batch; hand back what cannot be tried now. False when there is no point in going on."""
        started = time.monotonic()
        waiting = list(claimed)
        try:
            post.connect()
            while waiting and not self._should_stop() and time.monotonic() - started < USABLE_LEASE_SECONDS:
                self._deliver_one(post, waiting.pop(0))
        except MailServerDown as error:
            log.warning("the server for %s cannot be used (%s); %s messages wait", self._channel, error, len(waiting))
            self._counts["server_down"] += 1
            return False
        finally:
            if waiting or self._taken is not None:
                with self._writing() as work:
                    release(work, waiting, worker=self._worker)
        return True

    def _deliver_one(self, post: Post, message_id: int) -> None:
        try:
            with self._writing() as work:
                letter = prepare(work, message_id, worker=self._worker)
        except Exception as error:  # whatever is wrong with one row must not stop the others
            # The text of an error can be personal, so only its kind is written.
            log.error("mail %s could not be written: %s", message_id, type(error).__name__)
            self._put_off(message_id, type(error).__name__)
            return
        if letter is None:
            self._counts["withheld"] += 1
        else:
            self._send(post, letter, message_id)

    def _send(self, post: Post, letter: Letter, message_id: int) -> None:
        try:
            post.send(letter)
        except MailRefused as error:
            with self._writing() as work:
                refuse(work, message_id, worker=self._worker, reason=str(error))
            self._counts["refused"] += 1
        except MailDelayed as error:
            self._put_off(message_id, str(error))
        except MailServerDown as error:
            self._put_off(message_id, str(error))
            raise
        else:
            self._taken = message_id
            self._counts["sent"] += 1

    def _put_off(self, message_id: int, reason: str) -> None:
        with self._writing() as work:
            put_off(work, message_id, worker=self._worker, reason=reason)
        self._counts["put_off"] += 1
