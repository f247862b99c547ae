"""Invented questionnaires, and files of other systems that hold their wording: what a test of the imports needs."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lrrc_qol.domain.instrument import Instrument, Item, ItemKind

FIXTURES = Path(__file__).resolve().parent / "fixtures" / "wording"
LABELS = ("Never", "Sometimes", "Often", "Always")
TEXTS = (
    "Did you walk as far as the old gate?",
    "Did you sleep badly because of the owls?",
    "Was the garden work too much for you?",
    "Did you worry about the frost?",
)
TOPICS = ("walk far", "sleep badly", "garden work", "worry about frost")
WEIGHT = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
HEADER = (
    *("Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label"),
    *("Choices, Calculations, OR Slider Labels", "Field Note", "Text Validation Type OR Show Slider Number"),
    *("Text Validation Min", "Text Validation Max", "Identifier?", "Branching Logic (Show field only if...)"),
    *("Required Field?", "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name"),
    *("Matrix Ranking?", "Field Annotation"),
)


def fixture(name: str) -> bytes:
    """A file of tests/fixtures/wording."""
    return (FIXTURES / name).read_bytes()


def make_item(item_id: str, number: str = "1", topic: str = "walk far", **changes: Any) -> Item:
    """A choice of four answers, 0 to 3, unless `changes` say otherwise."""
    return Item(
        **{"id": item_id, "number": number, "topic": topic, "kind": ItemKind.CHOICE, "codes": (0, 1, 2, 3)} | changes
    )


def make_instrument(*items: Item, **changes: Any) -> Instrument:
    """An instrument without scales; by default the garden questionnaire with items w1 to w4."""
    garden = tuple(make_item(f"w{number}", str(number), topic) for number, topic in enumerate(TOPICS, 1))
    return Instrument(
        **{
            "id": "garden",
            "version": "1.0",
            "title": "Garden questionnaire",
            "short_title": "Garden",
            "recall": "the last 2 weeks",
            "licence_class": "B",
            "own_wording": False,
            "holder": "nobody",
            "references": (),
            "scoring_version": "1",
            "items": items or garden,
            "scales": (),
            "digest": "0",
            "minutes": 1,
        }
        | changes
    )


def option(label: str, weight: object = None, **changes: Any) -> dict[str, Any]:
    """An `answerOption` with a coding, and a weight unless it is None."""
    extension = [] if weight is None else [{"url": WEIGHT, "valueDecimal": weight}]
    return {"extension": extension, "valueCoding": {"code": label[:1], "display": label}} | changes


def options(*weights: object) -> list[dict[str, Any]]:
    """One option per weight, labelled Never, Sometimes, Often, Always."""
    return [option(label, weight) for label, weight in zip(LABELS, weights, strict=False)]


def question(link_id: str, **changes: Any) -> dict[str, Any]:
    """A choice with the answers 0 to 3."""
    return {"linkId": link_id, "type": "choice", "text": TEXTS[0], "answerOption": options(0, 1, 2, 3)} | changes


def questionnaire(*items: Mapping[str, Any], **changes: Any) -> bytes:
    """An English R4 Questionnaire with these items."""
    head = {"resourceType": "Questionnaire", "status": "active", "language": "en", "title": "Garden"}
    return json.dumps(head | {"item": list(items)} | changes).encode()


def value_set(name: str, *concepts: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """A ValueSet that lists its concepts under `compose`."""
    return {
        "resourceType": "ValueSet",
        "id": name,
        "url": f"http://garden.example/ValueSet/{name}",
        "language": "en",
        "compose": {"include": [{"system": "http://garden.example/answers", "concept": list(concepts)}]},
    } | changes


def concept(label: str, weight: object = None, **changes: Any) -> dict[str, Any]:
    """A concept of a value set."""
    extension = [] if weight is None else [{"url": WEIGHT, "valueDecimal": weight}]
    return {"code": label[:1], "display": label, "extension": extension} | changes


def concepts(*weights: object) -> list[dict[str, Any]]:
    """One concept per weight, labelled Never, Sometimes, Often, Always."""
    return [concept(label, weight) for label, weight in zip(LABELS, weights, strict=False)]


def field(variable: str, **columns: str) -> dict[str, str]:
    """A radio field with the choices 0 to 3; columns by the first word of their name in lower case."""
    choices = " | ".join(f"{code}, {label}" for code, label in enumerate(LABELS))
    named = {"variable": variable, "form": "garden", "type": "radio", "label": TEXTS[0], "choices": choices} | columns
    short = {
        **{"variable": 0, "form": 1, "header": 2, "type": 3, "label": 4, "choices": 5, "note": 6, "validation": 7},
        **{"minimum": 8, "maximum": 9, "branching": 11, "number": 14, "matrix": 15, "annotation": 17},
    }
    return {HEADER[short[name]]: value for name, value in named.items()}


def dictionary(*fields: Mapping[str, str], header: Sequence[str] = HEADER, **form: str) -> bytes:
    """A REDCap data dictionary; `form` are arguments of the CSV writer."""
    target = io.StringIO()
    writer = csv.writer(target, **form)  # type: ignore[arg-type] # the writer's options are texts here
    writer.writerow(header)
    for one in fields:
        writer.writerow([one.get(name, "") for name in HEADER])
    return target.getvalue().encode()


def archive(**files: bytes) -> bytes:
    """A zip archive; double underscores in a name stand for a dot."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name.replace("__", "."), content)
    return target.getvalue()
