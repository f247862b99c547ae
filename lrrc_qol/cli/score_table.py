"""Scores a CSV table of answers row by row, in bounded memory."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, TextIO

from lrrc_qol.domain.instrument import AnswerValue, Instrument, Item, Missing
from lrrc_qol.domain.scoring import Score, Scorer

ROW_ID = "row_id"
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?", re.ASCII)
REMEMBERED_PATTERNS = 20_000
"""Answer patterns remembered per scale: most rows repeat one, and the number bounds the memory."""

ScoreRow = Callable[[list[str]], list[str]]
"""From the cells of a row to its written scores."""


class TableFault(Exception):
    """The table cannot be scored; the text names the line and the column."""


class BadCell(Exception):
    """One cell is wrong; the text names the column."""


class Layout(NamedTuple):
    """How a table is laid out: the columns to write, and how a row is scored once its header is known."""

    columns: tuple[str, ...]
    row_scorer: Callable[[Sequence[str]], ScoreRow]


def score_table(instrument: Instrument, source: TextIO, target: TextIO, *, value_sets: Sequence[str] = ()) -> int:
    """Read answers from `source`, write scores to `target`, and return the number of rows.

    One column per item; columns that are not items of the instrument are ignored, except `row_id`, which is copied.
    `value_sets` names those whose index is wanted, each in a column of its name. TableFault for missing columns,
    rows of the wrong length and cells that are no numbers.
    """
    return score_rows(item_layout(instrument, value_sets), source, target)


def score_rows(layout: Layout, source: TextIO, target: TextIO) -> int:
    """Score a table of any layout; see `score_table`."""
    reader = csv.reader(source, strict=True)
    writer = csv.writer(target, lineterminator="\n")
    try:
        header = [name.strip() for name in next(reader, [])]
        score_row = layout.row_scorer(header)
        row_id = header.index(ROW_ID) if ROW_ID in header else None
        writer.writerow(layout.columns if row_id is None else [ROW_ID, *layout.columns])
        count = 0
        for row in _rows(reader, width=len(header)):
            texts = score_row(row)
            writer.writerow(texts if row_id is None else [row[row_id], *texts])
            count += 1
    except (csv.Error, BadCell) as fault:
        raise TableFault(f"line {reader.line_num}, {fault}" if reader.line_num else str(fault)) from None
    except UnicodeDecodeError:
        raise TableFault(f"after line {reader.line_num}: the file is not UTF-8 text") from None
    return count


def item_layout(instrument: Instrument, value_sets: Sequence[str] = ()) -> Layout:
    """One column per item in, one column per scale out; the index of an instrument with value sets once for each."""
    indices = {scale.id for scale in instrument.scales if scale.method == "value_set"}
    columns: list[str] = []
    for scale in instrument.scales:
        columns += value_sets if scale.id in indices else [scale.id]

    def row_scorer(header: Sequence[str]) -> ScoreRow:
        places = find_columns(instrument, header)
        scorer = Scorer(instrument, value_set=value_sets[0] if value_sets else None)
        plain = _row_scorer(scorer, places)
        others = [
            _row_scorer(Scorer(instrument, value_set=name), places, only=indices) if indices else None
            for name in value_sets[1:]
        ]
        order = [scale.id for scale in instrument.scales]

        def score_row(row: list[str]) -> list[str]:
            first = plain(row)
            if not others:
                return [first[name] for name in order]
            more = [other(row) for other in others if other is not None]
            texts: list[str] = []
            for name in order:
                texts.append(first[name])
                texts += [one[name] for one in more] if name in indices else []
            return texts

        return score_row

    return Layout(tuple(columns), row_scorer)


def find_columns(instrument: Instrument, header: Sequence[str]) -> dict[str, int]:
    """Where each item's column stands; TableFault when one is missing that is not optional, or stands there twice."""
    missing = [item.id for item in instrument.items if item.id not in header and not item.optional]
    if missing:
        raise TableFault(
            f"line 1: these columns of {instrument.id} are missing: {', '.join(missing)}. "
            "The first line must name the columns, separated by commas."
        )
    refuse_doubles(header, [item.id for item in instrument.items])
    return {item.id: header.index(item.id) for item in instrument.items if item.id in header}


def refuse_doubles(header: Sequence[str], names: Sequence[str]) -> None:
    """TableFault when one of the columns that count stands in the header twice."""
    twice = [name for name in (*names, ROW_ID) if header.count(name) > 1]
    if twice:
        raise TableFault(f"line 1: these columns stand there twice: {', '.join(twice)}")


def answer_in(column: str, cell: str) -> AnswerValue:
    """The code in a cell; empty and anything that is a number but no whole one count as not answered."""
    text = cell.strip()
    if not text:
        return Missing.NOT_ANSWERED
    if not NUMBER.fullmatch(text):
        raise BadCell(f"column {column}: {text[:40]!r} is not a number")
    number = float(text)
    return int(number) if number.is_integer() else Missing.NOT_ANSWERED


def written(score: Score) -> str:
    """A score as a cell: empty when there is none, the name of a band, else all digits."""
    if score.value is None:
        return ""
    return score.label or repr(score.value)


def _rows(reader: Any, *, width: int) -> Iterator[list[str]]:
    for row in reader:
        if len(row) == width:
            yield row
        elif not row and width == 1:
            yield [""]
        elif row:
            raise TableFault(f"line {reader.line_num}: has {len(row)} cells, but the first line names {width} columns")


class _Step(NamedTuple):
    """One scale of a row: which cells its answers stand in, and the results known so far by those cells."""

    scale_id: str
    pick: Callable[[list[str]], Any] | None
    known: dict[Any, tuple[Score, str]]
    score: Callable[[Any, dict[str, Score]], Score]


def _row_scorer(
    scorer: Scorer, places: dict[str, int], *, only: set[str] | None = None
) -> Callable[[list[str]], dict[str, str]]:
    """From a row's cells to its written scores by scale, with everything looked up beforehand."""
    steps = [_step(scorer, name, places) for name in scorer.order if only is None or name in only]
    remembered = {step.scale_id: not scorer.rules[step.scale_id].parts for step in steps}

    def score_row(row: list[str]) -> dict[str, str]:
        scores: dict[str, Score] = {}
        texts: dict[str, str] = {}
        for step in steps:
            pattern = step.pick(row) if step.pick else None
            found = step.known.get(pattern)
            if found is None:
                score = step.score(pattern, scores)
                found = score, written(score)
                if remembered[step.scale_id]:
                    if len(step.known) >= REMEMBERED_PATTERNS:
                        step.known.clear()
                    step.known[pattern] = found
            scores[step.scale_id], texts[step.scale_id] = found
        return texts

    return score_row


def _step(scorer: Scorer, scale_id: str, places: dict[str, int]) -> _Step:
    present: list[Item] = [item for item in scorer.rules[scale_id].items if item.id in places]
    pick = itemgetter(*(places[item.id] for item in present)) if present else None

    def score(pattern: Any, scores: dict[str, Score]) -> Score:
        cells = () if not present else (pattern,) if len(present) == 1 else pattern
        answers = {item.id: answer_in(item.id, cell) for item, cell in zip(present, cells, strict=True)}
        return scorer.score_one(scale_id, answers, scores)

    return _Step(scale_id, pick, {}, score)
