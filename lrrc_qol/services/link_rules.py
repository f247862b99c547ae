"""When the link of a visit opens: from the window's start until the form is sent, with room for late answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from lrrc_qol.domain.schedule import VisitKind
from lrrc_qol.persistence.models import Visit

# A late form is welcome and marked late; a baseline after the operation would not be a baseline. Design figures:
# long enough for a stay in hospital, short enough that the form still tells of the time it is about.
LATE_DAYS = {
    VisitKind.BASELINE: 0,
    VisitKind.DISCHARGE: 14,
    VisitKind.CHECK_IN: 3,
    VisitKind.FOLLOW_UP: 30,
}


def closes_for_good_at(visit: Visit) -> datetime:
    """The instant after which a link of the visit no longer opens it."""
    return visit.closes_at + timedelta(days=LATE_DAYS[VisitKind(visit.kind)])


def answerable(visit: Visit, *, now: datetime) -> bool:
    """Whether the visit can be answered at `now`: planned, open or a little late, and not yet sent."""
    return visit.planned and visit.completed_at is None and visit.opens_at <= now < closes_for_good_at(visit)


def pick_current(visits: Sequence[Visit]) -> Visit | None:
    """The visit to answer first when several can be: one whose window is still open before a late one, then newest."""
    return max(visits, key=lambda visit: (visit.closes_at, visit.opens_at), default=None)
