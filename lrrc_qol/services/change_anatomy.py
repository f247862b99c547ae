"""The anatomy that questions depend on: what the record knows, what the patient last said, and changing the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from lrrc_qol.domain.applicability import told_by
from lrrc_qol.domain.errors import StaleWrite
from lrrc_qol.persistence.models import Answer, Episode, Response
from lrrc_qol.persistence.queries.record import PatientRow
from lrrc_qol.services import audit
from lrrc_qol.services.answers import as_values, current_answers
from lrrc_qol.services.context import Work
from lrrc_qol.services.find_episode import find_episode
from lrrc_qol.services.patient_facts import anatomy_of
from lrrc_qol.services.read_record import find_patient_row


@dataclass(frozen=True, slots=True)
class Told:
    """What the patient last said of a fact on a form that was sent."""

    holds: bool
    answered_on: date | None
    instrument_title: str
    response_id: int


@dataclass(frozen=True, slots=True)
class AnatomyRecord:
    """The facts as the record has them at `patient.episode_version`, and what forms said about some of them."""

    patient: PatientRow
    told: Mapping[str, Told]


def read_anatomy(work: Work, patient_public_id: str) -> AnatomyRecord:
    """The anatomy of a patient's current episode; NotFound when the actor's centre has no such patient."""
    patient = find_patient_row(work, patient_public_id)
    return AnatomyRecord(patient=patient, told=_told(work, patient.episode_id))


def change_anatomy(
    work: Work, patient_public_id: str, anatomy: Mapping[str, bool | None], *, expected_version: int
) -> bool:
    """Set the facts that are given, None for not known; return whether any is different now.

    Forms that were sent keep the facts they were asked by; open ones ask by the new facts from now on. StaleWrite when
    the episode changed since it was read.
    """
    _, episode = find_episode(work, patient_public_id, lock=True)
    if episode.version != expected_version:
        raise StaleWrite("the episode was changed by somebody else since it was read")
    return set_anatomy(work, episode, anatomy)


def set_anatomy(work: Work, episode: Episode, anatomy: Mapping[str, bool | None]) -> bool:
    """Set the facts that are given on an episode that the caller holds; return whether any is different now."""
    stored = anatomy_of(episode)
    changed = {fact: holds for fact, holds in anatomy.items() if stored[fact] is not holds}
    if not changed:
        return False
    for fact, holds in changed.items():
        setattr(episode, fact, holds)
    work.session.flush()
    audit.record(
        work,
        "changed_anatomy",
        subject_kind="episode",
        subject_id=episode.id,
        centre_id=episode.centre_id,
        episode_id=episode.id,
        detail={"before": {fact: stored[fact] for fact in changed}, "after": changed},
    )
    return True


def _told(work: Work, episode_id: int) -> dict[str, Told]:
    """By fact, what the newest sent form said that asked about it."""
    filters = {item.id for one in work.catalogue.instruments for item in one.items if item.tells is not None}
    if not filters:
        return {}
    rows = work.session.execute(
        select(Response, Answer)
        .join(Answer, Answer.response_id == Response.id)
        .where(Response.episode_id == episode_id, Response.submitted_at.is_not(None), Answer.item_id.in_(filters))
        .order_by(Response.answered_on, Response.id)
    )
    answers: dict[int, tuple[Response, list[Answer]]] = {}
    for response, answer in rows:
        answers.setdefault(response.id, (response, []))[1].append(answer)
    told: dict[str, Told] = {}
    for response, given in answers.values():
        instrument = work.catalogue.instrument(response.instrument_id, response.instrument_version)
        for fact, holds in told_by(instrument, as_values(current_answers(given))).items():
            told[fact] = Told(holds, response.answered_on, instrument.short_title, response.id)
    return told
