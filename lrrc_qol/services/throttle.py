"""Failed tries counted in the database, so that a limit holds across processes, addresses and restarts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from lrrc_qol.persistence.models import Throttle
from lrrc_qol.persistence.upsert import insert_unless_there
from lrrc_qol.services.context import Work

SECONDS_PER_MINUTE = 60


@dataclass(frozen=True, slots=True)
class ThrottleState:
    """Where a key stands: tries failed in this window, and how long to wait (0 = go ahead)."""

    failures: int
    wait_seconds: int = 0

    @property
    def blocked(self) -> bool:
        """Whether the next try has to wait."""
        return self.wait_seconds > 0

    @property
    def wait_minutes(self) -> int:
        """The wait in whole minutes, rounded up."""
        return math.ceil(self.wait_seconds / SECONDS_PER_MINUTE)


def check(work: Work, key: str) -> ThrottleState:
    """Where `key` stands now; reads only."""
    row = work.session.scalar(select(Throttle).where(Throttle.key == key))
    return ThrottleState(failures=0) if row is None else _state(row, work.now)


def check_in_turn(work: Work, key: str) -> ThrottleState:
    """Where `key` stands, with others waiting until this transaction ends: tries made at once count one by one."""
    return _state(_locked(work, key), work.now)


def register_failure(work: Work, key: str, *, limit: int, window_minutes: int, block_minutes: int) -> ThrottleState:
    """Count a failed try of `key`. The `limit`-th one in `window_minutes`, and every one after it, makes the next try
    wait `block_minutes`; tries refused while waiting are not counted, so nobody can prolong somebody's wait."""
    row = _locked(work, key)
    window_ends_at = row.window_started_at + timedelta(minutes=window_minutes)
    if not row.window_started_at <= work.now < window_ends_at:
        row.failures = 0
        row.window_started_at = work.now
    row.failures += 1
    if row.failures >= limit:
        row.blocked_until = work.now + timedelta(minutes=block_minutes)
    work.session.flush()
    return _state(row, work.now)


def clear(work: Work, key: str) -> None:
    """Forget the failed tries of `key`, after a good one."""
    # The row stays: somebody who waits for its lock must still find it.
    work.session.execute(update(Throttle).where(Throttle.key == key).values(failures=0, blocked_until=None))


def _state(row: Throttle, now: datetime) -> ThrottleState:
    wait = (row.blocked_until - now).total_seconds() if row.blocked_until else 0
    return ThrottleState(failures=row.failures, wait_seconds=max(0, math.ceil(wait)))


def _locked(work: Work, key: str) -> Throttle:
    """The key's row, locked until the transaction ends; made when it is not there, also under a race."""
    insert_unless_there(
        work.session, Throttle, {"key": key, "failures": 0, "window_started_at": work.now, "blocked_until": None}
    )
    query = select(Throttle).where(Throttle.key == key).with_for_update().execution_options(populate_existing=True)
    return work.session.scalars(query).one()
