"""After a re-computation every reader takes the newest generation only, and the old one stays stored."""

from __future__ import annotations

import csv
import html
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.domain.baseline import BaselineKind
from lrrc_qol.persistence.models import ScoreRow
from lrrc_qol.persistence.queries.cohort import Kinds, count_visits
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.export import extent_of, write_export
from lrrc_qol.services.read_form import read_form
from lrrc_qol.services.read_record import read_record
from lrrc_qol.services.rescore import Scope, Scorers, rescore
from tests.filter_form import BOWEL, with_filter_form
from tests.shipped import shipped_catalogue
from tests.staff_browser import StaffBrowser

# The lowest answers give 1, the highest 4; turned round, the same answers give 4 and 1.
TURNED = replace(BOWEL.scales[0], parameters={"missing": "half", "reversed": ["leaks", "skin"]})


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return shipped_catalogue()


@pytest.fixture(scope="module")
def catalogue(shipped: Catalogue) -> Catalogue:
    """What the forms are answered and first scored by."""
    return with_filter_form(shipped)


@pytest.fixture
def rescored(runtime: Runtime, followed: str, shipped: Catalogue) -> str:
    """A patient with a baseline and a one-month form whose scores were computed again by a changed rule."""
    changed = with_filter_form(shipped, replace(BOWEL, scoring_version="2", scales=(TURNED, *BOWEL.scales[1:])))
    with replace(runtime, catalogue=changed).writing(COMMAND) as work:
        assert sum(rescore(work, Scope(), Scorers(), after=0, limit=100).looked_at.values()) == 2
    return followed


def test_both_generations_are_stored(runtime: Runtime, rescored: str) -> None:
    with runtime.reading(COMMAND) as work:
        rows = work.session.execute(
            select(ScoreRow.generation, ScoreRow.value).where(ScoreRow.scale_id == "BOTHER").order_by(ScoreRow.id)
        )
        assert [tuple(row) for row in rows] == [(1, 1.0), (1, 4.0), (2, 4.0), (2, 1.0)]


def test_curves_tables_and_baseline_take_the_newest(runtime: Runtime, nurse: Actor, rescored: str) -> None:
    with runtime.reading(nurse) as work:
        record = read_record(work, rescored)
    (bother,) = [curve.trajectory for curve in record.curves if curve.trajectory.scale.id == "BOTHER"]
    assert [(point.point.value, point.change) for point in bother.points] == [(4.0, None), (1.0, -3.0)]
    assert bother.baseline.kind is BaselineKind.PROSPECTIVE
    assert len(record.scores) == len({(score.response_id, score.scale_id) for score in record.scores})
    assert {score.scoring_version for score in record.scores} == {"2"}


def test_the_patient_page_and_the_form_page_show_the_newest(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, rescored: str
) -> None:
    page = nurse_browser.get(f"/staff/patients/{rescored}").text
    figures = [json.loads(html.unescape(text)) for text in re.findall(r"data-figure='([^']*)'", page)]
    assert [4.0, 1.0] in [trace["y"] for figure in figures for trace in figure["data"]]
    assert [1.0, 4.0] not in [trace["y"] for figure in figures for trace in figure["data"]]
    with runtime.reading(nurse) as work:
        form = next(one.response_id for one in read_record(work, rescored).forms if one.response_id is not None)
        assert [score.value for scale, score in read_form(work, rescored, form).scores if scale.id == "BOTHER"] == [4.0]
    assert "How 4 came about" in nurse_browser.get(f"/staff/patients/{rescored}/forms/{form}").text


def test_the_export_has_the_newest_once(runtime: Runtime, rescored: str, tmp_path: Path) -> None:
    with runtime.reading(COMMAND) as work:
        (tally,) = write_export(work, extent_of(work, None), "scores", tmp_path, with_dates=False)
    assert (tally.found, tally.written) == (6, 6)
    with (tmp_path / "scores.csv").open(encoding="utf-8", newline="") as file:
        bother = [row for row in csv.DictReader(file) if row["scale"] == "BOTHER"]
    assert [(row["value"], row["base"], row["chg"]) for row in bother] == [("4.0", "4.0", ""), ("1.0", "4.0", "-3.0")]


def test_the_cohort_counts_forms_not_generations(runtime: Runtime, nurse: Actor, rescored: str) -> None:
    with runtime.reading(nurse) as work:
        kinds = Kinds(ending=(), excluded=(), separate=())
        counts = count_visits(work.session, centre_id=nurse.centre(), now=work.now, kinds=kinds, operated=True)
    assert [(line.expected, line.in_window) for line in counts if line.key == "BL1"] == [(1, 1)]
