"""Note why a visit was not answered, from a list of reasons; a later note counts instead, the earlier ones stay."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from lrrc_qol.domain.errors import AlreadySubmitted, InvalidInput, NotFound, StaleWrite
from lrrc_qol.persistence.models import MissedReason, Visit
from lrrc_qol.persistence.queries.missed import MissedNote, missed_reasons
from lrrc_qol.persistence.queries.record import PatientRow
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work
from lrrc_qol.services.read_record import find_patient_row

NOTE_LIMIT = 500


@dataclass(frozen=True, slots=True)
class UnansweredVisit:
    """A visit for which a reason can be noted, with the reason that counts now."""

    patient: PatientRow
    public_id: str
    name: str
    key: str
    noted: MissedNote | None


def read_unanswered(work: Work, patient_public_id: str, visit_public_id: str) -> UnansweredVisit:
    """The visit with its reason; NotFound for one of somebody else or one not open yet.

    AlreadySubmitted for one that was answered.
    """
    patient = find_patient_row(work, patient_public_id)
    visit = _find_visit(work, patient, visit_public_id)
    noted = missed_reasons(work.session, centre_id=work.actor.centre(), episode_id=patient.episode_id).get(visit.id)
    return UnansweredVisit(patient, visit.public_id, visit.name, visit.key, noted)


def note_missed_reason(
    work: Work,
    patient_public_id: str,
    visit_public_id: str,
    *,
    code: str | None,
    note: str = "",
    seen: tuple[str, str] | None = None,
) -> bool:
    """Store the reason; None as code takes it back. False when exactly this was noted before.

    NotFound and AlreadySubmitted as in `read_unanswered`; InvalidInput for an unknown code or too long a note.
    StaleWrite when `seen`, the code and the note that were read (empty for none), are not those that count by now.
    """
    faults = _faults(work, code, note)
    if faults:
        raise InvalidInput(faults)
    patient = find_patient_row(work, patient_public_id)
    visit = _find_visit(work, patient, visit_public_id, lock=True)
    noted = missed_reasons(work.session, centre_id=work.actor.centre(), episode_id=patient.episode_id).get(visit.id)
    if seen is not None and seen != ((noted.code, noted.note) if noted else ("", "")):
        raise StaleWrite("another reason was noted by somebody else since it was read")
    return add_missed_reason(work, visit, code=code, note=note)


def add_missed_reason(work: Work, visit: Visit, *, code: str | None, note: str = "") -> bool:
    """The same for a visit that was found already, its input checked."""
    scope = {"centre_id": visit.centre_id, "episode_id": visit.episode_id}
    before = missed_reasons(work.session, **scope).get(visit.id)
    text = note.strip()
    if (before.code if before else None) == code and (before.note if before else "") == (text if code else ""):
        return False
    work.session.add(
        MissedReason(
            visit_id=visit.id,
            **scope,
            code=code,
            note=(text or None) if code else None,
            recorded_at=work.now,
            recorded_by=work.actor.id,
        )
    )
    audit.record(
        work,
        "noted_missed_reason",
        subject_kind="visit",
        subject_id=visit.id,
        centre_id=visit.centre_id,
        episode_id=visit.episode_id,
        detail={"before": before.code if before else None, "after": code},
    )
    return True


def _faults(work: Work, code: str | None, note: str) -> dict[str, str]:
    faults: dict[str, str] = {}
    if code is not None and code not in work.catalogue.missed_reasons.labels:
        faults["code"] = "Choose a reason from the list."
    if len(note.strip()) > NOTE_LIMIT:
        faults["note"] = f"Use at most {NOTE_LIMIT} characters."
    return faults


def _find_visit(work: Work, patient: PatientRow, visit_public_id: str, *, lock: bool = False) -> Visit:
    query = select(Visit).where(
        Visit.public_id == visit_public_id,
        Visit.episode_id == patient.episode_id,
        Visit.centre_id == work.actor.centre(),
        Visit.planned,
        Visit.opens_at <= work.now,
    )
    visit = work.session.scalars(query.with_for_update() if lock else query).first()
    if visit is None:
        raise NotFound("no such visit")
    if visit.completed_at is not None:
        raise AlreadySubmitted("the visit was answered")
    return visit
