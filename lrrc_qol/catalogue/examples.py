"""Reads an instrument's examples.csv: answers with the scores that an independent source expects."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lrrc_qol.domain.errors import DefinitionError
from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.domain.scoring import Scorer

EXPECTED = "exp_"
TOLERANCE = 1e-5  # the independent figures are given to six decimals


@dataclass(frozen=True, slots=True)
class Example:
    """One row: answers by item id, and the expected score (None = no score) by scale id."""

    line: int
    name: str
    answers: Mapping[str, int]
    expected: Mapping[str, float | None]


def read_examples(path: Path, instrument: Instrument) -> Iterator[Example]:
    """Rows of the file; DefinitionError when its columns are not the instrument's items and scales."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        _check_columns(path, instrument, list(reader.fieldnames or []))
        for row in reader:
            try:
                if None in row or None in row.values():
                    raise ValueError("more or fewer cells than columns")
                yield Example(
                    line=reader.line_num,
                    name=f"{row.get('row_id', reader.line_num)} {row.get('case', '')}".strip(),
                    answers={item.id: int(row[item.id]) for item in instrument.items if row[item.id]},
                    expected={scale.id: _number(row[EXPECTED + scale.id]) for scale in instrument.scales},
                )
            except (TypeError, ValueError) as error:
                raise DefinitionError(str(path), f"line {reader.line_num}", f"cannot be read: {error}") from None


def differences(instrument: Instrument, examples: Iterator[Example]) -> Iterator[str]:
    """One sentence for each score that is not as expected; a missing score must be missing on both sides."""
    scorer = Scorer(instrument)
    for example in examples:
        for score in scorer.score(example.answers):
            expected = example.expected[score.scale_id]
            if not _equal(score.value, expected):
                yield f"line {example.line} ({example.name}): {score.scale_id} is {score.value}, expected {expected}"


def _equal(value: float | None, expected: float | None) -> bool:
    if value is None or expected is None:
        return value is None and expected is None
    return math.isclose(value, expected, rel_tol=0, abs_tol=TOLERANCE)


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


def _check_columns(path: Path, instrument: Instrument, columns: list[str]) -> None:
    wanted = [item.id for item in instrument.items] + [EXPECTED + scale.id for scale in instrument.scales]
    missing = [name for name in wanted if name not in columns]
    if missing:
        raise DefinitionError(str(path), "line 1", f"lacks the columns {', '.join(missing)}")
    unknown = [name for name in columns if name.startswith(EXPECTED) and name not in wanted]
    if unknown:
        raise DefinitionError(str(path), "line 1", f"has columns of unknown scales: {', '.join(unknown)}")
