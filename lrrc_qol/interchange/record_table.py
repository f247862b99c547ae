"""A table of clinical records: one row for each entry, one column for each field; every bad cell is named."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lrrc_qol.domain.clinical_record import Field, FieldKind, RecordRules, Section, day_of
from lrrc_qol.interchange.delimited import CellFault, Row, read_table
from lrrc_qol.interchange.plain_text import decoded

PATIENT, SECTION = "patient", "section"
ALSO_PATIENT = ("hospital_number", "hospital number")
WHAT = "table of clinical records"
SEVERAL = ";"
NUMBER = re.compile(r"[+-]?[0-9]{1,9}(?:[.,][0-9]{1,6})?", re.ASCII)
FLAGS = {"yes": True, "true": True, "no": False, "false": False, "not known": None, "unknown": None}
MARK = "'"
RUNNABLE = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
CODEBOOK = ("section", "column", "kind", "values", "meaning")


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One entry of the table: the line it stands in, whose it is, and the content of a section."""

    line: int
    patient: str
    section: str
    content: Mapping[str, Any]


def record_columns(rules: RecordRules) -> tuple[str, ...]:
    """The columns of the table: whose it is, the section, and every field of every section once."""
    fields = dict.fromkeys(field.id for section in rules.sections for field in section.fields())
    return (PATIENT, SECTION, *fields)


def record_template(rules: RecordRules) -> str:
    """The empty table, with a byte order mark so that spreadsheet programs read it as UTF-8."""
    return _written([record_columns(rules)])


def record_codebook(rules: RecordRules) -> str:
    """A table that says of each section and column what may stand there."""
    rows = [
        (section.id, field.id, field.kind.value, _allowed(field), f"{field.label}. {field.hint}".strip())
        for section in rules.sections
        for field in section.fields()
    ]
    return _written([CODEBOOK, *rows])


def read_records(raw: bytes, rules: RecordRules) -> tuple[tuple[RecordRow, ...], tuple[CellFault, ...]]:
    """The rows that can be read, and every cell that cannot; ImportRefused when the file is no such table."""
    columns = {name: name for name in record_columns(rules)} | dict.fromkeys(ALSO_PATIENT, PATIENT)
    table = read_table(decoded(raw), columns, required=(PATIENT, SECTION), what=WHAT, only_known=True)
    rows, faults = [], []
    for row in table:
        found = list(_row_faults(row, rules))
        faults += found
        if not found:
            section = rules.section(row[SECTION].casefold())
            content = {field.id: _value(field, row[field.id]) for field in section.fields() if row[field.id]}
            rows.append(RecordRow(row.line, row[PATIENT], section.id, content))
    return tuple(rows), tuple(faults)


def _row_faults(row: Row, rules: RecordRules) -> Iterator[CellFault]:
    if not row[PATIENT]:
        yield CellFault(row.line, PATIENT, "Enter the hospital number, or the patient's id of an export.")
    section = next((one for one in rules.sections if one.id == row[SECTION].casefold()), None)
    if section is None:
        names = ", ".join(one.id for one in rules.sections)
        yield CellFault(row.line, SECTION, f"“{row[SECTION]}” is no section. Use one of: {names}.")
        return
    for column in record_columns(rules)[2:]:
        text = _cell_fault(section, column, row[column]) if row[column] else ""
        if text:
            yield CellFault(row.line, column, text)


def _cell_fault(section: Section, column: str, text: str) -> str:
    field = next((one for one in section.fields() if one.id == column), None)
    if field is None:
        return f"This column does not belong to the section {section.id}. Empty the cell."
    try:
        _value(field, text)
    except ValueError:
        return f"“{text}” cannot be read. Write {_allowed(field)}."
    return ""


def _value(field: Field, text: str) -> Any:
    """The value of a cell; ValueError when it is none of the field's kind."""
    return _READERS[field.kind](field, text)


def _choice(field: Field, text: str) -> str:
    wanted = " ".join(text.split()).casefold()
    for option in field.options:
        if wanted in (option.code, option.label.casefold()):
            return option.code
    raise ValueError(text)


def _choices(field: Field, text: str) -> list[str]:
    return [_choice(field, part) for part in text.split(SEVERAL) if part.strip()]


def _day(field: Field, text: str) -> str:
    if day_of({field.id: text}, field.id) is None:
        raise ValueError(text)
    return text


def _number(_: Field, text: str) -> float:
    if not NUMBER.fullmatch(text):
        raise ValueError(text)
    number = float(text.replace(",", "."))
    return int(number) if number.is_integer() else number


def _flag(_: Field, text: str) -> bool | None:
    wanted = " ".join(text.split()).casefold()
    if wanted not in FLAGS:
        raise ValueError(text)
    return FLAGS[wanted]


def _text(_: Field, text: str) -> str:
    return text[1:] if text.startswith(MARK) and text[1:].startswith(RUNNABLE) else text


_READERS: dict[FieldKind, Callable[[Field, str], Any]] = {
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
    FieldKind.DATE: _day,
    FieldKind.NUMBER: _number,
    FieldKind.FLAG: _flag,
    FieldKind.TEXT: _text,
}


def _allowed(field: Field) -> str:
    codes = ", ".join(one.code for one in field.options)
    unit = f" in {field.unit}" if field.unit else ""
    words = {
        FieldKind.CHOICE: f"one of: {codes}",
        FieldKind.CHOICES: f"one or more, with {SEVERAL} between them, of: {codes}",
        FieldKind.DATE: "a day as 2026-03-31",
        FieldKind.NUMBER: f"a number{unit} from {field.lowest or 0:g} to {field.highest or 0:g}",
        FieldKind.FLAG: "yes or no; empty when not known",
        FieldKind.TEXT: f"at most {field.highest or 0:g} characters",
    }
    return words[field.kind]


def _written(rows: list[tuple[str, ...]]) -> str:
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerows(rows)
    return "\ufeff" + target.getvalue()
