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
TELLING = {
    "level": "red",
    "sex": "female",
    "kind": "raised",
    "mode": "paper",
    "respondent": "patient",
    "status": "sent",
}


def migrate(engine: Engine, revision: str) -> None:
    with engine.connect() as connection, connection.begin():
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def fill(connection: sqlite3.Connection, table: str) -> None:
    """One row with something in each column that needs it."""
    columns = [row for row in connection.execute(f"PRAGMA table_info({table})") if row[3]]
    values = [TELLING.get(name) or WORDS.get(kind, 1) for _, name, kind, *_ in columns]
    marks = ", ".join("?" * len(columns))
    names = ", ".join(row[1] for row in columns)
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)  # noqa: S608 - names of ours


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """A database of the version before, with one row in each table up to an alert and its step."""
    path = tmp_path / "early.sqlite3"
    database = Database(f"sqlite:///{path}")
    migrate(database.engine, BEFORE)
    with closing(sqlite3.connect(path)) as connection, connection:
        for table in TABLES:
            fill(connection, table)
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


def test_a_report_outlives_the_new_table_and_stays_unchangeable(tmp_path: Path) -> None:
    path = tmp_path / "reports.sqlite3"
    database = Database(f"sqlite:///{path}")
    migrate(database.engine, "0009")
    row = "INSERT INTO message_report (key, centre_id, message_id, kind, code, source, reported_at) VALUES"
    with closing(sqlite3.connect(path)) as connection, connection:
        for table in ("centre", "message"):
            fill(connection, table)
        connection.execute(f"{row} ('a', 1, 1, 'hard', 'x', 'hook', '2026-01-01 00:00:00.000000')")
    migrate(database.engine, "0011")
    database.dispose()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"{row} ('b', 1, 1, 'delivered', 'x', 'hook', '2026-01-01 00:00:00.000000')")
        found = connection.execute("SELECT id, kind FROM message_report ORDER BY id").fetchall()
        assert found == [(1, "hard"), (2, "delivered")]
        for statement in (
            "UPDATE message_report SET kind = 'soft'",
            "DELETE FROM message_report",
            f"{row} ('c', 1, 1, 'maybe', 'x', 'hook', '2026-01-01 00:00:00.000000')",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(statement)
        indexes = connection.execute("SELECT name FROM sqlite_master WHERE tbl_name = 'message_report'").fetchall()
        assert ("ix_message_report_message_id",) in indexes
