"""One query for each kind of work, all limited to the viewer's centre and to what is still to be done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, false, not_, or_, select, true

from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.crypto import FieldCipher
from lrrc_qol.persistence.models import (
    Alert,
    Assignment,
    ConsentText,
    Episode,
    EpisodeEvent,
    Patient,
    Response,
    Staff,
    Task,
    Visit,
)
from lrrc_qol.persistence.queries.consent import asked_again_since
from lrrc_qol.persistence.queries.worklist_rows import (
    ALERT_RANKS,
    OWN_TASK,
    RANKS,
    TASK_KINDS,
    TASK_RANKS,
    Cursor,
    Viewer,
    WorkKind,
    WorkRow,
)

# How long before a planned operation a missing baseline is pressing: the window of the baseline form ends before it.
BASELINE_HORIZON = timedelta(days=14)
# A form may be open for weeks before it is due; until shortly before that there is nothing for anybody to do.
DUE_SOON = timedelta(days=3)
# The task that the reminder job leaves when nobody answered; as long as the visit is silent, its row stands for it.
CALL_TASK = "call_silent_patient"
ENDED = (EventKind.DEATH.value, EventKind.WITHDRAWAL_NEW_DATA.value, EventKind.WITHDRAWAL_ALL.value)
CALLED_OFF = (EventKind.CANCELLED_SURGERY.value,)
AnySelect = Select[*tuple[Any, ...]]
AnyRow = Row[*tuple[Any, ...]]
alert_rank = case(ALERT_RANKS, value=Alert.level, else_=ALERT_RANKS["info"])
task_rank = case(TASK_RANKS, value=Task.kind, else_=RANKS[WorkKind.TASK])
TASK_ROWS = frozenset({*TASK_KINDS.values(), WorkKind.TASK})
_TASK_PLACES = frozenset(RANKS[kind] for kind in TASK_ROWS)


@dataclass(frozen=True, slots=True)
class KindQuery:
    """How the kinds of work that one statement can find are found: its rows in order, and how one is read."""

    rows: Callable[[Viewer, Cursor | None], AnySelect]
    read: Callable[[AnyRow, FieldCipher], WorkRow]


def takes_part() -> ColumnElement[bool]:
    """The episode runs: not closed, the patient neither dead nor withdrawn from giving data."""
    return and_(Episode.closed_on.is_(None), not_(_happened(ENDED)))


def alive() -> ColumnElement[bool]:
    """No death is recorded."""
    return not_(_happened((EventKind.DEATH.value,)))


def _happened(kinds: Sequence[str]) -> ColumnElement[bool]:
    return (
        select(EpisodeEvent.id)
        .where(EpisodeEvent.episode_id == Episode.id, EpisodeEvent.revoked_at.is_(None), EpisodeEvent.kind.in_(kinds))
        .exists()
    )


def open_alerts(viewer: Viewer) -> ColumnElement[bool]:
    """Alerts that nobody has closed. Nobody calls the family of a dead patient about an old answer; whoever withdrew
    after a severe answer is still somebody to care for. One that was put off is not there until its time has come."""
    there = or_(Alert.snoozed_until.is_(None), Alert.snoozed_until <= viewer.now)
    return and_(Alert.centre_id == viewer.centre_id, Alert.closed_at.is_(None), there, alive())


def waiting_alerts(centre_id: int, now: datetime) -> ColumnElement[bool]:
    """Open alerts that somebody put off until a later day."""
    return and_(Alert.centre_id == centre_id, Alert.closed_at.is_(None), Alert.snoozed_until > now, alive())


def open_tasks(viewer: Viewer) -> ColumnElement[bool]:
    """Tasks that nobody has closed; a call about a form is done with when the form was sent in. What somebody set for a
    later day waits for that day."""
    spent = select(Visit.id).where(
        Visit.id == Task.visit_id, or_(Visit.completed_at.is_not(None), and_(_open_visits(viewer), _silent(viewer)))
    )
    call_spent = and_(Task.kind == CALL_TASK, spent.exists())
    later = and_(Task.kind == OWN_TASK, Task.due_on > viewer.today)
    return and_(Task.centre_id == viewer.centre_id, Task.done_at.is_(None), takes_part(), not_(call_spent), not_(later))


def lacking_baseline(viewer: Viewer) -> ColumnElement[bool]:
    """Episodes with an operation planned within the horizon that have no baseline by the rules (`near_operation`)."""
    return and_(Episode.centre_id == viewer.centre_id, Episode.id.in_(viewer.lacking_baseline), takes_part())


def near_operation(centre_id: int, today: date) -> Select[Episode]:
    """Episodes that run and whose operation is planned within the horizon; their baselines are looked at."""
    return select(Episode).where(Episode.centre_id == centre_id, _surgery_near(today), takes_part())


def consent_to_renew(viewer: Viewer) -> ColumnElement[bool]:
    """Episodes of patients who agreed to a text after which a later one asks everybody again."""
    asks = select(ConsentText.id).where(
        ConsentText.centre_id == viewer.centre_id, ConsentText.renew, ConsentText.effective_on <= viewer.today
    )
    # Most centres have no such text; then no patient is looked at.
    since = asked_again_since(viewer.centre_id, viewer.today)
    return and_(Episode.centre_id == viewer.centre_id, asks.exists(), since.is_not(None), takes_part())


def silent_visits(viewer: Viewer) -> ColumnElement[bool]:
    """Open visits past due with no reminder left and nothing begun."""
    return and_(_open_visits(viewer), _silent(viewer), takes_part())


def due_visits(viewer: Viewer) -> ColumnElement[bool]:
    """All other open visits that are due by now or in the next days and were not sent in."""
    soon = Visit.due_on <= viewer.today + DUE_SOON
    return and_(_open_visits(viewer), not_(_silent(viewer)), soon, takes_part())


def _open_visits(viewer: Viewer) -> ColumnElement[bool]:
    # A baseline that is pressing stands in a kind of its own and nowhere else.
    pressing = and_(Visit.kind == "baseline", Episode.id.in_(viewer.lacking_baseline))
    return and_(
        Visit.centre_id == viewer.centre_id,
        Visit.planned,
        Visit.completed_at.is_(None),
        Visit.opens_at <= viewer.now,
        Visit.closes_at > viewer.now,
        _asks_something(),
        not_(pressing),
    )


def _asks_something() -> ColumnElement[bool]:
    """A visit that has no questionnaire, by the centre's choice or for want of words, waits for nobody."""
    return select(Assignment.id).where(Assignment.visit_id == Visit.id).correlate(Visit).exists()


def _surgery_near(today: date) -> ColumnElement[bool]:
    near = Episode.planned_surgery_on.between(today, today + BASELINE_HORIZON)
    still_planned = and_(Episode.surgery_on.is_(None), Episode.planned_surgery_on.is_not(None))
    return and_(still_planned, near, not_(_happened(CALLED_OFF)))


def _silent(viewer: Viewer) -> ColumnElement[bool]:
    begun = select(Response.id).join(Assignment, Assignment.id == Response.assignment_id)
    return and_(
        Visit.due_on < viewer.today,
        Visit.next_reminder_ordinal.is_(None),
        not_(begun.where(Assignment.visit_id == Visit.id).exists()),
    )


def _alerts(viewer: Viewer, after: Cursor | None) -> AnySelect:
    return (
        select(Alert, Episode, Patient, Staff.name)
        .join(Episode, Episode.id == Alert.episode_id)
        .join(Patient, Patient.id == Episode.patient_id)
        .outerjoin(Staff, Staff.id == Alert.owner_id)
        .where(
            open_alerts(viewer),
            _ranked_after(alert_rank, ALERT_RANKS.values(), (Alert.raised_at, Alert.public_id), after),
        )
        .order_by(alert_rank, Alert.raised_at, Alert.public_id)
    )


def _tasks(viewer: Viewer, after: Cursor | None) -> AnySelect:
    return (
        select(Task, Episode, Patient)
        .join(Episode, Episode.id == Task.episode_id)
        .join(Patient, Patient.id == Episode.patient_id)
        .where(open_tasks(viewer), _ranked_after(task_rank, _TASK_PLACES, (Task.created_at, Task.public_id), after))
        .order_by(task_rank, Task.created_at, Task.public_id)
    )


def _episodes(viewer: Viewer, after: Cursor | None) -> AnySelect:
    since = Episode.planned_surgery_on
    return (
        select(Episode, Patient)
        .join(Patient, Patient.id == Episode.patient_id)
        .where(lacking_baseline(viewer), after_place(WorkKind.NO_BASELINE, since, Episode.public_id, after))
        .order_by(since, Episode.public_id)
    )


def _consents(viewer: Viewer, after: Cursor | None) -> AnySelect:
    since = asked_again_since(viewer.centre_id, viewer.today)
    return (
        select(Episode, Patient, since)
        .join(Patient, Patient.id == Episode.patient_id)
        .where(consent_to_renew(viewer), after_place(WorkKind.CONSENT, since, Episode.public_id, after))
        .order_by(since, Episode.public_id)
    )


def _visits(kind: WorkKind, condition: ColumnElement[bool], after: Cursor | None) -> AnySelect:
    # The episode is named because it has an index: the database looks up the call of every row that it sorts.
    call = select(Task.public_id).where(
        Task.episode_id == Visit.episode_id,
        Task.visit_id == Visit.id,
        Task.kind == CALL_TASK,
        Task.done_at.is_(None),
    )
    return (
        select(Visit, Episode, Patient, call.limit(1).scalar_subquery())
        .join(Episode, Episode.id == Visit.episode_id)
        .join(Patient, Patient.id == Episode.patient_id)
        .where(condition, after_place(kind, Visit.due_on, Visit.public_id, after))
        .order_by(Visit.due_on, Visit.public_id)
    )


def _ranked_after(
    rank: ColumnElement[int], ranks: Collection[int], key: tuple[Any, Any], after: Cursor | None
) -> ColumnElement[bool]:
    """Rows of a statement with several ranks that come after a place; `ranks` are all it has."""
    if after is None:
        return true()
    if after.rank not in ranks:
        return rank > after.rank
    return or_(rank > after.rank, and_(rank == after.rank, _beyond(*key, after)))


def after_place(kind: WorkKind, since: Any, public_id: Any, after: Cursor | None) -> ColumnElement[bool]:
    """Rows of a kind that come after a place."""
    if after is None or after.rank < RANKS[kind]:
        return true()
    return false() if after.rank > RANKS[kind] else _beyond(since, public_id, after)


def _beyond(since: Any, public_id: Any, after: Cursor) -> ColumnElement[bool]:
    return or_(since > after.since, and_(since == after.since, public_id > after.public_id))


def episode_facts(episode: Episode, patient: Patient, cipher: FieldCipher) -> dict[str, Any]:
    """What a row says of its patient."""
    return {
        "episode_id": episode.id,
        "patient_public_id": patient.public_id,
        "patient_name": cipher.open(patient.name_sealed, field="patient.name"),
        "phone": cipher.open(patient.phone_sealed, field="patient.phone") if patient.phone_sealed else None,
        "planned_surgery_on": episode.planned_surgery_on,
        "surgery_on": episode.surgery_on,
        "discharged_on": episode.discharged_on,
    }


def _alert_row(row: AnyRow, cipher: FieldCipher) -> WorkRow:
    alert, episode, patient, owner = row
    return WorkRow(
        kind=WorkKind.ALERT,
        rank=ALERT_RANKS[alert.level],
        since=alert.raised_at,
        public_id=alert.public_id,
        subject=alert.reason,
        alert_id=alert.id,
        level=alert.level,
        target_at=alert.target_at,
        owner_id=alert.owner_id,
        owner_name=owner,
        **episode_facts(episode, patient, cipher),
    )


def _task_row(row: AnyRow, cipher: FieldCipher) -> WorkRow:
    task, episode, patient = row
    kind = TASK_KINDS.get(task.kind, WorkKind.TASK)
    return WorkRow(
        kind=kind,
        rank=RANKS[kind],
        since=task.created_at,
        public_id=task.public_id,
        subject=task.kind,
        due_on=task.due_on,
        words=cipher.open(task.words_sealed, field="task.words") if task.words_sealed else "",
        **episode_facts(episode, patient, cipher),
    )


def _episode_row(row: AnyRow, cipher: FieldCipher) -> WorkRow:
    episode, patient = row
    return WorkRow(
        kind=WorkKind.NO_BASELINE,
        rank=RANKS[WorkKind.NO_BASELINE],
        since=episode.planned_surgery_on,
        public_id=episode.public_id,
        subject="",
        **episode_facts(episode, patient, cipher),
    )


def _consent_row(row: AnyRow, cipher: FieldCipher) -> WorkRow:
    episode, patient, since = row
    return WorkRow(
        kind=WorkKind.CONSENT,
        rank=RANKS[WorkKind.CONSENT],
        since=since,
        public_id=episode.public_id,
        subject="",
        due_on=since,
        **episode_facts(episode, patient, cipher),
    )


def _visit_row(kind: WorkKind, row: AnyRow, cipher: FieldCipher) -> WorkRow:
    visit, episode, patient, call = row
    return WorkRow(
        kind=kind,
        rank=RANKS[kind],
        since=visit.due_on,
        public_id=visit.public_id,
        subject=visit.name,
        due_on=visit.due_on,
        task_public_id=call,
        **episode_facts(episode, patient, cipher),
    )


KIND_QUERIES = {
    WorkKind.ALERT: KindQuery(_alerts, _alert_row),
    WorkKind.NO_BASELINE: KindQuery(_episodes, _episode_row),
    WorkKind.TASK: KindQuery(_tasks, _task_row),
    WorkKind.CONSENT: KindQuery(_consents, _consent_row),
    WorkKind.SILENT: KindQuery(
        lambda viewer, after: _visits(WorkKind.SILENT, silent_visits(viewer), after),
        lambda row, cipher: _visit_row(WorkKind.SILENT, row, cipher),
    ),
    WorkKind.DUE: KindQuery(
        lambda viewer, after: _visits(WorkKind.DUE, due_visits(viewer), after),
        lambda row, cipher: _visit_row(WorkKind.DUE, row, cipher),
    ),
}
