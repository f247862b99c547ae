"""`flask backup` and `flask restore`: every row comes back, also on the other database, and nothing else is trusted."""

from __future__ import annotations

import importlib
import json
import shutil
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import JSON, Boolean, Date, Float, Integer, LargeBinary, String, delete, insert, select, update
from sqlalchemy.exc import DatabaseError

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.persistence.backup import write_backup
from lrrc_qol.persistence.models import Answer, AuditEntry, Centre, ClinicalEntry, Staff
from lrrc_qol.persistence.models.base import Base
from lrrc_qol.persistence.schema import newest_revision
from lrrc_qol.persistence.types import UTCDateTime
from lrrc_qol.runtime import Runtime, build_runtime
from lrrc_qol.services.context import COMMAND
from tests.clock import FixedClock
from tests.factories import make_centre, make_patient, make_staff
from tests.lived_in import live
from tests.postgres import Cluster
from tests.settings import make_settings

COMMANDS = importlib.import_module("lrrc_qol.cli.backup")
ACTS = {"backed_up", "restored"}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("LRRC_QOL_MODE", "test")
    monkeypatch.setenv("LRRC_QOL_DATABASE_URL", database_url)


@pytest.fixture
def file(runtime: Runtime, clock: FixedClock, tmp_path: Path) -> Path:
    """A back-up of a database with something of everything."""
    live(runtime, clock)
    with runtime.writing(COMMAND) as work:
        work.session.add(
            ClinicalEntry(
                episode_id=1,
                centre_id=work.session.scalars(select(Centre.id).where(Centre.code == "NORTH")).one(),
                section="disease",
                ordinal=3,
                content=None,
                reason="Taken back – größer",
                recorded_at=work.now,
            )
        )
    fill_the_rest(runtime)
    target = tmp_path / "all.backup"
    assert run(COMMANDS.backup, target).exit_code == 0
    return target


# What may stand in a column that takes a few words only.
PERMITTED = {"source_kind": "csv", "direction": "out", "with_whom": "patient", "kind": "hard"}


def fill_the_rest(runtime: Runtime) -> None:
    """A row in each table that is still empty; what stands in it need not make sense."""
    samples: dict[type[Any], Any] = {
        UTCDateTime: runtime.clock.now(),
        Date: runtime.clock.now().date(),
        JSON: {"größer": [1, None, 0.1]},
        LargeBinary: bytes(range(256)),
        Boolean: True,
        Integer: 1,
        Float: 0.1,
        String: "1",
    }
    with runtime.database.write() as session:
        for table in Base.metadata.sorted_tables:
            if session.execute(select(table).limit(1)).first() is None:
                row = {
                    column.name: PERMITTED.get(column.name)
                    or next(value for kind, value in samples.items() if isinstance(column.type, kind))
                    for column in table.columns
                    if not column.primary_key and not column.nullable
                }
                session.execute(insert(table).values(row))


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(
    request: pytest.FixtureRequest, tmp_path: Path, cluster: Cluster, clock: FixedClock, catalogue: Catalogue
) -> Iterator[Runtime]:
    """Another database, migrated and empty, of each kind."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), tmp_path / "other.sqlite3")
        url = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    else:
        cluster.create("restored", template=request.getfixturevalue("migrated_postgresql"))
        url = cluster.url("restored")
    built = build_runtime(make_settings(url), clock=clock, catalogue=catalogue)
    yield built
    built.database.dispose()
    if request.param == "postgresql":
        cluster.drop("restored")


def run(command: Any, *arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(one) for one in arguments])


def everything(runtime: Runtime) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, without the notes of backing up and restoring themselves."""
    found: dict[str, list[dict[str, Any]]] = {}
    with runtime.database.read() as session:
        for table in Base.metadata.sorted_tables:
            rows = session.execute(select(table).order_by(*table.primary_key.columns)).mappings()
            found[table.name] = [dict(row) for row in rows if row.get("action") not in ACTS]
    return found


def test_every_row_comes_back_on_either_database(
    runtime: Runtime, file: Path, fresh: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(runtime)
    assert [name for name, rows in before.items() if not rows] == []
    monkeypatch.setenv("LRRC_QOL_DATABASE_URL", fresh.settings.database_url)
    result = run(COMMANDS.restore, file)
    assert result.exit_code == 0, result.output
    assert "rows are restored, as they were on" in result.output
    assert everything(fresh) == before
    with fresh.reading(COMMAND) as work:
        taken_back = select(ClinicalEntry.id).where(ClinicalEntry.ordinal == 3)
        unset = work.session.scalars(taken_back.where(ClinicalEntry.content.is_(None))).all()
    with runtime.reading(COMMAND) as work:
        assert work.session.scalars(taken_back.where(ClinicalEntry.content.is_(None))).all() == unset
    # Triggers are in place, and new rows get numbers behind the restored ones.
    for change in (update(Answer).values(value=1), delete(AuditEntry)):
        with pytest.raises(DatabaseError, match="only ever added"), fresh.database.write() as session:
            session.execute(change)
    make_patient(fresh, make_staff(fresh, email="new@north.example"), hospital_number="H-99")


def test_a_backup_is_for_its_owner_only_and_replaces_the_last_one_whole(file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert run(COMMANDS.backup, file).exit_code == 0
    assert [one.name for one in file.parent.glob("*.part")] == []


def test_identifiers_stay_sealed_in_the_file(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        text = b"".join(archive.read(name) for name in archive.namelist())
    assert b'"hospital_number_sealed"' in text
    assert b"Ada Example" not in text
    assert b"ada@example.org" not in text


def test_what_is_written_meanwhile_is_in_it_whole_or_not_at_all(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_centre(runtime)
    backup_module = importlib.import_module("lrrc_qol.persistence.backup")
    lines = backup_module._lines

    def enrolling(session: Any, table: Any) -> Iterator[bytes]:
        yield from lines(session, table)
        if table.name == "centre":  # the tables of patients come later, that of centres is written already
            make_staff(runtime, code="SOUTH")

    monkeypatch.setattr(backup_module, "_lines", enrolling)
    with (tmp_path / "x").open("wb") as target, runtime.database.read() as session:
        write_backup(session, target, revision=newest_revision(), now=runtime.clock.now())
    with zipfile.ZipFile(tmp_path / "x") as archive:
        assert archive.read("staff.jsonl") == b""
    with runtime.database.read() as session:
        assert session.scalars(select(Staff.id)).all() != []


def test_a_database_with_anything_in_it_is_left_alone_unless_told(runtime: Runtime, file: Path) -> None:
    before = everything(runtime)
    make_staff(runtime, role="researcher")
    result = run(COMMANDS.restore, file)
    assert result.exit_code == 1
    assert "Nothing was restored. The database is not empty." in result.output
    assert everything(runtime) != before
    result = run(COMMANDS.restore, file, "--replace")
    assert result.exit_code == 0, result.output
    assert everything(runtime) == before
    with pytest.raises(DatabaseError, match="only ever added"), runtime.database.write() as session:
        session.execute(delete(AuditEntry))


def rewritten(file: Path, **changes: bytes | None) -> Path:
    """The same file with other members; None leaves one out."""
    target = file.with_name("changed.backup")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = changes.get(name.replace(".", "_"), old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target


def manifest(file: Path, **changes: Any) -> bytes:
    with zipfile.ZipFile(file) as archive:
        return json.dumps(json.loads(archive.read("manifest.json")) | changes).encode()


def test_a_wrong_or_damaged_file_changes_nothing_and_says_why(runtime: Runtime, file: Path, tmp_path: Path) -> None:
    before = everything(runtime)
    cut, text = tmp_path / "cut.backup", tmp_path / "text.backup"
    cut.write_bytes(file.read_bytes()[:-200])
    text.write_text("no zip at all")
    flipped = tmp_path / "flipped.backup"
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 0xFF
    flipped.write_bytes(raw)
    for wrong, says in (
        (text, "is no back-up"),
        (cut, "is no back-up"),
        (flipped, "damaged"),
    ):
        result = run(COMMANDS.restore, wrong, "--replace")
        assert result.exit_code == 1, wrong
        assert result.output.startswith("Error: Nothing was restored."), result.output
        assert says in result.output
    for changes, says in (
        ({"manifest_json": None}, "is no back-up"),
        ({"manifest_json": b"{}"}, "its manifest cannot be read"),
        ({"manifest_json": manifest(file, kind="other")}, "another program"),
        ({"manifest_json": manifest(file, revision="0001")}, "The file holds revision 0001"),
        ({"manifest_json": manifest(file, sha256={})}, "does not hold the tables"),
        ({"answer_jsonl": b""}, "the table answer is not as it was written"),
        ({"answer_jsonl": None}, "is no back-up"),
    ):
        result = run(COMMANDS.restore, rewritten(file, **changes), "--replace")
        assert result.exit_code == 1, changes
        assert says in result.output, result.output
    assert everything(runtime) == before


def test_another_field_key_is_told_before_anything_is_kept(
    file: Path, fresh: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LRRC_QOL_DATABASE_URL", fresh.settings.database_url)
    monkeypatch.setenv("LRRC_QOL_FIELD_KEY", "YW5vdGhlciBrZXkgZm9yIHRlc3RzLCAzMiBieXRlcyE=")
    result = run(COMMANDS.restore, file)
    assert result.exit_code == 1
    assert "Nothing was restored. LRRC_QOL_FIELD_KEY does not open" in result.output
    assert not any(everything(fresh).values())
