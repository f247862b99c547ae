"""One page about a patient for clinic and MDT: what is read for it, for one patient or for a list, and who took it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.persistence.models import Centre, Staff
from lrrc_qol.persistence.queries.care import ContactRow, list_alert_calls, list_contacts
from lrrc_qol.persistence.queries.patients import Stage
from lrrc_qol.services import audit
from lrrc_qol.services.clinical_record.store import Entry, read_all_entries
from lrrc_qol.services.context import Work
from lrrc_qol.services.list_patients import list_public_ids
from lrrc_qol.services.read_record import PatientRecord, read_record
from lrrc_qol.services.talk_topics import Topics, read_topics

# A clinic's list. Design figure: nobody reads more on one day, and the file comes before a browser gives up.
MOST_SHEETS = 40
NOBODY_CHOSEN = "Tick the patients whose sheets you want."
TOO_MANY = f"At most {MOST_SHEETS} sheets at a time. Tick those of the clinic, or narrow the list."


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What stands on one sheet, not yet in words; notes are left out, because a restricted one is opened, not printed.

    `contacts` are newest first, with the calls about alerts where the reader handles alerts.
    """

    record: PatientRecord
    entries: Mapping[str, tuple[Entry, ...]]
    topics: Topics
    contacts: tuple[ContactRow, ...]
    centre_name: str
    read_at: datetime
    read_by: str


def read_sheet(work: Work, public_id: str, *, handles_alerts: bool) -> SheetFacts:
    """Read everything for one sheet of the newest episode; NotFound when the centre has no such patient."""
    record = read_record(work, public_id)
    scope = {"centre_id": work.actor.centre(), "episode_id": record.patient.episode_id}
    contacts = list_contacts(work.session, **scope, cipher=work.cipher)
    if handles_alerts:
        contacts += list_alert_calls(work.session, **scope, cipher=work.cipher)
    return SheetFacts(
        record=record,
        entries=read_all_entries(work, record.patient.episode_id),
        topics=read_topics(work, record.patient.episode_id, centre_id=scope["centre_id"]),
        contacts=tuple(sorted(contacts, key=lambda one: one.at, reverse=True)),
        centre_name=work.session.get_one(Centre, scope["centre_id"]).name,
        read_at=work.now,
        read_by=work.session.get_one(Staff, work.actor.id).name,
    )


def read_sheets(work: Work, public_ids: Sequence[str], *, handles_alerts: bool) -> tuple[SheetFacts, ...]:
    """The sheets of a list, in its order and each once; InvalidInput for none or too many, NotFound for a stranger."""
    wanted = tuple(dict.fromkeys(public_ids))
    if not wanted:
        raise InvalidInput({"patient": NOBODY_CHOSEN})
    if len(wanted) > MOST_SHEETS:
        raise InvalidInput({"patient": TOO_MANY})
    return tuple(read_sheet(work, public_id, handles_alerts=handles_alerts) for public_id in wanted)


def listed_patients(work: Work, *, hospital_number: str | None, stage: Stage | None) -> tuple[str, ...]:
    """The patients of a filtered list, in its order: one more than may be printed where there are too many."""
    return list_public_ids(work, limit=MOST_SHEETS + 1, hospital_number=hospital_number, stage=stage)


def note_printed(work: Work, sheets: Sequence[SheetFacts]) -> None:
    """Write down who took these sheets out as a file: one entry for each patient, with how many went together."""
    for sheet in sheets:
        audit.record(
            work,
            "exported_sheet",
            subject_kind="patient",
            subject_id=sheet.record.patient.id,
            centre_id=work.actor.centre(),
            episode_id=sheet.record.patient.episode_id,
            detail={"sheets": len(sheets)},
        )
