"""The worklist of a centre: most urgent first, a page at a time, in a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from lrrc_qol.domain.contact import ContactState, contact_facts_from_events
from lrrc_qol.domain.events import EventKind, EventRules, RecordedEvent
from lrrc_qol.persistence.crypto import FieldCipher
from lrrc_qol.persistence.models import Alert, AlertStep, Episode, EpisodeEvent, Task, Visit
from lrrc_qol.persistence.queries.worklist_kinds import (
    KIND_QUERIES,
    consent_to_renew,
    due_visits,
    lacking_baseline,
    open_alerts,
    open_tasks,
    silent_visits,
)
from lrrc_qol.persistence.queries.worklist_rows import (
    ALERT_RANKS,
    Cursor,
    Viewer,
    WorkKind,
    Worklist,
    WorkRow,
    parse_cursor,
)

__all__ = ["PAGE_SIZE", "Cursor", "Viewer", "WorkKind", "WorkRow", "Worklist", "parse_cursor", "read_worklist"]

PAGE_SIZE = 50
HOLDS = ("paused", "inpatient", "opted_out", "withdrawn_reminders", "address_bounced")


def read_worklist(
    session: Session,
    viewer: Viewer,
    *,
    cipher: FieldCipher,
    rules: EventRules,
    kind: WorkKind | None = None,
    mine: bool = False,
    after: Cursor | None = None,
    size: int = PAGE_SIZE,
) -> Worklist:
    """One page for the viewer's centre, of one kind or of all; `mine` keeps the alerts that the viewer has taken."""
    found: list[WorkRow] = []
    for each in _visible_kinds(viewer, kind=kind, mine=mine):
        query = KIND_QUERIES[each]
        rows = query.rows(viewer, after).limit(size + 1)
        if mine:
            rows = rows.where(Alert.owner_id == viewer.staff_id)
        found += [query.read(row, cipher) for row in session.execute(rows)]
    # Equal ranks come from one query and keep its order, so sorting by rank alone is enough.
    found.sort(key=lambda row: row.rank)
    page = found[:size]
    return Worklist(
        rows=_with_holds(session, _with_steps(session, page), rules, today=viewer.today),
        following=page[-1].cursor if len(found) > size else None,
        counts=_counts(session, viewer),
    )


def _visible_kinds(viewer: Viewer, *, kind: WorkKind | None, mine: bool) -> tuple[WorkKind, ...]:
    kinds = tuple(WorkKind) if kind is None else (kind,)
    if mine:
        kinds = tuple(each for each in kinds if each is WorkKind.ALERT)
    if not viewer.handles_alerts:
        kinds = tuple(each for each in kinds if each is not WorkKind.ALERT)
    return kinds


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


def _counts(session: Session, viewer: Viewer) -> Mapping[str, int]:
    """Every count as a column of one statement."""
    alerts = select(func.count()).select_from(Alert).join(Episode, Episode.id == Alert.episode_id)
    alerts = alerts.where(open_alerts(viewer))
    visits = select(func.count()).select_from(Visit).join(Episode, Episode.id == Visit.episode_id)
    tasks = select(func.count()).select_from(Task).join(Episode, Episode.id == Task.episode_id)
    parts: dict[str, Select[int]] = {
        WorkKind.ALERT: alerts,
        WorkKind.NO_BASELINE: select(func.count()).select_from(Episode).where(lacking_baseline(viewer)),
        WorkKind.TASK: tasks.where(open_tasks(viewer)),
        WorkKind.CONSENT: select(func.count()).select_from(Episode).where(consent_to_renew(viewer)),
        WorkKind.SILENT: visits.where(silent_visits(viewer)),
        WorkKind.DUE: visits.where(due_visits(viewer)),
        "mine": alerts.where(Alert.owner_id == viewer.staff_id),
        **{level: alerts.where(Alert.level == level) for level in ALERT_RANKS},
    }
    row = session.execute(select(*(part.scalar_subquery().label(name) for name, part in parts.items()))).one()
    return dict(row._mapping)
