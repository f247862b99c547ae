"""Fixtures that hand each test a migrated database of its own, once on SQLite and once on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url

from lrrc_qol.persistence.db import Database
from lrrc_qol.persistence.schema import upgrade
from tests.postgres import Cluster, running_cluster

__all__ = ["cluster", "database_url", "engines", "migrated_postgresql", "migrated_sqlite"]

TEMPLATE = "migrated"
numbers = count(1)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The session's PostgreSQL server."""
    with running_cluster() as running:
        yield running


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy from."""
    file = tmp_path_factory.mktemp("migrated") / "lrrc_qol.sqlite3"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_postgresql(cluster: Cluster) -> str:
    """The name of a migrated PostgreSQL database to copy from."""
    cluster.create(TEMPLATE)
    _migrate(cluster.url(TEMPLATE))
    return TEMPLATE


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database that only this test uses."""
    if request.param == "sqlite":
        file = tmp_path / "lrrc_qol.sqlite3"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), file)
        yield f"sqlite:///{file}"
        return
    template = request.getfixturevalue("migrated_postgresql")
    cluster = request.getfixturevalue("cluster")
    name = f"test_{next(numbers)}"
    cluster.create(name, template=template)
    yield cluster.url(name)
    cluster.drop(name)


def _migrate(url: str) -> None:
    database = Database(url)
    try:
        upgrade(database)
    finally:
        database.dispose()


class Engines:
    """One engine of each kind for all tests: it connects to the database of the moment and keeps its statements.

    An engine of its own would turn every statement of a test into SQL again, which takes longer than running it.
    """

    def __init__(self) -> None:
        self._databases: dict[str, Database] = {}
        self._address: dict[str, str] = {}

    def database(self, url: str) -> Database:
        """The shared engine of this kind, on the database at `url` from now on; give it back with `dispose()`."""
        kind = make_url(url).get_backend_name()
        self._address[kind] = url
        if kind not in self._databases:
            self._databases[kind] = Database(url)
            event.listen(self._databases[kind].engine, "do_connect", self._connect_to_the_one_of_now)
        self._databases[kind].url = make_url(url)
        return self._databases[kind]

    def _connect_to_the_one_of_now(self, dialect: Any, _: Any, arguments: list[Any], named: dict[str, Any]) -> None:
        url = make_url(self._address[dialect.name])
        arguments[:], changed = dialect.create_connect_args(url)
        named.update(changed)


@pytest.fixture(scope="session")
def engines() -> Engines:
    """The engines that all tests of the session share."""
    return Engines()
