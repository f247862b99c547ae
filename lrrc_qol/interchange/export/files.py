"""Files of an export: written for their owner only, tables row by row."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from lrrc_qol.interchange.csv_cells import cell

OWNER_ONLY = 0o600


@contextmanager
def text_file(path: Path) -> Iterator[TextIO]:
    """A new UTF-8 file that only its owner may read."""
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        yield file


class Table:
    """A CSV file that counts its rows; cells are inert in a spreadsheet."""

    def __init__(self, file: TextIO, header: Sequence[str]) -> None:
        self._writer = csv.writer(file, lineterminator="\n")
        self._writer.writerow([cell(name) for name in header])
        self.rows = 0

    def add(self, row: Iterable[object]) -> None:
        """Write one row."""
        self._writer.writerow([cell(value) for value in row])
        self.rows += 1


@contextmanager
def table_file(path: Path, header: Sequence[str]) -> Iterator[Table]:
    """A new CSV file with its header."""
    with text_file(path) as file:
        yield Table(file, header)


def write_table(path: Path, header: Sequence[str], rows: Iterable[Iterable[Any]]) -> int:
    """A whole CSV file; how many rows it has."""
    with table_file(path, header) as table:
        for row in rows:
            table.add(row)
    return table.rows
