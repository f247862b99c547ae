"""The calendar of an episode: planned from scratch, from its protocol, its dates and its stays in hospital."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from lrrc_qol.domain.events import Stay
from lrrc_qol.domain.schedule import (
    RECALLED_KEY,
    Anchors,
    PlannedVisit,
    Protocol,
    VisitKind,
    VisitSpec,
    restarted_key,
)

_AFTER_OPERATION, _OF_FOLLOW_UP = " after the operation", " of follow-up"


@dataclass(frozen=True, slots=True)
class _Phase:
    """A time at home that check-ins are counted from; none opens on or after `until`. The first has number 0."""

    number: int
    home_on: date
    until: date | None = None


def plan_visits(
    protocol: Protocol, anchors: Anchors, *, restart_after_days: int | None = None
) -> tuple[PlannedVisit, ...]:
    """Return the calendar of an episode, ordered by opening day.

    A visit is left out while its anchor is unknown, when a required fact does not hold, or when it would have closed
    before enrolment. No window opens before enrolment. Two windows of one kind never overlap: the earlier one ends
    the day before the next opens, and is left out when nothing of it remains. Nothing opens after `ended_on`.
    A baseline that is asked for once more opens anew on that day; one asked for from memory is a visit of its own.

    Check-ins are for people at home. None opens during a stay in hospital that still lasts, or that lasted longer than
    `restart_after_days`; after such a stay their series starts anew on the day of leaving, under keys of its own. Of
    a shorter stay only those are left out whose whole window lies in it. None for no restart.
    """
    windows = [*_fixed(protocol, anchors), *_check_ins(protocol, anchors, restart_after_days)]
    if anchors.ended_on is not None:
        windows = [visit for visit in windows if visit.opens_on <= anchors.ended_on]
    windows.sort(key=lambda visit: visit.opens_on)
    trimmed = [_trim(visit, windows[index + 1 :]) for index, visit in enumerate(windows)]
    return tuple(visit for visit in trimmed if visit is not None)


def effective_repeats(protocol: Protocol, anchors: Anchors) -> tuple[date, ...]:
    """Return the days, in order, on which a new baseline was asked for while one could still be given."""
    if not anchors.repeats:
        return ()
    reference = protocol.visit(protocol.baseline.visits[0])
    window = _place(reference, anchors, anchors.day(reference.anchor))
    if window is None:
        return ()
    return tuple(sorted(day for day in anchors.repeats if day <= window.closes_on))


def _fixed(protocol: Protocol, anchors: Anchors) -> Iterator[PlannedVisit]:
    """Everything but the check-ins from going home."""
    repeats = effective_repeats(protocol, anchors)
    for spec in protocol.visits:
        if not spec.from_home and (visit := _place(spec, anchors, anchors.day(spec.anchor))) is not None:
            if repeats and spec.key in protocol.baseline.visits:
                visit = _again(visit, repeats[-1])
            yield _named_without_operation(visit) if anchors.surgery_on is None else visit
    if (recalled := _recalled(protocol, anchors)) is not None:
        yield recalled


def _again(visit: PlannedVisit, asked_on: date) -> PlannedVisit:
    """A baseline that is asked for once more: from that day on, until it would have closed anyway."""
    opens_on = min(max(visit.opens_on, asked_on), visit.closes_on)
    return replace(visit, opens_on=opens_on, due_on=max(visit.due_on, opens_on))


def _recalled(protocol: Protocol, anchors: Anchors) -> PlannedVisit | None:
    """The baseline from memory: from the day it was asked for, while the protocol takes one for a baseline at all."""
    if anchors.recall_on is None or anchors.surgery_on is None:
        return None
    opens_on = max(anchors.recall_on, anchors.surgery_on)
    closes_on = anchors.surgery_on + timedelta(days=protocol.baseline.recalled_days)
    if opens_on > closes_on:
        return None
    spec = protocol.visit(RECALLED_KEY)
    return PlannedVisit(RECALLED_KEY, spec.kind, spec.name, opens_on, opens_on, closes_on, spec.instruments)


def _named_without_operation(visit: PlannedVisit) -> PlannedVisit:
    """Whoever was not operated on must not read of an operation."""
    if visit.kind is not VisitKind.FOLLOW_UP:
        return visit
    return replace(visit, name=visit.name.replace(_AFTER_OPERATION, _OF_FOLLOW_UP))


def _check_ins(protocol: Protocol, anchors: Anchors, restart_after_days: int | None) -> Iterator[PlannedVisit]:
    if anchors.discharged_on is None:
        return
    stays = [stay for stay in anchors.stays if stay.admitted_on >= anchors.discharged_on]
    for phase in _phases(anchors.discharged_on, stays, restart_after_days):
        for spec in (spec for spec in protocol.visits if spec.from_home):
            visit = _place(spec, anchors, phase.home_on)
            if visit is None or (phase.until is not None and visit.opens_on >= phase.until):
                continue
            if any(_within(visit, stay) for stay in stays):
                continue
            yield _in_phase(visit, phase)


def _phases(discharged_on: date, stays: Sequence[Stay], restart_after_days: int | None) -> list[_Phase]:
    phases = [_Phase(0, discharged_on)]
    for stay in stays:
        if restart_after_days is None:
            break
        if stay.left_on is None or (stay.left_on - stay.admitted_on).days > restart_after_days:
            phases[-1] = replace(phases[-1], until=stay.admitted_on)
            if stay.left_on is not None:
                phases.append(_Phase(phases[-1].number + 1, stay.left_on))
    return phases


def _within(visit: PlannedVisit, stay: Stay) -> bool:
    return stay.left_on is not None and stay.admitted_on <= visit.opens_on and visit.closes_on < stay.left_on


def _in_phase(visit: PlannedVisit, phase: _Phase) -> PlannedVisit:
    if phase.number == 0:
        return visit
    return replace(
        visit, key=restarted_key(visit.key, phase.number), name=f"{visit.name} (after readmission {phase.number})"
    )


def _place(spec: VisitSpec, anchors: Anchors, anchor_on: date | None) -> PlannedVisit | None:
    if anchor_on is None or not set(spec.requires) <= anchors.facts:
        return None
    due_on = anchor_on + timedelta(days=spec.due_offset)
    closes_on = anchor_on + timedelta(days=spec.close_offset)
    if closes_on < anchors.enrolled_on or not _within_series(spec, anchors, due_on):
        return None
    opens_on = max(anchor_on + timedelta(days=spec.open_offset), anchors.enrolled_on)
    return PlannedVisit(
        key=spec.key,
        kind=spec.kind,
        name=spec.name,
        opens_on=opens_on,
        due_on=max(due_on, opens_on),
        closes_on=closes_on,
        instruments=spec.instruments,
    )


def _within_series(spec: VisitSpec, anchors: Anchors, due_on: date) -> bool:
    if spec.last_surgery_day is None:
        return True
    return anchors.surgery_on is not None and due_on <= anchors.surgery_on + timedelta(days=spec.last_surgery_day)


def _trim(visit: PlannedVisit, later: Sequence[PlannedVisit]) -> PlannedVisit | None:
    next_opens_on = next((other.opens_on for other in later if other.kind == visit.kind), None)
    if next_opens_on is None or next_opens_on > visit.closes_on:
        return visit
    closes_on = next_opens_on - timedelta(days=1)
    if closes_on < visit.opens_on:
        return None
    return replace(visit, due_on=min(visit.due_on, closes_on), closes_on=closes_on)
