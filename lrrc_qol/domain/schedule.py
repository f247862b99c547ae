"""When each visit opens, is due and closes, what a moved date changes, and when a reminder may go out."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

from lrrc_qol.domain.events import Stay
from lrrc_qol.domain.figures import BaselineRules

RECALLED_KEY = "BLR"
"""Key of the baseline that is asked for from memory, after the operation."""
KEY_LENGTH = 16
"""How many characters the key of a planned or answered visit may have; the database has room for no more."""
_RESTART = re.compile(r"-R\d+-")
_MOST = 99  # series that start anew, and forms that were answered as one visit; a design figure
_PLAUSIBLE_YEARS = range(1900, 2200)


class Anchor(StrEnum):
    """The civil date a visit is counted from."""

    ENROLMENT = "enrolment"
    SURGERY = "surgery"
    PLANNED_SURGERY = "planned_surgery"
    DISCHARGE = "discharge"


class VisitKind(StrEnum):
    """What a visit is for; windows of one kind never overlap."""

    BASELINE = "baseline"
    DISCHARGE = "discharge"
    CHECK_IN = "check_in"
    FOLLOW_UP = "follow_up"


class VisitState(StrEnum):
    """Where a visit stands on a day; always derived, never stored."""

    FUTURE = "future"
    OPEN = "open"
    DUE = "due"
    CLOSED = "closed"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class VisitSpec:
    """One timepoint of a protocol; offsets are days from the anchor, `minutes` is the time a patient should need.

    `requires` names the facts that must all hold for the visit to be planned (for example `neoadjuvant`); an optional
    visit requires the fact by which a centre asks for it. `last_surgery_day` ends a series: a visit due later than
    that many days after the operation is not planned.
    """

    key: str
    kind: VisitKind
    name: str
    anchor: Anchor
    open_offset: int
    due_offset: int
    close_offset: int
    instruments: tuple[str, ...]
    minutes: int
    optional: bool = False
    requires: tuple[str, ...] = ()
    last_surgery_day: int | None = None

    @property
    def from_home(self) -> bool:
        """Whether it is counted from going home, in a series that starts anew after a long stay in hospital."""
        return self.kind is VisitKind.CHECK_IN and self.anchor is Anchor.DISCHARGE


def plain_key(key: str) -> str:
    """Return the key that the protocol knows a visit by, of whichever series: CHK-R1-D002 is its CHK-D002."""
    return _RESTART.sub("-", key)


def restarted_key(key: str, number: int) -> str:
    """Return the key of a visit in a series that started anew for the `number`th time: CHK-D002 becomes CHK-R1-D002."""
    series, _, day = key.rpartition("-")
    return f"{series}-R{number}-{day}"


def longest_key(spec: VisitSpec) -> str:
    """Return the longest key that a visit of this kind can get: in a late series, of many forms of one home."""
    return f"{restarted_key(spec.key, _MOST) if spec.from_home else spec.key}-{_MOST}"


@dataclass(frozen=True, slots=True)
class ReminderStep:
    """One automated message of a form: `offset_days` after the day it opens or is due. Ordinal 0 is the invitation."""

    ordinal: int
    relative_to: Literal["open", "due"]
    offset_days: int


@dataclass(frozen=True, slots=True)
class SendingHours:
    """The local hours in which a patient may get a message: from `quiet_until` to just before `quiet_from`."""

    zone: ZoneInfo
    quiet_from: int
    quiet_until: int

    def next_allowed(self, instant: datetime) -> datetime:
        """Return `instant` when it lies outside the quiet hours, else the next end of the quiet hours (aware UTC)."""
        local = instant.astimezone(self.zone)
        if self.quiet_until <= local.hour < self.quiet_from:
            return instant
        day = local.date() if local.hour < self.quiet_until else local.date() + timedelta(days=1)
        # A zone may skip a whole day, so the end of the quiet hours can itself land in the night: ask again.
        return self.next_allowed(local_instant(day, self.quiet_until, self.zone))


WEEKLY_CAP_UNLESS_SAID = 7
"""One message a day: what holds for a protocol that was published before there was a cap for the week."""


@dataclass(frozen=True, slots=True)
class ReminderPolicy:
    """Cadence of automated messages per kind of visit; hours are local to the patient.

    At most `cap` messages go out for one form and `weekly_cap` for all forms within seven days; a nurse is asked to
    call `call_task_after_due_days` after a form was due.
    """

    steps: Mapping[VisitKind, tuple[ReminderStep, ...]]
    cap: int
    call_task_after_due_days: Mapping[VisitKind, int]
    local_hour: int = 9
    quiet_from: int = 21
    quiet_until: int = 8
    weekly_cap: int = WEEKLY_CAP_UNLESS_SAID

    def hours(self, zone: ZoneInfo) -> SendingHours:
        """Return the sending hours of a patient who lives in `zone`."""
        return SendingHours(zone=zone, quiet_from=self.quiet_from, quiet_until=self.quiet_until)


@dataclass(frozen=True, slots=True)
class Protocol:
    """One version of a follow-up protocol. `digest` is the SHA-256 of its definition files."""

    id: str
    version: str
    name: str
    visits: tuple[VisitSpec, ...]
    reminders: ReminderPolicy
    baseline: BaselineRules
    digest: str

    def visit(self, key: str) -> VisitSpec:
        """Return the visit of that key, also of a series that started anew; KeyError when there is none.

        The baseline from memory asks what the reference baseline asks.
        """
        plain = plain_key(key)
        for visit in self.visits:
            if visit.key == plain:
                return visit
        if key == RECALLED_KEY:
            reference = self.visit(self.baseline.visits[0])
            return replace(reference, key=RECALLED_KEY, name=f"{reference.name}, from memory")
        raise KeyError(key)

    def asked(self) -> Mapping[str, tuple[str, ...]]:
        """Return the instruments of every visit, the baseline from memory included."""
        keys = [visit.key for visit in self.visits]
        return {key: self.visit(key).instruments for key in (*keys, RECALLED_KEY)}


@dataclass(frozen=True, slots=True)
class Anchors:
    """The civil dates of one episode and the facts that decide which visits it gets.

    `stays` are later stays in hospital in order of admission. `not_operated_on` is the day on which it was decided
    not to operate, when follow-up is to go on. `ended_on` is the day of death or withdrawal. `repeats` are the days on
    which a new baseline was asked for; `recall_on` the day on which one from memory was asked for.
    """

    enrolled_on: date
    planned_surgery_on: date | None = None
    surgery_on: date | None = None
    discharged_on: date | None = None
    facts: frozenset[str] = field(default_factory=frozenset)
    stays: tuple[Stay, ...] = ()
    not_operated_on: date | None = None
    ended_on: date | None = None
    repeats: tuple[date, ...] = ()
    recall_on: date | None = None

    def day(self, anchor: Anchor) -> date | None:
        """Return the date of `anchor`, None while it is not known."""
        days = {
            Anchor.ENROLMENT: self.enrolled_on,
            Anchor.SURGERY: self.surgery_on or self.not_operated_on,
            # Whoever is not to be operated on is asked nothing about the time before an operation.
            Anchor.PLANNED_SURGERY: self.surgery_on or (None if self.not_operated_on else self.planned_surgery_on),
            Anchor.DISCHARGE: self.discharged_on,
        }
        return days[anchor]


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """One visit of one episode on the calendar; all three days belong to the window."""

    key: str
    kind: VisitKind
    name: str
    opens_on: date
    due_on: date
    closes_on: date
    instruments: tuple[str, ...]

    def holds(self, day: date) -> bool:
        """Whether the day lies in the window."""
        return self.opens_on <= day <= self.closes_on


@dataclass(frozen=True, slots=True)
class ReminderTime:
    """When one reminder goes out: from `send_at`, never at or after `not_after` (both aware UTC)."""

    ordinal: int
    send_at: datetime
    not_after: datetime
    hours: SendingHours


def visit_state(visit: PlannedVisit, *, today: date, submitted: bool) -> VisitState:
    """Return where a visit stands on `today` (the patient's local date): due from its due day until it closes."""
    if submitted:
        return VisitState.ANSWERED
    if today > visit.closes_on:
        return VisitState.CLOSED
    if today >= visit.due_on:
        return VisitState.DUE
    return VisitState.OPEN if today >= visit.opens_on else VisitState.FUTURE


def local_instant(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """Return the aware UTC instant at which clocks in `zone` show `hour` o'clock on `day`; 24 is the end of the day.

    When the clocks skip that hour it is the first instant after the skip; when they show it twice, the first one.
    """
    wall = datetime.combine(day, time(0), tzinfo=zone) + timedelta(hours=hour)
    instant = wall.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return instant
    # Inside a skip, fold=1 reads the clock by the offset that holds afterwards and so lands before the skip.
    before_skip = wall.replace(fold=1).astimezone(UTC)
    offset_after = instant.astimezone(zone).utcoffset()
    seconds = bisect_left(
        range(int((instant - before_skip).total_seconds())),
        1,
        key=lambda second: (before_skip + timedelta(seconds=second)).astimezone(zone).utcoffset() == offset_after,
    )
    return before_skip + timedelta(seconds=seconds)


def reminder_times(
    visit: PlannedVisit, policy: ReminderPolicy, zone: ZoneInfo, *, not_before: datetime | None
) -> tuple[ReminderTime, ...]:
    """Return the messages of one form in order of time, each inside the sending hours and inside the window.

    Messages that would have gone out before `not_before` (for example the moment of enrolment) are replaced by one,
    the newest, at `not_before`. There is one message a day at most. Each lapses on the day of the next one, the last
    at the end of the closing day's sending hours.
    """
    hours = policy.hours(zone)
    lapses_at = local_instant(visit.closes_on, policy.quiet_from, zone)
    times: list[ReminderTime] = []
    for step in reversed(policy.steps.get(visit.kind, ())[: policy.cap]):
        start = visit.opens_on if step.relative_to == "open" else visit.due_on
        send_at = local_instant(start + timedelta(days=step.offset_days), policy.local_hour, zone)
        if not_before is not None and send_at < not_before:
            send_at = not_before
        send_at = hours.next_allowed(send_at)
        if send_at < lapses_at:
            times.append(ReminderTime(step.ordinal, send_at, lapses_at, hours))
            lapses_at = local_instant(send_at.astimezone(zone).date(), 0, zone)
    return tuple(reversed(times))


def next_reminder(times: Sequence[ReminderTime], *, now: datetime, last_ordinal: int | None) -> ReminderTime | None:
    """Return the message to send next: now, when its `send_at` is not after `now`, else at its `send_at`.

    `last_ordinal` is the newest message already sent for the form. After a gap only the newest of the missed ones is
    left; one that is late in the quiet hours is moved to their end.
    """
    for reminder in times:
        if last_ordinal is not None and reminder.ordinal <= last_ordinal:
            continue
        allowed_at = reminder.hours.next_allowed(now)
        send_at = reminder.send_at if allowed_at == now or reminder.send_at > now else allowed_at
        if max(now, send_at) < reminder.not_after:
            return replace(reminder, send_at=send_at)
    return None


def check_anchors(anchors: Anchors, *, today: date | None = None, born_on: date | None = None) -> dict[str, str]:
    """Return a message for each date that cannot be true, by field name; empty when the dates can stand together.

    With `today` it also refuses events that have not happened yet, with `born_on` those before birth.
    """
    fields = {
        name: day
        for name in ("enrolled_on", "planned_surgery_on", "surgery_on", "discharged_on")
        if isinstance(day := getattr(anchors, name), date)
    }
    faults: dict[str, str] = {}
    for name, day in fields.items():
        if day.year not in _PLAUSIBLE_YEARS:
            faults[name] = f"Check the year: {day.isoformat()} is not a plausible date."
        elif born_on is not None and day < born_on:
            faults[name] = f"This is before the date of birth ({born_on.isoformat()})."
        elif today is not None and day > today and name in ("enrolled_on", "surgery_on"):
            faults[name] = "This day has not come yet."
    return _check_order(anchors) | faults


def _check_order(anchors: Anchors) -> dict[str, str]:
    faults: dict[str, str] = {}
    operated_on, left_on, planned_on = anchors.surgery_on, anchors.discharged_on, anchors.planned_surgery_on
    if left_on is not None and operated_on is None:
        faults["discharged_on"] = "Enter the date of the operation first."
    elif left_on is not None and operated_on is not None and left_on < operated_on:
        faults["discharged_on"] = f"Discharge cannot be before the operation ({operated_on.isoformat()})."
    if operated_on is None and planned_on is not None and planned_on < anchors.enrolled_on:
        faults["planned_surgery_on"] = "This day is past. If the operation was done, enter it as the operation date."
    return faults
