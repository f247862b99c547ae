"""Everything that the team wrote down about a patient, as one reader may see it."""

from __future__ import annotations

from dataclasses import dataclass

from lrrc_qol.persistence.queries.care import (
    ContactRow,
    NoteRow,
    TaskRow,
    list_alert_calls,
    list_contacts,
    list_notes,
    list_open_tasks,
)
from lrrc_qol.persistence.queries.happenings import Ending, find_ending
from lrrc_qol.persistence.queries.record import PatientRow
from lrrc_qol.services.context import Work
from lrrc_qol.services.read_record import find_patient_row


@dataclass(frozen=True, slots=True)
class Care:
    """The contact log with the calls about alerts, newest first; notes; open tasks."""

    patient: PatientRow
    ending: Ending | None
    contacts: tuple[ContactRow, ...]
    notes: tuple[NoteRow, ...]
    tasks: tuple[TaskRow, ...]


def read_care(work: Work, public_id: str, *, handles_alerts: bool) -> Care:
    """Read it for the newest episode; NotFound. Calls about alerts are only for those who handle alerts."""
    patient = find_patient_row(work, public_id)
    scope = {"centre_id": work.actor.centre(), "episode_id": patient.episode_id}
    contacts = list_contacts(work.session, **scope, cipher=work.cipher)
    if handles_alerts:
        contacts += list_alert_calls(work.session, **scope, cipher=work.cipher)
    return Care(
        patient=patient,
        ending=find_ending(work.session, **scope),
        contacts=tuple(sorted(contacts, key=lambda one: one.at, reverse=True)),
        notes=tuple(list_notes(work.session, **scope, reader_id=work.actor.id or 0, cipher=work.cipher)),
        tasks=tuple(list_open_tasks(work.session, **scope, cipher=work.cipher)),
    )
