"""`flask records import` and `template`: clinical records of many patients from one table, all or none."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from lrrc_qol.catalogue.record import load_record
from lrrc_qol.cli.command_runtime import actor_of_centre, runtime_for_command
from lrrc_qol.cli.files import READABLE, WRITABLE, bytes_of, write_table
from lrrc_qol.config import CLINICAL_DIR
from lrrc_qol.domain.clinical_record import RecordRules
from lrrc_qol.domain.errors import DefinitionError
from lrrc_qol.interchange import (
    MAXIMUM_BYTES,
    CellFault,
    ImportRefused,
    RecordRow,
    read_records,
    record_codebook,
    record_template,
)
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.clinical_record.import_rows import (
    ImportOutcome,
    NothingWritten,
    RowFinding,
    import_records,
)

MOST_ROWS = 1_000
"""So that one import stays well within the time that a transaction may take."""


@click.group()
def records() -> None:
    """Clinical records of many patients in one table."""


@records.command("import")
@click.argument("file", type=READABLE)
@click.option("--centre", required=True, metavar="CODE", help="The centre whose patients these are.")
@click.option("--dry-run", is_flag=True, help="Say what would happen and write nothing.")
@click.option("--accept-warnings", is_flag=True, help="Write although some rows are doubted; read the list first.")
def import_command(file: Path, centre: str, dry_run: bool, accept_warnings: bool) -> None:
    """Bring in clinical records; every bad row is named, and nothing is written unless all are good."""
    runtime = runtime_for_command()
    try:
        rows, unreadable = _read(file, runtime.catalogue.record)
        # With a cell that cannot be read nothing is written; the other rows are still looked at.
        outcome = _run(runtime, centre, rows, accept_warnings=accept_warnings, dry_run=dry_run or bool(unreadable))
    finally:
        runtime.database.dispose()
    _report(outcome, unreadable, dry_run=dry_run, accept_warnings=accept_warnings)


@records.command()
@click.option("--out", "target", type=WRITABLE, help="Where to write it; standard output if not given.")
@click.option("--codes", is_flag=True, help="Write the list of columns and of what may stand in them instead.")
def template(target: Path | None, codes: bool) -> None:
    """Write the empty table, one row for each entry of the record, or the list of its columns and codes."""
    try:
        rules = load_record(CLINICAL_DIR)
    except DefinitionError as error:
        raise click.ClickException(str(error)) from None
    write_table(record_codebook(rules) if codes else record_template(rules), target)


def _read(file: Path, rules: RecordRules) -> tuple[tuple[RecordRow, ...], tuple[CellFault, ...]]:
    try:
        rows, faults = read_records(bytes_of(file, most=MAXIMUM_BYTES), rules)
    except ImportRefused as refusal:
        raise click.ClickException(_shown(f"{file}: {refusal}")) from None
    if len(rows) > MOST_ROWS:
        raise click.ClickException(f"{file}: {len(rows)} rows; at most {MOST_ROWS} at once. Split the file.")
    return rows, faults


def _run(
    runtime: Runtime, code: str, rows: tuple[RecordRow, ...], *, accept_warnings: bool, dry_run: bool
) -> ImportOutcome:
    try:
        with runtime.writing(actor_of_centre(runtime, code)) as work:
            return import_records(work, rows, accept_warnings=accept_warnings, dry_run=dry_run)
    except NothingWritten as ended:
        return ended.outcome


def _report(outcome: ImportOutcome, unreadable: tuple[CellFault, ...], *, dry_run: bool, accept_warnings: bool) -> None:
    faults: list[CellFault | RowFinding] = [*unreadable, *outcome.faults]
    _list("Wrong", faults)
    _list("Doubtful", outcome.warnings)
    if faults:
        raise click.ClickException(f"{len(faults)} faults. Nothing was written; mend them and import the file again.")
    if dry_run:
        click.echo(f"Dry run: {outcome.written} new rows, {outcome.unchanged} already on record. Nothing was written.")
    elif outcome.warnings and not accept_warnings:
        raise click.ClickException(
            f"{len(outcome.warnings)} doubts. Nothing was written; if all is right, repeat with --accept-warnings."
        )
    else:
        click.echo(f"{outcome.written} rows written, {outcome.unchanged} were on record already.")


def _list(title: str, found: Iterable[CellFault | RowFinding]) -> None:
    lines = sorted(found, key=lambda one: one.line)
    if lines:
        click.echo(f"{title}:")
    for one in lines:
        where = f"line {one.line}, column {one.column}" if one.column else f"line {one.line}"
        click.echo(f"  {_shown(f'{where}: {one.text}')}")


def _shown(text: str, *, longest: int = 500) -> str:
    """A text of the file as a terminal may show it: no control characters, not too long."""
    plain = "".join(character if character.isprintable() else " " for character in text)
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"
