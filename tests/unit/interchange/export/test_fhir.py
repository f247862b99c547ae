"""The FHIR bundle: read back by an independent library, its references resolve, its codes are ours or verified."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle

from lrrc_qol.interchange.export import write_fhir
from tests.unit.interchange.export.pictures import subject


def bundle(folder: Path, *, with_dates: bool = False) -> list[dict[str, Any]]:
    """The resources of the made-up patient's bundle, after an independent check."""
    assert write_fhir([subject()], folder, with_dates=with_dates) == {"forms": 3, "answers": 7, "scores": 6}
    text = (folder / "fhir_bundle.json").read_text(encoding="utf-8")
    Bundle.model_validate_json(text)
    return [entry["resource"] for entry in json.loads(text)["entry"]]


@pytest.mark.parametrize("with_dates", [False, True])
def test_every_reference_resolves(tmp_path: Path, with_dates: bool) -> None:
    bundle(tmp_path, with_dates=with_dates)
    entries = json.loads((tmp_path / "fhir_bundle.json").read_text(encoding="utf-8"))["entry"]
    addresses = {entry["fullUrl"] for entry in entries}
    assert len(addresses) == len(entries) == 1 + 3 + 6
    text = json.dumps(entries)
    assert all(f'"{entry["fullUrl"]}"' in text for entry in entries)
    for entry in entries:
        resource = entry["resource"]
        for reference in [resource.get("subject"), *resource.get("derivedFrom", [])]:
            assert reference is None or reference["reference"] in addresses


def test_forms_say_what_was_answered_and_what_was_not(tmp_path: Path) -> None:
    forms = [one for one in bundle(tmp_path) if one["resourceType"] == "QuestionnaireResponse"]
    assert [form["status"] for form in forms] == ["completed", "completed", "in-progress"]
    assert forms[0]["questionnaire"] == "urn:lrrc-qol:questionnaire:pain_nrs|1.0"
    assert forms[0]["item"][0] == {"linkId": "pain_worst", "answer": [{"valueInteger": 7}]}
    assert forms[1]["item"][1]["extension"][0]["valueCode"] == "asked-declined"
    coding = forms[2]["item"][1]["answer"][0]["valueCoding"]
    assert (coding["code"], coding["extension"][0]["valueDecimal"]) == ("4", 4)


def test_scores_have_their_comparison_or_the_reason_for_none(tmp_path: Path) -> None:
    scores = [one for one in bundle(tmp_path) if one["resourceType"] == "Observation"]
    first, lost = (one for one in scores if one["code"]["coding"][0]["code"] == "pain_worst")
    assert first["valueQuantity"] == {
        "value": 5.0,
        "unit": "score",
        "system": "http://unitsofmeasure.org",
        "code": "{score}",
    }
    assert [part["valueQuantity"]["value"] for part in first["component"]] == [6.0, -1.0]
    assert (lost["dataAbsentReason"]["text"], "valueQuantity" in lost) == ("too_few_answered", False)


def test_no_date_is_in_it_unless_asked_for(tmp_path: Path) -> None:
    assert "2027" not in json.dumps(bundle(tmp_path))
    dated = tmp_path / "dated"
    dated.mkdir()
    forms = bundle(dated, with_dates=True)
    assert forms[1]["authored"] == "2027-02-20"


def test_nobody_is_an_empty_bundle(tmp_path: Path) -> None:
    write_fhir([], tmp_path, with_dates=False)
    assert json.loads((tmp_path / "fhir_bundle.json").read_text(encoding="utf-8"))["entry"] == []
