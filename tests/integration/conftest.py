"""A site without a browser: the real application on a database of each kind, with a clock the test sets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.config import Settings
from lrrc_qol.factory import create_app
from lrrc_qol.runtime import Runtime, build_runtime
from lrrc_qol.web.guards import RUNTIME_KEY
from tests.clock import FixedClock
from tests.databases import Engines, cluster, database_url, engines, migrated_postgresql, migrated_sqlite
from tests.mailbox import Mailbox, running_mailbox
from tests.settings import make_settings
from tests.shipped import shipped_catalogue

# Fixtures shared with the browser tests; pytest finds them here by name.
__all__ = ["cluster", "database_url", "engines", "migrated_postgresql", "migrated_sqlite"]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The shipped definitions, read once."""
    return shipped_catalogue()


@pytest.fixture
def clock() -> FixedClock:
    """Stands at an ordinary Monday noon until the test moves it."""
    return FixedClock()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A real SMTP server on loopback; `settings` point to it."""
    with running_mailbox() as box:
        yield box


@pytest.fixture
def settings(database_url: str, mailbox: Mailbox) -> Settings:
    """Settings of mode `test` on this test's database and mailbox."""
    return make_settings(database_url, SMTP_URL=mailbox.url)


@pytest.fixture
def runtime(settings: Settings, clock: FixedClock, catalogue: Catalogue, engines: Engines) -> Iterator[Runtime]:
    """The typed bag of one process."""
    built = build_runtime(settings, clock=clock, catalogue=catalogue)
    built = replace(built, database=engines.database(settings.database_url))
    yield built
    built.database.dispose()


@pytest.fixture(scope="session")
def sites() -> dict[tuple[object, ...], Flask]:
    """The sites of the session by their settings; database and mailbox are no part of a site."""
    return {}


@pytest.fixture
def app(runtime: Runtime, sites: dict[tuple[object, ...], Flask]) -> Flask:
    """The whole site."""
    own = {"database_url", "smtp"}
    kind = tuple(getattr(runtime.settings, part.name) for part in fields(Settings) if part.name not in own)
    if kind not in sites:
        sites[kind] = create_app(runtime=runtime)
    sites[kind].extensions[RUNTIME_KEY] = runtime
    return sites[kind]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript, in-process."""
    return app.test_client()
