"""Reads every questionnaire under instruments/ into domain objects; a wrong definition stops the start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator

from lrrc_qol.catalogue.definition_file import DefinitionFile, read_definition, read_schema
from lrrc_qol.catalogue.instrument_checks import check_instrument
from lrrc_qol.catalogue.instrument_codes import CODES, read_codes
from lrrc_qol.catalogue.instrument_tables import digest_with_tables, read_tables
from lrrc_qol.catalogue.wording import read_wording
from lrrc_qol.domain.errors import DefinitionError
from lrrc_qol.domain.instrument import (
    Confidence,
    Direction,
    Domain,
    Instrument,
    Item,
    ItemKind,
    Mid,
    Scale,
    Status,
    Tells,
    Threshold,
    Wording,
)

DEFINITION = "instrument.toml"
EXAMPLES = "examples.csv"
TOLERANCE = 1e-5  # independent figures are given to six decimals
_SCHEMA_NAMES = ("instrument", "text", "codes")


@dataclass(frozen=True, slots=True)
class LoadedInstrument:
    """One instrument version with the wordings that are shipped with it, by language, and its folder.

    `tolerance` is how far a score may lie from the independent figures of its examples, in score points.
    """

    instrument: Instrument
    wordings: Mapping[str, Wording]
    folder: Path
    tolerance: float


class _Schemas(NamedTuple):
    definition: Draft202012Validator
    text: Draft202012Validator
    codes: Draft202012Validator


def load_instruments(instruments_dir: Path) -> tuple[LoadedInstrument, ...]:
    """Read all instruments in order of id and version; DefinitionError names file, place and reason."""
    schemas = _Schemas(*(read_schema(instruments_dir / f"{name}.schema.json") for name in _SCHEMA_NAMES))
    loaded = tuple(_load_version(folder, schemas) for folder in _version_folders(instruments_dir))
    if not loaded:
        raise DefinitionError(str(instruments_dir), "folder", "holds no instrument; expected <id>/<version>/")
    return tuple(sorted(loaded, key=lambda one: (one.instrument.id, version_key(one.instrument.version))))


def version_key(version: str) -> tuple[int, ...]:
    """Orders versions as numbers, so that 1.10 comes after 1.9."""
    return tuple(int(part) for part in version.split("."))


def _version_folders(instruments_dir: Path) -> Iterator[Path]:
    for instrument in _folders(instruments_dir):
        versions = list(_folders(instrument))
        if not versions:
            raise DefinitionError(str(instrument), "folder", "holds no version; expected a folder such as 1.0")
        yield from versions


def _folders(parent: Path) -> Iterator[Path]:
    return (path for path in sorted(parent.iterdir()) if path.is_dir() and not path.name.startswith("."))


def _load_version(folder: Path, schemas: _Schemas) -> LoadedInstrument:
    file = read_definition(folder / DEFINITION, schemas.definition)
    instrument = _instrument(file, schemas.codes)
    check_instrument(file, instrument)
    texts = _text_files(folder)
    if texts and not instrument.own_wording:
        raise DefinitionError(
            str(texts[0]), "file", "the wording belongs to the holder and must not be shipped; remove this file"
        )
    if instrument.own_wording and not texts:
        raise file.error(("own_wording",), "is true, but there is no text.<language>.toml beside this file")
    wordings = [read_wording(path, schemas.text, instrument) for path in texts]
    return LoadedInstrument(
        instrument,
        MappingProxyType({one.language: one for one in wordings}),
        folder,
        tolerance=file.data.get("examples", {}).get("tolerance", TOLERANCE),
    )


def _text_files(folder: Path) -> list[Path]:
    """The wordings in a version's folder; any file that is none of the known ones is refused as a likely slip."""
    texts = []
    for path in sorted(folder.iterdir()):
        if path.name in (DEFINITION, CODES) or path.suffix == ".csv" or path.name.startswith("."):
            continue
        if not (path.name.startswith("text.") and path.suffix == ".toml" and path.name.count(".") == 2):
            raise DefinitionError(
                str(path),
                "file",
                f"is not expected here; known are {DEFINITION}, {CODES}, text.<language>.toml and tables (*.csv)",
            )
        texts.append(path)
    return texts


def _instrument(file: DefinitionFile, codes_schema: Draft202012Validator) -> Instrument:
    data, folder = file.data, file.path.parent
    tables = read_tables(path for path in folder.glob("*.csv") if path.name != EXAMPLES)
    return Instrument(
        id=data["id"],
        version=data["version"],
        title=data["title"],
        short_title=data["short_title"],
        recall=data["recall"],
        licence_class=data["licence_class"],
        own_wording=data["own_wording"],
        holder=data["holder"],
        references=tuple(data["references"]),
        scoring_version=data["scoring_version"],
        items=tuple(_item(item) for item in data["items"]),
        scales=tuple(_scale(scale) for scale in data["scales"]),
        digest=digest_with_tables(file.digest, tables),
        minutes=data["minutes"],
        note=data.get("note", ""),
        licence=data.get("licence", ""),
        credit=data.get("credit", ""),
        status=Status(data.get("status", Status.READY)),
        default_groups=tuple(data.get("default_groups", ())),
        tables=tables,
        codes=read_codes(folder / CODES, codes_schema),
    )


def _item(data: dict[str, Any]) -> Item:
    tells = data.get("tells")
    return Item(
        id=data["id"],
        number=data["number"],
        topic=data["topic"],
        kind=ItemKind(data["kind"]),
        codes=_codes_of_item(data),
        applies_if=tuple(data.get("applies_if", ())),
        sensitive=data.get("sensitive", False),
        variants=MappingProxyType(data.get("variants", {})),
        tells=Tells(fact=tells["fact"], code=tells["code"]) if tells else None,
        group=data.get("group", ""),
        optional=data.get("optional", False),
    )


def _codes_of_item(data: dict[str, Any]) -> tuple[int, ...]:
    if "range" in data:
        lowest, highest = data["range"]
        return tuple(range(int(lowest), int(highest) + 1))
    return tuple(int(code) for code in data["codes"])


def _scale(data: dict[str, Any]) -> Scale:
    return Scale(
        id=data["id"],
        name=data["name"],
        domain=Domain(data["domain"]),
        direction=Direction(data["direction"]),
        minimum=data.get("minimum", 0),
        maximum=data.get("maximum", 0),
        items=tuple(data.get("items", ())),
        method=data.get("method", ""),
        parameters=MappingProxyType(data.get("parameters", {})),
        primary=data.get("primary", False),
        mid=_mid(data["mid"]) if "mid" in data else None,
        threshold=_threshold(data["threshold"]) if "threshold" in data else None,
        step=data.get("step"),
        low_label=data["low_label"],
        high_label=data["high_label"],
        drawn=data.get("drawn", True),
        decimals=data.get("decimals", 1),
    )


def _mid(data: dict[str, Any]) -> Mid:
    own = data.get("deterioration_confidence")
    published = data.get("range")
    return Mid(
        improvement=data["improvement"],
        deterioration=data["deterioration"],
        source=data["source"],
        confidence=Confidence(data["confidence"]),
        deterioration_source=data.get("deterioration_source", ""),
        deterioration_confidence=Confidence(own) if own else None,
        published=(published[0], published[1]) if published else None,
    )


def _threshold(data: dict[str, Any]) -> Threshold:
    return Threshold(
        side=data["side"],
        value=data["value"],
        meaning=data["meaning"],
        source=data["source"],
        confidence=Confidence(data["confidence"]),
    )
