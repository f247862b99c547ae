"""What a new plan does to the visits, said before and after it is applied in the same words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Literal

from lrrc_qol.domain.schedule import PlannedVisit

Change = Literal["added", "moved", "dropped", "kept_answered", "relabelled", "doubles", "single"]


@dataclass(frozen=True, slots=True)
class VisitChange:
    """What a re-plan does to one visit, by its new key.

    `kept_answered`: an answered visit keeps its label, its window is another; `relabelled`: it gets another label;
    `doubles` and `single`: its forms count for `also` as well, or no longer do. `opens` and `closes`: it is open today
    and was not, or the other way round.
    """

    key: str
    change: Change
    before: PlannedVisit | None
    after: PlannedVisit | None
    also: str | None = None
    answered_on: date | None = None
    opens: bool = False
    closes: bool = False


@dataclass(frozen=True, slots=True)
class Rearmed:
    """A visit whose messages are set anew, and when the next one goes out (patient's clock; None when none is left)."""

    key: str
    name: str
    send_at: datetime | None


@dataclass(frozen=True, slots=True)
class PlanPreview:
    """Everything a new plan changes, in calendar order of the new plan, dropped visits last."""

    changes: tuple[VisitChange, ...]
    rearmed: tuple[Rearmed, ...]

    @property
    def mark(self) -> str:
        """A short name of what happens to the visits: a page sends it back to say which changes it has shown."""
        return sha256(repr(self.changes).encode()).hexdigest()[:16]


def compare_unanswered(
    before: Mapping[str, PlannedVisit], after: Sequence[PlannedVisit], *, today: date
) -> tuple[VisitChange, ...]:
    """Return what changes for visits that nobody answered; those that stay the same are not reported."""
    kept = {visit.key for visit in after}
    found = [_change(visit.key, before.get(visit.key), visit, today) for visit in after]
    found += [_change(key, visit, None, today) for key, visit in before.items() if key not in kept]
    return tuple(change for change in found if change.before != change.after)


def _change(key: str, before: PlannedVisit | None, after: PlannedVisit | None, today: date) -> VisitChange:
    change: Change = "added" if before is None else "dropped" if after is None else "moved"
    was, is_open = (visit is not None and visit.holds(today) for visit in (before, after))
    return VisitChange(key, change, before, after, opens=is_open and not was, closes=was and not is_open)
