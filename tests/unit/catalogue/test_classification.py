"""The classification systems as data: what is shipped, and faults that stop the start."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lrrc_qol.catalogue.classification import load_classification
from lrrc_qol.config import CLINICAL_DIR
from lrrc_qol.domain.errors import DefinitionError

SHIPPED = {
    "mayo": ("1995", False, "F0 F1 F2 F3"),
    "yamada": ("2001", False, "LOCALIZED SACRAL LATERAL"),
    "mskcc": ("2003", True, "AXIAL ANTERIOR POSTERIOR LATERAL"),
    "leeds": ("2005", False, "CENTRAL SACRAL SIDEWALL COMPOSITE"),
    "park": ("2009", True, "CENTRAL ANTERIOR POSTERIOR LATERAL PERINEAL"),
    "belli": ("2020", True, "S1-I S1-II S1-III S2-I S2-II S3-I"),
}


def test_the_six_systems_are_those_of_the_table() -> None:
    rules = load_classification(CLINICAL_DIR)
    assert {one.id: (one.version, one.many, " ".join(one.codes())) for one in rules.systems} == SHIPPED
    assert rules.early_below_months == 12
    assert rules.symptoms_confidence == "recalled"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("classification.toml", "classification.schema.json"):
        shutil.copy(CLINICAL_DIR / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('id = "s5", label', 'id = "s4", label', "'s4' is there twice"),
        ('marks = ["iliac_vessels",', 'marks = ["iliac_vesels",', "'iliac_vesels' is not defined"),
        ('combines = ["SACRAL",', 'combines = ["SACRALS",', "'SACRALS' is not defined"),
        ('yamada = ["LATERAL"]', 'yamada = ["LATERALLY"]', "there is no code 'LATERALLY' in a system 'yamada'"),
        ("chosen = { leeds =", "chosen = { leds =", "in a system 'leds'"),
        ('fixation = "more"', 'fixation = "many"', "no fixation 'many'"),
        ('code = "F3"', 'code = "F2"', "'F2' is there twice"),
        ('id = "belli"', 'id = "park"', "'park' is there twice"),
        ('version = "2020"', 'version = "new"', "does not match"),
        ('select = "many"', 'select = "some"', "is not one of"),
    ],
)
def test_a_fault_stops_the_start(folder: Path, old: str, new: str, reason: str) -> None:
    file = folder / "classification.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError, match=reason):
        load_classification(folder)


def test_a_missing_file_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="classification"):
        load_classification(tmp_path)
