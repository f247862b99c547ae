"""Reads codes.toml: how other systems (CDISC, LOINC) call an instrument, its items and its scales."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

from jsonschema import Draft202012Validator

from lrrc_qol.catalogue.definition_file import read_definition
from lrrc_qol.domain.instrument import Codes, Confidence

CODES = "codes.toml"
SYSTEMS = ("cdisc", "loinc")


def read_codes(path: Path, schema: Draft202012Validator) -> Codes | None:
    """The codes of a version, None when it has no such file; DefinitionError when the file is wrong."""
    if not path.exists():
        return None
    data = read_definition(path, schema).data
    given = {system: data[system] for system in SYSTEMS if system in data}
    return Codes(
        source=data["source"],
        confidence=Confidence(data["confidence"]),
        whole=MappingProxyType({system: codes["whole"] for system, codes in given.items() if "whole" in codes}),
        items=MappingProxyType({system: MappingProxyType(codes.get("items", {})) for system, codes in given.items()}),
        scales=MappingProxyType({system: MappingProxyType(codes.get("scales", {})) for system, codes in given.items()}),
    )
