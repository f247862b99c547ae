"""Reads an instrument's examples.csv: answers with the scores that an independent source expects."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lrrc_qol.domain.errors import DefinitionError
from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.domain.scoring import Scorer
from lrrc_qol.domain.scoring.terms import ATTRIBUTE_COLUMNS, GRADES, TERM, terms_of

EXPECTED = "exp_"
SIDE_READINGS = ("single_item", "bands")
"""Methods that repeat an answer or name a score; an independent file may lack them, unless one is the primary scale."""

Result = float | str | None
"""A score, the name of a band, or None for no score."""


@dataclass(frozen=True, slots=True)
class Example:
    """One row: answers by item id, and what is expected by column: of a scale, a value set or a grade.

    `term` is the number of the term in a file that holds one term per row; answers are then by attribute.
    """

    line: int
    name: str
    answers: Mapping[str, int]
    expected: Mapping[str, Result]
    term: str = ""


def read_examples(path: Path, instrument: Instrument) -> Iterator[Example]:
    """Rows of the file; DefinitionError when its columns are not the instrument's items and scales."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        columns = list(reader.fieldnames or [])
        by_term = bool(instrument.groups) and TERM in columns
        _check_columns(path, instrument, columns, by_term=by_term)
        inputs = ATTRIBUTE_COLUMNS if by_term else [item.id for item in instrument.items if item.id in columns]
        expected = [name for name in columns if name.startswith(EXPECTED)]
        named = {EXPECTED + scale.id for scale in instrument.scales if scale.method == "bands"}
        for row in reader:
            try:
                if None in row or None in row.values():
                    raise ValueError("more or fewer cells than columns")
                yield Example(
                    line=reader.line_num,
                    name=f"{row.get('row_id', reader.line_num)} {row.get('case', '')}".strip(),
                    answers={name: int(row[name]) for name in inputs if row[name]},
                    expected={
                        name.removeprefix(EXPECTED): _result(row[name], is_name=name in named) for name in expected
                    },
                    term=row[TERM] if by_term else "",
                )
            except (TypeError, ValueError) as error:
                raise DefinitionError(str(path), f"line {reader.line_num}", f"cannot be read: {error}") from None


def differences(instrument: Instrument, examples: Iterable[Example], *, tolerance: float) -> Iterator[str]:
    """One sentence for each score that is not as expected; a missing score must be missing on both sides."""
    score = example_scorer(instrument)
    for example in examples:
        found = score(example)
        for column, expected in example.expected.items():
            if not is_equal(found[column], expected, tolerance=tolerance):
                yield f"line {example.line} ({example.name}): {column} is {found[column]}, expected {expected}"


def example_scorer(instrument: Instrument) -> Callable[[Example], Mapping[str, Result]]:
    """A function from an example to our own results by column, with all rules made once."""
    scorers = {name: Scorer(instrument, value_set=name) for name in instrument.value_sets or ("",)}
    indices = {scale.id for scale in instrument.scales if scale.method == "value_set"}
    terms = terms_of(instrument)

    def score(example: Example) -> Mapping[str, Result]:
        if example.term:
            term = terms.get(example.term)
            grades = term.grades(example.answers) if term else ()
            return dict(zip(GRADES, (grade.value for grade in grades), strict=True))
        results: dict[str, Result] = {}
        for name, scorer in scorers.items():
            for one in scorer.score(example.answers):
                column = name if one.scale_id in indices else one.scale_id
                results[column] = one.label or one.value
        return results

    return score


def is_equal(value: Result, expected: Result, *, tolerance: float) -> bool:
    """Whether a result is as expected: none strictly none, a name to the letter, a number within the tolerance."""
    if isinstance(value, float | int) and isinstance(expected, float | int):
        return math.isclose(value, expected, rel_tol=0, abs_tol=tolerance)
    return value == expected


def _result(cell: str, *, is_name: bool) -> Result:
    if not cell:
        return None
    return cell if is_name else float(cell)


def _check_columns(path: Path, instrument: Instrument, columns: Sequence[str], *, by_term: bool) -> None:
    known = set(_expected_columns(instrument, by_term=by_term))
    needed = list(ATTRIBUTE_COLUMNS) if by_term else [item.id for item in instrument.items if not item.optional]
    needed += [EXPECTED + name for name in known if _is_needed(instrument, name)]
    missing = [name for name in needed if name not in columns]
    if missing:
        raise DefinitionError(str(path), "line 1", f"lacks the columns {', '.join(missing)}")
    unknown = [name for name in columns if name.startswith(EXPECTED) and name.removeprefix(EXPECTED) not in known]
    if unknown:
        raise DefinitionError(str(path), "line 1", f"has columns of unknown scales: {', '.join(unknown)}")


def _expected_columns(instrument: Instrument, *, by_term: bool) -> Iterator[str]:
    if by_term:
        yield from GRADES
        return
    for scale in instrument.scales:
        yield from instrument.value_sets if scale.method == "value_set" else (scale.id,)


def _is_needed(instrument: Instrument, column: str) -> bool:
    """Every scale needs its examples, except one made of optional items, side readings, and single value sets."""
    optional = {item.id for item in instrument.items if item.optional}
    for scale in instrument.scales:
        if scale.id == column:
            aside = scale.method in SIDE_READINGS and not scale.primary
            return not (aside or (scale.items and optional.issuperset(scale.items)))
    return column in GRADES
