"""Which protocol version episodes run on."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrrc_qol.persistence.models import Plan


def newest_plans(session: Session, *, episode_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Protocol and version by episode."""
    rows = session.execute(
        select(Plan.episode_id, Plan.protocol_id, Plan.protocol_version)
        .where(Plan.episode_id.in_(episode_ids))
        .order_by(Plan.ordinal)
    )
    return {episode_id: (protocol_id, version) for episode_id, protocol_id, version in rows}
