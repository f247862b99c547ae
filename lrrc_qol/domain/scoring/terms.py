"""Grades of single terms, for tables that hold one term per row (the layout of PRO-CTCAE analysis files)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from lrrc_qol.domain.instrument import AnswerValue, Instrument, Missing
from lrrc_qol.domain.scoring.outcome import Outcome
from lrrc_qol.domain.scoring.table_methods import ATTRIBUTES, TableRule, composite_grade

TERM = "symptom_no"
ATTRIBUTE_COLUMNS = tuple(dict.fromkeys(ATTRIBUTES.values()))
GRADES = ("composite", "composite_zero_skip")
"""A grade that needs all attributes, and one that takes later attributes as 0 after a first 0."""


@dataclass(frozen=True, slots=True)
class Term:
    """One gradable term: the columns of its attributes in order, and its two rules."""

    number: str
    columns: tuple[str, ...]
    strict: TableRule
    zero_skip: TableRule

    def grades(self, answers: Mapping[str, AnswerValue]) -> tuple[Outcome, Outcome]:
        """The grades named in GRADES, from answers by attribute column."""
        given = [answers.get(column, Missing.NOT_ANSWERED) for column in self.columns]
        return self.strict.outcome(given, (), None), self.zero_skip.outcome(given, (), None)


def terms_of(instrument: Instrument) -> Mapping[str, Term | None]:
    """The terms of an instrument by number; None for one that is asked but not graded."""
    found: dict[str, Term | None] = dict.fromkeys(instrument.groups)
    for scale in instrument.scales:
        if scale.method == "composite_grade":
            number = instrument.item(scale.items[0]).group
            strict, skipping = (
                composite_grade(replace(scale, parameters={**scale.parameters, "zero_skip": skips}), instrument)
                for skips in (False, True)
            )
            columns = tuple(ATTRIBUTES[letter] for letter in str(scale.parameters["attributes"]))
            found[number] = Term(number, columns, strict, skipping)
    return found
