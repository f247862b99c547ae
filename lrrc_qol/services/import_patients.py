"""Enrol the patients of a table: everything is checked before the first one is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from difflib import get_close_matches

from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.domain.instrument import ANATOMY
from lrrc_qol.interchange import CellFault, PatientTable, TableRow
from lrrc_qol.interchange.patient_table import COLUMNS
from lrrc_qol.persistence.models import Centre, Patient
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work
from lrrc_qol.services.enrol_patient import NUMBER_TAKEN, Enrolment, enrol_patient, enrolment_faults, known_zones
from lrrc_qol.services.languages import offered_languages

ASKED_AT_ONCE = 1000
ROWS_AT_ONCE = 100
"""Rows of one transaction: while it lasts, about a second, nobody else can write to an SQLite database."""
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
FLAGS: Mapping[str, bool | None] = {"yes": True, "no": False, "": None, "unknown": None}
# Stands in for a day that cannot be read, so that the other cells of its row are checked all the same.
SOME_DAY = date(1950, 1, 1)
BAD_DAY = "Is not a day written year-month-day, like 1958-04-02. Give the column the format text in the spreadsheet."
BAD_FLAG = "Write yes, no or unknown."


@dataclass(frozen=True, slots=True)
class _Rules:
    """What every row is checked by: the date at the centre, its time zone, the languages it offers."""

    today: date
    zone: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowToEnrol:
    """A row that can be enrolled, with its line in the file."""

    line: int
    enrolment: Enrolment


@dataclass(frozen=True, slots=True)
class CheckedTable:
    """What became of a table: the rows to enrol, the lines that are enrolled already and passed over, the faults."""

    rows: tuple[RowToEnrol, ...]
    passed_over: tuple[int, ...]
    faults: tuple[CellFault, ...]


class RowRefused(Exception):
    """A row could not be enrolled after all, because something changed since it was checked."""

    def __init__(self, line: int, faults: Mapping[str, str]) -> None:
        super().__init__(f"line {line}")
        self.faults = tuple(CellFault(line, column, text) for column, text in faults.items())


def check_table(work: Work, table: PatientTable, *, pass_over_enrolled: bool = False) -> CheckedTable:
    """Check all rows, against each other and against the patients of the actor's centre; writes nothing.

    With `pass_over_enrolled` a row whose hospital number is enrolled is left out instead of being a fault.
    """
    centre = work.session.get_one(Centre, work.actor.centre())
    rules = _Rules(work.today_in(centre.timezone), centre.timezone, offered_languages(work, centre.id))
    lookups = [_lookup(work, row.cells["hospital_number"]) for row in table.rows]
    taken = _taken(work, centre.id, lookups)
    first_lines: dict[str, int] = {}
    faults = list(table.faults)
    told = {(fault.line, fault.column) for fault in faults}
    rows: list[RowToEnrol] = []
    passed_over: list[int] = []
    for row, lookup in zip(table.rows, lookups, strict=True):
        if pass_over_enrolled and lookup in taken:
            passed_over.append(row.line)
            continue
        found, enrolment = _checked(row, rules)
        before = first_lines.setdefault(lookup, row.line)
        if lookup in taken:
            found.setdefault("hospital_number", NUMBER_TAKEN)
        elif before != row.line:
            found.setdefault("hospital_number", f"The same hospital number stands in line {before}.")
        faults += [
            CellFault(row.line, column, text) for column, text in found.items() if (row.line, column) not in told
        ]
        rows.append(RowToEnrol(row.line, enrolment))
    return CheckedTable(tuple(rows), tuple(passed_over), tuple(sorted(faults, key=_place)))


def enrol_rows(work: Work, rows: Sequence[RowToEnrol], *, source_sha256: str) -> list[str]:
    """Enrol rows that were checked, each as a nurse would enrol it; return the public ids in the same order.

    RowRefused when one cannot be enrolled after all; the caller's transaction then holds none of them.
    """
    public_ids = []
    for row in rows:
        try:
            public_ids.append(enrol_patient(work, row.enrolment))
        except InvalidInput as refusal:
            raise RowRefused(row.line, refusal.fields) from None
    audit.record(
        work,
        "imported_patients",
        subject_kind="centre",
        subject_id=work.actor.centre(),
        centre_id=work.actor.centre(),
        detail={"rows": len(rows), "lines": [rows[0].line, rows[-1].line], "source_sha256": source_sha256},
    )
    return public_ids


def as_cells(enrolment: Enrolment) -> dict[str, str]:
    """An enrolment as the cells of a row of the table."""
    return {field.name: _written(getattr(enrolment, field.name)) for field in fields(enrolment)}


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _checked(row: TableRow, rules: _Rules) -> tuple[dict[str, str], Enrolment]:
    """A row with what is wrong in it by column; something harmless stands where a cell cannot be read."""
    unread: dict[str, str] = {}
    cells = row.cells
    born_on = _day(cells, "born_on", unread)
    if born_on is None:
        unread.setdefault("born_on", "Enter the date of birth, year-month-day.")
    enrolment = Enrolment(
        name=cells["name"],
        born_on=born_on or SOME_DAY,
        sex=cells["sex"].casefold(),
        hospital_number=cells["hospital_number"],
        email=cells["email"],
        phone=cells.get("phone") or None,
        language=cells["language"],
        timezone=cells.get("timezone") or rules.zone,
        planned_surgery_on=_day(cells, "planned_surgery_on", unread),
        neoadjuvant_planned=bool(_flag(cells, "neoadjuvant_planned", unread)),
        **{fact: _flag(cells, fact, unread) for fact in ANATOMY},
    )
    found = enrolment_faults(enrolment, today=rules.today, languages=rules.languages)
    return _with_proposals(found, enrolment, rules.languages) | unread, enrolment


def _day(cells: Mapping[str, str], column: str, unread: dict[str, str]) -> date | None:
    text = cells.get(column, "")
    if not text:
        return None
    if not ISO_DAY.fullmatch(text):
        unread[column] = BAD_DAY
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        unread[column] = "There is no such day in the calendar."
        return None


def _flag(cells: Mapping[str, str], column: str, unread: dict[str, str]) -> bool | None:
    text = cells.get(column, "").casefold()
    if text not in FLAGS:
        unread[column] = BAD_FLAG
    return FLAGS.get(text)


def _with_proposals(found: dict[str, str], enrolment: Enrolment, languages: Iterable[str]) -> dict[str, str]:
    """The same faults, with what could be written instead where the table has no list to choose from."""
    more = dict(found)
    if "sex" in found:
        more["sex"] = "Write female or male."
    if "language" in found:
        more["language"] = f"{found['language']} It offers: {', '.join(languages)}."
    if "timezone" in found and (near := get_close_matches(enrolment.timezone, known_zones(), n=1)):
        more["timezone"] = f"{found['timezone']} Did you mean {near[0]}?"
    return more


def _place(fault: CellFault) -> tuple[int, int]:
    """Where a fault is told: line by line, in the order in which the empty table names the columns."""
    return fault.line, COLUMNS.index(fault.column) if fault.column in COLUMNS else -1


def _lookup(work: Work, number: str) -> str:
    return work.cipher.lookup(number, field="patient.hospital_number")


def _taken(work: Work, centre_id: int, lookups: Sequence[str]) -> frozenset[str]:
    """Those of the numbers that patients of the centre have; one statement for a thousand."""
    taken: set[str] = set()
    for first in range(0, len(lookups), ASKED_AT_ONCE):
        some = lookups[first : first + ASKED_AT_ONCE]
        taken.update(
            work.session.scalars(
                select(Patient.hospital_number_lookup).where(
                    Patient.centre_id == centre_id, Patient.hospital_number_lookup.in_(some)
                )
            )
        )
    return frozenset(taken)
