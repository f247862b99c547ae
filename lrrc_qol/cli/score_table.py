"""Scores a CSV table of answers row by row, in bounded memory."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any, TextIO

from lrrc_qol.domain.instrument import AnswerValue, Instrument, Missing
from lrrc_qol.domain.scoring import CompositeRule, ItemRule, Scorer

ROW_ID = "row_id"
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?", re.ASCII)
REMEMBERED_PATTERNS = 20_000
"""Answer patterns remembered per scale: most rows repeat one, and the number bounds the memory."""

Result = tuple[float | None, str]
"""A score and how it is written: empty when there is none, all digits otherwise."""


class TableFault(Exception):
    """The table cannot be scored; the text names the line and the column."""


def score_table(instrument: Instrument, source: TextIO, target: TextIO) -> int:
    """Read answers from `source`, write scores to `target`, and return the number of rows.

    Columns that are not items of the instrument are ignored, except `row_id`, which is copied. TableFault for
    missing columns, rows of the wrong length and cells that are no numbers.
    """
    reader = csv.reader(source, strict=True)
    writer = csv.writer(target, lineterminator="\n")
    try:
        header = [name.strip() for name in next(reader, [])]
        columns = _item_columns(instrument, header)
        row_id = header.index(ROW_ID) if ROW_ID in header else None
        names = [scale.id for scale in instrument.scales]
        writer.writerow(names if row_id is None else [ROW_ID, *names])
        score_row = _row_scorer(instrument, columns)
        count = 0
        for row in _rows(reader, width=len(header)):
            texts = score_row(row)
            writer.writerow(texts if row_id is None else [row[row_id], *texts])
            count += 1
    except (csv.Error, _BadCell) as fault:
        raise TableFault(f"line {reader.line_num}, {fault}" if reader.line_num else str(fault)) from None
    except UnicodeDecodeError:
        raise TableFault(f"after line {reader.line_num}: the file is not UTF-8 text") from None
    return count


class _BadCell(Exception):
    """One cell is no number; the text names the column."""


def _item_columns(instrument: Instrument, header: Sequence[str]) -> dict[str, int]:
    missing = [item.id for item in instrument.items if item.id not in header]
    if missing:
        raise TableFault(
            f"line 1: these columns of {instrument.id} are missing: {', '.join(missing)}. "
            "The first line must name the columns, separated by commas."
        )
    wanted = [item.id for item in instrument.items] + [ROW_ID]
    twice = [name for name in wanted if header.count(name) > 1]
    if twice:
        raise TableFault(f"line 1: these columns stand there twice: {', '.join(twice)}")
    return {item.id: header.index(item.id) for item in instrument.items}


def _rows(reader: Any, *, width: int) -> Iterator[list[str]]:
    for row in reader:
        if len(row) == width:
            yield row
        elif not row and width == 1:
            yield [""]
        elif row:
            raise TableFault(f"line {reader.line_num}: has {len(row)} cells, but the first line names {width} columns")


def _row_scorer(instrument: Instrument, columns: dict[str, int]) -> Callable[[list[str]], list[str]]:
    """One function from a row's cells to its written scores, with everything looked up beforehand."""
    rules = Scorer(instrument).rules
    order = [scale.id for scale in instrument.scales]
    simple = [
        (order.index(name), *_pattern_scorer(rule, columns))
        for name, rule in rules.items()
        if isinstance(rule, ItemRule)
    ]
    composite = [
        (order.index(name), rule, [order.index(part) for part in rule.parts])
        for name, rule in rules.items()
        if isinstance(rule, CompositeRule)
    ]
    width = len(order)

    def score_row(row: list[str]) -> list[str]:
        values: list[float | None] = [None] * width
        texts = [""] * width
        for place, pick, known, score in simple:
            pattern = pick(row)
            values[place], texts[place] = known.get(pattern) or score(pattern)
        for place, rule, parts in composite:
            texts[place] = _written(rule.value([values[part] for part in parts]))
        return texts

    return score_row


def _pattern_scorer(
    rule: ItemRule, columns: dict[str, int]
) -> tuple[Callable[[list[str]], Any], dict[Any, Result], Callable[[Any], Result]]:
    """How to pick a scale's cells from a row, the results known so far, and how to find a new one."""
    names = [item.id for item in rule.items]
    known: dict[Any, Result] = {}

    def score(pattern: Any) -> Result:
        cells = (pattern,) if len(names) == 1 else pattern
        value = rule.score([_answer(name, cell) for name, cell in zip(names, cells, strict=True)])[0]
        if len(known) >= REMEMBERED_PATTERNS:
            known.clear()
        known[pattern] = value, _written(value)
        return known[pattern]

    return itemgetter(*(columns[name] for name in names)), known, score


def _answer(column: str, cell: str) -> AnswerValue:
    """The code in a cell; empty and anything that is a number but no whole one count as not answered."""
    text = cell.strip()
    if not text:
        return Missing.NOT_ANSWERED
    if not NUMBER.fullmatch(text):
        raise _BadCell(f"column {column}: {text[:40]!r} is not a number")
    number = float(text)
    return int(number) if number.is_integer() else Missing.NOT_ANSWERED


def _written(value: float | None) -> str:
    return "" if value is None else repr(value)
