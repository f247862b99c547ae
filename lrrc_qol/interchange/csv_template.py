"""Our own table for wording: written empty for one instrument, filled in with a spreadsheet program, and read back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping

from lrrc_qol.domain.instrument import VARIANT, Instrument, Item
from lrrc_qol.interchange.delimited import Row, read_table
from lrrc_qol.interchange.plain_text import decoded, plain
from lrrc_qol.interchange.proposal import ImportRefused
from lrrc_qol.interchange.source import Instruction, Notes, Option, Question, Source, shortened

COLUMNS = {name: name for name in ("key", "number", "topic", "text", "help", "code", "label")}
REQUIRED = ("key", "text", "code", "label")
WHAT = "wording table"
FORM = "form instrument"
TITLE, RECALL, CREDIT = "form title", "form recall", "form credit"
HINTS = {
    TITLE: "title above the questions",
    RECALL: "instruction with the recall period",
    CREDIT: "line that the holder wants to be shown",
}
"""Rows about the whole form; no item id has a blank in it."""
MARK = "'"
RUNNABLE = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
"""A spreadsheet runs a cell that begins with one of these; an apostrophe in front makes it inert."""
SAME_AS = re.compile(r"same as\s+(\S+)", re.IGNORECASE)
SPREADSHEET_ERROR = re.compile(r"#(?:[A-ZÀ-Ý]{2,12}[!?]|N/A|DIV/0!)")
CODE = re.compile(r"([+-]?[0-9]{1,6})(?:[.,]0+)?", re.ASCII)


def csv_template(instrument: Instrument) -> str:
    """The empty table of one instrument, with a byte order mark so that spreadsheet programs read it as UTF-8.

    One row for the text of each question, one for each label, and three for the form; our topics say which is which.
    """
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerow([FORM, "", _inert(instrument.title), f"{instrument.id} {instrument.version}", "", "", ""])
    for key, hint in HINTS.items():
        writer.writerow([key, "", hint, "", "", "", ""])
    for key, item in instrument.wording_keys():
        first = [key, _inert(item.number), _inert(_topic(key, item))]
        writer.writerow([*first, "", "", "", ""])
        for code in item.labelled_codes():
            writer.writerow([*first, "", "", code, ""])
    return "\ufeff" + target.getvalue()


def _topic(key: str, item: Item) -> str:
    fact = key.partition(VARIANT)[2]
    return f"{item.variants[fact]} (if {fact.replace('_', ' ')})" if fact else item.topic


def _inert(text: str) -> str:
    return MARK + text if text.startswith(RUNNABLE) else text


def read_csv(raw: bytes, instrument: Instrument) -> Source:
    """Read a filled-in table; rows may stand in any order. ImportRefused names the line that is wrong."""
    rows = read_table(decoded(raw), COLUMNS, required=REQUIRED, what=WHAT)
    return _Table(instrument).read(rows)


class _Entry:
    """What the rows of one key say."""

    def __init__(self, line: int, name: str, number: str) -> None:
        self.place = f"line {line}"
        self.name = name
        self.number = number
        self.text = ""
        self.help = ""
        self.labels: dict[int, str] = {}
        self.faults: list[str] = []
        self.same_as = ""
        self.borrowed: Mapping[int, str] | None = None


class _Table:
    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self._notes = Notes()
        self._entries: dict[str, _Entry] = {}
        self._form: dict[str, str] = {}

    def read(self, rows: list[Row]) -> Source:
        """All rows of a table as one source."""
        for row in rows:
            name = " ".join(row["key"].split()).casefold()
            if name == FORM or name in HINTS:
                self._read_form(name, row)
            else:
                self._read_row(name, row)
        recall = self._form.get(RECALL, "")
        return Source(
            questions=tuple(self._question(entry) for entry in self._entries.values()),
            title=self._form.get(TITLE, ""),
            credit=self._form.get(CREDIT, ""),
            instructions=(Instruction(RECALL, recall, 0),) if recall else (),
            notes=self._notes.lines(),
            ordered=False,
        )

    def _read_form(self, name: str, row: Row) -> None:
        text = self._cell(row, "text")
        mine = f"{self._instrument.id} {self._instrument.version}"
        if name == FORM and text and text != mine:
            raise ImportRefused(
                f"Line {row.line}: the table is for {shortened(text)}, but it was imported for {mine}. "
                "Choose that instrument, or fill in its own template."
            )
        self._form[name] = text

    def _read_row(self, name: str, row: Row) -> None:
        number = row["number"]
        if not name and not number:
            raise ImportRefused(f"Line {row.line}: the row names no question. Fill in its key as in the template.")
        entry = self._entries.setdefault(name or f"number {number}", _Entry(row.line, name, number))
        for column in ("text", "help"):
            words = self._cell(row, column)
            if words and getattr(entry, column) not in {"", words}:
                entry.faults.append(f"has two texts in the column {column} (also in line {row.line}); keep one")
            elif words:
                setattr(entry, column, words)
        self._read_label(entry, row)

    def _read_label(self, entry: _Entry, row: Row) -> None:
        label = self._cell(row, "label")
        code = CODE.fullmatch(row["code"])
        if row["code"] and not code:
            entry.faults.append(f"the code {shortened(row['code'], 20)!r} in line {row.line} is no whole number")
        elif label and not code:
            entry.faults.append(f"the label {shortened(label, 40)!r} in line {row.line} has no code")
        elif label and code:
            same = SAME_AS.fullmatch(label)
            if same:
                entry.same_as = same[1].casefold()
            elif entry.labels.setdefault(int(code[1]), label) != label:
                entry.faults.append(f"code {code[1]} has two labels (also in line {row.line}); keep one")

    def _cell(self, row: Row, column: str) -> str:
        place = f"line {row.line}"
        text = row[column]
        if text.startswith(MARK) and text[1:].startswith(RUNNABLE):
            text = text.removeprefix(MARK)
        words, removed = plain(text)
        for what in removed:
            self._notes.add(f"Taken out of the text: {what}", place)
        if SPREADSHEET_ERROR.fullmatch(words):
            raise ImportRefused(
                f"Line {row.line}: the column {column} holds {words}, an error of the spreadsheet program. "
                "Type the text anew with an apostrophe in front."
            )
        return words

    def _question(self, entry: _Entry) -> Question:
        labels, faults = self._labels(entry)
        return Question(
            place=entry.place,
            name=entry.name,
            number=entry.number,
            text=entry.text,
            help=entry.help,
            options=tuple(Option(label, code) for code, label in labels.items()),
            faults=(*entry.faults, *faults),
        )

    def _labels(self, entry: _Entry) -> tuple[Mapping[int, str], Iterator[str]]:
        """Own labels, or those of the question that `same as` names."""
        if not entry.same_as:
            return entry.labels, iter(())
        if entry.labels:
            return entry.labels, iter([f"has labels of its own beside 'same as {shortened(entry.same_as, 40)}'"])
        labels = self._labels_of(entry) if entry.borrowed is None else entry.borrowed
        if not labels:
            return {}, iter([f"'same as {shortened(entry.same_as, 40)}' names no question with labels"])
        self._notes.add(f"Labels were taken from {shortened(entry.same_as, 40)} ('same as')", entry.place)
        return labels, iter(())

    def _labels_of(self, entry: _Entry) -> Mapping[int, str]:
        """The labels at the end of a chain of `same as`; all on the way are told, so that nothing is walked twice."""
        way: dict[str, _Entry] = {}
        other: _Entry | None = entry
        while other is not None and other.same_as and other.borrowed is None and other.name not in way:
            way[other.name] = other
            other = self._entries.get(other.same_as)
        labels = (other.borrowed or other.labels) if other is not None else {}
        for one in way.values():
            one.borrowed = labels
        return labels
