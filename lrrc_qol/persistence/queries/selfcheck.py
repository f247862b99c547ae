"""Queries that find what must never be there; each row of their results is one breach, named by row numbers only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Select, and_, exists, func, not_, or_, select
from sqlalchemy.orm import Session, aliased

from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import (
    GAVE_WAY,
    Alert,
    Assignment,
    ClinicalEntry,
    Consent,
    ConsentText,
    Episode,
    EpisodeEvent,
    Message,
    Patient,
    Plan,
    Response,
    Visit,
)
from lrrc_qol.persistence.models.base import Base

ROWS_PER_FETCH = 1000
# A mail that was on the wire while somebody recorded the death cannot be called back.
ON_THE_WIRE = timedelta(minutes=1)
AnySelect = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Finding:
    """A query whose rows are breaches; `words` takes the columns of a row as `{0}`, `{1}` …"""

    query: AnySelect
    words: str


def stream(session: Session, finding: Finding) -> Iterator[str]:
    """One sentence for each row; the rows are never all in memory."""
    for row in session.execute(finding.query, execution_options={"yield_per": ROWS_PER_FETCH}):
        yield finding.words.format(*row)


def lost_rows() -> Iterator[Finding]:
    """For each reference between tables: rows that point to one that is not there, orphan answers among them."""
    for table in Base.metadata.sorted_tables:
        for key in table.constraints:
            if not isinstance(key, ForeignKeyConstraint) or len(key.elements) != 1:
                continue
            column, parent = key.columns[0], key.elements[0].column
            target = parent.table.alias()
            absent = not_(exists().where(target.c[parent.name] == column))
            query = select(table.c.id, column).where(column.is_not(None), absent).order_by(table.c.id)
            yield Finding(query, f"{table.name} {{0}} points to {parent.table.name} {{1}}, which is not there")


def duplicate_mail() -> Finding:
    """Two mails of the same step of the same plan of one visit went out."""
    arming = Message.params["arming"].as_string()
    step = (Message.visit_id, Message.kind, Message.ordinal, arming)
    query = (
        select(Message.visit_id, Message.kind, Message.ordinal, func.count())
        .where(Message.visit_id.is_not(None), Message.kind != "link_resent", Message.status == "sent")
        .group_by(*step)
        .having(func.count() > 1)
    )
    return Finding(query, "visit {0}: the mail {1} {2} was sent {3} times")


def mail_after_death() -> Finding:
    """Mail to a patient that waits, or went out after the death had been recorded."""
    died = (
        select(Episode.patient_id, func.min(EpisodeEvent.recorded_at).label("told_at"))
        .join(Episode, Episode.id == EpisodeEvent.episode_id)
        .where(EpisodeEvent.kind == EventKind.DEATH.value, EpisodeEvent.revoked_at.is_(None))
        .group_by(Episode.patient_id)
        .subquery()
    )
    after = or_(Message.status == "queued", and_(Message.status == "sent", Message.sent_at > died.c.told_at))
    query = (
        select(Message.id, Message.status, Message.sent_at, died.c.told_at)
        .join(died, died.c.patient_id == Message.patient_id)
        .where(Message.staff_id.is_(None), after)
    )
    return Finding(query, "message {0} to a patient whose death is recorded: {1}")


def sent_after_death(session: Session) -> Iterator[str]:
    """The rows of `mail_after_death` without mail that was on the wire when the death was recorded."""
    finding = mail_after_death()
    for row in session.execute(finding.query, execution_options={"yield_per": ROWS_PER_FETCH}):
        if row.status == "queued" or row.sent_at > row.told_at + ON_THE_WIRE:
            yield finding.words.format(*row)


def unowned_alerts(now: datetime) -> Finding:
    """Open alerts that nobody took although their first call should have been made; nobody calls about the dead."""
    died = select(EpisodeEvent.id).where(
        EpisodeEvent.episode_id == Alert.episode_id,
        EpisodeEvent.kind == EventKind.DEATH.value,
        EpisodeEvent.revoked_at.is_(None),
    )
    query = select(Alert.id, Alert.level, Alert.target_at).where(
        Alert.closed_at.is_(None), Alert.owner_id.is_(None), Alert.target_at < now, not_(died.exists())
    )
    return Finding(query, "alert {0} ({1}) has no owner; its clock ran out at {2:%Y-%m-%d %H:%M} UTC")


def unlabelled_visits() -> Iterator[Finding]:
    """Answered and begun visits that no plan explains: without key, name or home, or of an episode without a plan."""
    sent = (
        select(Response.id)
        .join(Assignment, Assignment.id == Response.assignment_id)
        .where(Assignment.visit_id == Visit.id, Response.submitted_at.is_not(None))
        .correlate(Visit)
        .exists()
    )
    planless = not_(select(Plan.id).where(Plan.episode_id == Visit.episode_id).correlate(Visit).exists())
    blank = or_(func.trim(Visit.key) == "", func.trim(Visit.name) == "", planless)
    yield Finding(select(Visit.id).where(sent, blank), "visit {0} was answered, but no plan says what it is")
    yield Finding(
        select(Visit.id).where(Visit.completed_at.is_not(None), not_(sent)),
        "visit {0} counts as answered, but no form of it was sent",
    )
    gave_way = Visit.key.startswith(GAVE_WAY)
    yield Finding(select(Visit.id).where(sent, gave_way), "visit {0} was answered, but counts for no visit of the plan")
    begun = select(Response.id).join(Assignment, Assignment.id == Response.assignment_id)
    begun = begun.where(Assignment.visit_id == Visit.id).correlate(Visit)
    yield Finding(
        select(Visit.id).where(begun.exists(), gave_way, Visit.home_key.is_(None)),
        "visit {0} was begun and gave way, but nothing says what it was begun as",
    )
    undated = select(Response.id).where(Response.submitted_at.is_not(None), Response.answered_on.is_(None))
    yield Finding(undated, "response {0} was sent, but has no day")


def gaps_in_the_record() -> Finding:
    """Parts of the clinical record of which a version is missing: versions count from 1 without a gap."""
    part = (ClinicalEntry.episode_id, ClinicalEntry.section, ClinicalEntry.row_key)
    query = (
        select(ClinicalEntry.episode_id, ClinicalEntry.section, func.count(), func.max(ClinicalEntry.ordinal))
        .group_by(*part)
        .having(or_(func.min(ClinicalEntry.ordinal) != 1, func.max(ClinicalEntry.ordinal) != func.count()))
    )
    return Finding(query, "episode {0}, {1}: {2} versions are there, the newest has number {3}")


def foreign_consents() -> Finding:
    """Consents to the text of another centre than the patient's."""
    query = (
        select(Consent.id, Consent.text_id)
        .join(ConsentText, ConsentText.id == Consent.text_id)
        .join(Patient, Patient.id == Consent.patient_id)
        .where(or_(ConsentText.centre_id != Consent.centre_id, Patient.centre_id != Consent.centre_id))
    )
    return Finding(query, "consent {0} refers to text {1} of another centre")


def crossed_centres() -> Iterator[Finding]:
    """What belongs to another centre, or another follow-up, than that which it hangs on."""
    above = {Visit: Episode, Response: Episode, Alert: Episode, Assignment: Visit}
    for child, parent in above.items():
        owner = aliased(parent)
        link = child.visit_id if child is Assignment else child.episode_id  # type: ignore[attr-defined]
        query = select(child.id).join(owner, owner.id == link).where(owner.centre_id != child.centre_id)  # type: ignore[attr-defined]
        yield Finding(query, f"{child.__tablename__} {{0}} belongs to another centre than its patient")
    moved = select(Episode.id).join(Patient, Patient.id == Episode.patient_id)
    yield Finding(
        moved.where(Patient.centre_id != Episode.centre_id),
        "episode {0} belongs to another centre than its patient",
    )
    strayed = select(Response.id).join(Assignment, Assignment.id == Response.assignment_id)
    yield Finding(
        strayed.where(Assignment.episode_id != Response.episode_id),
        "response {0} belongs to another follow-up than the visit it answers",
    )
