"""`flask instruments import` without a centre, and `template`: a report, a table, and no database."""

from __future__ import annotations

import csv
import importlib
import io
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lrrc_qol.interchange import MAXIMUM_BYTES

pytestmark = pytest.mark.thorough  # each case is a command or a server of its own

# The package also has the command group under this name, so the module is fetched by its full name.
INSTRUMENTS = importlib.import_module("lrrc_qol.cli.instruments").instruments


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here may need a database or a secret."""
    monkeypatch.setenv("LRRC_QOL_MODE", "production")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(INSTRUMENTS, arguments)


def filled(tmp_path: Path, instrument: str, *, without: str = "") -> Path:
    """The template with a word in every cell that wants one, except for one item."""
    rows = list(csv.DictReader(io.StringIO(run("template", instrument).stdout.removeprefix("\ufeff"))))
    for number, row in enumerate(rows):
        if row["key"] != without and row["key"] != "form instrument":
            row["label" if row["code"] else "text"] = f"Words {number}"
    file = tmp_path / "words.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return file


def report(file: Path, *more: str, kind: str = "csv", instrument: str = "phq2", lang: str = "en") -> Result:
    return run("import", str(file), "--format", kind, "--instrument", instrument, "--lang", lang, *more)


def test_a_filled_template_is_complete(tmp_path: Path) -> None:
    result = report(filled(tmp_path, "phq2"))
    assert result.exit_code == 0, result.output
    assert "Matched, 2 of 2:\n  p1: " in result.output
    assert result.output.endswith("\nComplete.\n")
    assert "Missing" not in result.output


def test_the_report_says_what_is_missing_and_what_does_not_belong(tmp_path: Path) -> None:
    file = filled(tmp_path, "phq2", without="p2")
    file.write_text(file.read_text(encoding="utf-8") + "p77,,,Something else,,,\n", encoding="utf-8")
    result = report(file)
    assert result.exit_code == 0, result.output
    assert "p2" in result.output.partition("Missing")[2] or "p2" in result.output.partition("Contradictions")[2]
    assert "Something else" in result.output
    assert "Not complete" in result.output


def test_a_file_cannot_steer_the_terminal(tmp_path: Path) -> None:
    file = filled(tmp_path, "phq2")
    text = file.read_text(encoding="utf-8") + 'p77,,,"\x1b]0;owned\x07Else",,,\n'
    file.write_text(text, encoding="utf-8")
    output = report(file).output
    assert "Else" in output
    assert "\x1b" not in output
    assert "\x07" not in output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--instrument", "nothing"), "There is no instrument nothing."),
        (("--instrument", "phq2@9.9"), "There is no instrument phq2@9.9."),
        (("--instrument", "lrrc_qol"), "has no questions yet"),
        (("--format", "fhir"), "words.csv: "),
        (("--format", "pdf"), "is not one of"),
    ],
)
def test_what_cannot_be_read_is_one_line_and_no_traceback(
    tmp_path: Path, arguments: tuple[str, str], says: str
) -> None:
    result = report(filled(tmp_path, "phq2"), *arguments)
    assert result.exit_code != 0
    assert says in result.output
    assert isinstance(result.exception, SystemExit)


def test_a_huge_file_is_refused_without_being_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "huge.csv"
    with file.open("wb") as opened:
        opened.truncate(50 * MAXIMUM_BYTES)
    result = report(file)
    assert (result.exit_code, "at most 2 MB are read" in result.output) == (1, True)


def test_the_template_can_be_written_to_a_file(tmp_path: Path) -> None:
    target = tmp_path / "phq2.csv"
    result = run("template", "phq2@1.0", "--out", str(target))
    assert result.exit_code == 0, result.output
    assert target.read_bytes() == run("template", "phq2").stdout_bytes
    refused = run("template", "phq2", "--out", str(tmp_path / "no" / "such" / "folder.csv"))
    assert (refused.exit_code, "No such file or directory" in refused.output) == (1, True)
