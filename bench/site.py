"""A site of its own for each benchmark: migrated SQLite in a temporary folder, a clock that is set by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask

from lrrc_qol.factory import create_app
from lrrc_qol.persistence.schema import upgrade
from lrrc_qol.runtime import Runtime, build_runtime
from tests.clock import FixedClock
from tests.settings import make_settings


@dataclass(frozen=True)
class Site:
    """The runtime with its folder and clock."""

    runtime: Runtime
    clock: FixedClock
    folder: Path

    def app(self) -> Flask:
        """The whole web application on this database."""
        return create_app(runtime=self.runtime)


@contextmanager
def temporary_site(**settings: str) -> Iterator[Site]:
    """An empty site; `settings` are LRRC_QOL_ names without the prefix."""
    with TemporaryDirectory(prefix="lrrc_qol_bench_") as name:
        folder, clock = Path(name), FixedClock()
        runtime = build_runtime(make_settings(f"sqlite:///{folder / 'bench.sqlite3'}", **settings), clock=clock)
        upgrade(runtime.database)
        try:
            yield Site(runtime, clock, folder)
        finally:
            runtime.database.dispose()
