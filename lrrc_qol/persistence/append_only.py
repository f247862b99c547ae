"""Triggers that let rows be added but never changed or deleted, on both databases; used by migrations."""

from __future__ import annotations

from collections.abc import Iterable

APPEND_ONLY_TABLES = ("answer", "audit_entry", "audit_seal", "score")

FUNCTION = """
CREATE FUNCTION lrrc_qol_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME;
END $$
"""


def protect(dialect: str, tables: Iterable[str] = APPEND_ONLY_TABLES) -> list[str]:
    """The statements that protect `tables`; `dialect` is sqlite or postgresql."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are only ever added'); END"
            for table in tables
            for verb in ("UPDATE", "DELETE")
        ]
    return [FUNCTION] + [
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION lrrc_qol_append_only()"
        for table in tables
    ]
