"""The answered visits of an episode in a new calendar: their labels before it is applied, and the rows afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from lrrc_qol.domain.labels import AnsweredVisit, Settled, label_name, settle
from lrrc_qol.domain.plan_changes import Change, PlanPreview, Rearmed, VisitChange, compare_unanswered
from lrrc_qol.domain.planning import plan_visits
from lrrc_qol.domain.schedule import (
    Anchors,
    PlannedVisit,
    Protocol,
    VisitKind,
    local_instant,
    next_reminder,
    reminder_times,
)
from lrrc_qol.persistence.models import Assignment, Episode, Patient, Plan, Response, Visit
from lrrc_qol.services.context import Work
from lrrc_qol.services.protocols import protocols_at
from lrrc_qol.services.reminder_cursor import arm, as_planned, disarm


@dataclass(frozen=True, slots=True)
class Drawn:
    """A calendar that is not stored yet, beside the rows that are there. `earlier`: other protocols of the episode."""

    settled: Settled
    answered: Sequence[tuple[Visit, AnsweredVisit]]
    unanswered: Sequence[Visit]
    earlier: Sequence[Protocol]


def draw(work: Work, episode: Episode, anchors: Anchors, protocol: Protocol) -> Drawn:
    """Plan from scratch and say where each answered form belongs; writes nothing."""
    rules = work.catalogue.events
    # Instruments are frozen per visit, so only the calendar is compared.
    calendar = [
        replace(visit, instruments=())
        for visit in plan_visits(protocol, anchors, restart_after_days=rules.restart_after_days)
    ]
    days = answered_days(work, episode.id)
    rows = work.session.scalars(select(Visit).where(Visit.episode_id == episode.id).order_by(Visit.opens_on)).all()
    answered = [(row, as_answered(row, days[row.id])) for row in rows if row.id in days]
    return Drawn(
        settled=settle(protocol, anchors, calendar, [facts for _, facts in answered], double=rules.double),
        answered=answered,
        unanswered=[row for row in rows if row.id not in days],
        earlier=_protocols(work, episode.id),
    )


def answered_days(work: Work, episode_id: int) -> Mapping[int, date]:
    """The earliest day of a sent form by visit; a draft moves along with its visit."""
    rows = work.session.execute(
        select(Assignment.visit_id, func.min(Response.answered_on))
        .join(Response, Response.assignment_id == Assignment.id)
        .where(Assignment.episode_id == episode_id, Response.submitted_at.is_not(None))
        .group_by(Assignment.visit_id)
    )
    return {visit_id: day for visit_id, day in rows if day is not None}


def as_answered(row: Visit, answered_on: date) -> AnsweredVisit:
    """An answered visit as the domain's value. Without a kept home it is the key and the window that it has."""
    in_window = row.home_in_window
    return AnsweredVisit(
        id=row.id,
        kind=VisitKind(row.kind),
        answered_on=answered_on,
        home_key=row.home_key or row.key,
        home_in_window=row.opens_on <= answered_on <= row.closes_on if in_window is None else in_window,
        complete=row.completed_at is not None,
    )


def preview_of(work: Work, drawn: Drawn, protocol: Protocol, *, zone: str) -> PlanPreview:
    """What storing the calendar would change, with the messages that are set anew."""
    before = {row.key: as_planned(row) for row in drawn.unanswered if row.planned}
    changes = compare_unanswered(before, drawn.settled.unanswered, today=work.today_in(zone))
    rearmed = tuple(
        _rearmed(change.after, protocol, zone=zone, work=work) for change in changes if change.after is not None
    )
    answered = [change for row, facts in drawn.answered for change in _answered_changes(drawn, protocol, row, facts)]
    return PlanPreview(changes=(*answered, *changes), rearmed=rearmed)


def store_labels(work: Work, drawn: Drawn, protocol: Protocol, patient: Patient) -> None:
    """Give the answered rows their labels. A row nobody answered gives way and is no longer planned.

    Keys are unique in an episode, so rows that change theirs pass through one that no visit has.
    """
    labels = drawn.settled.labels
    taken = set(labels.values())
    changing = [row for row, _ in drawn.answered if row.key != labels[row.id]]
    displaced = [row for row in drawn.unanswered if row.key in taken]
    for row in displaced:
        row.planned = False
        disarm(row)
    for row in (*changing, *displaced):
        row.key = f"X-{row.id}"
    if changing or displaced:
        work.session.flush()
    for row, facts in drawn.answered:
        _store(work, drawn, protocol, patient, row, facts)
    work.session.flush()


def set_window(visit: Visit, planned: PlannedVisit, patient: Patient) -> None:
    """Write the days of a window and the instants of its edges."""
    zone = ZoneInfo(patient.timezone)
    visit.opens_on = planned.opens_on
    visit.due_on = planned.due_on
    visit.closes_on = planned.closes_on
    visit.opens_at = local_instant(planned.opens_on, 0, zone)
    visit.closes_at = local_instant(planned.closes_on + timedelta(days=1), 0, zone)


def _store(work: Work, drawn: Drawn, protocol: Protocol, patient: Patient, row: Visit, facts: AnsweredVisit) -> None:
    row.home_key, row.home_in_window = facts.home_key, facts.home_in_window
    planned = _labelled(drawn, protocol, facts)
    moved = (row.opens_on, row.due_on, row.closes_on) != (planned.opens_on, planned.due_on, planned.closes_on)
    row.key, row.name = planned.key, planned.name[:80]
    row.also_key = drawn.settled.also.get(row.id)
    row.planned = planned.key in drawn.settled.windows
    set_window(row, planned, patient)
    if not row.planned:
        disarm(row)
    elif moved and row.completed_at is None:
        row.arming += 1
        arm(row, protocol.reminders, zone=patient.timezone, now=work.now)


def _labelled(drawn: Drawn, protocol: Protocol, facts: AnsweredVisit) -> PlannedVisit:
    """The visit of the label; one that the calendar does not have is the day of the answer."""
    key = drawn.settled.labels[facts.id]
    window = drawn.settled.windows.get(key)
    if window is not None:
        return window
    name = label_name((protocol, *drawn.earlier), key, home_key=facts.home_key)
    day = facts.answered_on
    return PlannedVisit(key, facts.kind, name[:80], day, day, day, ())


def _answered_changes(drawn: Drawn, protocol: Protocol, row: Visit, facts: AnsweredVisit) -> Sequence[VisitChange]:
    before, after = as_planned(row), _labelled(drawn, protocol, facts)
    also = drawn.settled.also.get(row.id)
    found: list[VisitChange] = []
    label: Change = "kept_answered" if before.key == after.key else "relabelled"
    second: Change = "doubles" if also else "single"
    if before != after:
        found.append(VisitChange(after.key, label, before, after, answered_on=facts.answered_on))
    if also != row.also_key:
        found.append(
            VisitChange(after.key, second, after, after, also=also or row.also_key, answered_on=facts.answered_on)
        )
    return found


def _rearmed(planned: PlannedVisit, protocol: Protocol, *, zone: str, work: Work) -> Rearmed:
    times = reminder_times(planned, protocol.reminders, ZoneInfo(zone), not_before=work.now)
    following = next_reminder(times, now=work.now, last_ordinal=None)
    return Rearmed(planned.key, planned.name, following.send_at.astimezone(ZoneInfo(zone)) if following else None)


def _protocols(work: Work, episode_id: int) -> Sequence[Protocol]:
    """The versions an episode ran on, newest first."""
    plans = select(Plan.protocol_id, Plan.protocol_version).where(Plan.episode_id == episode_id)
    versions = [(one, version) for one, version in work.session.execute(plans.order_by(Plan.ordinal.desc()))]
    known = protocols_at(work, versions)
    return [known[version] for version in versions if version in known]
