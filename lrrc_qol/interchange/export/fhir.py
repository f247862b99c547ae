"""FHIR R4: one Bundle with a QuestionnaireResponse for each form and an Observation for each score.

Questionnaires, items and scales have our own addresses (urn:lrrc-qol:...); LOINC codes stand beside them where the
definition has verified ones. What patients chose is given by the manual's code, as a Coding with its ordinal value.
Source: HL7 FHIR R4 (4.0.1), resources Bundle, Patient, QuestionnaireResponse and Observation.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

from lrrc_qol.domain.instrument import Instrument, ItemKind
from lrrc_qol.interchange.export.files import text_file
from lrrc_qol.interchange.export.subject import ExportedAnswer, ExportedForm, ExportedScore, Subject

OWN = "urn:lrrc-qol"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
ABSENT_SYSTEM = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
CATEGORY_SYSTEM = "http://terminology.hl7.org/CodeSystem/observation-category"
ABSENT_CODES = {"declined": "asked-declined", "not_applicable": "not-applicable"}
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, OWN)
Resource = dict[str, Any]


def write_fhir(subjects: Iterable[Subject], folder: Path, *, with_dates: bool) -> dict[str, int]:
    """Write `fhir_bundle.json`, resource by resource; how many forms, answers and scores stand in it."""
    written = {"forms": 0, "answers": 0, "scores": 0}
    with text_file(folder / "fhir_bundle.json") as file:
        file.write('{"resourceType": "Bundle", "type": "collection", "entry": [')
        first = True
        for entry in _entries(subjects, written, with_dates=with_dates):
            file.write("\n" if first else ",\n")
            file.write(json.dumps(entry, ensure_ascii=False, separators=(",", ":")))
            first = False
        file.write("]}\n" if not first else "\n]}\n")
    return written


def _entries(subjects: Iterable[Subject], written: dict[str, int], *, with_dates: bool) -> Iterator[Resource]:
    for subject in subjects:
        if not subject.forms:
            continue
        yield _entry(_patient(subject))
        for form in subject.forms:
            response = _response(subject, form, with_dates=with_dates)
            yield _entry(response)
            written["forms"] += 1
            written["answers"] += len(form.answers)
            for score in form.scores:
                yield _entry(_observation(subject, form, score, response["id"], with_dates=with_dates))
                written["scores"] += 1


def _entry(resource: Resource) -> Resource:
    return {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}


def _id(*parts: object) -> str:
    """The same for the same thing in every export."""
    return str(uuid.uuid5(NAMESPACE, "/".join(map(str, parts))))


def _reference(identity: str) -> Resource:
    return {"reference": f"urn:uuid:{identity}"}


def _extension(name: str, **value: object) -> Resource:
    return {"url": f"{OWN}:{name}", **value}


def _patient(subject: Subject) -> Resource:
    return {
        "resourceType": "Patient",
        "id": _id("patient", subject.record_id),
        "identifier": [{"system": f"{OWN}:episode", "value": subject.record_id}],
        "extension": [
            _extension("centre", valueString=subject.centre),
            _extension("baseline", valueCode=subject.baseline),
        ],
    }


def _response(subject: Subject, form: ExportedForm, *, with_dates: bool) -> Resource:
    facts = {"visit": form.visit.key, "also-visit": form.visit.also_key, "window": form.window, "mode": form.mode}
    facts |= {"respondent": form.respondent, "relation": form.relation}
    items = [_item(form.instrument, answer) for answer in form.answers]
    resource: Resource = {
        "resourceType": "QuestionnaireResponse",
        "id": _id("form", subject.record_id, form.visit.key, form.instrument.id),
        "language": form.language,
        "extension": [_extension(name, valueString=value) for name, value in facts.items() if value]
        + [_extension("is-baseline", valueBoolean=form.is_baseline)]
        + _day(subject, form),
        "questionnaire": f"{_canonical(form.instrument)}|{form.instrument.version}",
        "status": _status(form),
        "subject": _reference(_id("patient", subject.record_id)),
    }
    if with_dates:
        resource["authored"] = _when(form)
    if items:
        resource["item"] = items
    return resource


def _canonical(instrument: Instrument) -> str:
    return f"{OWN}:questionnaire:{instrument.id}"


def _status(form: ExportedForm) -> str:
    if form.submitted_at is None:
        return "in-progress"
    return "amended" if any(answer.reason is not None for answer in form.answers) else "completed"


def _when(form: ExportedForm) -> str:
    """The day a form was answered; a draft has the instant of its first answer."""
    if form.answered_on is not None:
        return form.answered_on.isoformat()
    return form.started_at.astimezone(UTC).isoformat(timespec="seconds")


def _day(subject: Subject, form: ExportedForm) -> list[Resource]:
    day = subject.day(form.answered_on)
    return [] if day is None else [_extension("day-since-operation", valueInteger=day)]


def _item(instrument: Instrument, answer: ExportedAnswer) -> Resource:
    item: Resource = {"linkId": answer.item.id}
    if answer.value is None:
        item["extension"] = [{"url": ABSENT, "valueCode": ABSENT_CODES[answer.kind]}]
    elif answer.item.kind is ItemKind.CHOICE:
        coding = {
            "extension": [{"url": ORDINAL, "valueDecimal": answer.value}],
            "system": f"{OWN}:options:{instrument.id}:{answer.item.id}",
            "code": str(answer.value),
        }
        item["answer"] = [{"valueCoding": coding}]
    else:
        item["answer"] = [{"valueInteger": answer.value}]
    return item


def _observation(
    subject: Subject, form: ExportedForm, score: ExportedScore, response_id: str, *, with_dates: bool
) -> Resource:
    scale = score.scale
    resource: Resource = {
        "resourceType": "Observation",
        "id": _id("score", subject.record_id, form.visit.key, form.instrument.id, scale.id),
        "status": "final" if score.generation == 1 else "amended",
        "category": [{"coding": [{"system": CATEGORY_SYSTEM, "code": "survey"}]}],
        "code": {"coding": list(_codes(form.instrument, score)), "text": scale.name},
        "subject": _reference(_id("patient", subject.record_id)),
        "derivedFrom": [_reference(response_id)],
        "method": {"text": f"scoring version {score.scoring_version}"},
    }
    if days := _day(subject, form):
        resource["extension"] = days
    if with_dates:
        resource["effectiveDateTime"] = _when(form)
    if score.value is None:
        coding = {"system": ABSENT_SYSTEM, "code": _absent(score)}
        resource["dataAbsentReason"] = {"coding": [coding], "text": score.no_score or ""}
    else:
        resource["valueQuantity"] = _quantity(score.value)
    components = [_component(name, value) for name, value in _compared(score).items()]
    if components:
        resource["component"] = components
    return resource


def _codes(instrument: Instrument, score: ExportedScore) -> Iterator[Resource]:
    yield {"system": f"{OWN}:scale:{instrument.id}", "version": instrument.version, "code": score.scale.id}
    loinc = instrument.codes.scales.get("loinc", {}) if instrument.codes else {}
    if score.scale.id in loinc:
        yield {"system": LOINC, "code": loinc[score.scale.id]}


def _absent(score: ExportedScore) -> str:
    return "not-applicable" if score.no_score == "not_applicable" else "unknown"


def _quantity(value: float) -> Resource:
    return {"value": value, "unit": "score", "system": UCUM, "code": "{score}"}


def _compared(score: ExportedScore) -> Mapping[str, float]:
    both = {"baseline": score.base, "change-from-baseline": score.change}
    return {name: value for name, value in both.items() if value is not None}


def _component(name: str, value: float) -> Resource:
    return {"code": {"coding": [{"system": f"{OWN}:compared", "code": name}]}, "valueQuantity": _quantity(value)}
