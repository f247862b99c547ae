"""What a wording pack is to those who manage it, and the state that its facts add up to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from lrrc_qol.domain.instrument import Instrument, Wording
from lrrc_qol.persistence.models import WordingPack

MODES = ("own_phone", "own_computer", "ward_tablet", "paper", "telephone", "face_to_face")
"""How a questionnaire can be answered; a licence permits some of these."""
ON_SCREEN = "own_phone"
"""The mode of the forms behind the links in mails; without it a questionnaire is not planned."""


class PackState(StrEnum):
    """Where a pack stands; always derived, never stored."""

    DRAFT = "draft"
    COMPARED = "compared"
    APPROVED = "approved"
    EXPIRED = "expired"
    RETIRED = "retired"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Source:
    """The file that the words came from: kind (`fhir`, `redcap`, `csv`), its name, the SHA-256 of its bytes."""

    kind: str
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Licence:
    """On what ground a centre uses the words. `expires_on` is the last day; None = without end.

    `holder` and `reference` may be empty in a draft, not at approval.
    """

    holder: str
    reference: str
    permitted_modes: tuple[str, ...]
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class PackLine:
    """One pack in a list. `days_left` counts to the last day of the licence, negative once it has passed.

    `open_problems` is how many things of its report stand in the way of an approval.
    """

    public_id: str
    instrument_id: str
    version: str
    title: str
    language: str
    ordinal: int
    state: PackState
    expires_on: date | None
    days_left: int | None
    source_kind: str
    source_name: str
    proposed_at: datetime
    proposed_by: str
    open_problems: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a report: the wording keys it is about, the place in the source, and what was found.

    For a matched question `text` says by what it was recognised: id, number, code or topic. A problem without keys is
    about the file as a whole.
    """

    keys: tuple[str, ...]
    place: str
    text: str

    @property
    def key(self) -> str:
        """The one wording key; empty for none or several."""
        return self.keys[0] if len(self.keys) == 1 else ""


@dataclass(frozen=True, slots=True)
class Report:
    """What the import found, and what the pack lacks.

    `missing` and `problems` stand in the way of an approval until a person settles them or another file is imported.
    """

    matched: tuple[Finding, ...] = ()
    unmatched: tuple[Finding, ...] = ()
    missing: tuple[Finding, ...] = ()
    problems: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def open_problems(self) -> int:
        """How many things stand in the way of an approval."""
        return len(self.missing) + len(self.problems)

    def as_stored(self) -> dict[str, Any]:
        """The report as JSON."""
        return asdict(self)

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Report:
        """The report that was stored."""
        findings = {
            name: tuple(Finding(tuple(one["keys"]), one["place"], one["text"]) for one in stored[name])
            for name in ("matched", "unmatched", "missing", "problems")
        }
        return cls(**findings, notes=tuple(stored["notes"]))


@dataclass(frozen=True, slots=True)
class PackView:
    """One pack with everything that is known of it; people by name, empty when nobody is named.

    `wording.approved` says whether patients may be shown these words. `obstacles` say why it cannot be approved now.
    `versions` are all packs of the same instrument version and language, newest first.
    """

    line: PackLine
    instrument: Instrument
    wording: Wording
    report: Report
    licence: Licence
    source: Source
    compared_at: datetime | None
    compared_by: str
    compared_with: str
    approved_at: datetime | None
    approved_by: str
    retired_at: datetime | None
    retired_by: str
    retire_reason: str
    obstacles: tuple[str, ...]
    versions: tuple[PackLine, ...]


@dataclass(frozen=True, slots=True)
class TextChange:
    """One difference between two packs: the wording key (empty for the whole), the field, the text in each."""

    key: str
    field: str
    before: str
    after: str


def days_left(pack: WordingPack, today: date) -> int | None:
    """Days until the licence's last day, 0 on that day; None without an end."""
    return None if pack.expires_on is None else (pack.expires_on - today).days


def has_expired(expires_on: date | None, today: date) -> bool:
    """Whether the last day of a licence has passed."""
    return expires_on is not None and expires_on < today


def states_of(packs: Collection[WordingPack], today: date) -> dict[int, PackState]:
    """The state of each pack by row number; `packs` must hold all packs of the languages that it holds any of."""
    return {pack.id: _state(pack, packs, today) for pack in packs}


def _state(pack: WordingPack, packs: Collection[WordingPack], today: date) -> PackState:
    if pack.retired_at is not None:
        return PackState.RETIRED
    if pack.approved_at is None:
        return PackState.DRAFT if pack.compared_at is None else PackState.COMPARED
    newest = newest_first([one for one in packs if _same_place(one, pack) and _in_force(one)])
    if newest[0].id != pack.id:
        return PackState.REPLACED
    return PackState.EXPIRED if has_expired(pack.expires_on, today) else PackState.APPROVED


def newest_first(packs: Collection[WordingPack]) -> list[WordingPack]:
    """Approved packs in the order in which they are taken: the one approved last comes first."""
    return sorted(packs, key=lambda pack: (pack.approved_at or pack.proposed_at, pack.id), reverse=True)


def _same_place(one: WordingPack, other: WordingPack) -> bool:
    return (one.instrument_id, one.instrument_version, one.language) == (
        other.instrument_id,
        other.instrument_version,
        other.language,
    )


def _in_force(pack: WordingPack) -> bool:
    return pack.approved_at is not None and pack.retired_at is None
