"""Reading one small instrument: what is built, what is refused about its folder, and where a fault is said to be."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from lrrc_qol.catalogue.instruments import load_instruments, version_key
from lrrc_qol.config import INSTRUMENTS_DIR
from lrrc_qol.domain.errors import DefinitionError
from lrrc_qol.domain.instrument import Confidence, Direction, Domain, ItemKind, Mid, Threshold

DEFINITION = """
id = "mood"
version = "1.0"
title = "Mood"
short_title = "Mood"
recall = "today"
licence_class = "A"
own_wording = true
holder = "us"
references = ["none"]
scoring_version = "2"
minutes = 0.5

[[items]]
id = "mood"
number = "1"
topic = "mood"
kind = "rating"
codes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
applies_if = ["stoma"]
sensitive = true

[[scales]]
id = "mood"
name = "Mood"
domain = "functioning"
direction = "higher_is_better"
minimum = 0
maximum = 10
step = 1
primary = true
items = ["mood"]
method = "single_item"
low_label = "bad"
high_label = "good"

[scales.mid]
improvement = 1
deterioration = 2
source = "here"
confidence = "recalled"

[scales.threshold]
side = "below"
value = 4
meaning = "low"
source = "there"
confidence = "verified"
"""

TEXT = """
instrument = "mood"
version = "1.0"
language = "en"
title = "Your mood"
recall = "Today."
provenance = "us"

[items.mood]
text = "How is your mood?"
help = "Today."
[items.mood.labels]
10 = "Good"
0 = "Bad"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for schema in INSTRUMENTS_DIR.glob("*.schema.json"):
        shutil.copy(schema, tmp_path)
    version = tmp_path / "mood" / "1.0"
    version.mkdir(parents=True)
    (version / "instrument.toml").write_text(DEFINITION, encoding="utf-8")
    (version / "text.en.toml").write_text(TEXT, encoding="utf-8")
    return tmp_path


def refused(folder: Path) -> DefinitionError:
    with pytest.raises(DefinitionError) as caught:
        load_instruments(folder)
    return caught.value


def test_the_definition_becomes_an_instrument(folder: Path) -> None:
    (loaded,) = load_instruments(folder)
    instrument = loaded.instrument
    assert (instrument.id, instrument.version, instrument.minutes, instrument.scoring_version) == (
        "mood",
        "1.0",
        0.5,
        "2",
    )
    assert instrument.digest == hashlib.sha256(DEFINITION.encode()).hexdigest()
    item = instrument.item("mood")
    assert (item.kind, item.codes, item.applies_if, item.sensitive) == (
        ItemKind.RATING,
        tuple(range(11)),
        ("stoma",),
        True,
    )


def test_the_scale_carries_its_figures_with_their_sources(folder: Path) -> None:
    (loaded,) = load_instruments(folder)
    scale = loaded.instrument.scale("mood")
    assert (scale.domain, scale.direction, scale.step, scale.primary) == (
        Domain.FUNCTIONING,
        Direction.BETTER,
        1,
        True,
    )
    assert scale.mid == Mid(1, 2, "here", Confidence.RECALLED)
    assert scale.threshold == Threshold("below", 4, "low", "there", Confidence.VERIFIED)


def test_a_line_in_the_message_is_the_line_of_the_fault(folder: Path) -> None:
    path = folder / "mood/1.0/instrument.toml"
    path.write_text(DEFINITION.replace("value = 4", "value = 40"), encoding="utf-8")
    line = DEFINITION.splitlines().index("value = 4") + 1
    error = refused(folder)
    assert error.file == str(path)
    assert error.place == f"line {line}, scales[mood].threshold.value"


def test_what_is_not_in_the_file_gets_the_line_of_the_table_around_it(folder: Path) -> None:
    (folder / "mood/1.0/instrument.toml").write_text(DEFINITION.replace('source = "here"\n', ""), encoding="utf-8")
    line = DEFINITION.splitlines().index("[scales.mid]") + 1
    assert refused(folder).place == f"line {line}, scales[mood].mid"


def test_a_missing_definition_is_refused(folder: Path) -> None:
    (folder / "mood/1.0/instrument.toml").unlink()
    assert refused(folder).reason == "is missing"


def test_a_definition_that_is_not_utf8_is_refused(folder: Path) -> None:
    (folder / "mood/1.0/instrument.toml").write_bytes(DEFINITION.replace("Mood", "Gemüt").encode("latin-1"))
    assert "UTF-8" in refused(folder).reason


def test_an_own_instrument_without_words_is_refused(folder: Path) -> None:
    (folder / "mood/1.0/text.en.toml").unlink()
    assert "no text.<language>.toml" in refused(folder).reason


@pytest.mark.parametrize("name", ["instrument.toml.orig", "text.toml", "text.en.backup.toml", "notes.md"])
def test_an_unexpected_file_is_refused(folder: Path, name: str) -> None:
    (folder / "mood/1.0" / name).write_text("", encoding="utf-8")
    error = refused(folder)
    assert error.file.endswith(name)
    assert "not expected" in error.reason


def test_a_hidden_file_is_passed_over(folder: Path) -> None:
    (folder / "mood/1.0/.DS_Store").write_bytes(b"\0")
    (folder / ".cache").mkdir()
    assert len(load_instruments(folder)) == 1


def test_a_folder_without_versions_is_refused(folder: Path) -> None:
    (folder / "empty").mkdir()
    assert "holds no version" in refused(folder).reason


def test_no_instrument_at_all_is_refused(folder: Path) -> None:
    shutil.rmtree(folder / "mood")
    assert "holds no instrument" in refused(folder).reason


@pytest.mark.parametrize("text", ["", "{"])
def test_a_broken_schema_is_refused(folder: Path, text: str) -> None:
    (folder / "text.schema.json").write_text(text, encoding="utf-8")
    assert "cannot be read as a JSON Schema" in refused(folder).reason


def test_a_missing_schema_is_refused(folder: Path) -> None:
    (folder / "instrument.schema.json").unlink()
    assert refused(folder).file.endswith("instrument.schema.json")


def test_versions_are_in_the_order_of_their_numbers() -> None:
    assert sorted(["1.10", "1.9", "1", "2.0"], key=version_key) == ["1", "1.9", "1.10", "2.0"]
