"""Every row of every examples.csv: our scores against those of an independent source."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrrc_qol.catalogue.examples import Example, differences, example_scorer, is_equal, read_examples
from lrrc_qol.catalogue.instruments import EXAMPLES, LoadedInstrument, load_instruments
from lrrc_qol.config import INSTRUMENTS_DIR
from lrrc_qol.domain.errors import DefinitionError
from lrrc_qol.domain.instrument import Instrument, Status

LOADED = load_instruments(INSTRUMENTS_DIR)
USABLE = [one for one in LOADED if one.instrument.status is not Status.SHELL]
SCORERS = {one.folder: example_scorer(one.instrument) for one in USABLE}
ROWS = [
    pytest.param(one, example, id=f"{one.instrument.id}-{example.name}")
    for one in USABLE
    for example in read_examples(one.folder / EXAMPLES, one.instrument)
]


@pytest.mark.thorough
@pytest.mark.parametrize(("one", "example"), ROWS)
def test_example(one: LoadedInstrument, example: Example) -> None:
    found = SCORERS[one.folder](example)
    for column, expected in example.expected.items():
        assert is_equal(found[column], expected, tolerance=one.tolerance), (column, found[column], expected)


def test_the_independent_rows_of_the_c30_are_all_here() -> None:
    folder = next(one.folder for one in LOADED if one.instrument.id == "qlq_c30")
    assert len(list(read_examples(folder / EXAMPLES, _c30()))) == 200


@pytest.mark.parametrize("one", USABLE, ids=lambda one: one.instrument.id)
def test_each_column_has_an_example_with_and_one_without_a_score(one: LoadedInstrument) -> None:
    """A file whose every row is complete (DN4, S-LANSS) can hold no row without a score."""
    examples = list(read_examples(one.folder / EXAMPLES, one.instrument))
    has_gaps = len({len(example.answers) for example in examples}) > 1
    for column in examples[0].expected:
        values = [example.expected[column] for example in examples]
        assert (None in values) is has_gaps, column
        assert any(value is not None for value in values), column


def _c30() -> Instrument:
    return next(one.instrument for one in LOADED if one.instrument.id == "qlq_c30")


def test_a_score_that_differs_is_reported_with_its_line() -> None:
    wrong = Example(7, "made up", {"q8": 4}, {scale.id: None for scale in _c30().scales} | {"AP": 0.0})
    found = list(differences(_c30(), [wrong], tolerance=1e-5))
    assert found == [
        "line 7 (made up): DY is 100.0, expected None",
        "line 7 (made up): AP is None, expected 0.0",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("row_id,distress\n1,2\n", "lacks the columns exp_distress"),
        ("distress,exp_distress,exp_other\n1,1,1\n", "unknown scales: exp_other"),
        ("distress,exp_distress\n1,much\n", "line 2: cannot be read"),
        ("distress,exp_distress\n1\n", "line 2: cannot be read"),
    ],
)
def test_examples_that_do_not_fit_are_refused(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "examples.csv"
    path.write_text(text, encoding="utf-8")
    instrument = next(one.instrument for one in LOADED if one.instrument.id == "distress_nrs")
    with pytest.raises(DefinitionError, match=reason):
        list(read_examples(path, instrument))
