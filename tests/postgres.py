"""A PostgreSQL server of the tests' own: made for one session, reached by a Unix socket only, thrown away after."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from scripts.system_packages import find_postgres_bin

OWNER = "postgres"
START_ATTEMPTS = 200
START_PAUSE_SECONDS = 0.05
STOP_SECONDS = 15
FILE_COPY_SINCE = 150_000  # server version 15
# Speed instead of safety: nothing here outlives the session.
FAST = (
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "autovacuum=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_connections=60",
)
# Linux keeps this folder in memory: a database per test is made there ten times as fast as on a disk.
MEMORY = Path("/dev/shm")  # noqa: S108 - only used through mkdtemp
ROOM_NEEDED = 2 * 1024**3


@dataclass(frozen=True)
class Cluster:
    """A running server; databases come and go per test."""

    socket_folder: Path

    def url(self, database: str) -> str:
        """The address of a database for SQLAlchemy."""
        return f"postgresql+psycopg://{OWNER}@/{database}?host={self.socket_folder}"

    def create(self, database: str, *, template: str = "template0") -> None:
        """Make a database, empty or as a copy of another."""
        with _connect(self.socket_folder) as connection:
            # Copying the files is ten times as fast as replaying them through the log; before 15 nothing else exists.
            how = " STRATEGY FILE_COPY" if connection.info.server_version >= FILE_COPY_SINCE else ""
            names = map(sql.Identifier, (database, template))
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}" + how).format(*names))

    def drop(self, database: str) -> None:
        """Throw a database away, whoever is still connected."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", database)

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(
            host=str(self.socket_folder), user=OWNER, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Start a server, yield it, stop it; without PostgreSQL skip by name, or fail where it is required."""
    programs = find_postgres_bin()
    if programs is None:
        message = "PostgreSQL is not installed: `make test` installs it, or set POSTGRES_BIN to its bin folder"
        if os.environ.get("REQUIRE_POSTGRES") == "1":
            pytest.fail(message, pytrace=False)
        pytest.skip(message)
    # A short name: a socket path has room for about 100 characters.
    folder = Path(tempfile.mkdtemp(prefix="qol-pg-", dir=_fastest_place()))
    try:
        with _server(programs, folder):
            yield Cluster(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fastest_place() -> Path | None:
    """The memory folder when it is there and has room (containers often get 64 MB), else None: the usual place."""
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM_NEEDED:
        return None
    return MEMORY


@contextmanager
def _server(programs: Path, folder: Path) -> Iterator[None]:
    lowered = _lower_user(folder)
    data = folder / "data"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    common = {"cwd": "/", "env": environment, "stdin": subprocess.DEVNULL, **lowered}
    initdb = [str(programs / "initdb"), "-D", str(data), "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
    subprocess.run([*initdb, "--no-sync"], check=True, stdout=subprocess.DEVNULL, **common)
    settings = ("listen_addresses=", f"unix_socket_directories={folder}", *FAST)
    command = [str(programs / "postgres"), "-D", str(data), *(part for each in settings for part in ("-c", each))]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, **common)
    try:
        _wait_until_ready(server, folder)
        yield
    finally:
        _stop(server)


def _lower_user(folder: Path) -> dict[str, object]:
    """The server refuses to run as root: hand it, and its folder, to postgres or nobody."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known["nobody"]
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _wait_until_ready(server: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(START_ATTEMPTS):
        try:
            _connect(folder).close()
        except psycopg.OperationalError:
            try:
                server.wait(START_PAUSE_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            break
        else:
            return
    log = (folder / "server.log").read_text(encoding="utf-8", errors="replace")
    raise RuntimeError(f"PostgreSQL did not start:\n{log}")


def _connect(folder: Path) -> psycopg.Connection:
    return psycopg.connect(host=str(folder), user=OWNER, dbname="postgres", autocommit=True)


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # the server's "fast" stop: does not wait for clients
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
