"""Engines and transactions: immediate writers and deferred readers on SQLite, time limits on both databases."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session

LOCK_SECONDS = 3
STATEMENT_SECONDS = 5
# The audit chain counts on no transaction staying open for longer than its settling time of 60 seconds.
IDLE_SECONDS = 30
SQLITE_STEPS_BETWEEN_CHECKS = 20_000


class DatabaseBusy(Exception):
    """The database did not answer within its time limit, or is not there; nothing was saved."""


class Database:
    """The two ways to talk to the database: `write()` takes the write lock at once, `read()` never does."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgresql_engine(url)
        self._reader = self.engine.execution_options(sqlite_begin="DEFERRED") if self.is_sqlite else self.engine

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One writing transaction: commits on success, rolls back on any error."""
        with _time_limited(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One reading transaction that never blocks a writer; anything pending is discarded."""
        with _time_limited(), Session(self._reader, expire_on_commit=False, autoflush=False) as session:
            yield session

    def ping(self) -> None:
        """Raise DatabaseBusy unless the database answers."""
        with self.read() as session:
            session.execute(text("SELECT 1"))

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


@contextmanager
def _time_limited() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise DatabaseBusy(type(error.orig).__name__) from error
    except NoConnectionFree as error:
        raise DatabaseBusy("no connection became free") from error


def _postgresql_engine(url: str) -> Engine:
    # synchronous_commit is set here so that "saved" means on disk even where the server's default was loosened.
    options = (
        f"-c lock_timeout={LOCK_SECONDS}s -c statement_timeout={STATEMENT_SECONDS}s "
        f"-c idle_in_transaction_session_timeout={IDLE_SECONDS}s -c synchronous_commit=on -c timezone=UTC"
    )
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_timeout=STATEMENT_SECONDS,
        connect_args={"options": options, "connect_timeout": STATEMENT_SECONDS},
    )


def _sqlite_engine(url: str) -> Engine:
    database = make_url(url).database
    if database and database != ":memory:":
        with suppress(OSError):  # connecting says so in words of its own
            Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": LOCK_SECONDS}, pool_timeout=STATEMENT_SECONDS)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "before_cursor_execute", _start_statement_clock)
    return engine


def _prepare_sqlite(dbapi: Any, record: Any) -> None:
    # The driver must not open transactions of its own: its legacy mode leaves reads before a write unprotected.
    dbapi.isolation_level = None
    for pragma in ("journal_mode=wal", "synchronous=full", f"busy_timeout={LOCK_SECONDS * 1000}", "foreign_keys=on"):
        dbapi.execute(f"PRAGMA {pragma}")
    record.info["deadline"] = None

    def over_time() -> int:
        deadline = record.info.get("deadline")
        return 1 if deadline is not None and time.monotonic() > deadline else 0

    dbapi.set_progress_handler(over_time, SQLITE_STEPS_BETWEEN_CHECKS)


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN " + connection.get_execution_options().get("sqlite_begin", "IMMEDIATE"))


def _start_statement_clock(connection: Connection, *_: Any) -> None:
    unlimited = connection.get_execution_options().get("unlimited_time", False)
    connection.info["deadline"] = None if unlimited else time.monotonic() + STATEMENT_SECONDS
