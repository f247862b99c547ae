"""The answered visits of an episode in a new calendar: their labels before it is applied, and the rows afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select

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
from lrrc_qol.persistence.models import GAVE_WAY, Assignment, Episode, Patient, Plan, Response, Visit
from lrrc_qol.services.context import Work
from lrrc_qol.services.protocols import protocols_at
from lrrc_qol.services.reminder_cursor import arm, as_planned, disarm


@dataclass(frozen=True, slots=True)
class Drawn:
    """A calendar that is not stored yet, beside the rows that are there.

    `begun` has when the first answer of an unanswered visit was saved, `keys` what key each of those rows gets.
    `earlier` are the protocols of the episode.
    """

    settled: Settled
    answered: Sequence[tuple[Visit, AnsweredVisit]]
    unanswered: Sequence[Visit]
    begun: Mapping[int, datetime]
    keys: Mapping[int, str]
    earlier: Sequence[Protocol]


def draw(work: Work, episode: Episode, anchors: Anchors, protocol: Protocol) -> Drawn:
    """Plan from scratch and say where each answered form belongs; writes nothing."""
    rules = work.catalogue.events
    # Instruments are frozen per visit, so only the calendar is compared.
    calendar = [
        replace(visit, instruments=())
        for visit in plan_visits(protocol, anchors, restart_after_days=rules.restart_after_days)
    ]
    days, begun = _touched(work, episode.id)
    rows = work.session.scalars(select(Visit).where(Visit.episode_id == episode.id).order_by(Visit.opens_on)).all()
    answered = [(row, as_answered(row, days[row.id])) for row in rows if row.id in days]
    settled = settle(protocol, anchors, calendar, [facts for _, facts in answered], double=rules.double)
    unanswered = [row for row in rows if row.id not in days]
    return Drawn(
        settled=settled,
        answered=answered,
        unanswered=unanswered,
        begun=begun,
        keys=_keys(unanswered, begun, taken=set(settled.labels.values())),
        earlier=_protocols(work, episode.id),
    )


def _touched(work: Work, episode_id: int) -> tuple[Mapping[int, date], Mapping[int, datetime]]:
    """The earliest day of a sent form by visit, and when the visits without one were begun."""
    sent_on = case((Response.submitted_at.is_not(None), Response.answered_on))
    rows = work.session.execute(
        select(Assignment.visit_id, func.min(sent_on), func.min(Response.started_at))
        .join(Response, Response.assignment_id == Assignment.id)
        .where(Assignment.episode_id == episode_id)
        .group_by(Assignment.visit_id)
    ).all()
    return (
        {visit_id: day for visit_id, day, _ in rows if day is not None},
        {visit_id: begun_at for visit_id, day, begun_at in rows if day is None},
    )


def _keys(unanswered: Sequence[Visit], begun: Mapping[int, datetime], *, taken: set[str]) -> Mapping[int, str]:
    """Each unanswered row has the key it was planned under, unless an answered one has it; begun ones come first.

    So a visit that gave way has its key again as soon as the answered one moves on, whatever was done in between.
    """
    keys: dict[int, str] = {}
    for row in sorted(unanswered, key=lambda row: (row.id not in begun, row.id)):
        keys[row.id] = row.own_key if row.own_key not in taken else f"{GAVE_WAY}{row.id}"
        taken.add(keys[row.id])
    return keys


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
    kept = [row for row in drawn.unanswered if row.planned and row.key == drawn.keys[row.id]]
    before = {row.key: as_planned(row) for row in kept}
    changes = compare_unanswered(before, drawn.settled.unanswered, today=work.today_in(zone))
    rearmed = tuple(
        _rearmed(change.after, protocol, zone=zone, work=work) for change in changes if change.after is not None
    )
    answered = [change for row, facts in drawn.answered for change in _answered_changes(drawn, protocol, row, facts)]
    return PlanPreview(changes=(*answered, *changes), rearmed=rearmed)


def store_labels(work: Work, drawn: Drawn, protocol: Protocol, patient: Patient) -> None:
    """Give the answered rows their labels. A row nobody answered gives way to them, or goes when nothing asks for it.

    Such a row is no longer planned. When it was begun it can still be finished: it keeps what it was planned as.
    Keys are unique in an episode, so rows that change theirs pass through one that no visit has.
    """
    keys = {**drawn.settled.labels, **drawn.keys}
    rows = [*(row for row, _ in drawn.answered), *drawn.unanswered]
    changing = [(row, row.own_key) for row in rows if row.key != keys[row.id]]
    for row, _ in changing:
        row.key = f"{GAVE_WAY}{row.id}"
    if changing:
        work.session.flush()
    homes = {row.id: key for row, key in changing}
    asked = {visit.key for visit in drawn.settled.unanswered}
    for row in drawn.unanswered:
        home = homes.get(row.id, row.own_key)
        row.key = drawn.keys[row.id]
        if row.key not in asked:
            row.planned = False
            disarm(row)
            if row.id in drawn.begun:
                _keep_draft(drawn, protocol, patient, row, home)
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


def _keep_draft(drawn: Drawn, protocol: Protocol, patient: Patient, row: Visit, home: str) -> None:
    """What was begun keeps its home. Its window holds the day it was begun, and what the calendar has for its home."""
    row.home_key = home
    begun_on = drawn.begun[row.id].astimezone(ZoneInfo(patient.timezone)).date()
    label = home if row.key == home else f"{home}-2"
    row.name = label_name((protocol, *drawn.earlier), label, home_key=home)[:80]
    days = drawn.settled.windows.get(home) or PlannedVisit(
        home, VisitKind(row.kind), row.name, begun_on, begun_on, begun_on, ()
    )
    window = replace(days, opens_on=min(days.opens_on, begun_on), closes_on=max(days.closes_on, begun_on))
    set_window(row, window, patient)


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
