"""Forms that were sent and that nobody has read yet: one row for each visit, the longest unread first."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Subquery, and_, func, select

from lrrc_qol.persistence.crypto import FieldCipher
from lrrc_qol.persistence.models import Assignment, Episode, Patient, Response, Visit
from lrrc_qol.persistence.queries.worklist_kinds import (
    AnyRow,
    AnySelect,
    KindQuery,
    after_place,
    alive,
    episode_facts,
)
from lrrc_qol.persistence.queries.worklist_rows import RANKS, Cursor, Viewer, WorkKind, WorkRow


def unread_forms(viewer: Viewer) -> ColumnElement[bool]:
    """Sent forms of the centre that nobody has read; those of a dead patient are no work any more."""
    return and_(
        Response.centre_id == viewer.centre_id,
        Response.submitted_at.is_not(None),
        Response.reviewed_at.is_(None),
        alive(),
    )


def unread_visits(viewer: Viewer) -> Subquery:
    """The visits that have such forms: since when, how many, and the first of them."""
    return (
        select(
            Assignment.visit_id,
            func.min(Response.submitted_at).label("since"),
            func.count().label("forms"),
            func.min(Response.id).label("first"),
        )
        .select_from(Response)
        .join(Assignment, Assignment.id == Response.assignment_id)
        .join(Episode, Episode.id == Response.episode_id)
        .where(unread_forms(viewer))
        .group_by(Assignment.visit_id)
        .subquery()
    )


def _rows(viewer: Viewer, after: Cursor | None) -> AnySelect:
    unread = unread_visits(viewer)
    return (
        select(Visit, Episode, Patient, unread.c.since, unread.c.forms, unread.c.first)
        .join(unread, unread.c.visit_id == Visit.id)
        .join(Episode, Episode.id == Visit.episode_id)
        .join(Patient, Patient.id == Episode.patient_id)
        .where(after_place(WorkKind.REVIEW, unread.c.since, Visit.public_id, after))
        .order_by(unread.c.since, Visit.public_id)
    )


def _row(row: AnyRow, cipher: FieldCipher) -> WorkRow:
    visit, episode, patient, since, forms, first = row
    return WorkRow(
        kind=WorkKind.REVIEW,
        rank=RANKS[WorkKind.REVIEW],
        since=since,
        public_id=visit.public_id,
        subject=visit.name,
        forms=forms,
        response_id=first,
        **episode_facts(episode, patient, cipher),
    )


UNREAD_QUERY = KindQuery(_rows, _row)
