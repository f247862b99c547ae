"""Files that commands read and write: arguments, and faults as one line."""

from __future__ import annotations

from pathlib import Path

import click

READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)
WRITABLE = click.Path(dir_okay=False, path_type=Path)


def bytes_of(file: Path, *, most: int) -> bytes:
    """The file, or one byte more of it than `most`, which is enough to see that it is too large."""
    try:
        with file.open("rb") as opened:
            return opened.read(most + 1)
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from None


def write_table(table: str, target: Path | None, *, then: str = "") -> None:
    """Write a table to a file and say so, with what to do `then`; without a file to standard output."""
    if target is None:
        click.echo(table, nl=False)
        return
    try:
        target.write_bytes(table.encode())
    except OSError as error:
        raise click.ClickException(f"{target}: {error.strerror}") from None
    click.echo(f"{target} is written.{then}")
