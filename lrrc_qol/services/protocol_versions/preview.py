"""The calendar of one imagined patient by a version and by the one it was made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput, NotFound
from lrrc_qol.domain.plan_changes import VisitChange, compare_unanswered
from lrrc_qol.domain.planning import plan_visits
from lrrc_qol.domain.schedule import Anchor, Anchors, PlannedVisit, Protocol, check_anchors
from lrrc_qol.persistence.models import Centre, ProtocolVersion
from lrrc_qol.services.context import Work
from lrrc_qol.services.protocol_versions.edit import content_of


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One visit by the older and by the newer version; `change` says what happens to it, None for nothing."""

    before: PlannedVisit | None
    after: PlannedVisit | None
    change: str | None

    @property
    def shown(self) -> PlannedVisit:
        """The visit as it has its name from: the newer version, else the older."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a row without a visit")
        return found


def preview_version(work: Work, version: str, anchors: Anchors, *, enrolled_early: bool = False) -> tuple[PlanRow, ...]:
    """Every visit by both versions in calendar order; a shipped version is compared with itself.

    With `enrolled_early` the enrolment is as late as leaves every window before the operation whole, in both versions.
    NotFound for a version that the centre does not have, InvalidInput by field for dates that cannot be.
    """
    if faults := check_anchors(anchors):
        raise InvalidInput(faults)
    centre = work.session.get_one(Centre, work.actor.centre())
    protocols = beside_older(work, centre.protocol_id, version)
    if enrolled_early and anchors.surgery_on is not None:
        anchors = replace(anchors, enrolled_on=_early(anchors.surgery_on, protocols))
    return compare_calendars(*protocols, anchors, restart_after_days=work.catalogue.events.restart_after_days)


def compare_calendars(
    older: Protocol, newer: Protocol, anchors: Anchors, *, restart_after_days: int | None
) -> tuple[PlanRow, ...]:
    """Every visit by two versions of a protocol, in calendar order."""
    before, after = (plan_visits(one, anchors, restart_after_days=restart_after_days) for one in (older, newer))
    changes = {
        change.key: change
        for change in compare_unanswered({visit.key: visit for visit in before}, after, today=date.min)
    }
    old, new = ({visit.key: visit for visit in visits} for visits in (before, after))
    rows = [PlanRow(old.get(key), new.get(key), _what(changes.get(key))) for key in {**new, **old}]
    return tuple(sorted(rows, key=lambda row: (row.shown.opens_on, row.shown.key)))


def _early(surgery_on: date, protocols: Sequence[Protocol]) -> date:
    visits = [visit for protocol in protocols for visit in protocol.visits]
    opens = min((visit.open_offset for visit in visits if visit.anchor is not Anchor.ENROLMENT), default=0)
    # What counts from enrolment has to be over before the first visit of the operation opens.
    lasts = max((visit.close_offset + 1 for visit in visits if visit.anchor is Anchor.ENROLMENT), default=0)
    return surgery_on + timedelta(days=min(opens, 0) - lasts)


def beside_older(work: Work, protocol_id: str, version: str) -> tuple[Protocol, Protocol]:
    """The version that this one was made from, and this one; a shipped one twice. NotFound when there is none."""
    older = work.session.scalar(
        select(ProtocolVersion.based_on).where(
            ProtocolVersion.centre_id == work.actor.centre(),
            ProtocolVersion.protocol_id == protocol_id,
            ProtocolVersion.version == version,
        )
    )
    return version_as_stored(work, protocol_id, older or version), version_as_stored(work, protocol_id, version)


def version_as_stored(work: Work, protocol_id: str, version: str) -> Protocol:
    """A version of the actor's centre, shipped, published or draft; NotFound when there is none of that number."""
    content = content_of(work, protocol_id, version)
    if content is None:
        raise NotFound(f"no version {version}")
    return work.catalogue.build_version(content)[0]


def _what(change: VisitChange | None) -> str | None:
    """A visit whose window stays and whose questionnaires differ is not moved."""
    if change is None:
        return None
    if change.before is None or change.after is None:
        return change.change
    old, new = change.before, change.after
    same = (old.opens_on, old.due_on, old.closes_on) == (new.opens_on, new.due_on, new.closes_on)
    return "asks_other" if same else change.change
