"""What happened around one patient: events, open alerts, messages; a fixed number of statements each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import Alert, Episode, EpisodeEvent, Message, MessageReport, Staff
from lrrc_qol.persistence.queries.worklist_kinds import ENDED, alert_rank

MESSAGES_SHOWN = 100


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that happened, who wrote it down, and when and by whom it was taken back."""

    public_id: str
    kind: str
    happened_on: date
    recorded_at: datetime
    recorded_by: str | None
    revoked_at: datetime | None
    detail: Mapping[str, Any] = field(default_factory=dict)
    revoked_by: str | None = None


@dataclass(frozen=True, slots=True)
class OpenAlertRow:
    """An alert that nobody has closed yet; `put_off_until` while it waits by somebody's choice."""

    public_id: str
    level: str
    reason: str
    raised_at: datetime
    owner: str | None
    put_off_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a patient takes part no more: death goes before a withdrawal."""

    kind: str
    happened_on: date

    @property
    def died(self) -> bool:
        """Whether the patient died."""
        return self.kind == EventKind.DEATH


@dataclass(frozen=True, slots=True)
class ReportRow:
    """What a mail server or gateway said later about a message."""

    kind: str
    code: str
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message to the patient and what became of it; `reports` came after it was sent, oldest first."""

    kind: str
    visit_id: int | None
    status: str
    available_at: datetime
    sent_at: datetime | None
    outcome: str | None
    channel: str = "email"
    reports: tuple[ReportRow, ...] = ()


def list_events(session: Session, *, centre_id: int, episode_id: int) -> tuple[EventRow, ...]:
    """What happened, newest first, events taken back included."""
    here = (EpisodeEvent.episode_id == episode_id, EpisodeEvent.centre_id == centre_id)
    rows = session.execute(_events().where(*here).order_by(EpisodeEvent.happened_on.desc(), EpisodeEvent.id.desc()))
    return tuple(EventRow(*row) for row in rows)


def find_opening(session: Session, *, centre_id: int, patient_id: int, ordinal: int) -> EventRow | None:
    """The event of the episode before, by which the one of that ordinal began; None for the first."""
    if ordinal <= 1:
        return None
    row = session.execute(
        _events()
        .join(Episode, Episode.id == EpisodeEvent.episode_id)
        .where(
            Episode.patient_id == patient_id,
            Episode.ordinal == ordinal - 1,
            EpisodeEvent.centre_id == centre_id,
            EpisodeEvent.kind == EventKind.RE_EXENTERATION.value,
        )
        .order_by(EpisodeEvent.id.desc())
        .limit(1)
    ).first()
    return EventRow(*row) if row else None


def _events() -> Select[Any]:
    """Events with the names of who wrote them down and who took them back."""
    reviser = aliased(Staff)
    return (
        select(
            EpisodeEvent.public_id,
            EpisodeEvent.kind,
            EpisodeEvent.happened_on,
            EpisodeEvent.recorded_at,
            Staff.name,
            EpisodeEvent.revoked_at,
            EpisodeEvent.detail,
            reviser.name,
        )
        .outerjoin(Staff, Staff.id == EpisodeEvent.recorded_by)
        .outerjoin(reviser, reviser.id == EpisodeEvent.revoked_by)
    )


def list_open_alerts(session: Session, *, centre_id: int, episode_id: int, now: datetime) -> tuple[OpenAlertRow, ...]:
    """Alerts of an episode that are not closed, most urgent first, then oldest first."""
    rows = session.execute(
        select(Alert, Staff.name)
        .outerjoin(Staff, Staff.id == Alert.owner_id)
        .where(Alert.episode_id == episode_id, Alert.centre_id == centre_id, Alert.closed_at.is_(None))
        .order_by(alert_rank, Alert.raised_at, Alert.id)
    )
    return tuple(
        OpenAlertRow(
            alert.public_id,
            alert.level,
            alert.reason,
            alert.raised_at,
            owner,
            alert.snoozed_until if alert.snoozed_until is not None and alert.snoozed_until > now else None,
        )
        for alert, owner in rows
    )


def find_ending(session: Session, *, centre_id: int, episode_id: int) -> Ending | None:
    """Death or withdrawal on an episode; None while the patient takes part."""
    rows = session.execute(
        select(EpisodeEvent.kind, EpisodeEvent.happened_on).where(
            EpisodeEvent.episode_id == episode_id,
            EpisodeEvent.centre_id == centre_id,
            EpisodeEvent.revoked_at.is_(None),
            EpisodeEvent.kind.in_(ENDED),
        )
    )
    return first_ending(Ending(*row) for row in rows)


def ending_of(events: Iterable[EventRow]) -> Ending | None:
    """The same from events that were read already."""
    return first_ending(
        Ending(event.kind, event.happened_on) for event in events if event.revoked_at is None and event.kind in ENDED
    )


def first_ending(endings: Iterable[Ending]) -> Ending | None:
    """The ending that counts: death, else the earliest withdrawal."""
    return min(endings, key=lambda ending: (not ending.died, ending.happened_on), default=None)


def list_messages(session: Session, *, centre_id: int, episode_id: int) -> tuple[MessageRow, ...]:
    """The newest messages to the patient with the reports about them; two statements."""
    messages = session.scalars(
        select(Message)
        .where(Message.episode_id == episode_id, Message.centre_id == centre_id, Message.staff_id.is_(None))
        .order_by(func.coalesce(Message.sent_at, Message.available_at).desc(), Message.id.desc())
        .limit(MESSAGES_SHOWN)
    ).all()
    reports: defaultdict[int, list[ReportRow]] = defaultdict(list)
    for report in session.scalars(
        select(MessageReport)
        .where(MessageReport.message_id.in_([message.id for message in messages]))
        .order_by(MessageReport.id)
    ):
        reports[report.message_id].append(ReportRow(report.kind, report.code, report.reported_at))
    return tuple(
        MessageRow(
            message.kind,
            message.visit_id,
            message.status,
            message.available_at,
            message.sent_at,
            message.outcome,
            message.channel,
            tuple(reports[message.id]),
        )
        for message in messages
    )
