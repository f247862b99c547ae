"""The whole database as one portable file, and back: a zip of one table a member, one row a line, sums in a manifest.

The same file can be restored to SQLite and to PostgreSQL. What is sealed stays sealed: the file is worth nothing
without the field key, and a restored database needs the same key.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from sqlalchemy import JSON, Column, Date, LargeBinary, Table, bindparam, func, insert, null, select, text
from sqlalchemy.orm import Session

from lrrc_qol.persistence.append_only import APPEND_ONLY_TABLES, protect_more
from lrrc_qol.persistence.models.base import Base
from lrrc_qol.persistence.queries.snapshot import take_snapshot
from lrrc_qol.persistence.types import UTCDateTime

KIND = "lrrc_qol backup"
FORMAT = 1
MANIFEST = "manifest.json"
ROWS_AT_ONCE = 1000
READ_AT_ONCE = 1024 * 1024
LONGEST_MANIFEST = 1024 * 1024
ABSENT = "__absent"


class BackupRefused(Exception):
    """The file cannot be restored, or the database must not be written to; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file says of itself: the revision of the tables, when it was made, rows and SHA-256 of each table."""

    revision: str
    made_at: str
    rows: Mapping[str, int]
    sums: Mapping[str, str]


def write_backup(session: Session, target: IO[bytes], *, revision: str, now: datetime) -> int:
    """Write everything that the database holds at one moment; return the number of rows.

    The session must be fresh: its snapshot is taken here, so nothing that is written meanwhile gets in halfway.
    """
    take_snapshot(session)
    rows: dict[str, int] = {}
    sums: dict[str, str] = {}
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for table in Base.metadata.sorted_tables:
            count, digest = 0, hashlib.sha256()
            with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as member:
                for line in _lines(session, table):
                    member.write(line)
                    digest.update(line)
                    count += 1
            rows[table.name], sums[table.name] = count, digest.hexdigest()
        manifest = {
            "kind": KIND,
            "format": FORMAT,
            "revision": revision,
            "made_at": now.isoformat(),
            "rows": rows,
            "sha256": sums,
        }
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return sum(rows.values())


def check_backup(file: Path) -> Contents:
    """Read the whole file once and compare every sum; BackupRefused when it is no back-up, or not as it was made."""
    with _opened(file) as archive:
        contents = _contents(archive)
        for name, wanted in contents.sums.items():
            digest = hashlib.sha256()
            with archive.open(f"{name}.jsonl") as member:
                while chunk := member.read(READ_AT_ONCE):
                    digest.update(chunk)
            if digest.hexdigest() != wanted:
                raise BackupRefused(f"The file is damaged: the table {name} is not as it was written.")
    return contents


def read_backup(session: Session, file: Path, *, replace: bool) -> int:
    """Fill the database from a file that `check_backup` accepted; return the number of rows.

    BackupRefused for a database that holds anything, unless `replace`: then what is there goes. All of it happens in
    the transaction of the session, so a fault leaves everything as it was.
    """
    _lift_time_limit(session)
    if replace:
        _empty(session)
    elif holds_anything(session):
        raise BackupRefused(
            "The database is not empty. Restore into an empty one, or add --replace to lose everything in it."
        )
    with _opened(file) as archive:
        total = sum(_fill(session, archive, table) for table in Base.metadata.sorted_tables)
    if session.get_bind().dialect.name == "postgresql":
        _set_counters(session)
    return total


def holds_anything(session: Session) -> bool:
    """Whether any table has a row."""
    return any(
        session.execute(select(text("1")).select_from(table).limit(1)).first() is not None
        for table in Base.metadata.sorted_tables
    )


def _lines(session: Session, table: Table) -> Iterator[bytes]:
    """The rows in the order of their key. A JSON column tells "no value" from the value null by being left out."""
    unset = [column for column in table.columns if _may_lack_json(column)]
    query = select(table, *(column.is_(null()).label(column.name + ABSENT) for column in unset))
    query = query.order_by(*table.primary_key.columns)
    for row in session.execute(query, execution_options={"yield_per": ROWS_AT_ONCE}).mappings():
        cells = {
            column.name: _as_plain(row[column.name])
            for column in table.columns
            if not row.get(column.name + ABSENT, False)
        }
        yield json.dumps(cells, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _may_lack_json(column: Column[Any]) -> bool:
    return isinstance(column.type, JSON) and bool(column.nullable)


def _as_plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes | memoryview) else value


def _from_plain(column: Column[Any], cells: Mapping[str, Any]) -> Any:
    value = cells.get(column.name)
    if isinstance(column.type, JSON):
        return JSON.NULL if value is None and column.name in cells else value
    if value is None:
        return None
    if isinstance(column.type, LargeBinary):
        return base64.b64decode(value, validate=True)
    if isinstance(column.type, UTCDateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(column.type, Date) else value


def _fill(session: Session, archive: ZipFile, table: Table) -> int:
    values = {
        column.name: bindparam(
            column.name, type_=JSON(none_as_null=True) if isinstance(column.type, JSON) else column.type
        )
        for column in table.columns
    }
    statement = insert(table).values(values)
    count = 0
    with archive.open(f"{table.name}.jsonl") as member:
        while lines := list(islice(member, ROWS_AT_ONCE)):
            session.execute(statement, [_row(table, json.loads(line)) for line in lines])
            count += len(lines)
    return count


def _row(table: Table, cells: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(cells) - {column.name for column in table.columns}
    if unknown:
        raise BackupRefused(f"The file names columns of {table.name} that are not there: {', '.join(sorted(unknown))}.")
    return {column.name: _from_plain(column, cells) for column in table.columns}


def _empty(session: Session) -> None:
    """Take every row out; the triggers that forbid it are taken away and put back in the same transaction."""
    dialect = session.get_bind().dialect.name
    for statement in _unprotect(dialect, APPEND_ONLY_TABLES):
        session.execute(text(statement))
    for table in reversed(Base.metadata.sorted_tables):
        session.execute(table.delete())
    for statement in protect_more(dialect, APPEND_ONLY_TABLES):
        session.execute(text(statement))


def _unprotect(dialect: str, tables: Sequence[str]) -> list[str]:
    if dialect == "sqlite":
        return [f"DROP TRIGGER {table}_no_{verb}" for table in tables for verb in ("update", "delete")]
    return [f"DROP TRIGGER {table}_append_only ON {table}" for table in tables]


def _set_counters(session: Session) -> None:
    """Let PostgreSQL number the next rows behind those that came with their numbers."""
    for table in Base.metadata.sorted_tables:
        if "id" in table.columns:
            highest = session.scalar(select(func.max(table.c.id)))
            name = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :highest)")
            if highest is not None:
                session.execute(name, {"name": table.name, "highest": highest})


def _lift_time_limit(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL statement_timeout = 0"))
    else:
        session.connection(execution_options={"unlimited_time": True})


@contextmanager
def _opened(file: Path) -> Iterator[ZipFile]:
    try:
        with ZipFile(file) as archive:
            yield archive
    except (BadZipFile, EOFError, zlib.error) as fault:
        raise BackupRefused(f"The file is no back-up of this program, or it is damaged ({fault}).") from None
    except KeyError as fault:
        raise BackupRefused(f"The file is no back-up of this program: {fault.args[0]}") from None


def _contents(archive: ZipFile) -> Contents:
    with archive.open(MANIFEST) as member:
        raw = member.read(LONGEST_MANIFEST + 1)
    try:
        manifest = json.loads(raw)
        if manifest["kind"] != KIND or manifest["format"] != FORMAT:
            raise BackupRefused("The file was made by another program, or by a newer version of this one.")
        contents = Contents(manifest["revision"], manifest["made_at"], manifest["rows"], manifest["sha256"])
    except (ValueError, TypeError, KeyError):
        raise BackupRefused("The file is no back-up of this program: its manifest cannot be read.") from None
    absent = {table.name for table in Base.metadata.sorted_tables} ^ set(contents.sums)
    if absent:
        raise BackupRefused(f"The file does not hold the tables of this program: {', '.join(sorted(absent))}.")
    return contents
