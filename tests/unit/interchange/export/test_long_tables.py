"""Answers and scores as long tables: days instead of dates, inert cells, a codebook of the same columns."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from lrrc_qol.interchange.export import write_long_table
from tests.unit.interchange.export.pictures import subject


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_days_count_from_the_operation_and_the_window_is_told(tmp_path: Path) -> None:
    assert write_long_table("answers", [subject()], tmp_path, with_dates=False) == {"answers": 7}
    answers = rows(tmp_path / "answers.csv")
    assert [(row["visit"], row["day"], row["due_day"], row["window"], row["status"]) for row in answers][::3] == [
        ("BL1", "-9", "-7", "in", "sent"),
        ("M1", "42", "30", "late", "sent"),
        ("M1", "", "30", "", "draft"),
    ]
    assert [row["day_enrolled"] for row in answers][:1] == ["19"]
    assert {row["patient"] for row in answers} == {"'=abc"}
    assert [(row["also_visit"], row["is_baseline"]) for row in answers][::3] == [
        ("", "true"),
        ("DC", "false"),
        ("DC", "false"),
    ]
    assert "2027" not in (tmp_path / "answers.csv").read_text(encoding="utf-8")


def test_scores_have_base_and_change(tmp_path: Path) -> None:
    write_long_table("scores", [subject()], tmp_path, with_dates=False)
    scores = [row for row in rows(tmp_path / "scores.csv") if row["scale"] == "pain_worst"]
    assert [(row["value"], row["base"], row["chg"], row["no_score"]) for row in scores] == [
        ("5.0", "6.0", "-1.0", ""),
        ("", "", "", "too_few_answered"),
    ]


@pytest.mark.parametrize("with_dates", [False, True])
@pytest.mark.parametrize("name", ["answers", "scores"])
def test_the_codebook_has_every_column(tmp_path: Path, name: str, with_dates: bool) -> None:
    write_long_table(name, [subject()], tmp_path, with_dates=with_dates)
    with (tmp_path / f"{name}.csv").open(encoding="utf-8") as file:
        header = file.readline().strip().split(",")
    codebook = rows(tmp_path / f"{name}_codebook.csv")
    assert [row["column"] for row in codebook] == header
    assert all(row["meaning"] and row["type"] for row in codebook)
