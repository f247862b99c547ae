"""Reads the courses that papers report, and holds each to a scale that there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lrrc_qol.catalogue.definition_file import DefinitionFile, read_definition, read_schema
from lrrc_qol.domain.instrument import Confidence, Instrument
from lrrc_qol.domain.published_courses import Anchor, PublishedCourse, PublishedPoint

NAME, SCHEMA = "published_courses.toml", "published_courses.schema.json"


def load_published_courses(clinical_dir: Path, instruments: Iterable[Instrument]) -> tuple[PublishedCourse, ...]:
    """Read all courses in the order of the file.

    DefinitionError for a fault, a scale that no version of the instrument has, a score beyond it, or an id that stands
    twice.
    """
    file = read_definition(clinical_dir / NAME, read_schema(clinical_dir / SCHEMA))
    scales = {(one.id, scale.id): scale for one in instruments for scale in one.scales}
    seen: set[str] = set()
    found: list[PublishedCourse] = []
    for place, entry in enumerate(file.data["course"]):
        if entry["id"] in seen:
            raise file.error(("course", place, "id"), f"{entry['id']!r} is there twice")
        seen.add(entry["id"])
        scale = scales.get((entry["instrument"], entry["scale"]))
        if scale is None:
            raise file.error(("course", place, "scale"), f"{entry['instrument']} has no scale {entry['scale']!r}")
        _check_range(file, place, entry, scale.minimum, scale.maximum)
        found.append(_course(entry))
    return tuple(found)


def _check_range(file: DefinitionFile, place: int, entry: Mapping[str, Any], lowest: float, highest: float) -> None:
    for number, point in enumerate(entry["points"]):
        if not lowest <= point["value"] <= highest:
            key = ("course", place, "points", number, "value")
            raise file.error(key, f"{point['value']} is no score between {lowest:g} and {highest:g}")


def _course(entry: Mapping[str, Any]) -> PublishedCourse:
    same = ("id", "short", "source", "population", "patients", "per_point", "statistic", "says", "note")
    return PublishedCourse(
        instrument_id=entry["instrument"],
        scale_id=entry["scale"],
        confidence=Confidence(entry["confidence"]),
        points=tuple(PublishedPoint(Anchor(one["anchor"]), one["value"], one.get("day")) for one in entry["points"]),
        **{name: entry[name] for name in same},
    )
