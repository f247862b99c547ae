"""REDCap data dictionary (CSV with 18 columns, also inside an exported project archive) as a source of wording."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lrrc_qol.interchange.archive import tables_inside
from lrrc_qol.interchange.delimited import Row, read_table
from lrrc_qol.interchange.plain_text import decoded, is_archive, plain
from lrrc_qol.interchange.proposal import ImportRefused
from lrrc_qol.interchange.source import Instruction, Notes, Option, Question, Source, shortened

COLUMNS = {
    "variable / field name": "variable",
    "field_name": "variable",
    "variable": "variable",
    "form name": "form",
    "form_name": "form",
    "section header": "header",
    "section_header": "header",
    "field type": "type",
    "field_type": "type",
    "field label": "label",
    "field_label": "label",
    "choices, calculations, or slider labels": "choices",
    "select_choices_or_calculations": "choices",
    "field note": "note",
    "field_note": "note",
    "text validation type or show slider number": "validation",
    "text_validation_type_or_show_slider_number": "validation",
    "text validation min": "minimum",
    "text_validation_min": "minimum",
    "text validation max": "maximum",
    "text_validation_max": "maximum",
    "branching logic (show field only if...)": "branching",
    "branching_logic": "branching",
    "question number (surveys only)": "number",
    "question_number": "number",
    "matrix group name": "matrix",
    "matrix_group_name": "matrix",
    "field annotation": "annotation",
    "field_annotation": "annotation",
}
"""Names as in the exported file and as in REDCap's API; the other columns say nothing about wording."""
REQUIRED = ("variable", "type", "label", "choices")
WHAT = "REDCap data dictionary"
CHOICES = frozenset({"radio", "dropdown"})
LEFT_OUT = {"calc": "Calculated fields", "sql": "SQL fields", "file": "File fields", "notes": "Free text fields"}
WHOLE = re.compile(r"[+-]?[0-9]{1,6}", re.ASCII)
NUMERIC = frozenset({"integer", "number", "number_0dp", "int"})
SLIDER_ENDS = (0, 100)
"""REDCap's own range of a slider that states none."""


def read_redcap(raw: bytes, language: str) -> Source:
    """Read a data dictionary. It does not state its language, so `language` is taken for granted and noted.

    ImportRefused when it is no dictionary, has a variable twice, or the archive is not to be trusted.
    """
    notes = Notes()
    rows = _rows(raw, notes)
    notes.add(f"A dictionary does not say its language; its texts were taken as {language!r}, so read them closely")
    dictionary = _Dictionary(rows, language, notes)
    for row in rows:
        dictionary.read(row)
    return Source(
        questions=tuple(dictionary.questions), instructions=tuple(dictionary.instructions), notes=notes.lines()
    )


def _rows(raw: bytes, notes: Notes) -> list[Row]:
    if not is_archive(raw):
        return read_table(decoded(raw), COLUMNS, required=REQUIRED, what=WHAT)
    found: list[tuple[str, list[Row]]] = []
    refusals: list[str] = []
    for name, content in tables_inside(raw):
        try:
            found.append((name, read_table(decoded(content), COLUMNS, required=REQUIRED, what=WHAT)))
        except ImportRefused as refusal:
            refusals.append(f"{name}: {refusal}")
    if len(found) != 1:
        names = ", ".join(name for name, _ in found) or " ".join(refusals[:3])
        raise ImportRefused(f"The archive must hold exactly one data dictionary; it holds {len(found)}: {names}")
    notes.add(f"The dictionary was read from {found[0][0]!r} in the archive")
    return found[0][1]


class _Dictionary:
    def __init__(self, rows: Sequence[Row], language: str, notes: Notes) -> None:
        self._language = language.casefold()
        self._notes = notes
        self._matrix_choices = {
            row["matrix"]: row["choices"] for row in reversed(rows) if row["matrix"] and row["choices"]
        }
        self._variables = {row["variable"].casefold() for row in rows}
        self._lines: dict[str, int] = {}
        self.questions: list[Question] = []
        self.instructions: list[Instruction] = []

    def read(self, row: Row) -> None:
        """Read one field: a question, an instruction, or something that is left out with a note."""
        variable = row["variable"].casefold()
        if not variable:
            raise ImportRefused(f"Line {row.line}: the variable name is missing. Every field needs one.")
        if variable in self._lines:
            raise ImportRefused(
                f"Line {row.line}: variable {shortened(variable)!r} stands there twice, first in line "
                f"{self._lines[variable]}. Delete or rename one."
            )
        self._lines[variable] = row.line
        place = f"variable {shortened(variable)} (line {row.line})"
        kind = row["type"].casefold()
        self._note(row, place)
        self._instruct(row, "header", place)
        if "@hidden" in row["annotation"].casefold():
            self._notes.add("Hidden fields were left out", place)
        elif kind == "descriptive":
            self._instruct(row, "label", place)
        elif kind in LEFT_OUT:
            self._notes.add(f"{LEFT_OUT[kind]} were left out", place)
        elif not self._is_record_number(row, kind):
            self.questions.append(self._question(row, kind, variable, place))

    def _is_record_number(self, row: Row, kind: str) -> bool:
        return len(self._lines) == 1 and kind == "text" and row["validation"].casefold() not in NUMERIC

    def _note(self, row: Row, place: str) -> None:
        if row["branching"]:
            self._notes.add("Branching logic was ignored; the definition says who is asked what", place)
        if row["annotation"]:
            self._notes.add("Field annotations were ignored", place)

    def _instruct(self, row: Row, column: str, place: str) -> None:
        text = self._clean(row[column], place)
        if text:
            self.instructions.append(Instruction(place, text, len(self.questions)))

    def _clean(self, text: str, place: str) -> str:
        words, removed = plain(text)
        for what in removed:
            self._notes.add(f"Taken out of the text: {what}", place)
        return words

    def _question(self, row: Row, kind: str, variable: str, place: str) -> Question:
        options, span, faults = self._answers(row, kind, place)
        text = self._clean(row["label"], place)
        return Question(
            place=place,
            name=variable,
            text=text,
            number=row["number"],
            help=self._clean(row["note"], place),
            options=tuple(options),
            span=span,
            faults=(*faults, *self._piped(text)),
            section=row["form"],
        )

    def _piped(self, text: str) -> Iterator[str]:
        for name in re.findall(r"\[([a-z][a-z0-9_]*)[^\]\s]{0,60}\]", text.casefold()):
            if name in self._variables:
                yield f"its text pipes in another answer, [{name}]; write out what is printed on the form"

    def _answers(
        self, row: Row, kind: str, place: str
    ) -> tuple[list[Option], tuple[int | None, int | None] | None, list[str]]:
        if kind in CHOICES:
            return self._choices(row, place)
        if kind in {"yesno", "truefalse"}:
            return self._yes_no(kind, place), None, []
        if kind == "slider":
            return self._slider(row, place)
        if kind == "text" and row["validation"].casefold() in NUMERIC:
            return [], (_whole(row["minimum"]), _whole(row["maximum"])), []
        if kind == "checkbox":
            return [], None, ["lets several answers be given (checkbox); make it a radio field"]
        return [], None, [f"the field type {shortened(kind, 30)!r} is not supported: make it a radio or slider field"]

    def _choices(self, row: Row, place: str) -> tuple[list[Option], None, list[str]]:
        written = row["choices"] or self._matrix_choices.get(row["matrix"], "")
        faults = [] if written else ["has no choices; write them as 1, Label | 2, Label"]
        if row["matrix"] and written != self._matrix_choices.get(row["matrix"], written):
            faults.append(f"its choices differ from those of its matrix {shortened(row['matrix'], 40)!r}")
        options: list[Option] = []
        for part in written.split("|") if written else []:
            value, comma, label = part.partition(",")
            code = _whole(value)
            if code is None or not comma:
                faults.append(f"choice {shortened(part.strip(), 40)!r} is not written as: whole number, comma, label")
            options.append(Option(self._clean(label, place), code))
        return options, None, faults

    def _yes_no(self, kind: str, place: str) -> list[Option]:
        """REDCap shows these two words itself; they are in no dictionary and known in English only."""
        words = ("Yes", "No") if kind == "yesno" else ("True", "False")
        if self._language != "en":
            words = ("", "")
        self._notes.add(f"The answers of a {kind} field are REDCap's own words; compare them", place)
        return [Option(words[0], 1), Option(words[1], 0)]

    def _slider(self, row: Row, place: str) -> tuple[list[Option], tuple[int | None, int | None], list[str]]:
        labels = [self._clean(label, place) for label in row["choices"].split("|")]
        low, high = _whole(row["minimum"]), _whole(row["maximum"])
        span = SLIDER_ENDS[0] if low is None else low, SLIDER_ENDS[1] if high is None else high
        if len(labels) < 2:
            return [], span, ["its slider labels are missing; write them as lowest | middle | highest"]
        if any(labels[1:-1]):
            self._notes.add("Words at the middle of a slider were left out", place)
        return [Option(labels[0], span[0]), Option(labels[-1], span[1])], span, []


def _whole(text: str) -> int | None:
    text = text.strip()
    return int(text) if WHOLE.fullmatch(text) else None
