"""FHIR resources out of JSON text, and typed access to their elements: what has the wrong shape is refused by name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from lrrc_qol.interchange.plain_text import decoded
from lrrc_qol.interchange.proposal import ImportRefused
from lrrc_qol.interchange.source import shortened

Element = dict[str, Any]
LISTS = frozenset({"ValueSet", "CodeSystem"})


def read_resources(raw: bytes, companions: Sequence[bytes]) -> tuple[Element, list[Element]]:
    """The one Questionnaire of a file, and the value sets and code systems that come with it.

    Either stands alone or in a Bundle. ImportRefused when the file holds no or several questionnaires.
    """
    inside = list(_resources(_parsed(raw, "The file"), "The file"))
    found = [one for one in inside if kind_of(one) == "Questionnaire"]
    if len(found) != 1:
        kinds = ", ".join(sorted({shortened(kind_of(one), 40) for one in inside} - {""})) or "nothing known"
        raise ImportRefused(
            f"resourceType: the file must hold exactly one Questionnaire; it holds {len(found)} ({kinds})."
        )
    lists = [one for one in inside if kind_of(one) in LISTS]
    for number, companion in enumerate(companions, 1):
        lists += _companion(companion, f"Companion file {number}")
    return found[0], lists


def _companion(raw: bytes, name: str) -> list[Element]:
    inside = list(_resources(_parsed(raw, name), name))
    lists = [one for one in inside if kind_of(one) in LISTS]
    if not lists:
        raise ImportRefused(f"{name}: resourceType: a companion file must hold a ValueSet or a Bundle with one.")
    return lists


def _parsed(raw: bytes, name: str) -> Element:
    try:
        parsed = json.loads(decoded(raw), object_pairs_hook=_no_key_twice, parse_constant=_no_constant)
    except ImportRefused as refusal:
        raise ImportRefused(f"{name}: {refusal}" if name != "The file" else str(refusal)) from None
    except json.JSONDecodeError as fault:
        raise ImportRefused(
            f"{name} is no valid JSON: line {fault.lineno}, column {fault.colno}: {fault.msg}."
        ) from None
    except RecursionError:
        raise ImportRefused(f"{name} is nested too deeply to be a questionnaire.") from None
    except ValueError:
        raise ImportRefused(f"{name} holds a number that is too long.") from None
    if not isinstance(parsed, dict):
        raise ImportRefused(f"{name} must hold one JSON object, a FHIR resource.")
    return parsed


def _no_key_twice(pairs: list[tuple[str, Any]]) -> Element:
    element = dict(pairs)
    if len(element) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ImportRefused(f"The key {shortened(twice)!r} stands twice in one JSON object. Keep one of the two.")
    return element


def _no_constant(name: str) -> Any:
    raise ImportRefused(f"The file holds {name}, which JSON does not know.")


def _resources(resource: Element, place: str) -> Iterator[Element]:
    if kind_of(resource) != "Bundle":
        yield resource
        return
    for entry in objects(resource, "entry", place):
        inner = entry.get("resource")
        if isinstance(inner, dict):
            yield inner


def kind_of(resource: Element) -> str:
    """The resource type, empty when it is not stated as a text."""
    kind = resource.get("resourceType")
    return kind if isinstance(kind, str) else ""


def text_of(element: Element, key: str, place: str) -> str:
    """A text element, empty when it is not there."""
    value = element.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ImportRefused(f"{place}: {key} must be a text.")
    return value


def objects(element: Element, key: str, place: str) -> list[Element]:
    """A list of objects, empty when it is not there."""
    value = element.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ImportRefused(f"{place}: {key} must be a list of objects.")
    return value


def object_of(element: Element, key: str, place: str) -> Element:
    """An object, empty when it is not there."""
    value = element.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ImportRefused(f"{place}: {key} must be an object.")
    return value


def extensions(element: Element, place: str) -> Iterator[tuple[str, Element]]:
    """Short name (the end of the url) and content of each extension."""
    for extension in objects(element, "extension", place):
        yield text_of(extension, "url", place).rstrip("/").rpartition("/")[2], extension


def coded(element: Element, place: str) -> set[str]:
    """The codes inside an extension's `valueCodeableConcept` or `valueCode`."""
    concept = object_of(element, "valueCodeableConcept", place)
    codes = {text_of(coding, "code", place) for coding in objects(concept, "coding", place)}
    return codes | {text_of(element, "valueCode", place)} - {""}
