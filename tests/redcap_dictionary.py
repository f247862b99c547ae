"""REDCap data dictionaries with placeholder words, written from REDCap's 18 columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from lrrc_qol.domain.instrument import Instrument, Item

COLUMNS = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
LABEL = COLUMNS.index("Field Label")
CHOICES = COLUMNS.index("Choices, Calculations, OR Slider Labels")
NUMBER = COLUMNS.index("Question Number (surveys only)")


def dictionary(instrument: Instrument, *, says: str = "Placeholder", without: tuple[str, ...] = ()) -> bytes:
    """The dictionary of a form with one radio field for each item of the instrument, named by its id."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerow(["record_id", "form", "", "text", "Record ID", *[""] * 13])
    writer.writerows(_rows(instrument, says, without))
    return table.getvalue().encode()


def _rows(instrument: Instrument, says: str, without: tuple[str, ...]) -> Iterator[list[str]]:
    for item in instrument.items:
        if item.id not in without:
            row = [item.id, "form", "", "radio", *[""] * 14]
            row[LABEL] = f"{says} question {item.number}"
            row[CHOICES] = _choices(item, says)
            row[NUMBER] = item.number
            yield row


def _choices(item: Item, says: str) -> str:
    return " | ".join(f"{code}, {says} answer {code}" for code in item.codes)
