"""When the link of a visit opens: from the window's start until the form is sent, with room for late answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select

from lrrc_qol.domain.schedule import VisitKind
from lrrc_qol.persistence.models import Assignment, Link, Response, Visit
from lrrc_qol.services.context import Work

# A late form is welcome and marked late; a baseline after the operation would not be a baseline. Design figures:
# long enough for a stay in hospital, short enough that the form still tells of the time it is about.
LATE_DAYS = {
    VisitKind.BASELINE: 0,
    VisitKind.DISCHARGE: 14,
    VisitKind.CHECK_IN: 3,
    VisitKind.FOLLOW_UP: 30,
}


# An old mail still leads to what is due now. Longer than the longest gap between two visits of the shipped plan (three
# months), so that the last mail a patient got always works; a design figure.
LINK_LIFE = timedelta(days=100)


def is_alive(link: Link, *, now: datetime) -> bool:
    """Whether a link whose own visit is over still leads to what is due now: not revoked, and not too old."""
    return link.revoked_at is None and now < link.created_at + LINK_LIFE


def in_order(visits: Iterable[Visit], *, now: datetime) -> list[Visit]:
    """Visits that can be answered, the one to answer first at the head: open before late, then what closes first."""
    return sorted(visits, key=lambda visit: (visit.closes_at <= now, visit.closes_at, visit.id))


def closes_for_good_at(visit: Visit) -> datetime:
    """The instant after which a link of the visit no longer opens it."""
    return visit.closes_at + timedelta(days=LATE_DAYS[VisitKind(visit.kind)])


def answerable(visit: Visit, *, now: datetime, begun: bool = False) -> bool:
    """Whether the visit can be answered at `now`: planned or `begun`, open or a little late, and not yet sent."""
    wanted = (visit.planned or begun) and visit.completed_at is None
    return wanted and visit.opens_at <= now < closes_for_good_at(visit)


def was_begun() -> ColumnElement[bool]:
    """Condition on a visit of which an answer was saved: it can be finished, also when nothing asks for it any more."""
    saved = select(Response.id).join(Assignment, Assignment.id == Response.assignment_id)
    return saved.where(Assignment.visit_id == Visit.id).correlate(Visit).exists()


def is_begun(work: Work, visit: Visit) -> bool:
    """Whether an answer of this visit was saved."""
    return bool(work.session.scalar(select(Visit.id).where(Visit.id == visit.id, was_begun())))


def pick_current(visits: Sequence[Visit]) -> Visit | None:
    """The visit to answer first when several can be: one whose window is still open before a late one, then newest."""
    return max(visits, key=lambda visit: (visit.closes_at, visit.opens_at), default=None)
