"""The clinical record as data: what is shipped, and faults that stop the start."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lrrc_qol.catalogue.record import load_record
from lrrc_qol.config import CLINICAL_DIR
from lrrc_qol.domain.errors import DefinitionError

SHIPPED = {
    "disease": "indication primary_surgery_on recurrence_found_on recurrence_number workup biopsy",
    "treatment": "kind timing status started_on stopped_on dose_gy note",
    "operation": "extent structures sacrectomy sacrectomy_level sacrectomy_technique pubic_bone nerves vessels_excised "
    "vessels_reconstructed margin margin_mm nodes pcr reconstruction stomas team",
    "complication": "type grade happened_on resolved_on eps note",
}


def test_sections_and_fields_are_those_that_are_documented() -> None:
    rules = load_record(CLINICAL_DIR)
    assert {one.id: " ".join(field.id for field in one.fields()) for one in rules.sections} == SHIPPED
    assert [one.id for one in rules.sections if one.many] == ["treatment", "complication"]
    assert (rules.reirradiation_after_months, rules.total_expects) == (6, ("rectum", "bladder"))


def test_every_option_has_a_source_of_its_own_or_of_the_file() -> None:
    types = load_record(CLINICAL_DIR).section("complication").field("type")
    told = {one.code: (one.confidence, bool(one.source)) for one in types.options}
    assert (told["sepsis"], told["vte"]) == (("verified", True), ("recalled", True))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("record.toml", "record.schema.json"):
        shutil.copy(CLINICAL_DIR / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('id = "complication"', 'id = "operation"', "'operation' is there twice"),
        ('id = "biopsy"', 'id = "workup"', "'workup' is there twice"),
        ('code = "iiib"', 'code = "iiia"', "'iiia' is there twice"),
        ('codes = ["recurrence"]', 'codes = ["relapse"]', "there is no code 'relapse'; known are recurrence, primary"),
        ('field = "sacrectomy"', 'field = "sacrectomies"', "no code 'yes'; known are none"),
        ('default = "pending"', 'default = "later"', "there is no code 'later'"),
        ('iort = "during"', 'iort = "meanwhile"', "there is no code 'meanwhile'"),
        ("values = { abscess", "values = { abcess", "there is no code 'abcess'"),
        ('total_expects = ["rectum"', 'total_expects = ["rectums"', "there is no code 'rectums'"),
        ("lowest = 1\nhighest = 9", "lowest = 10\nhighest = 9", "is above"),
        ('kind = "flag"', 'kind = "switch"', "is not one of"),
        ("lowest = 0\n", "", "the key 'lowest' is missing"),
    ],
)
def test_a_fault_stops_the_start(folder: Path, old: str, new: str, reason: str) -> None:
    file = folder / "record.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError, match=reason):
        load_record(folder)
