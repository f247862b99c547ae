"""Who changed an episode last, and when: for the one whose page was overtaken by somebody else."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lrrc_qol.persistence.models import AuditEntry, Staff
from lrrc_qol.services.context import Work


@dataclass(frozen=True, slots=True)
class LastChange:
    """The newest change of a kind; `by` is the name of a member of staff, None for the program itself."""

    by: str | None
    at: datetime


def last_change(work: Work, episode_id: int, actions: Collection[str]) -> LastChange | None:
    """The newest of these audited acts on an episode of the actor's centre; None when there was none."""
    row = work.session.execute(
        select(Staff.name, AuditEntry.at)
        .outerjoin(Staff, (Staff.id == AuditEntry.actor_id) & (AuditEntry.actor_kind == "staff"))
        .where(
            AuditEntry.episode_id == episode_id,
            AuditEntry.centre_id == work.actor.centre(),
            AuditEntry.action.in_(actions),
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    ).first()
    return None if row is None else LastChange(by=row[0], at=row[1])
