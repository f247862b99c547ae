"""Delimited tables as spreadsheet programs write them: any of the usual separators, named columns, numbered lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lrrc_qol.interchange.proposal import ImportRefused

SEPARATORS = (",", ";", "\t")
MOST_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it begins on, and its cells by column; a column that the table lacks reads as empty."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "").strip()


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong in a cell, and how to mend it; lines count from 1, `column` is empty for the line as a whole."""

    line: int
    column: str
    text: str


def read_table(
    text: str, columns: Mapping[str, str], *, required: tuple[str, ...], what: str, only_known: bool = False
) -> list[Row]:
    """The rows of a table whose first line names the columns.

    `columns` maps a name as it may be written (lower case, single spaces) to the name used in the rows; unknown
    columns are ignored, or refused with `only_known`. ImportRefused names the line when the table cannot be read;
    `what` is the kind of table.
    """
    skipped = 0
    first_line = _first_line(text)
    if first_line.strip().casefold().startswith("sep="):  # a hint for one spreadsheet program
        text, skipped = text[len(first_line) :], 1
        first_line = _first_line(text)
    separator = max(SEPARATORS, key=lambda one: len(_known(first_line, one, columns)))
    records = _records(text, separator, begins=skipped + 1)
    line, names = next(records, (1, []))
    header = [columns.get(_folded(name), "") for name in names]
    _check_header(header, line, required, what=what, columns=columns)
    unknown = [name for name, known in zip(names, header, strict=True) if name.strip() and not known]
    if unknown and only_known:
        raise ImportRefused(f"Line {line}: there is no column {', '.join(unknown)}. Name it as in the template.")
    return [_row(line, cells, header) for line, cells in records if any(cell.strip() for cell in cells)]


def _first_line(text: str) -> str:
    return next(iter(text.splitlines(keepends=True)), "")


def _folded(name: str) -> str:
    return " ".join(name.replace("\ufeff", "").split()).casefold()


def _known(header: str, separator: str, columns: Mapping[str, str]) -> set[str]:
    return {columns[name] for cell in header.split(separator) if (name := _folded(cell.strip(' "'))) in columns}


def _records(text: str, separator: str, *, begins: int) -> Iterator[tuple[int, list[str]]]:
    """Records with the line they begin on; blank ones are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    skipped = begins - 1
    count = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as fault:
            raise ImportRefused(
                f"Line {begins}: the row cannot be read ({fault}). Look for a quotation mark that is not closed."
            ) from None
        if cells is None:
            return
        if cells:
            count += 1
            if count > MOST_ROWS:
                raise ImportRefused(f"Line {begins}: the table has more than {MOST_ROWS} rows.")
            yield begins, cells
        begins = skipped + reader.line_num + 1


def _check_header(
    header: list[str], line: int, required: tuple[str, ...], *, what: str, columns: Mapping[str, str]
) -> None:
    spelled = {name: written for written, name in reversed(list(columns.items()))}
    absent = [spelled[name] for name in required if name not in header]
    if absent:
        raise ImportRefused(
            f"Line {line}: this is no {what}: the columns {', '.join(absent)} are missing. "
            "The first line must name the columns, separated by commas, semicolons or tabs."
        )
    twice = {spelled[name] for name in header if name and header.count(name) > 1}
    if twice:
        raise ImportRefused(f"Line {line}: the column {sorted(twice)[0]} stands there twice. Delete one of the two.")


def _row(line: int, cells: list[str], header: list[str]) -> Row:
    if any(cell.strip() for cell in cells[len(header) :]):
        raise ImportRefused(
            f"Line {line} has more cells than the first line names columns ({len(header)}). "
            "A text that holds the separator must stand in quotation marks."
        )
    return Row(line, {name: cell for name, cell in zip(header, cells, strict=False) if name})
