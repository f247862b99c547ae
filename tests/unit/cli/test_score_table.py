"""Scoring a table: columns, missing cells, faults with line and column, and equality with one-by-one scoring."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lrrc_qol.catalogue.instruments import load_instruments
from lrrc_qol.cli import score_table as module
from lrrc_qol.cli.score import score
from lrrc_qol.cli.score_table import TableFault, score_table
from lrrc_qol.config import INSTRUMENTS_DIR
from lrrc_qol.domain.instrument import Instrument

INSTRUMENTS: dict[str, Instrument] = {one.instrument.id: one.instrument for one in load_instruments(INSTRUMENTS_DIR)}
ORACLE = INSTRUMENTS_DIR / "qlq_c30" / "3.0" / "examples.csv"
PAIN = "pain_worst,pain_average,pain_now"


def scored(instrument: str, text: str) -> str:
    target = io.StringIO()
    score_table(INSTRUMENTS[instrument], io.StringIO(text, newline=""), target)
    return target.getvalue()


def test_row_id_is_copied_other_columns_are_not() -> None:
    assert scored("pain_nrs", f"case,{PAIN},row_id,exp_x\nold,1,2,3,a 7,9\n") == f"row_id,{PAIN}\na 7,1.0,2.0,3.0\n"


def test_without_row_id_there_are_only_scores() -> None:
    assert scored("pain_nrs", "pain_now,pain_worst,pain_average\n1,2,3\n") == f"{PAIN}\n2.0,3.0,1.0\n"


@pytest.mark.parametrize("cell", ["", "  ", "11", "-1", "5.5", "99999999999999999999"])
def test_empty_and_out_of_range_are_missing(cell: str) -> None:
    assert scored("pain_nrs", f"{PAIN}\n{cell},4,4\n") == f"{PAIN}\n,4.0,4.0\n"


@pytest.mark.parametrize("cell", ["4", "4.0", " 4 ", "+4", "4."])
def test_whole_numbers_may_be_written_in_any_plain_way(cell: str) -> None:
    assert scored("pain_nrs", f"{PAIN}\n{cell},4,4\n") == f"{PAIN}\n4.0,4.0,4.0\n"


@pytest.mark.parametrize("cell", ["x", "NA", "nan", "inf", "1_0", "٤", "1;2", "0x1"])
def test_a_cell_that_is_no_number_is_named_with_line_and_column(cell: str) -> None:
    with pytest.raises(TableFault, match=r"line 3, column pain_average: .* is not a number"):
        scored("pain_nrs", f"{PAIN}\n1,2,3\n1,{cell},3\n")


def test_missing_columns_are_named() -> None:
    with pytest.raises(TableFault, match=r"line 1: .*missing: pain_average, pain_now\."):
        scored("pain_nrs", "row_id,pain_worst\n1,2\n")


def test_an_empty_file_lacks_all_columns() -> None:
    with pytest.raises(TableFault, match="pain_worst"):
        scored("pain_nrs", "")


@pytest.mark.parametrize("extra", ["pain_now", "row_id,row_id"])
def test_a_column_that_stands_twice_is_refused(extra: str) -> None:
    with pytest.raises(TableFault, match="stand there twice"):
        scored("pain_nrs", f"{PAIN},{extra}\n")


@pytest.mark.parametrize("row", ["1,2", "1,2,3,4"])
def test_a_row_of_another_length_is_refused(row: str) -> None:
    with pytest.raises(TableFault, match=r"line 3: has \d cells"):
        scored("pain_nrs", f"{PAIN}\n1,2,3\n{row}\n")


def test_blank_lines_are_passed_over_except_where_they_are_the_one_missing_cell() -> None:
    assert scored("pain_nrs", f"{PAIN}\n\n1,2,3\n\n") == f"{PAIN}\n1.0,2.0,3.0\n"
    assert list(csv.reader(io.StringIO(scored("distress_nrs", "distress\n\n4\n")))) == [["distress"], [""], ["4.0"]]


def test_broken_quotes_are_named_with_their_line() -> None:
    with pytest.raises(TableFault, match="line 2"):
        scored("pain_nrs", f'{PAIN}\n"1"2,3,4\n')


def test_the_independent_rows_come_out_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """With so few patterns remembered that they are thrown away all the time."""
    monkeypatch.setattr(module, "REMEMBERED_PATTERNS", 3)
    text = ORACLE.read_text(encoding="utf-8")
    expected = list(csv.DictReader(io.StringIO(text)))
    found = list(csv.DictReader(io.StringIO(scored("qlq_c30", text))))
    assert len(found) == len(expected) == 200
    for have, want in zip(found, expected, strict=True):
        assert have.pop("row_id") == want["row_id"]
        for name, cell in have.items():
            wanted = want[f"exp_{name}"]
            assert cell == "" if not wanted else float(cell) == pytest.approx(float(wanted), abs=1e-5)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(score, [str(argument) for argument in arguments])


def test_the_command_writes_the_file(tmp_path: Path) -> None:
    out = tmp_path / "scores.csv"
    result = run("qlq_c30@3.0", "--in", ORACLE, "--out", out)
    assert (result.exit_code, result.output) == (0, "200 rows scored with qlq_c30 3.0.\n")
    assert out.read_text(encoding="utf-8").startswith("row_id,QL,PF,RF,EF,CF,SF,FA,NV,PA,DY,SL,AP,CO,DI,FI,SUMMARY\n")


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(f"{PAIN}\n1,2,3\n", encoding="utf-8-sig")
    assert run("pain_nrs", "--in", source, "--out", out).exit_code == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (f"{PAIN}\n1,2,3\n1,much,3\n".encode(), "line 3, column pain_average: 'much' is not a number"),
        (f"{PAIN}\n1,2,3\n".encode() + b"\xff\xff,1,1\n", "is not UTF-8 text"),
        (b"pain_worst\n1\n", "pain_average, pain_now"),
    ],
)
def test_a_fault_leaves_the_old_file_and_nothing_else(tmp_path: Path, content: bytes, message: str) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(content)
    out.write_text("old", encoding="utf-8")
    result = run("pain_nrs", "--in", source, "--out", out)
    assert result.exit_code == 2
    assert message in result.output
    assert out.read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


@pytest.mark.parametrize("name", ["nothing", "qlq_c30@9.9"])
def test_an_unknown_instrument_is_refused(tmp_path: Path, name: str) -> None:
    result = run(name, "--in", ORACLE, "--out", tmp_path / "out.csv")
    assert result.exit_code == 2
    assert f"There is no instrument {name}" in result.output


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    result = run("qlq_c30", "--in", ORACLE, "--out", tmp_path / "nowhere" / "out.csv")
    assert result.exit_code == 2
    assert "No such file or directory" in result.output


def test_a_device_is_not_replaced() -> None:
    result = run("qlq_c30", "--in", ORACLE, "--out", "/dev/null")
    assert result.exit_code == 2
    assert "not a file that could be replaced" in result.output
    assert Path("/dev/null").is_char_device()
