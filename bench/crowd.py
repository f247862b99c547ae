"""Many patients fast: copies of one that the real services made, all rows of a table in one statement of SQLite."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Insert,
    Select,
    String,
    Table,
    UniqueConstraint,
    func,
    insert,
    select,
    true,
)

from lrrc_qol.persistence.models import Base
from lrrc_qol.runtime import Runtime

# In an order in which the rows that a row leads to are there before it.
TABLES = tuple(
    Base.metadata.tables[name]
    for name in (
        *("patient", "episode", "plan", "episode_event", "visit", "assignment", "response", "answer", "score"),
        *("alert", "alert_step", "task", "message"),
    )
)
# Copies get row numbers far beyond those of any original.
SPREAD = 10_000


class Crowd:
    """Copies patients; no number is given twice."""

    def __init__(self, runtime: Runtime) -> None:
        self._engine = runtime.database.engine.execution_options(unlimited_time=True)
        self._used = 0

    def copy(self, patient_id: int, *, copies: int, leave_out: Collection[str] = ()) -> range:
        """Copy one patient with all rows, except those of the tables in `leave_out`; the new patients' row numbers."""
        numbers = range(self._used + 1, self._used + copies + 1)
        self._used += copies
        with self._engine.begin() as connection:
            for table in TABLES:
                if table.name not in leave_out:
                    connection.execute(_copy_of(table, patient_id, numbers))
        return range(patient_id + numbers.start * SPREAD, patient_id + numbers.stop * SPREAD, SPREAD)


def _copy_of(table: Table, patient_id: int, numbers: range) -> Insert:
    copies = func.json_each(json.dumps([*numbers])).table_valued("value")
    number = copies.c.value
    rows = (
        select(*(_copied(table, column, number) for column in table.columns))
        .join_from(table, copies, true())
        .where(table.c.id.in_(_rows_of(table, patient_id)))
        .order_by(number, table.c.id)
    )
    return insert(table).from_select([*table.columns], rows, include_defaults=False)


def _copied(table: Table, column: Column[Any], number: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column of a copy: row numbers are moved on, and what must be unique gets the copy's number behind it."""
    if column.name == "id" or _owner(column) is not None:
        return column + number * SPREAD
    if isinstance(column.type, String) and _is_unique(table, column):
        return column.concat("-").concat(number)
    return column


def _rows_of(table: Table, patient_id: int) -> Select[Any]:
    """The row numbers of a patient's rows in a table."""
    if table.name == "patient":
        return select(table.c.id).where(table.c.id == patient_id)
    column, owner = next((column, owner) for column in table.columns if (owner := _owner(column)) is not None)
    return select(table.c.id).where(column.in_(_rows_of(owner, patient_id)))


def _owner(column: Column[Any]) -> Table | None:
    """The table of a patient's rows that a column leads to."""
    owners = [key.column.table for key in column.foreign_keys if key.column.table in TABLES]
    return owners[0] if owners else None


def _is_unique(table: Table, column: Column[Any]) -> bool:
    """Whether the column alone, or together with nothing that differs between patients, must be unique."""
    sets = [[*one.columns] for one in table.constraints if isinstance(one, UniqueConstraint)]
    sets += [[*one.columns] for one in table.indexes if one.unique]
    return any(column in each and not any(_owner(one) is not None for one in each) for each in sets)
