"""Triggers that let rows be added but never changed or deleted, on both databases; used by migrations."""

from __future__ import annotations

from collections.abc import Iterable

FIRST_TABLES = ("answer", "audit_entry", "audit_seal", "score")
LATER_TABLES = ("clinical_entry", "consent", "missed_reason")
PATIENT_TABLES = ("topic_list",)
CARE_TABLES = ("contact_entry", "note_opening", "patient_note")
MESSAGE_TABLES = ("message_report", "message_template")
DUTY_TABLES = ("alert_step", "escalation_chain")
APPEND_ONLY_TABLES = (
    *FIRST_TABLES,
    *LATER_TABLES,
    *PATIENT_TABLES,
    *CARE_TABLES,
    *MESSAGE_TABLES,
    *DUTY_TABLES,
)

FUNCTION = """
CREATE FUNCTION lrrc_qol_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME;
END $$
"""


def protect(dialect: str) -> list[str]:
    """The statements that protect the first tables; `dialect` is sqlite or postgresql."""
    return ([] if dialect == "sqlite" else [FUNCTION]) + protect_more(dialect, FIRST_TABLES)


def protect_more(dialect: str, tables: Iterable[str]) -> list[str]:
    """The statements that protect further tables, once `protect` has run."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are only ever added'); END"
            for table in tables
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION lrrc_qol_append_only()"
        for table in tables
    ]
