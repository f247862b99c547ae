"""Form fields that forgive how something is typed, but never guess what was meant."""

from __future__ import annotations

import re
from calendar import month_name, monthrange
from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import DateField, RadioField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
DAY_FIRST = re.compile(r"(\d{1,2})[./ -](\d{1,2})[./ -](\d{4})")
NAMED = re.compile(r"(\d{1,2})\.? +([a-z]{3,9})\.? +(\d{4})", re.IGNORECASE)
MONTHS = {name[:3].lower(): number for number, name in enumerate(month_name) if number}
EXAMPLE = "Write the day like 27 3 2026 (day, month, year)."
KNOWN = (("yes", "Yes"), ("no", "No"), ("unknown", "Not known"))


def read_day(text: str) -> date:
    """The civil date that was typed: 2026-03-27, 27/3/2026, 27.3.2026 or 27 March 2026.

    ValueError with a sentence for the person who typed it when there is no such day.
    """
    year, month, day = _parts(text.strip())
    if not 1 <= month <= 12:
        raise ValueError(f"There is no month {month}. {EXAMPLE}")
    if not 1 <= year <= 9999:
        raise ValueError(f"Check the year. {EXAMPLE}")
    if not 1 <= day <= monthrange(year, month)[1]:
        raise ValueError(f"There is no {day} {month_name[month]} {year}.")
    return date(year, month, day)


def _parts(text: str) -> tuple[int, int, int]:
    if found := ISO.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := DAY_FIRST.fullmatch(text):
        return int(found[3]), int(found[2]), int(found[1])
    found = NAMED.fullmatch(text)
    month = MONTHS.get(found[2][:3].lower()) if found else None
    if found is None or month is None:
        raise ValueError(f"This is not a date. {EXAMPLE}")
    return int(found[3]), month, int(found[1])


class CivilDateField(DateField):
    """A native date input; what cannot be read as a date comes back as text, exactly as it was typed."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the one value that was sent; an empty one is no date."""
        text = "".join(valuelist).strip()
        self.data = None
        self.raw_data = [text]
        if not text:
            return
        try:
            self.data = read_day(text)
        except ValueError:
            self.widget = TextInput()
            raise

    def _value(self) -> str:
        if self.data is not None:
            return self.data.isoformat()
        return str(self.raw_data[0]) if self.raw_data else ""


class CheckList(SelectMultipleField):
    """Any number of choices, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class KnownField(RadioField):
    """Yes, no or not known; its `answer` is True, False or None."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, choices=list(KNOWN), default="unknown", **options)

    @property
    def answer(self) -> bool | None:
        """What was chosen."""
        return {"yes": True, "no": False}.get(str(self.data))


def known_value(answer: bool | None) -> str:
    """The choice that stands for a stored answer."""
    return {True: "yes", False: "no", None: "unknown"}[answer]
