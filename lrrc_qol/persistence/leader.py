"""One jobs process leads, others stand by: a lock that the database or the operating system drops with its holder."""

from __future__ import annotations

import fcntl
from contextlib import suppress
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError, OperationalError

from lrrc_qol.persistence.db import Database, DatabaseBusy

# One fixed number names the lock on PostgreSQL.
LEADER_LOCK = 7_203_416


class LeaderLock:
    """Held by at most one process. Work stays correct without it; it only spares double work."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._file: IO[bytes] | None = None

    def try_to_lead(self) -> bool:
        """Take the lock if it is free; True while this process holds it."""
        if self._connection is not None or self._file is not None:
            return True
        return self._lock_file() if self._database.is_sqlite else self._lock_database()

    def release(self) -> None:
        """Let another process lead."""
        if self._connection is not None:
            # The server notices a closed connection a moment later; said aloud, the lock is free at once.
            with suppress(DatabaseError):
                self._connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": LEADER_LOCK})
            self._connection.close()
            self._connection = None
        if self._file is not None:
            self._file.close()
            self._file = None

    def _lock_file(self) -> bool:
        database = self._database.url.database
        if not database or database == ":memory:":
            return True
        file = Path(f"{database}.jobs-lock").open("ab")  # noqa: SIM115 - held open for as long as this process leads
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    def _lock_database(self) -> bool:
        try:
            connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            # Detached from the pool, so that closing it really ends the session and with it the lock.
            connection.detach()
            led = connection.scalar(text("SELECT pg_try_advisory_lock(:number)"), {"number": LEADER_LOCK})
        except OperationalError as error:
            raise DatabaseBusy(type(error.orig).__name__) from error
        if not led:
            connection.close()
            return False
        self._connection = connection
        return True
