"""The workbook: text stays text, numbers are numbers, and what does not fit goes on in another sheet."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from lrrc_qol.interchange.export import workbook, write_workbook
from tests.unit.interchange.export.pictures import subject


def test_cells_are_typed_and_formulas_are_text(tmp_path: Path) -> None:
    assert write_workbook([subject()], tmp_path, with_dates=False) == {"answers": 7, "scores": 6}
    book = openpyxl.load_workbook(tmp_path / "lrrc_qol.xlsx")
    assert book.sheetnames == ["answers", "scores", "codebook"]
    sheet = book["answers"]
    header = [cell.value for cell in sheet[1]]
    first = dict(zip(header, sheet[2], strict=True))
    assert (first["patient"].value, first["patient"].data_type) == ("=abc", "s")
    assert (first["value"].value, first["value"].data_type, first["day"].value) == (7, "n", -9)
    assert sheet.max_row == 8
    assert (tmp_path / "lrrc_qol.xlsx").stat().st_mode & 0o077 == 0


def test_a_full_sheet_goes_on_in_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    write_workbook([subject()], tmp_path, with_dates=True)
    book = openpyxl.load_workbook(tmp_path / "lrrc_qol.xlsx")
    assert [name for name in book.sheetnames if name.startswith("answers")] == ["answers", "answers 2", "answers 3"]
    assert sum(book[name].max_row - 1 for name in book.sheetnames if name.startswith("answers")) == 7
