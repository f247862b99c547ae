"""Scores tables that hold one term per row: PRO-CTCAE's `symptom_no` with its attributes."""

from __future__ import annotations

from collections.abc import Sequence

from lrrc_qol.cli.score_table import BadCell, Layout, ScoreRow, TableFault, answer_in, refuse_doubles
from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.domain.scoring.terms import ATTRIBUTE_COLUMNS, GRADES, TERM, terms_of


def is_term_table(instrument: Instrument, header: Sequence[str]) -> bool:
    """Whether a table with these columns holds one term per row instead of one form per row."""
    return bool(instrument.groups) and TERM in header


def term_layout(instrument: Instrument) -> Layout:
    """One row per term in; both grades out, empty where there is none."""
    terms = terms_of(instrument)

    def row_scorer(header: Sequence[str]) -> ScoreRow:
        refuse_doubles(header, (TERM, *ATTRIBUTE_COLUMNS))
        missing = [name for name in ATTRIBUTE_COLUMNS if name not in header]
        if missing:
            raise TableFault(f"line 1: these columns are missing beside {TERM}: {', '.join(missing)}")
        places = {name: header.index(name) for name in (TERM, *ATTRIBUTE_COLUMNS)}

        def score_row(row: list[str]) -> list[str]:
            number = row[places[TERM]].strip()
            if number not in terms:
                raise BadCell(f"column {TERM}: {number[:40]!r} is no term of {instrument.id}")
            term = terms[number]
            if term is None:
                return ["" for _ in GRADES]
            answers = {name: answer_in(name, row[places[name]]) for name in term.columns}
            return ["" if grade.value is None else repr(grade.value) for grade in term.grades(answers)]

        return score_row

    return Layout(GRADES, row_scorer)
