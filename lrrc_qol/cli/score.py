"""`flask score`: scores a file of answers by an instrument's rules."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from lrrc_qol.catalogue import load_catalogue
from lrrc_qol.cli.score_table import TableFault, score_table
from lrrc_qol.config import INSTRUMENTS_DIR, PROTOCOLS_DIR
from lrrc_qol.domain.errors import DefinitionError, UnknownInstrument
from lrrc_qol.domain.instrument import Instrument

READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)
WRITABLE = click.Path(dir_okay=False, path_type=Path)


class ScoreRefused(click.ClickException):
    """Nothing was written; the one line says why."""

    exit_code = 2


@click.command("score")
@click.argument("instrument", metavar="INSTRUMENT[@VERSION]")
@click.option("--in", "source", required=True, type=READABLE, help="CSV with one column per item; empty = missing.")
@click.option("--out", "target", required=True, type=WRITABLE, help="CSV to write: row_id and one column per scale.")
def score(instrument: str, source: Path, target: Path) -> None:
    """Score a CSV file of answers; scores are unrounded, an empty cell means no score."""
    definition = _find(instrument)
    try:
        with source.open(encoding="utf-8-sig", newline="") as answers, _written_whole(target) as scores:
            count = score_table(definition, answers, scores)
    except TableFault as fault:
        raise ScoreRefused(f"{source}: {fault}") from None
    except OSError as error:
        raise ScoreRefused(f"{error.filename or target}: {error.strerror}") from None
    click.echo(f"{count} rows scored with {definition.id} {definition.version}.")


def _find(name: str) -> Instrument:
    instrument_id, _, version = name.partition("@")
    try:
        return load_catalogue(INSTRUMENTS_DIR, PROTOCOLS_DIR).instrument(instrument_id, version or None)
    except (DefinitionError, UnknownInstrument) as error:
        raise ScoreRefused(str(error)) from None


@contextmanager
def _written_whole(target: Path) -> Iterator[TextIO]:
    """A file that appears under its name only when everything has been written; a fault leaves no trace."""
    place = target.resolve()
    if place.exists() and not place.is_file():
        raise ScoreRefused(f"{target}: is not a file that could be replaced")
    part = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)
