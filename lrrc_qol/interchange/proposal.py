"""What an import hands back: wording that a person has to compare and approve, and what speaks against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lrrc_qol.domain.errors import LrrcQolError
from lrrc_qol.domain.instrument import ItemWording

How = Literal["id", "number", "code", "topic"]
"""By what a question of the source was recognised, surest first; `topic` compares words and needs the closest look."""


class ImportRefused(LrrcQolError):
    """Nothing usable came out of the file; the text names the element, line or row, and how to mend it."""


@dataclass(frozen=True, slots=True)
class Match:
    """A wording key (`q49`, `q49@stoma`) and the place in the source that its words come from."""

    key: str
    place: str
    how: How


@dataclass(frozen=True, slots=True)
class SourceItem:
    """A question of the source that the definition has no counterpart for."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A contradiction that must be settled before anybody may approve: where, and what.

    `keys` are the wording keys of the items it is about; typing in their words settles it. Without keys it is about
    the file as a whole, and only another file settles it.
    """

    place: str
    what: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """Wording read from a file, not yet compared with the printed form by anybody.

    `items` is keyed by wording key and holds what was found, also where labels are wanting. `missing` are the keys
    without text. `notes` say what was reduced or left out. `source_sha256` is the hash of the file as it came.
    """

    instrument_id: str
    version: str
    language: str
    title: str
    recall: str
    items: Mapping[str, ItemWording]
    credit: str
    matched: tuple[Match, ...]
    unmatched: tuple[SourceItem, ...]
    missing: tuple[str, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    source_sha256: str

    @property
    def complete(self) -> bool:
        """Whether every question and answer has its words and nothing contradicts the definition."""
        return not self.missing and not self.problems
