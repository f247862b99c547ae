"""Courses from papers: those shipped are read, and a figure that cannot be one of the scale stops the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrrc_qol.catalogue.instruments import load_instruments
from lrrc_qol.catalogue.published_courses import NAME, SCHEMA, load_published_courses
from lrrc_qol.config import CLINICAL_DIR, INSTRUMENTS_DIR
from lrrc_qol.domain.errors import DefinitionError
from lrrc_qol.domain.instrument import Instrument


@pytest.fixture(scope="module")
def instruments() -> tuple[Instrument, ...]:
    return tuple(one.instrument for one in load_instruments(INSTRUMENTS_DIR))


def test_the_shipped_courses_are_those_of_the_papers(instruments: tuple[Instrument, ...]) -> None:
    courses = {one.id: one for one in load_published_courses(CLINICAL_DIR, instruments)}

    young = courses["young_2014"]
    assert young.placed(baseline_day=-7, discharge_day=16) == ((-7, 93.0), (16, 78.6), (30, 86.7))
    assert young.patients == 148
    assert courses["chinese_cohort"].points == ()
    assert all(one.source and one.per_point for one in courses.values())


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("value = 93.0", "value = 137", "no score between 0 and 136"),
        ('scale = "FACT_C"', 'scale = "FACT_X"', "fact_c has no scale 'FACT_X'"),
        ('id = "austin_2010"', 'id = "young_2014"', "is there twice"),
        ('anchor = "operation", day = 30', 'anchor = "operation"', "'day' is missing"),
        ('source = "Young 2014, Br J Surg 101:277"\n', "", "'source' is missing"),
    ],
)
def test_a_wrong_definition_is_refused(
    tmp_path: Path, instruments: tuple[Instrument, ...], old: str, new: str, reason: str
) -> None:
    (tmp_path / SCHEMA).write_text((CLINICAL_DIR / SCHEMA).read_text(encoding="utf-8"), encoding="utf-8")
    text = (CLINICAL_DIR / NAME).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / NAME).write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(DefinitionError, match=reason):
        load_published_courses(tmp_path, instruments)
