"""`flask patients import` and `template`: enrols the patients of a table, all of them or none."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from lrrc_qol.cli.command_runtime import actor_of_centre, runtime_for_command
from lrrc_qol.cli.files import READABLE, WRITABLE, bytes_of, write_table
from lrrc_qol.interchange import (
    MOST_TABLE_BYTES,
    CellFault,
    ImportRefused,
    PatientTable,
    patient_table,
    read_patient_table,
)
from lrrc_qol.persistence.db import DatabaseBusy
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import Actor
from lrrc_qol.services.import_patients import (
    ROWS_AT_ONCE,
    CheckedTable,
    RowRefused,
    RowToEnrol,
    check_table,
    enrol_rows,
)

PAUSE_SECONDS = 0.2
"""Between two transactions, longer than a waiting writer sleeps: patients who answer must not wait for the table."""


@click.group()
def patients() -> None:
    """Patients of a centre."""


@patients.command("import")
@click.argument("file", type=READABLE)
@click.option("--centre", required=True, metavar="CODE", help="The code given with `flask centres add`.")
@click.option("--dry-run", is_flag=True, help="Check everything and say what would happen; write nothing.")
@click.option("--skip-enrolled", is_flag=True, help="Pass over rows whose hospital number is enrolled already.")
def import_command(file: Path, centre: str, *, dry_run: bool, skip_enrolled: bool) -> None:
    """Enrol the patients of a CSV table. Nothing is written unless all rows are good; every bad one is reported."""
    raw = bytes_of(file, most=MOST_TABLE_BYTES)
    try:
        table = read_patient_table(raw)
    except ImportRefused as refusal:
        raise click.ClickException(f"{file}: {refusal}") from None
    with _runtime() as runtime:
        actor = actor_of_centre(runtime, centre)
        checked = _checked(runtime, actor, table, skip_enrolled=skip_enrolled)
        if dry_run:
            _tell_plan(checked, centre)
            return
        _enrol(runtime, actor, checked, source_sha256=hashlib.sha256(raw).hexdigest())
        click.echo(f"{len(checked.rows)} patients are enrolled at {centre}; their visits are planned.")


@patients.command("template")
@click.option("--out", "target", type=WRITABLE, help="Where to write it; standard output if not given.")
def template(target: Path | None) -> None:
    """Write the empty table: one line with the names of the columns. docs/commands.md says what goes into them."""
    write_table(patient_table(), target)


def _checked(runtime: Runtime, actor: Actor, table: PatientTable, *, skip_enrolled: bool) -> CheckedTable:
    with runtime.reading(actor) as work:
        checked = check_table(work, table, pass_over_enrolled=skip_enrolled)
    if checked.passed_over:
        click.echo(f"{len(checked.passed_over)} rows are passed over: their hospital numbers are enrolled already.")
    if checked.faults:
        _tell_faults(checked.faults)
        lines = len({fault.line for fault in checked.faults})
        raise click.ClickException(f"Nothing was written: {len(checked.faults)} faults in {lines} lines.")
    return checked


def _tell_faults(faults: Sequence[CellFault]) -> None:
    for fault in faults:
        column = f", column {fault.column}" if fault.column else ""
        click.echo(f"line {fault.line}{column}: {fault.text}", err=True)


def _tell_plan(checked: CheckedTable, centre: str) -> None:
    for row in checked.rows:
        planned = row.enrolment.planned_surgery_on
        operation = f"operation planned for {planned}" if planned else "no operation planned yet"
        click.echo(f"line {row.line}: would be enrolled, {operation}, mails in {row.enrolment.language}")
    click.echo(f"{len(checked.rows)} patients would be enrolled at {centre}. Nothing was written.")


def _enrol(runtime: Runtime, actor: Actor, checked: CheckedTable, *, source_sha256: str) -> None:
    """Enrol all; a table of more than ROWS_AT_ONCE rows in several transactions, after all of it was checked."""
    for first in range(0, len(checked.rows), ROWS_AT_ONCE):
        if first:
            time.sleep(PAUSE_SECONDS)
        some: Sequence[RowToEnrol] = checked.rows[first : first + ROWS_AT_ONCE]
        try:
            with runtime.writing(actor) as work:
                enrol_rows(work, some, source_sha256=source_sha256)
        except RowRefused as refusal:
            _tell_faults(refusal.faults)
            raise click.ClickException(_stopped(checked.rows, first, "this changed since it was checked")) from None
        except DatabaseBusy as error:
            raise click.ClickException(
                _stopped(checked.rows, first, f"the database did not answer ({error})")
            ) from None


def _stopped(rows: Sequence[RowToEnrol], enrolled: int, why: str) -> str:
    """What was written and what was not, and how to go on."""
    if not enrolled:
        return f"Nothing was written: {why}."
    return (
        f"The {enrolled} patients up to line {rows[enrolled - 1].line} are enrolled, the others are not: {why}. "
        "Then import the same file again with --skip-enrolled."
    )


@contextmanager
def _runtime() -> Iterator[Runtime]:
    runtime = runtime_for_command()
    try:
        yield runtime
    finally:
        runtime.database.dispose()
