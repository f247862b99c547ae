"""Holding a draft of a centre while it is changed."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import ColumnElement, select

from lrrc_qol.domain.errors import NotFound, StaleWrite
from lrrc_qol.persistence.models import AlertRuleVersion, ProtocolVersion
from lrrc_qol.services.context import Work

Row = TypeVar("Row", ProtocolVersion, AlertRuleVersion)


def hold_draft(work: Work, model: type[Row], is_draft: ColumnElement[bool], public_id: str, *, revision: int) -> Row:
    """The draft of the actor's centre, locked; NotFound when it is none, StaleWrite at another revision."""
    row = work.session.scalars(
        select(model)
        .where(
            model.public_id == public_id,
            model.centre_id == work.actor.centre(),
            model.discarded_at.is_(None),
            is_draft,
        )
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("no such draft")
    if row.revision != revision:
        raise StaleWrite("somebody else changed the draft")
    return row
