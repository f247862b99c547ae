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
    CALL_REQUEST = "call_request"
    JOB = "job"
    NO_BASELINE = "no_baseline"
    LOCKED = "locked"
    ADDRESS = "address"
    TASK = "task"
    SILENT = "silent"
    REVIEW = "review"
    CONSENT = "consent"
    WORDING = "wording"
    DUE = "due"


# One order for everything: who asked for a call may be unwell and comes right after the alerts of the day; a baseline
# that is about to become impossible comes before what can wait two days.
ALERT_RANKS = {"red": 10, "amber": 20, "yellow": 40, "info": 70}
RANKS = {
    WorkKind.CALL_REQUEST: 25,
    WorkKind.JOB: 27,
    WorkKind.NO_BASELINE: 30,
    WorkKind.LOCKED: 45,
    WorkKind.ADDRESS: 50,
    WorkKind.TASK: 55,
    WorkKind.SILENT: 60,
    WorkKind.REVIEW: 65,
    WorkKind.CONSENT: 75,
    WorkKind.WORDING: 77,
    WorkKind.DUE: 80,
}
# Which tasks stand in a kind of their own; all others are plain tasks.
TASK_KINDS = {
    "call_request": WorkKind.CALL_REQUEST,
    "link_locked": WorkKind.LOCKED,
    "mail_failed": WorkKind.ADDRESS,
    "address_problem": WorkKind.ADDRESS,
    "mail_returned_often": WorkKind.ADDRESS,
    "mail_unwanted": WorkKind.ADDRESS,
    "number_problem": WorkKind.ADDRESS,
    "address_disputed": WorkKind.ADDRESS,
    "link_wanted": WorkKind.ADDRESS,
}
TASK_RANKS = {kind: RANKS[of] for kind, of in TASK_KINDS.items()}
# These begin on a day; everything else begins at an instant.
DATED_RANKS = frozenset(
    RANKS[kind] for kind in (WorkKind.NO_BASELINE, WorkKind.SILENT, WorkKind.CONSENT, WorkKind.WORDING, WorkKind.DUE)
)
# A task that somebody set for a later day is no work before that day.
OWN_TASK = "own"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose worklist it is. `handles_alerts` is false for roles that do not see alerts; `today` is the centre's.

    `lacking_baseline` are the episodes whose operation is near and whose baseline the rules do not find. `house` are
    rows that belong to no patient (licences that end, jobs that failed), as far as this person can do something.
    """

    centre_id: int
    staff_id: int
    handles_alerts: bool
    now: datetime
    today: date
    lacking_baseline: frozenset[int]
    house: tuple[WorkRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """What the viewer wants to see: one kind or all, alerts of one level, of one's own or of nobody.

    `level`, `mine` and `unowned` are about alerts, so choosing one leaves out everything else.
    """

    kind: WorkKind | None = None
    level: str = ""
    mine: bool = False
    unowned: bool = False

    @property
    def alerts_only(self) -> bool:
        """Whether only alerts can match."""
        return bool(self.level) or self.mine or self.unowned or self.kind is WorkKind.ALERT


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
    """One thing to do. `since` is when it began (alerts, tasks, forms sent), was due (visits), the planned operation,
    or the day from which a later consent text asks again.

    `subject` is the alert's reason, the kind of a task, the name of a visit, or what of the house it is about. `steps`
    are the kinds of an alert's steps, oldest first. `held` names what holds automated messages back (paused, inpatient
    ...). `task_public_id` is the open call about a silent visit. `words` are what a member of staff wrote as a task.
    `forms` counts the unread forms of a visit, `response_id` is the first of them. Rows of the house have no patient;
    one about mails that do not arrive names their recipient as `owner_name`.
    """

    kind: WorkKind
    rank: int
    since: datetime | date
    public_id: str
    subject: str
    episode_id: int = 0
    patient_public_id: str = ""
    patient_name: str = ""
    phone: str | None = None
    planned_surgery_on: date | None = None
    surgery_on: date | None = None
    discharged_on: date | None = None
    due_on: date | None = None
    task_public_id: str | None = None
    alert_id: int | None = None
    level: str = ""
    target_at: datetime | None = None
    owner_id: int | None = None
    owner_name: str | None = None
    steps: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    words: str = ""
    forms: int = 0
    response_id: int | None = None

    @property
    def cursor(self) -> Cursor:
        """The place of this row."""
        return Cursor(self.rank, self.since, self.public_id)

    @property
    def key(self) -> str:
        """What the page knows the row by from one reading to the next."""
        return f"{self.kind}-{self.public_id}"


@dataclass(frozen=True, slots=True)
class Worklist:
    """One page: rows most urgent first, the place of the next page (None: this is the last), counts of everything.

    `counts` has one number per WorkKind, one per alert level, `mine` and `unowned`.
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
