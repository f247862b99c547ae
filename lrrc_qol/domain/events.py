"""What can happen to a patient during an episode, and what follows from it; the table of reactions arrives as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from lrrc_qol.domain.instrument import Confidence


class EventKind(StrEnum):
    """What can happen to a patient and changes contact, schedule or the reading of a curve."""

    DISCHARGE = "discharge"
    READMISSION = "readmission"
    REOPERATION = "reoperation"
    RE_EXENTERATION = "re_exenteration"
    RECURRENCE = "recurrence"
    CHEMOTHERAPY_START = "chemotherapy_start"
    CHEMOTHERAPY_STOP = "chemotherapy_stop"
    STOMA_CHANGE = "stoma_change"
    PAUSE = "pause"
    RESUME = "resume"
    WITHDRAWAL_REMINDERS = "withdrawal_reminders"
    WITHDRAWAL_NEW_DATA = "withdrawal_new_data"
    WITHDRAWAL_ALL = "withdrawal_all"
    PALLIATIVE = "palliative"
    DEATH = "death"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    ADDRESS_BOUNCED = "address_bounced"
    ADDRESS_CORRECTED = "address_corrected"
    CANCELLED_SURGERY = "cancelled_surgery"
    ADMITTED = "admitted"
    LEFT_HOSPITAL = "left_hospital"
    BASELINE_REPEAT = "baseline_repeat"
    BASELINE_RECALL = "baseline_recall"


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """One event of an episode: the civil day it happened and the instant it was written down.

    `detail` holds what else is known of it, by name, as plain values (for example `told_by` of a death).
    """

    kind: EventKind
    happened_on: date
    recorded_at: datetime
    detail: Mapping[str, Any] = field(default_factory=dict)


class ScheduleReaction(StrEnum):
    """What an event does to the visits; `light` leaves their days and asks less at those that have not opened."""

    CONTINUE = "continue"
    CANCEL = "cancel"
    END = "end"
    STAY_BEGINS = "stay_begins"
    STAY_ENDS = "stay_ends"
    NEW_EPISODE = "new_episode"
    NON_OPERATED = "non_operated"
    REPEAT_BASELINE = "repeat_baseline"
    RECALL_BASELINE = "recall_baseline"
    LIGHT = "light"


class RemindersReaction(StrEnum):
    """What an event does to automated mails; `stop` also shuts the patient's links."""

    CONTINUE = "continue"
    STOP = "stop"
    STOP_REMINDERS = "stop_reminders"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HOLD = "hold"
    PAUSE = "pause"
    RESUME = "resume"
    SOFTEN = "soften"
    UNDELIVERABLE = "undeliverable"
    DELIVERABLE = "deliverable"


class AlertsReaction(StrEnum):
    """What an event does to alerts: `hide` takes open ones off the list, `no_new` keeps them, but none can come."""

    CONTINUE = "continue"
    HIDE = "hide"
    NO_NEW = "no_new"


class AnalysisReaction(StrEnum):
    """How an event is read in curves and in figures about many patients."""

    NONE = "none"
    COMPETING = "competing"
    CENSOR = "censor"
    EXCLUDE = "exclude"
    INTERCURRENT = "intercurrent"
    FLAG = "flag"
    NEW_EPISODE = "new_episode"
    SEPARATE_CURVE = "separate_curve"
    REASON = "reason"


@dataclass(frozen=True, slots=True)
class Ask:
    """One detail that is asked with an event: a choice (code to words), or free words when there are no `options`."""

    name: str
    words: str
    options: Mapping[str, str]
    required: bool


@dataclass(frozen=True, slots=True)
class Reaction:
    """What follows from an event. `hold_days`: days without automated mails, counted from the day it happened.

    `consequences` says the same in plain words for whoever records it. `outdates_baseline`: when it happens before the
    operation, what was answered earlier no longer says how the patient is.
    """

    schedule: ScheduleReaction
    reminders: RemindersReaction
    alerts: AlertsReaction
    analysis: AnalysisReaction
    hold_days: int
    consequences: tuple[str, ...]
    outdates_baseline: bool = False


@dataclass(frozen=True, slots=True)
class EventRule:
    """One line of the table: an event, what is asked with it, what follows, and where that comes from.

    `offered` = a person may record it on the page of events; `confirm` = only after a second press. `before_enrolment`
    = it may have happened before enrolment. `latest_counts` = of several events of this kind only the latest one
    holds. `depends_on` names the detail by which the reaction differs, `by_answer` has the reaction for each answer
    that has its own.
    """

    kind: EventKind
    words: str
    reaction: Reaction
    asks: tuple[Ask, ...]
    offered: bool
    confirm: bool
    before_enrolment: bool
    latest_counts: bool
    depends_on: str | None
    by_answer: Mapping[str, Reaction]
    source: str
    confidence: Confidence

    @property
    def changes_plan(self) -> bool:
        """Whether visits may change when this is recorded, whatever the answers."""
        reactions = (self.reaction, *self.by_answer.values())
        return any(reaction.schedule is not ScheduleReaction.CONTINUE for reaction in reactions)

    @property
    def may_lighten(self) -> bool:
        """Whether less may be asked when this is recorded."""
        return any(one.schedule is ScheduleReaction.LIGHT for one in (self.reaction, *self.by_answer.values()))

    def reaction_to(self, detail: Mapping[str, Any]) -> Reaction:
        """What follows from an event with this detail."""
        if self.depends_on is None:
            return self.reaction
        return self.by_answer.get(str(detail.get(self.depends_on, "")), self.reaction)

    def ask(self, name: str) -> Ask:
        """The detail of that name; KeyError when none is asked."""
        for ask in self.asks:
            if ask.name == name:
                return ask
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Double:
    """A visit that counts for the one at discharge as well when both fall within `within_days` of each other."""

    visit: str
    stands_for: str
    within_days: int
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class EventRules:
    """The table of all events. A stay longer than `restart_after_days` starts the check-ins anew when it ends.

    `short_set` are the questionnaires that are still asked of somebody who is too ill for all of them.
    `double` is the visit whose forms need not be asked again at discharge.
    """

    version: str
    rules: Mapping[EventKind, EventRule]
    restart_after_days: int
    short_set: tuple[str, ...]
    double: Double | None = None

    def rule(self, kind: EventKind) -> EventRule:
        """The line of that event; every kind has one."""
        return self.rules[kind]

    def ending_kinds(self) -> frozenset[EventKind]:
        """Events after which no form is expected any more, whatever is answered to what they ask."""
        ends = (ScheduleReaction.CANCEL, ScheduleReaction.END)
        return frozenset(kind for kind, rule in self.rules.items() if rule.reaction.schedule in ends)

    def excluded_kinds(self) -> frozenset[EventKind]:
        """Events that take the patient's data out of every report and export."""
        return frozenset(
            kind for kind, rule in self.rules.items() if rule.reaction.analysis is AnalysisReaction.EXCLUDE
        )

    def reaction(self, event: RecordedEvent) -> Reaction:
        """What follows from a recorded event."""
        return self.rules[event.kind].reaction_to(event.detail)

    def lightening_kinds(self) -> frozenset[EventKind]:
        """Events that say, by what is answered to them, whether only the short set is asked."""
        return frozenset(kind for kind, rule in self.rules.items() if rule.may_lighten)

    def separate_kinds(self) -> frozenset[EventKind]:
        """Events after which a patient who was not operated on is read in a group of their own."""
        return frozenset(
            kind for kind, rule in self.rules.items() if rule.reaction.analysis is AnalysisReaction.SEPARATE_CURVE
        )

    def that_count(self, events: Sequence[RecordedEvent]) -> tuple[RecordedEvent, ...]:
        """The events that hold, in order of the day they happened, then of their recording."""
        ordered = sorted(events, key=lambda event: (event.happened_on, event.recorded_at))
        latest = {event.kind: event for event in ordered}
        return tuple(
            event for event in ordered if latest[event.kind] is event or not self.rules[event.kind].latest_counts
        )


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay in hospital after the first discharge; `left_on` is None while it lasts."""

    admitted_on: date
    left_on: date | None


@dataclass(frozen=True, slots=True)
class EpisodeFacts:
    """What the events of an episode say to its schedule.

    `stays` are in order of admission. `not_operated_on`: the day on which it was decided not to operate, when
    follow-up goes on. `ended_on`: nothing opens after this day. `repeats`: days on which a new baseline was
    asked for. `recall_on`: the day on which a baseline from memory was asked for. `light_since`: the day from which
    only the short set is asked.
    """

    stays: tuple[Stay, ...] = ()
    not_operated_on: date | None = None
    ended_on: date | None = None
    repeats: tuple[date, ...] = ()
    recall_on: date | None = None
    light_since: date | None = None


ENDS = frozenset({ScheduleReaction.CANCEL, ScheduleReaction.END, ScheduleReaction.NEW_EPISODE})


def episode_facts(events: Sequence[RecordedEvent], rules: EventRules) -> EpisodeFacts:
    """Return what the events (those that were not taken back) say to the schedule, in whatever order they come."""
    dated = [(rules.reaction(event).schedule, event.happened_on) for event in rules.that_count(events)]

    def days(*reactions: ScheduleReaction) -> list[date]:
        return [day for reaction, day in dated if reaction in reactions]

    return EpisodeFacts(
        stays=_stays(dated),
        not_operated_on=max(days(ScheduleReaction.NON_OPERATED), default=None),
        ended_on=min(days(*ENDS), default=None),
        repeats=tuple(days(ScheduleReaction.REPEAT_BASELINE)),
        recall_on=max(days(ScheduleReaction.RECALL_BASELINE), default=None),
        light_since=max(days(ScheduleReaction.LIGHT), default=None),
    )


def was_called_off(events: Sequence[RecordedEvent], rules: EventRules) -> bool:
    """Whether it was decided not to operate, or nothing was removed; a later operation counts more than this."""
    separate = rules.separate_kinds()
    return any(event.kind in separate for event in events)


def counted_without_operation(events: Sequence[RecordedEvent], rules: EventRules) -> date | None:
    """The day that the course of a patient without an operation is counted from; None while one may still come.

    It is the day on which it was decided not to operate, from which the visits are planned too; for whoever is cared
    for palliatively without that decision, the day on which that began. A design choice.
    """
    decided = rules.separate_kinds()
    days = [event.happened_on for event in events if event.kind in decided]
    days = days or [event.happened_on for event in events if event.kind is EventKind.PALLIATIVE]
    return episode_facts(events, rules).not_operated_on or max(days, default=None)


def _stays(dated: Sequence[tuple[ScheduleReaction, date]]) -> tuple[Stay, ...]:
    """A stay lasts from an admission to the next time out of hospital; an admission during a stay belongs to it."""
    stays: list[Stay] = []
    for reaction, day in dated:
        lasting = bool(stays) and stays[-1].left_on is None
        if reaction is ScheduleReaction.STAY_BEGINS and not lasting:
            stays.append(Stay(day, None))
        elif reaction is ScheduleReaction.STAY_ENDS and lasting:
            stays[-1] = replace(stays[-1], left_on=day)
    return tuple(stays)
