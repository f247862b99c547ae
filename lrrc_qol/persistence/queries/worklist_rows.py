"""What the worklist is made of: its kinds and their order, one row, the place where a page ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

CURSOR_SEPARATOR = "~"


class WorkKind(StrEnum):
    """What a row of the worklist is about."""

    ALERT = "alert"
    NO_BASELINE = "no_baseline"
    TASK = "task"
    SILENT = "silent"
    CONSENT = "consent"
    DUE = "due"


# One order for everything: who asked for a call may be unwell and comes right after the alerts of the day; a baseline
# that is about to become impossible comes before what can wait two days.
ALERT_RANKS = {"red": 10, "amber": 20, "yellow": 40, "info": 70}
RANKS = {WorkKind.TASK: 25, WorkKind.NO_BASELINE: 30, WorkKind.SILENT: 60, WorkKind.CONSENT: 75, WorkKind.DUE: 80}
DATED_RANKS = frozenset(RANKS.values()) - {RANKS[WorkKind.TASK]}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose worklist it is. `handles_alerts` is false for roles that do not see alerts; `today` is the centre's.

    `lacking_baseline` are the episodes whose operation is near and whose baseline the rules do not find.
    """

    centre_id: int
    staff_id: int
    handles_alerts: bool
    now: datetime
    today: date
    lacking_baseline: frozenset[int]


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place after which a page starts: the sort key of the last row shown."""

    rank: int
    since: datetime | date
    public_id: str

    def __str__(self) -> str:
        return CURSOR_SEPARATOR.join((str(self.rank), self.since.isoformat(), self.public_id))


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One thing to do. `since` is when it began (alerts, tasks), was due (visits), the planned operation, or the day
    from which a later consent text asks again.

    `subject` is the alert's reason, the kind of a task, or the name of a visit. `steps` are the kinds of an alert's
    steps, oldest first. `held` names what holds automated messages back (paused, inpatient ...).
    `task_public_id` is the open call about a silent visit.
    """

    kind: WorkKind
    rank: int
    since: datetime | date
    public_id: str
    subject: str
    episode_id: int
    patient_public_id: str
    patient_name: str
    planned_surgery_on: date | None
    surgery_on: date | None
    discharged_on: date | None
    due_on: date | None = None
    task_public_id: str | None = None
    alert_id: int | None = None
    level: str = ""
    target_at: datetime | None = None
    owner_id: int | None = None
    owner_name: str | None = None
    steps: tuple[str, ...] = ()
    held: tuple[str, ...] = ()

    @property
    def cursor(self) -> Cursor:
        """The place of this row."""
        return Cursor(self.rank, self.since, self.public_id)


@dataclass(frozen=True, slots=True)
class Worklist:
    """One page: rows most urgent first, the place of the next page (None: this is the last), counts of everything.

    `counts` has one number per WorkKind, one per alert level, and `mine`.
    """

    rows: tuple[WorkRow, ...]
    following: Cursor | None
    counts: Mapping[str, int]


def parse_cursor(text: str) -> Cursor | None:
    """The place in a page address; None when there is none or it was tampered with, which starts at the top."""
    parts = text.split(CURSOR_SEPARATOR)
    if len(parts) != 3 or not parts[0].isdecimal():
        return None
    try:
        rank = int(parts[0])
        since = date.fromisoformat(parts[1]) if rank in DATED_RANKS else datetime.fromisoformat(parts[1])
    except ValueError:
        return None
    if isinstance(since, datetime) and since.tzinfo is None:
        return None
    return Cursor(rank, since, parts[2])
