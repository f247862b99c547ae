"""What the benchmarks measure with: CPU time, statements and commits, growth, memory."""

from __future__ import annotations

import math
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from lrrc_qol.runtime import Runtime


@dataclass
class DatabaseUse:
    """What was sent to the database: statements without BEGIN and COMMIT, and how often a commit wrote."""

    statements: int = 0
    commits: int = 0


@contextmanager
def database_use(runtime: Runtime) -> Iterator[DatabaseUse]:
    """Count while the block runs."""
    use = DatabaseUse()

    def note_statement(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        use.statements += not statement.startswith("BEGIN")

    def note_commit(_connection: Any) -> None:
        use.commits += 1

    engine = runtime.database.engine
    event.listen(engine, "before_cursor_execute", note_statement)
    event.listen(engine, "commit", note_commit)
    try:
        yield use
    finally:
        event.remove(engine, "before_cursor_execute", note_statement)
        event.remove(engine, "commit", note_commit)


def cpu_seconds(work: Callable[[], object], *, rounds: int = 5) -> float:
    """The CPU time of the quickest of several rounds; other people's load on the machine hardly shows in it."""
    return min(_once(work) for _ in range(rounds))


def exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """The slope of time over size on two logarithmic axes: 0 = constant, 1 = linear, 2 = quadratic."""
    x, y = [math.log(size) for size in sizes], [math.log(one) for one in seconds]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    above = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    return above / sum((a - mean_x) ** 2 for a in x)


def peak_bytes(work: Callable[[], object]) -> int:
    """The most memory that Python held at once for what `work` made."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _once(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
