"""Reads the lists that staff choose from: codes that are stored, the words for them, and where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lrrc_qol.catalogue.definition_file import DefinitionFile, read_definition, read_schema

SCHEMA = "picklist.schema.json"


@dataclass(frozen=True, slots=True)
class PickEntry:
    """One line of a list: the code that is stored, its words, and the id of its group (empty without groups)."""

    code: str
    label: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Picklist:
    """A list in the order it is shown; `groups` are (id, words), empty for a list without."""

    entries: tuple[PickEntry, ...]
    groups: tuple[tuple[str, str], ...]
    source: str
    confidence: str

    @property
    def labels(self) -> Mapping[str, str]:
        """The words of each code."""
        return {entry.code: entry.label for entry in self.entries}

    def label(self, code: str | None) -> str:
        """The words of a code; a code that is in the list no more stands for itself, none is empty."""
        return self.labels.get(code, code) if code else ""

    def grouped(self) -> tuple[tuple[str, tuple[PickEntry, ...]], ...]:
        """The entries under the words of their groups, in the order of the groups."""
        return tuple(
            (words, tuple(entry for entry in self.entries if entry.group == group)) for group, words in self.groups
        )


def load_picklist(clinical_dir: Path, name: str) -> Picklist:
    """Read `<name>.toml`; DefinitionError for a fault, a code that stands twice, or a group that is not there."""
    file = read_definition(clinical_dir / f"{name}.toml", read_schema(clinical_dir / SCHEMA))
    groups = tuple((group["id"], group["label"]) for group in file.data.get("groups", ()))
    entries = tuple(PickEntry(**entry) for entry in file.data["entry"])
    _check(file, entries, {group for group, _ in groups} or {""})
    return Picklist(entries, groups, file.data["source"], file.data["confidence"])


def _check(file: DefinitionFile, entries: tuple[PickEntry, ...], groups: set[str]) -> None:
    seen: set[str] = set()
    for place, entry in enumerate(entries):
        if entry.code in seen:
            raise file.error(("entry", place, "code"), f"{entry.code!r} is there twice")
        if entry.group not in groups:
            raise file.error(("entry", place, "group"), f"there is no group {entry.group!r}")
        seen.add(entry.code)
