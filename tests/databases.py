"""Fixtures that hand each test a migrated database of its own, once on SQLite and once on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from lrrc_qol.persistence.db import Database
from lrrc_qol.persistence.schema import upgrade
from tests.postgres import Cluster, running_cluster

__all__ = ["cluster", "database_url", "migrated_postgresql", "migrated_sqlite"]

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
