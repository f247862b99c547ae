"""Everything that is stored, to be compared before and after."""

from __future__ import annotations

from sqlalchemy import select

from lrrc_qol.persistence.models import Base
from lrrc_qol.runtime import Runtime

Rows = dict[str, set[str]]


def snapshot(runtime: Runtime) -> Rows:
    """Every row of every table as text."""
    with runtime.database.read() as session:
        return {
            name: {repr(tuple(row)) for row in session.execute(select(table))}
            for name, table in Base.metadata.tables.items()
        }


def changes(before: Rows, after: Rows, *, views: bool = False) -> list[str]:
    """Rows that came, went or changed; with `views`, audit entries that somebody saw or took something may come."""
    found = []
    for name in before:
        came = after[name] - before[name]
        if views and name == "audit_entry":
            came = {row for row in came if "'viewed_" not in row and "'exported_sheet'" not in row}
        found += [f"{name}: came {row}" for row in sorted(came)]
        found += [f"{name}: went {row}" for row in sorted(before[name] - after[name])]
    return found
