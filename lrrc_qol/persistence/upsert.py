"""Insert unless the unique key is taken, in one statement on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lrrc_qol.persistence.models import Base


def insert_unless_there(session: Session, model: type[Base], values: dict[str, Any]) -> int | None:
    """Insert one row; return its id, or None when a unique constraint says that it is there already."""
    # The drivers disagree on the row count of a skipped insert, so the returned id is what tells.
    table = model.__table__
    if session.get_bind().dialect.name == "sqlite":
        sqlite_insert = sqlite.insert(model).values(values).on_conflict_do_nothing()
        return session.execute(sqlite_insert.returning(table.c.id)).scalar()
    insert = postgresql.insert(model).values(values).on_conflict_do_nothing()
    return session.execute(insert.returning(table.c.id)).scalar()


def insert_all_unless_there(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert many rows at once; return the ids of those that were not there yet, in no order."""
    if not rows:
        return []
    table = model.__table__
    if session.get_bind().dialect.name == "sqlite":
        sqlite_insert = sqlite.insert(model).on_conflict_do_nothing()
        return list(session.scalars(sqlite_insert.returning(table.c.id), list(rows)))
    insert = postgresql.insert(model).on_conflict_do_nothing()
    return list(session.scalars(insert.returning(table.c.id), list(rows)))
