"""`flask instruments`: what it lists, what it refuses, and how it releases files."""

from __future__ import annotations

import importlib
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lrrc_qol.catalogue.released import LOCK
from lrrc_qol.config import INSTRUMENTS_DIR

pytestmark = pytest.mark.thorough  # each case is a command or a server of its own

# The package also has the command group under this name, so the module is fetched by its full name.
MODULE = importlib.import_module("lrrc_qol.cli.instruments")
PAIN = "pain_nrs/1.0"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = Path(shutil.copytree(INSTRUMENTS_DIR, tmp_path / "instruments"))
    monkeypatch.setattr(MODULE, "INSTRUMENTS_DIR", copy)
    return copy


def run(*arguments: str) -> Result:
    return CliRunner().invoke(MODULE.instruments, arguments)


def test_the_shipped_definitions_are_in_order() -> None:
    result = run("check")
    assert result.exit_code == 0, result.output
    assert result.output.endswith("instruments are in order.\n")
    assert "not released yet" not in result.output


def test_the_list_names_version_licence_and_languages() -> None:
    output = run("list").output
    assert "qlq_c30@3.0  class B  30 items  16 scales  wording from the holder  EORTC QLQ-C30\n" in output
    assert "pe_checkin@1.0  class A  15 items  3 scales  ar, de, en, nl, zh-Hans  Check-in after going home\n" in output


def test_a_wrong_definition_is_refused_with_its_place(folder: Path) -> None:
    path = folder / PAIN / "instrument.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("maximum = 10", "maximum = 9", 1), encoding="utf-8")
    for command in ("check", "list"):
        result = run(command)
        assert result.exit_code == 1
        assert "scales[pain_worst].maximum" in result.output


def test_an_edited_released_file_fails_and_is_not_released_again(folder: Path) -> None:
    path = folder / PAIN / "text.en.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("No pain", "None"), encoding="utf-8")
    before = (folder / LOCK).read_text(encoding="utf-8")
    for arguments in (("check",), ("check", "--lock")):
        result = run(*arguments)
        assert result.exit_code == 1
        assert "was edited after its release" in result.output
    assert (folder / LOCK).read_text(encoding="utf-8") == before


def test_a_removed_released_file_fails(folder: Path) -> None:
    (folder / LOCK).write_text(f"{'0' * 64}  {PAIN}/text.fr.toml\n", encoding="utf-8")
    result = run("check")
    assert result.exit_code == 1
    assert f"{PAIN}/text.fr.toml: was released (released.lock) and is gone" in result.output


def test_new_files_are_named_and_released_on_request(folder: Path) -> None:
    lines = (folder / LOCK).read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / LOCK).write_text("".join(line for line in lines if PAIN not in line), encoding="utf-8")
    assert f"not released yet: {PAIN}/text.en.toml" in run("check").output
    assert f"released {PAIN}/text.en.toml" in run("check", "--lock").output
    assert "not released yet" not in run("check").output


def test_a_score_that_differs_from_its_example_fails(folder: Path) -> None:
    path = folder / PAIN / "examples.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("all_min,0,0,0,0,0,0", "all_min,0,0,0,0,0,1"))
    result = run("check")
    assert result.exit_code == 1
    assert "line 2 (1 all_min): pain_now is 0.0, expected 1.0" in result.output


def test_an_instrument_without_examples_fails(folder: Path) -> None:
    (folder / PAIN / "examples.csv").unlink()
    result = run("check")
    assert result.exit_code == 1
    assert "is missing; give at least one row" in result.output


def test_a_broken_lock_fails(folder: Path) -> None:
    (folder / LOCK).write_text("rubbish\n", encoding="utf-8")
    result = run("check")
    assert result.exit_code == 1
    assert "line 1" in result.output
