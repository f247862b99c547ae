"""The completion tables of the cohort page as one file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from typing import Any

from lrrc_qol.services.read_cohort import Cohort, CompletionLine, Group

COLUMNS = ("group", "visit", "name", "expected", "in_time", "late", "came", "patients", "why_not", "data_as_of")


def completion_file(cohort: Cohort, *, now: datetime) -> str:
    """Both groups, one row for each visit; an empty cell is a hidden number, as on the page."""
    text = StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(COLUMNS)
    table.writerows([*row, now.isoformat(timespec="seconds")] for row in _rows(cohort))
    return text.getvalue()


def _rows(cohort: Cohort) -> Iterator[list[Any]]:
    groups: dict[str, Group] = {"operated": cohort.operated, "not_operated": cohort.not_operated}
    for name, group in groups.items():
        for line in group.lines:
            yield [name, *_counts(line, group.patients), _why_not(line)]


def _counts(line: CompletionLine, patients: int | None) -> list[Any]:
    counts = (line.expected, line.in_window.numerator, line.late, line.completed.numerator, patients)
    return [line.key, line.name, *("" if count is None else count for count in counts)]


def _why_not(line: CompletionLine) -> str:
    return "; ".join(f"{words}: {'hidden' if count is None else count}" for words, count in line.missed)
