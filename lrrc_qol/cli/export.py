"""`flask export`: what patients answered, for research: pseudonymous, counted, whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from lrrc_qol.cli.command_runtime import runtime_for_command
from lrrc_qol.domain.errors import LrrcQolError
from lrrc_qol.persistence.queries.snapshot import take_snapshot
from lrrc_qol.services.context import COMMAND
from lrrc_qol.services.export import FORMATS, ExportFormat, extent_of, note_export, write_export

FOLDER = click.Path(file_okay=False, path_type=Path)


def export_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every export."""
    command = click.option(
        "--with-dates",
        is_flag=True,
        help="Also calendar dates, times and the reasons of corrections; else days from the operation only.",
    )(command)
    command = click.option("--centre", metavar="CODE", help="Only this centre.")(command)
    return click.option("--out", "folder", required=True, type=FOLDER, help="Folder to write to; made if needed.")(
        command
    )


@click.group()
def export() -> None:
    """Tables for research: no names, patients by study id; without those who withdrew all use or refuse research."""


def _add(shape: ExportFormat) -> None:
    @export.command(name=shape.name, help=shape.meaning)
    @export_options
    def command(folder: Path, centre: str | None, with_dates: bool) -> None:
        _export(shape.name, folder=folder, centre=centre, with_dates=with_dates)


for _each in FORMATS.values():
    _add(_each)


def _export(name: str, *, folder: Path, centre: str | None, with_dates: bool) -> None:
    runtime = runtime_for_command()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _written_whole(folder) as part:
            with runtime.reading(COMMAND) as work:
                take_snapshot(work.session)
                tallies = write_export(work, extent_of(work, centre), name, part, with_dates=with_dates)
            with runtime.writing(COMMAND) as work:
                note_export(work, name, tallies, centre=centre, with_dates=with_dates)
        for tally in tallies:
            click.echo(f"{tally.kind}: {tally.found} rows in, {tally.written} rows out")
    except LrrcQolError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename or folder}: {error.strerror}") from None
    finally:
        runtime.database.dispose()


@contextmanager
def _written_whole(folder: Path) -> Iterator[Path]:
    """A place to write to; its files appear in `folder` when all of them are complete."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=".export-") as name:
        part = Path(name)
        yield part
        for file in sorted(part.iterdir()):
            file.replace(folder / file.name)
