"""Failed tries are counted in the database: across processes, in a window, with a wait that ends by itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.config import Settings
from lrrc_qol.runtime import Runtime, build_runtime
from lrrc_qol.services.context import SYSTEM
from lrrc_qol.services.throttle import ThrottleState, check, clear, register_failure
from tests.clock import FixedClock

KEY = "year:7"


def fail(runtime: Runtime, key: str = KEY) -> ThrottleState:
    """One failed try, five allowed in an hour, half an hour to wait."""
    with runtime.writing(SYSTEM) as work:
        return register_failure(work, key, limit=5, window_minutes=60, block_minutes=30)


def look(runtime: Runtime, key: str = KEY) -> ThrottleState:
    """Where the key stands."""
    with runtime.reading(SYSTEM) as work:
        return check(work, key)


def test_the_fifth_failure_makes_the_next_try_wait(runtime: Runtime) -> None:
    assert [fail(runtime).blocked for _ in range(5)] == [False] * 4 + [True]
    assert (look(runtime).failures, look(runtime).wait_minutes) == (5, 30)
    assert not look(runtime, "year:8").blocked


def test_the_wait_ends_and_the_next_failure_in_the_window_waits_again(runtime: Runtime, clock: FixedClock) -> None:
    for _ in range(5):
        fail(runtime)
    clock.advance(minutes=29, seconds=59)
    assert look(runtime).wait_seconds == 1
    clock.advance(seconds=1)
    assert not look(runtime).blocked
    assert fail(runtime).blocked


def test_a_new_window_starts_from_nothing(runtime: Runtime, clock: FixedClock) -> None:
    for _ in range(4):
        fail(runtime)
    clock.advance(minutes=61)
    assert fail(runtime) == ThrottleState(failures=1)


def test_a_clock_set_back_starts_from_nothing(runtime: Runtime, clock: FixedClock) -> None:
    for _ in range(4):
        fail(runtime)
    clock.advance(days=-1)
    assert fail(runtime).failures == 1


def test_a_good_try_clears_the_count(runtime: Runtime) -> None:
    fail(runtime)
    with runtime.writing(SYSTEM) as work:
        clear(work, KEY)
    assert look(runtime) == ThrottleState(failures=0)


def test_processes_count_together(
    runtime: Runtime, settings: Settings, clock: FixedClock, catalogue: Catalogue
) -> None:
    other = build_runtime(settings, clock=clock, catalogue=catalogue)
    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: fail(runtime if number % 2 else other), range(24)))
        assert look(other).failures == 24
    finally:
        other.database.dispose()
