"""`flask score`: scores a file of answers by an instrument's rules."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from lrrc_qol.catalogue import load_catalogue
from lrrc_qol.cli.files import READABLE, WRITABLE
from lrrc_qol.cli.score_table import TableFault, item_layout, score_rows
from lrrc_qol.cli.score_terms import is_term_table, term_layout
from lrrc_qol.config import INSTRUMENTS_DIR, PROTOCOLS_DIR
from lrrc_qol.domain.errors import DefinitionError, UnknownInstrument
from lrrc_qol.domain.instrument import Instrument, Status


class ScoreRefused(click.ClickException):
    """Nothing was written; the one line says why."""

    exit_code = 2


@click.command("score")
@click.argument("instrument", metavar="INSTRUMENT[@VERSION]")
@click.option("--in", "source", required=True, type=READABLE, help="CSV with one column per item; empty = missing.")
@click.option("--out", "target", required=True, type=WRITABLE, help="CSV to write: row_id and one column per scale.")
@click.option("--value-set", metavar="NAME|all", help="Value set of the index, for EQ-5D; one column per set.")
def score(instrument: str, source: Path, target: Path, value_set: str | None) -> None:
    """Score a CSV file of answers; scores are unrounded, an empty cell means no score.

    PRO-CTCAE also takes one term per row: columns symptom_no, frequency, severity, amount_or_interference.
    """
    definition = _find(instrument)
    value_sets = _value_sets(definition, value_set)
    try:
        with source.open(encoding="utf-8-sig", newline="") as answers, _written_whole(target) as scores:
            header = next(csv.reader(answers), [])
            answers.seek(0)
            terms = is_term_table(definition, [name.strip() for name in header])
            layout = term_layout(definition) if terms else item_layout(definition, value_sets)
            count = score_rows(layout, answers, scores)
    except UnicodeDecodeError:
        raise ScoreRefused(f"{source}: line 1: the file is not UTF-8 text") from None
    except TableFault as fault:
        raise ScoreRefused(f"{source}: {fault}") from None
    except OSError as error:
        raise ScoreRefused(f"{error.filename or target}: {error.strerror}") from None
    click.echo(f"{count} rows scored with {definition.id} {definition.version}.")


def _find(name: str) -> Instrument:
    instrument_id, _, version = name.partition("@")
    try:
        found = load_catalogue(INSTRUMENTS_DIR, PROTOCOLS_DIR).instrument(instrument_id, version or None)
    except (DefinitionError, UnknownInstrument) as error:
        raise ScoreRefused(str(error)) from None
    if found.status is Status.SHELL:
        raise ScoreRefused(
            f"{found.id}@{found.version} is a shell: its items and scoring are not known here. {found.note}"
        )
    return found


def _value_sets(instrument: Instrument, wanted: str | None) -> tuple[str, ...]:
    known = instrument.value_sets
    if wanted is None and known:
        raise ScoreRefused(f"{instrument.id} needs --value-set NAME or --value-set all. Known are: {', '.join(known)}.")
    if wanted is None:
        return ()
    if not known:
        raise ScoreRefused(f"{instrument.id} has no value sets; leave --value-set out.")
    if wanted == "all":
        return known
    if wanted not in known:
        raise ScoreRefused(f"There is no value set {wanted!r}. Known are: {', '.join(known)}.")
    return (wanted,)


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
