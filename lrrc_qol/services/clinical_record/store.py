"""Versions of the clinical record: the newest of each row is read, the next one is added, none is ever changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, true
from sqlalchemy.exc import IntegrityError

from lrrc_qol.domain import errors
from lrrc_qol.domain.errors import NotFound
from lrrc_qol.persistence.models import ClinicalEntry, Staff
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work
from lrrc_qol.services.find_episode import find_episode


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of one row of a section; `content` is None when that version took the row back."""

    row_key: str
    ordinal: int
    content: Mapping[str, Any] | None
    reason: str | None
    recorded_at: datetime
    recorded_by: str | None


class StaleWrite(errors.StaleWrite):
    """Somebody else saved the row meanwhile; `present` is what stands now, None when it was removed."""

    def __init__(self, present: Entry | None) -> None:
        super().__init__("this part of the record was changed by somebody else since it was read")
        self.present = present


def read_entries(work: Work, episode_id: int, section: str) -> tuple[Entry, ...]:
    """The newest version of each row of a section, removed rows left out, in the order they were first saved."""
    newest: dict[str, Entry] = {}
    for entry in _entries(work, _query(work, episode_id, section)):
        newest[entry.row_key] = entry
    return tuple(one for one in newest.values() if one.content is not None)


def read_all_entries(work: Work, episode_id: int) -> dict[str, tuple[Entry, ...]]:
    """The newest version of each row of every section that has one, removed rows left out, by section."""
    found: dict[str, tuple[Entry, ...]] = {}
    for (section, _), versions in read_all_versions(work, episode_id).items():
        if versions[-1].content is not None:
            found[section] = (*found.get(section, ()), versions[-1])
    return found


def read_all_versions(work: Work, episode_id: int) -> dict[tuple[str, str], tuple[Entry, ...]]:
    """Every version of every row, oldest first, also of rows that were taken back, by section and key."""
    found: dict[tuple[str, str], tuple[Entry, ...]] = {}
    query = _query(work, episode_id).add_columns(ClinicalEntry.section)
    for row, name, section in work.session.execute(query):
        found[section, row.row_key] = (*found.get((section, row.row_key), ()), _entry(row, name))
    return found


def entry_history(work: Work, episode_id: int, section: str, row_key: str) -> tuple[Entry, ...]:
    """Every version of one row, oldest first, also the one that took it back."""
    query = _query(work, episode_id, section).where(ClinicalEntry.row_key == row_key)
    return tuple(_entries(work, query))


def save_entry(
    work: Work,
    patient_public_id: str,
    section: str,
    *,
    content: Mapping[str, Any] | None,
    row_key: str = "",
    expected_ordinal: int,
    reason: str | None = None,
) -> Entry:
    """Add the version after `expected_ordinal` (0 for a new row); StaleWrite when another one stands."""
    _, episode = find_episode(work, patient_public_id, lock=True)
    history = entry_history(work, episode.id, section, row_key)
    present = history[-1] if history else None
    if (present.ordinal if present else 0) != expected_ordinal:
        raise StaleWrite(_standing(present))
    row = ClinicalEntry(
        episode_id=episode.id,
        centre_id=work.actor.centre(),
        section=section,
        row_key=row_key,
        ordinal=expected_ordinal + 1,
        content=dict(content) if content is not None else None,
        reason=reason,
        recorded_at=work.now,
        recorded_by=work.actor.id,
    )
    _add(work, row)
    before = dict(present.content or {}) if present else {}
    after = dict(content or {})
    audit.record(
        work,
        "changed_clinical_record" if content is not None else "removed_clinical_entry",
        subject_kind="clinical_entry",
        subject_id=row.id,
        centre_id=row.centre_id,
        episode_id=episode.id,
        detail={
            "section": section,
            "row_key": row_key,
            "ordinal": row.ordinal,
            "fields": sorted(name for name in {*before, *after} if before.get(name) != after.get(name)),
        },
        reason=reason,
    )
    return entry_history(work, episode.id, section, row_key)[-1]


def remove_entry(
    work: Work, patient_public_id: str, section: str, *, row_key: str, expected_ordinal: int, reason: str
) -> None:
    """Take a row back; NotFound when it does not stand."""
    _, episode = find_episode(work, patient_public_id)
    if row_key not in {one.row_key for one in read_entries(work, episode.id, section)}:
        raise NotFound("no such entry")
    save_entry(
        work,
        patient_public_id,
        section,
        content=None,
        row_key=row_key,
        expected_ordinal=expected_ordinal,
        reason=reason,
    )


def _add(work: Work, row: ClinicalEntry) -> None:
    """Insert a version; when another one of that ordinal is there, StaleWrite carries the one that stands now."""
    section, row_key, episode_id = row.section, row.row_key, row.episode_id
    try:
        with work.session.begin_nested():
            work.session.add(row)
    except IntegrityError:
        history = entry_history(work, episode_id, section, row_key)
        raise StaleWrite(_standing(history[-1] if history else None)) from None


def _standing(entry: Entry | None) -> Entry | None:
    return entry if entry is not None and entry.content is not None else None


def _query(work: Work, episode_id: int, section: str | None = None) -> Select[ClinicalEntry, str]:
    return (
        select(ClinicalEntry, Staff.name)
        .outerjoin(Staff, Staff.id == ClinicalEntry.recorded_by)
        .where(
            ClinicalEntry.centre_id == work.actor.centre(),
            ClinicalEntry.episode_id == episode_id,
            ClinicalEntry.section == section if section is not None else true(),
        )
        .order_by(ClinicalEntry.ordinal, ClinicalEntry.id)
    )


def _entries(work: Work, query: Select[ClinicalEntry, str]) -> Sequence[Entry]:
    return [_entry(row, name) for row, name in work.session.execute(query)]


def _entry(row: ClinicalEntry, name: str | None) -> Entry:
    return Entry(row.row_key, row.ordinal, row.content, row.reason, row.recorded_at, name)
