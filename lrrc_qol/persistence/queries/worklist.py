"""The worklist of a centre: most urgent first, a page at a time, in a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from lrrc_qol.domain.contact import ContactState, contact_facts_from_events
from lrrc_qol.domain.events import EventKind, EventRules, RecordedEvent
from lrrc_qol.persistence.crypto import FieldCipher
from lrrc_qol.persistence.models import Alert, AlertStep, Episode, EpisodeEvent, Task, Visit
from lrrc_qol.persistence.queries.worklist_kinds import (
    KIND_QUERIES,
    TASK_ROWS,
    consent_to_renew,
    due_visits,
    lacking_baseline,
    open_alerts,
    open_tasks,
    silent_visits,
    task_rank,
)
from lrrc_qol.persistence.queries.worklist_rows import (
    ALERT_RANKS,
    RANKS,
    Choice,
    Cursor,
    Viewer,
    WorkKind,
    Worklist,
    WorkRow,
    parse_cursor,
)
from lrrc_qol.persistence.queries.worklist_unread import UNREAD_QUERY, unread_visits

__all__ = [
    "PAGE_SIZE",
    "Choice",
    "Cursor",
    "Viewer",
    "WorkKind",
    "WorkRow",
    "Worklist",
    "parse_cursor",
    "read_worklist",
]

PAGE_SIZE = 50
EVERYTHING = Choice()
QUERIES = {**KIND_QUERIES, WorkKind.REVIEW: UNREAD_QUERY}
HOLDS = ("paused", "inpatient", "opted_out", "withdrawn_reminders", "address_bounced")


def read_worklist(
    session: Session,
    viewer: Viewer,
    *,
    cipher: FieldCipher,
    rules: EventRules,
    choice: Choice = EVERYTHING,
    after: Cursor | None = None,
    size: int = PAGE_SIZE,
) -> Worklist:
    """One page for the viewer's centre of what the choice names, in a fixed number of statements."""
    found = [row for row in viewer.house if row.kind in _visible_kinds(viewer, choice) and _comes_after(row, after)]
    for each in _queries(viewer, choice):
        query = QUERIES[each]
        rows = query.rows(viewer, after)
        if each is WorkKind.ALERT:
            rows = rows.where(*_alert_conditions(viewer, choice))
        if each is WorkKind.TASK and choice.kind is not None:
            rows = rows.where(task_rank == RANKS[choice.kind])
        found += [query.read(row, cipher) for row in session.execute(rows.limit(size + 1))]
    # Equal ranks come from one query and keep its order, so sorting by rank alone is enough.
    found.sort(key=lambda row: row.rank)
    page = found[:size]
    return Worklist(
        rows=_with_holds(session, _with_steps(session, page), rules, today=viewer.today),
        following=page[-1].cursor if len(found) > size else None,
        counts=count_work(session, viewer),
    )


def _visible_kinds(viewer: Viewer, choice: Choice) -> frozenset[WorkKind]:
    kinds = frozenset(WorkKind) if choice.kind is None else frozenset({choice.kind})
    if choice.alerts_only:
        kinds &= {WorkKind.ALERT}
    return kinds if viewer.handles_alerts else kinds - {WorkKind.ALERT}


def _queries(viewer: Viewer, choice: Choice) -> list[WorkKind]:
    """Whose queries find the kinds; the kinds of tasks share one, rows of the house need none."""
    kinds = _visible_kinds(viewer, choice)
    return [each for each in QUERIES if each in kinds or (each is WorkKind.TASK and kinds & TASK_ROWS)]


def _alert_conditions(viewer: Viewer, choice: Choice) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if choice.level:
        conditions.append(Alert.level == choice.level)
    if choice.mine:
        conditions.append(Alert.owner_id == viewer.staff_id)
    if choice.unowned:
        conditions.append(Alert.owner_id.is_(None))
    return conditions


def _comes_after(row: WorkRow, after: Cursor | None) -> bool:
    if after is None or row.rank != after.rank:
        return after is None or row.rank > after.rank
    return (str(row.since), row.public_id) > (str(after.since), after.public_id)


def _with_steps(session: Session, rows: Sequence[WorkRow]) -> list[WorkRow]:
    wanted = [row.alert_id for row in rows if row.alert_id is not None]
    steps: dict[int, list[str]] = defaultdict(list)
    query = select(AlertStep.alert_id, AlertStep.kind).where(AlertStep.alert_id.in_(wanted)).order_by(AlertStep.id)
    for alert_id, step in session.execute(query):
        steps[alert_id].append(step)
    return [replace(row, steps=tuple(steps[row.alert_id])) if row.alert_id else row for row in rows]


def _with_holds(session: Session, rows: Sequence[WorkRow], rules: EventRules, *, today: date) -> tuple[WorkRow, ...]:
    query = select(EpisodeEvent).where(
        EpisodeEvent.episode_id.in_({row.episode_id for row in rows}), EpisodeEvent.revoked_at.is_(None)
    )
    events: dict[int, list[RecordedEvent]] = defaultdict(list)
    for event in session.scalars(query):
        events[event.episode_id].append(
            RecordedEvent(EventKind(event.kind), event.happened_on, event.recorded_at, event.detail)
        )
    return tuple(
        replace(row, held=_holds(contact_facts_from_events(events[row.episode_id], rules, today=today))) for row in rows
    )


def _holds(state: ContactState) -> tuple[str, ...]:
    return tuple(name for name in HOLDS if getattr(state, name))


def count_work(
    session: Session, viewer: Viewer, *, more: Mapping[str, Select[int | None]] | None = None
) -> Mapping[str, Any]:
    """Every count as a column of one statement, with `more` beside them; rows of the house are counted as they are."""
    alerts = select(func.count()).select_from(Alert).join(Episode, Episode.id == Alert.episode_id)
    alerts = alerts.where(open_alerts(viewer))
    visits = select(func.count()).select_from(Visit).join(Episode, Episode.id == Visit.episode_id)
    tasks = select(func.count()).select_from(Task).join(Episode, Episode.id == Task.episode_id)
    tasks = tasks.where(open_tasks(viewer))
    parts: dict[str, Select[Any]] = {
        WorkKind.ALERT: alerts,
        WorkKind.NO_BASELINE: select(func.count()).select_from(Episode).where(lacking_baseline(viewer)),
        WorkKind.CONSENT: select(func.count()).select_from(Episode).where(consent_to_renew(viewer)),
        WorkKind.SILENT: visits.where(silent_visits(viewer)),
        WorkKind.REVIEW: select(func.count()).select_from(unread_visits(viewer)),
        WorkKind.DUE: visits.where(due_visits(viewer)),
        "mine": alerts.where(Alert.owner_id == viewer.staff_id),
        "unowned": alerts.where(Alert.owner_id.is_(None)),
        **{kind: tasks.where(task_rank == RANKS[kind]) for kind in TASK_ROWS},
        **{level: alerts.where(Alert.level == level) for level in ALERT_RANKS},
        **(more or {}),
    }
    row = session.execute(select(*(part.scalar_subquery().label(name) for name, part in parts.items()))).one()
    house = {kind: sum(one.kind is kind for one in viewer.house) for kind in (WorkKind.JOB, WorkKind.WORDING)}
    return {**row._mapping, **house}
