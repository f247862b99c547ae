"""One Excel workbook with answers, scores and what their columns mean; text stays text, whatever it begins with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from lrrc_qol.interchange.export.files import OWNER_ONLY
from lrrc_qol.interchange.export.long_tables import TEXT, Column, Place, columns_of
from lrrc_qol.interchange.export.subject import Subject

MOST_ROWS = 1_048_575
"""Rows of a sheet below its header; what is more goes on in another sheet."""
TABLES = ("answers", "scores")
Cell = str | float | bool | None


class _Sheets:
    """One table over as many sheets as it needs."""

    def __init__(self, book: xlsxwriter.Workbook, name: str, columns: Sequence[Column]) -> None:
        self._book = book
        self._name = name
        self._columns = columns
        self._parts = 0
        self.rows = 0
        self._sheet = self._next()

    def _next(self) -> Worksheet:
        self._parts += 1
        sheet = self._book.add_worksheet(self._name if self._parts == 1 else f"{self._name} {self._parts}")
        _write_row(sheet, 0, [column.name for column in self._columns])
        sheet.freeze_panes(1, 0)
        return sheet

    def add(self, place: Place) -> None:
        """Write one row."""
        if self.rows == self._parts * MOST_ROWS:
            self._sheet = self._next()
        self.rows += 1
        number = self.rows - (self._parts - 1) * MOST_ROWS
        _write_row(self._sheet, number, [_plain(column.get(place)) for column in self._columns])


def write_workbook(subjects: Iterable[Subject], folder: Path, *, with_dates: bool) -> dict[str, int]:
    """Write `lrrc_qol.xlsx`; how many answers and scores stand in it."""
    path = folder / "lrrc_qol.xlsx"
    path.touch(mode=OWNER_ONLY)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": str(folder)}
    columns = {name: columns_of(name, with_dates=with_dates) for name in TABLES}
    with xlsxwriter.Workbook(path, options) as book:
        sheets = {name: _Sheets(book, name, columns[name]) for name in TABLES}
        for subject in subjects:
            for form in subject.forms:
                for answer in form.answers:
                    sheets["answers"].add((subject, form, answer))
                for score in form.scores:
                    sheets["scores"].add((subject, form, score))
        _codebook(book, columns.items())
    return {name: sheets[name].rows for name in TABLES}


def _codebook(book: xlsxwriter.Workbook, tables: Iterable[tuple[str, Sequence[Column]]]) -> None:
    sheet = book.add_worksheet("codebook")
    _write_row(sheet, 0, ["table", "column", "type", "meaning"])
    rows = [(name, column) for name, columns in tables for column in columns]
    for number, (name, column) in enumerate(rows, 1):
        kind = "text" if column.type == TEXT else column.type  # nothing is marked here: cells are typed
        _write_row(sheet, number, [name, column.name, kind, column.meaning])


def _plain(value: object) -> Cell:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def _write_row(sheet: Worksheet, row: int, cells: Sequence[Cell]) -> None:
    for column, value in enumerate(cells):
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif isinstance(value, int | float):
            sheet.write_number(row, column, value)
        elif value:
            sheet.write_string(row, column, value)
