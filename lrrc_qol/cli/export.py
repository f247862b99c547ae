"""`flask export`: answers and scores as CSV for research, pseudonymous, with a codebook beside each table."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TextIO

import click

from lrrc_qol.cli.codebook import ANSWER_COLUMNS, SCORE_COLUMNS, Column
from lrrc_qol.cli.command_runtime import runtime_for_command
from lrrc_qol.cli.csv_cells import cell
from lrrc_qol.domain.consent import ScopeAct, scopes_that
from lrrc_qol.persistence.queries.export import (
    AnySelect,
    answer_rows,
    centre_exists,
    count_rows,
    score_rows,
    stream_rows,
    take_snapshot,
)
from lrrc_qol.runtime import Runtime
from lrrc_qol.services import audit
from lrrc_qol.services.context import COMMAND

FOLDER = click.Path(file_okay=False, path_type=Path)
OWNER_ONLY = 0o600


class Rows(Protocol):
    """Makes the query of one table."""

    def __call__(self, centre_code: str | None, *, refused_scopes: Sequence[str]) -> AnySelect:
        """The query for one centre, or for all."""


def export_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every export."""
    command = click.option("--centre", metavar="CODE", help="Only this centre.")(command)
    return click.option("--out", "folder", required=True, type=FOLDER, help="Folder to write to; made if needed.")(
        command
    )


@click.group()
def export() -> None:
    """Tables for research: no names, patients by random id; without those who withdrew all use or refuse research."""


@export.command()
@export_options
def answers(folder: Path, centre: str | None) -> None:
    """One row per answer, in its current version."""
    _export("answers", answer_rows, ANSWER_COLUMNS, folder=folder, centre=centre)


@export.command()
@export_options
def scores(folder: Path, centre: str | None) -> None:
    """One row per score, in its newest computation."""
    _export("scores", score_rows, SCORE_COLUMNS, folder=folder, centre=centre)


def _export(name: str, rows: Rows, columns: Sequence[Column], *, folder: Path, centre: str | None) -> None:
    runtime = runtime_for_command()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _written_whole(folder / f"{name}.csv") as file:
            query = rows(centre, refused_scopes=scopes_that(runtime.catalogue.consent_scopes, ScopeAct.NOT_EXPORTED))
            found, written = _write(runtime, query, columns, file=file, centre=centre)
            click.echo(f"{name}: {found} rows in, {written} rows out")
            if found != written:
                raise click.ClickException("the numbers differ; nothing was written")
            _note(runtime, name, rows=written, centre=centre)
        with _written_whole(folder / f"{name}_codebook.csv") as file:
            _table(file, ("column", "type", "meaning"), ((one.name, one.type, one.meaning) for one in columns))
    except OSError as error:
        raise click.ClickException(f"{error.filename or folder}: {error.strerror}") from None
    finally:
        runtime.database.dispose()


def _write(
    runtime: Runtime, query: AnySelect, columns: Sequence[Column], *, file: TextIO, centre: str | None
) -> tuple[int, int]:
    with runtime.reading(COMMAND) as work:
        take_snapshot(work.session)
        if centre is not None and not centre_exists(work.session, centre):
            raise click.ClickException(f"There is no centre {centre!r}.")
        found = count_rows(work.session, query)
        return found, _table(file, [one.name for one in columns], stream_rows(work.session, query))


def _table(file: TextIO, header: Sequence[str], rows: Iterable[Iterable[object]]) -> int:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(header)
    written = 0
    for row in rows:
        writer.writerow([cell(value) for value in row])
        written += 1
    return written


def _note(runtime: Runtime, name: str, *, rows: int, centre: str | None) -> None:
    with runtime.writing(COMMAND) as work:
        audit.record(
            work,
            f"exported_{name}",
            subject_kind="export",
            subject_id=None,
            centre_id=None,
            detail={"rows": rows, "centre": centre},
        )


@contextmanager
def _written_whole(target: Path) -> Iterator[TextIO]:
    """A file for its owner only, that appears under its name when everything has been written."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, OWNER_ONLY)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
