"""`flask backup` and `flask restore`: the whole database in one file, under load, and back into an empty one."""

from __future__ import annotations

import os
from pathlib import Path

import click

from lrrc_qol.cli.command_runtime import runtime_for_command
from lrrc_qol.cli.files import READABLE, WRITABLE
from lrrc_qol.persistence.backup import BackupRefused, Contents, check_backup, read_backup, write_backup
from lrrc_qol.persistence.crypto import WrongFieldKey
from lrrc_qol.persistence.db import DatabaseBusy
from lrrc_qol.persistence.queries.health import newest_sealed_name
from lrrc_qol.persistence.schema import newest_revision
from lrrc_qol.runtime import Runtime
from lrrc_qol.services import audit
from lrrc_qol.services.context import COMMAND

OWNER_ONLY = 0o600


@click.command("backup")
@click.argument("file", type=WRITABLE)
def backup(file: Path) -> None:
    """Write the whole database, as it is at one moment, to FILE; everybody can go on working meanwhile.

    Keep the field key apart from it: without the key nobody can read who the patients are.
    """
    runtime = runtime_for_command()
    try:
        rows = _write(runtime, file)
        with runtime.writing(COMMAND) as work:
            audit.record(
                work, "backed_up", subject_kind="database", subject_id=None, centre_id=None, detail={"rows": rows}
            )
    except OSError as error:
        raise click.ClickException(f"{error.filename or file}: {error.strerror}") from None
    except DatabaseBusy as error:
        raise click.ClickException(f"the database does not answer ({error}); no file was written") from None
    finally:
        runtime.database.dispose()
    click.echo(f"{file}: {rows} rows.")


@click.command("restore")
@click.argument("file", type=READABLE)
@click.option("--replace", is_flag=True, help="Lose everything that the database holds now.")
def restore(file: Path, *, replace: bool) -> None:
    """Fill the database from FILE; one that holds anything is left alone unless told.

    Stop the site and the jobs first. All of it is restored, or nothing.
    """
    runtime = runtime_for_command()
    try:
        contents = check_backup(file)
        _check_revision(contents)
        with runtime.writing(COMMAND) as work:
            rows = read_backup(work.session, file, replace=replace)
            sealed = newest_sealed_name(work.session)
            if sealed is not None:
                work.cipher.open(sealed, field="patient.name")
            audit.record(
                work,
                "restored",
                subject_kind="database",
                subject_id=None,
                centre_id=None,
                detail={"rows": rows, "made_at": contents.made_at},
            )
    except (BackupRefused, WrongFieldKey) as refusal:
        raise click.ClickException(f"Nothing was restored. {refusal}") from None
    except OSError as error:
        raise click.ClickException(f"Nothing was restored. {error.filename or file}: {error.strerror}") from None
    except DatabaseBusy as error:
        raise click.ClickException(f"Nothing was restored: the database does not answer ({error}).") from None
    finally:
        runtime.database.dispose()
    click.echo(f"{rows} rows are restored, as they were on {contents.made_at}. Now run: flask selfcheck")


def _write(runtime: Runtime, file: Path) -> int:
    """The file appears under its name only when all of it was written; a fault leaves no trace."""
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as target, runtime.database.read() as session:
            rows = write_backup(session, target, revision=newest_revision(), now=runtime.clock.now())
            target.flush()
            os.fsync(target.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return rows


def _check_revision(contents: Contents) -> None:
    newest = newest_revision()
    if contents.revision != newest:
        raise BackupRefused(
            f"The file holds revision {contents.revision} of the tables, this program needs {newest}. Restore it with "
            "the version of the program that made it, then run flask db upgrade with this one."
        )
