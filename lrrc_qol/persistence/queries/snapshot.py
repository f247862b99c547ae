"""One frozen view of the database for everything that a long reading transaction sees."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session


def take_snapshot(session: Session) -> None:
    """Freeze what this session sees, so that the count and the rows agree, and lift the time limit of statements."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        session.execute(text("SET LOCAL statement_timeout = 0"))
    else:
        session.connection(execution_options={"unlimited_time": True})
