"""A migration that makes a table of SQLite anew keeps every row, and what points to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from lrrc_qol.persistence.db import Database
from lrrc_qol.persistence.schema import MIGRATIONS

BEFORE, AFTER = "0004", "0006"
TABLES = ("centre", "patient", "episode", "visit", "assignment", "response", "alert", "alert_step")
WORDS = {"JSON": "{}", "DATE": "2026-01-01", "DATETIME": "2026-01-01 00:00:00.000000", "BLOB": b"x"}
TELLING = {"level": "red", "sex": "female", "kind": "raised", "mode": "paper", "respondent": "patient"}


def migrate(engine: Engine, revision: str) -> None:
    with engine.connect() as connection, connection.begin():
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """A database of the version before, with one row in each table up to an alert and its step."""
    path = tmp_path / "early.sqlite3"
    database = Database(f"sqlite:///{path}")
    migrate(database.engine, BEFORE)
    with closing(sqlite3.connect(path)) as connection, connection:
        for table in TABLES:
            columns = [row for row in connection.execute(f"PRAGMA table_info({table})") if row[3]]
            values = [TELLING.get(name) or WORDS.get(kind, 1) for _, name, kind, *_ in columns]
            marks = ", ".join("?" * len(columns))
            names = ", ".join(row[1] for row in columns)
            connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)  # noqa: S608 - names of ours
    migrate(database.engine, AFTER)
    yield path
    database.dispose()


def test_alerts_and_their_steps_outlive_the_new_table(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        (alert,) = connection.execute("SELECT id, level, response_id, visit_id FROM alert").fetchall()
        assert alert == (1, "red", 1, None)
        assert connection.execute("SELECT alert_id FROM alert_step").fetchall() == [(1,)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_an_alert_needs_no_form_any_more_but_still_all_that_it_needed_before(file: Path) -> None:
    names = "public_id, centre_id, episode_id, visit_id, rule_id, rule_version, reason, evidence, raised_at, level"
    row = "VALUES (?, 1, 1, 1, ?, '1', 'x', '{}', '2026-01-01 00:00:00.000000', ?)"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"INSERT INTO alert ({names}) {row}", ("new", "other", "yellow"))
        for public_id, rule, level in (("third", "other", "red"), ("third", "more", "pink")):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(f"INSERT INTO alert ({names}) {row}", (public_id, rule, level))
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("DELETE FROM alert WHERE id = 1")
