"""Why visits of an episode were not answered; the newest reason of a visit counts."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrrc_qol.persistence.models import MissedReason, Staff


class MissedNote(NamedTuple):
    """The reason of one visit: its code, a note, who noted it and when."""

    code: str
    note: str
    by: str
    at: datetime


def missed_reasons(session: Session, *, centre_id: int, episode_id: int) -> dict[int, MissedNote]:
    """The reason that counts, by row number of the visit; visits without one, or with one taken back, are left out."""
    rows = session.execute(
        select(MissedReason.visit_id, MissedReason.code, MissedReason.note, Staff.name, MissedReason.recorded_at)
        .outerjoin(Staff, Staff.id == MissedReason.recorded_by)
        .where(MissedReason.episode_id == episode_id, MissedReason.centre_id == centre_id)
        .order_by(MissedReason.id)
    )
    newest = {visit_id: (code, note, name, at) for visit_id, code, note, name, at in rows}
    return {
        visit_id: MissedNote(code, note or "", name or "", at)
        for visit_id, (code, note, name, at) in newest.items()
        if code is not None
    }
