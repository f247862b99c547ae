"""Counts what is sent to the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from lrrc_qol.runtime import Runtime


@contextmanager
def counted_statements(runtime: Runtime) -> Iterator[list[str]]:
    """The statements of the block, in order."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(runtime.database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(runtime.database.engine, "before_cursor_execute", note)
