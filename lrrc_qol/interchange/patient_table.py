"""The table of patients to enrol: written empty for a spreadsheet program, and read back with every fault named."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from lrrc_qol.interchange.delimited import CellFault
from lrrc_qol.interchange.plain_text import utf8_text
from lrrc_qol.interchange.proposal import ImportRefused

REQUIRED = ("hospital_number", "name", "born_on", "sex", "email", "language")
OPTIONAL = (
    "phone",
    "timezone",
    "planned_surgery_on",
    "neoadjuvant_planned",
    "stoma",
    "urostomy",
    "rectum_removed",
    "bladder_removed",
    "vagina",
    "nerve_resection",
)
COLUMNS = (*REQUIRED, *OPTIONAL)
SEPARATORS = (",", ";", "\t")
MOST_PATIENTS = 10_000
MOST_TABLE_BYTES = 16 * 1024 * 1024
MARK = "'"
RUNNABLE = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that begins with one of these; an apostrophe in front makes it a text."""
PLUS_IS_ORDINARY = frozenset({"phone"})
"""Columns whose values begin with a plus by themselves."""
UNSEEN = "Holds a line break or a character that cannot be seen. Delete the cell and type it anew."
FORMULA = "Begins like a formula of a spreadsheet. If it really begins so, put an apostrophe (') in front."


@dataclass(frozen=True, slots=True)
class TableRow:
    """One patient: the line the row begins on, and its cells by column, without what stands around them."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PatientTable:
    """The rows that could be read, and what is wrong with the others and with single cells."""

    rows: tuple[TableRow, ...]
    faults: tuple[CellFault, ...]


def patient_table(rows: Iterable[Mapping[str, str]] = ()) -> str:
    """The table as text, by default with nothing but the names of its columns.

    It begins with a byte order mark, so that spreadsheet programs read it as UTF-8.
    """
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_inert(row.get(column, "")) for column in COLUMNS])
    return "\ufeff" + target.getvalue()


def read_patient_table(raw: bytes) -> PatientTable:
    """Read a table of patients: UTF-8, separated by commas, semicolons or tabs, columns in any order.

    ImportRefused when it cannot be read as a table at all. Everything else that is wrong is a fault with its line.
    """
    if len(raw) > MOST_TABLE_BYTES:
        raise ImportRefused(f"The file has more than {MOST_TABLE_BYTES // 1024 // 1024} MB. Split it.")
    text = utf8_text(raw)
    separator = _separator(text)
    records = _records(text, separator)
    _, names = next(records, (1, []))
    header = [_folded(name) for name in names]
    faults = list(_header_faults(header))
    if faults:
        return PatientTable((), tuple(faults))
    rows = []
    for line, cells in records:
        if len(cells) != len(header):
            faults.append(CellFault(line, "", _wrong_length(cells, header)))
            continue
        row = TableRow(line, {name: _stripped(cell) for name, cell in zip(header, cells, strict=True)})
        faults += _cell_faults(row)
        rows.append(TableRow(line, {name: _unmarked(cell) for name, cell in row.cells.items()}))
    if not rows and not faults:
        raise ImportRefused("The file names columns, but there is no patient in it.")
    return PatientTable(tuple(rows), tuple(faults))


def _separator(text: str) -> str:
    first_line = next(iter(text.splitlines()), "")
    return max(SEPARATORS, key=lambda one: len({_folded(name) for name in first_line.split(one)} & set(COLUMNS)))


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Records with the line they begin on; rows without any content are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins, count = 1, 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as fault:
            raise ImportRefused(
                f"line {begins}: the row cannot be read ({fault}). Look for a quotation mark that is not closed."
            ) from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            count += 1
            if count > MOST_PATIENTS + 1:  # the first record names the columns
                raise ImportRefused(f"line {begins}: the table has more than {MOST_PATIENTS} patients. Split it.")
            yield begins, cells
        begins = reader.line_num + 1


def _folded(name: str) -> str:
    return "_".join(name.strip(' "').replace("-", " ").replace("_", " ").split()).casefold()


def _header_faults(header: list[str]) -> Iterator[CellFault]:
    for name in dict.fromkeys(header):
        if name not in COLUMNS:
            near = get_close_matches(name, COLUMNS, n=1)
            advice = f"Did you mean {near[0]}?" if near else "Delete the column."
            yield CellFault(1, _short(name) or "without a name", f"There is no such column. {advice}")
        elif header.count(name) > 1:
            yield CellFault(1, name, "This column stands there twice. Delete one of the two.")
    absent = [name for name in REQUIRED if name not in header]
    if absent:
        advice = "The first line must name the columns, as `flask patients template` writes them."
        yield CellFault(1, "", f"These columns are missing: {', '.join(absent)}. {advice}")


def _wrong_length(cells: list[str], header: list[str]) -> str:
    return (
        f"Has {len(cells)} cells, but the first line names {len(header)} columns. "
        "A text that holds the separator must stand in quotation marks."
    )


def _cell_faults(row: TableRow) -> Iterator[CellFault]:
    for column, cell in row.cells.items():
        if not cell.isprintable():
            yield CellFault(row.line, column, UNSEEN)
        elif cell.startswith(RUNNABLE) and not (column in PLUS_IS_ORDINARY and cell.startswith("+")):
            yield CellFault(row.line, column, FORMULA)


def _stripped(cell: str) -> str:
    return unicodedata.normalize("NFC", cell).strip()


def _inert(cell: str) -> str:
    return MARK + cell if cell.startswith((*RUNNABLE, MARK)) else cell


def _unmarked(cell: str) -> str:
    """Take away the apostrophe that made a cell a text; one that belongs to a name stays."""
    return cell[1:] if cell.startswith(MARK) and cell[1:].startswith((*RUNNABLE, MARK)) else cell


def _short(name: str) -> str:
    plain = "".join(character if character.isprintable() else " " for character in name)
    return plain if len(plain) <= 40 else plain[:39] + "…"
