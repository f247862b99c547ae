"""The lists that staff choose from: what is shipped, and faults that stop the start."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lrrc_qol.catalogue.picklists import load_picklist
from lrrc_qol.config import CLINICAL_DIR
from lrrc_qol.domain.errors import DefinitionError

REASONS = (
    *("too_ill", "hospitalised", "forgot", "does_not_want", "no_point", "upset", "technical", "language", "cognition"),
    *("not_invited", "staff_unavailable", "died", "withdrawn", "transferred", "unknown"),
)


def test_the_reasons_are_those_of_the_evidence_sheet() -> None:
    reasons = load_picklist(CLINICAL_DIR, "missed_reasons")
    assert tuple(reasons.labels) == REASONS
    assert [entry for _, entries in reasons.grouped() for entry in entries] == list(reasons.entries)
    assert reasons.confidence == "design"
    assert (reasons.label("too_ill"), reasons.label("of_old"), reasons.label(None)) == (
        *("Too ill, or too much of a burden", "of_old"),
        "",
    )


def test_the_relations_have_no_groups() -> None:
    relations = load_picklist(CLINICAL_DIR, "relations")
    assert {"partner", "child", "parent", "relative", "friend", "carer", "interpreter", "other"} == set(
        relations.labels
    )
    assert relations.grouped() == ()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('code = "upset"', 'code = "forgot"', "'forgot' is there twice"),
        ('group = "access"', 'group = "acces"', "there is no group 'acces'"),
        ('confidence = "design"', 'confidence = "sure"', "is not one of"),
        ('code = "too_ill"', 'kode = "too_ill"', "unknown key 'kode'"),
    ],
)
def test_a_fault_stops_the_start(tmp_path: Path, old: str, new: str, reason: str) -> None:
    for name in ("missed_reasons.toml", "picklist.schema.json"):
        shutil.copy(CLINICAL_DIR / name, tmp_path / name)
    file = tmp_path / "missed_reasons.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError, match=reason):
        load_picklist(tmp_path, "missed_reasons")
