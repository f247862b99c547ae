"""Migrations: run them, and know whether the database is at the revision this program needs."""

from __future__ import annotations

import logging

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from lrrc_qol.config import ROOT
from lrrc_qol.persistence.db import Database, DatabaseBusy

MIGRATIONS = ROOT / "lrrc_qol" / "persistence" / "migrations"
# One fixed number names the lock, so that two upgrades on PostgreSQL wait for each other.
UPGRADE_LOCK = 7_203_415

log = logging.getLogger(__name__)


def newest_revision() -> str:
    """The revision this program was written for."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise RuntimeError(f"no migration found in {MIGRATIONS}")
    return head


def current_revision(database: Database) -> str | None:
    """The revision the database is at; None for an empty one. DatabaseBusy when it does not say."""
    try:
        with database.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except DatabaseError as error:  # also for a file that is no database
        raise DatabaseBusy(type(error.orig).__name__) from error


def schema_is_current(database: Database) -> bool:
    """Whether the database is exactly at the revision this program needs."""
    return current_revision(database) == newest_revision()


def upgrade(database: Database) -> tuple[str | None, str]:
    """Migrate to the newest revision in one transaction; return the revisions before and after."""
    before = current_revision(database)
    config = _config()
    with database.engine.connect().execution_options(unlimited_time=True) as connection, connection.begin():
        if not database.is_sqlite:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": UPGRADE_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    after = newest_revision()
    log.info("database migrated from %s to %s", before, after)
    return before, after


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
