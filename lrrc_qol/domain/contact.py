"""Whether a message may go out: one gate, asked at send time, over facts derived from the episode's events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lrrc_qol.domain.events import (
    AnalysisReaction,
    EventRules,
    Reaction,
    RecordedEvent,
    RemindersReaction,
    ScheduleReaction,
)


class MessageKind(StrEnum):
    """What a message is for."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    LINK_RESENT = "link_resent"
    STAFF_ALERT = "staff_alert"
    ADDRESS_CONFIRM = "address_confirm"
    ADDRESS_NOTICE = "address_notice"
    TEMPLATE_TEST = "template_test"


class Channel(StrEnum):
    """How a message travels."""

    EMAIL = "email"
    SMS = "sms"


TO_STAFF = frozenset({MessageKind.STAFF_ALERT, MessageKind.TEMPLATE_TEST})
"""Messages that go to staff and say nothing about a patient."""

ABOUT_ADDRESS = frozenset({MessageKind.ADDRESS_CONFIRM, MessageKind.ADDRESS_NOTICE})
"""About a change of address that the patient asked for: one to the new address, one to the old."""


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """Everything the gate asks about a patient and a form at one moment.

    `known` is false when any of the rest could not be found out; then nothing goes out. `withdrawn` = no new data;
    `has_form` = at least one questionnaire of the visit is still to be sent and can be shown;
    `withdrawn_reminders` = no reminders, answers still welcome; `opted_out` = unsubscribed from mails.
    `no_consent` = a consent is recorded that refuses mails; that none is recorded holds nothing back.
    `has_number` = a number for short messages is known.
    """

    died: bool
    withdrawn: bool
    withdrawn_reminders: bool
    opted_out: bool
    paused: bool
    inpatient: bool
    address_bounced: bool
    has_address: bool
    episode_closed: bool
    answered: bool
    window_open: bool
    has_form: bool
    known: bool
    no_consent: bool = False
    has_number: bool = False


class ContactReason(StrEnum):
    """Why a message may go out (`allowed`) or what holds it."""

    ALLOWED = "allowed"
    UNKNOWN = "unknown"
    DIED = "died"
    WITHDRAWN = "withdrawn"
    NO_CONSENT = "no_consent"
    EPISODE_CLOSED = "episode_closed"
    ANSWERED = "answered"
    NO_FORM = "no_form"
    NO_ADDRESS = "no_address"
    ADDRESS_BOUNCED = "address_bounced"
    NO_NUMBER = "no_number"
    WITHDRAWN_REMINDERS = "withdrawn_reminders"
    OPTED_OUT = "opted_out"
    PAUSED = "paused"
    INPATIENT = "inpatient"
    WINDOW_CLOSED = "window_closed"


@dataclass(frozen=True, slots=True)
class ContactDecision:
    """The gate's answer; true when the message may go out."""

    allowed: bool
    reason: ContactReason

    def __bool__(self) -> bool:
        return self.allowed


def may_contact(facts: ContactFacts, kind: MessageKind, channel: Channel = Channel.EMAIL) -> ContactDecision:
    """Decide whether a message of `kind` may go out by `channel` now; the first reason that holds it is named.

    A message to staff tells the patient nothing, so no state of the patient holds it. Each channel asks only for its
    own address: a mail address that bounces does not hold a short message. A link a person asked for is sent
    despite opt-out, pause or hospital stay and after the window, because a late form is welcome. What a change of
    address needs goes out whether there is a form or not, also when the old address is known to bounce. Invitations
    and reminders need everything to be right.
    """
    if not facts.known:
        return ContactDecision(False, ContactReason.UNKNOWN)
    if kind in TO_STAFF:
        return ContactDecision(True, ContactReason.ALLOWED)
    checks = _person_stops(facts)
    if kind not in ABOUT_ADDRESS:
        checks += _form_stops(facts) + _address_stops(facts, channel)
    if kind is not MessageKind.LINK_RESENT and kind not in ABOUT_ADDRESS:
        checks += _automated_stops(facts)
    for holds, reason in checks:
        if holds:
            return ContactDecision(False, reason)
    return ContactDecision(True, ContactReason.ALLOWED)


def _person_stops(facts: ContactFacts) -> tuple[tuple[bool, ContactReason], ...]:
    return (
        (facts.died, ContactReason.DIED),
        (facts.withdrawn, ContactReason.WITHDRAWN),
        (facts.no_consent, ContactReason.NO_CONSENT),
        (facts.episode_closed, ContactReason.EPISODE_CLOSED),
    )


def _form_stops(facts: ContactFacts) -> tuple[tuple[bool, ContactReason], ...]:
    return (
        (facts.answered, ContactReason.ANSWERED),
        (not facts.has_form, ContactReason.NO_FORM),
    )


def _address_stops(facts: ContactFacts, channel: Channel) -> tuple[tuple[bool, ContactReason], ...]:
    if channel is Channel.SMS:
        return ((not facts.has_number, ContactReason.NO_NUMBER),)
    return (
        (not facts.has_address, ContactReason.NO_ADDRESS),
        (facts.address_bounced, ContactReason.ADDRESS_BOUNCED),
    )


def _automated_stops(facts: ContactFacts) -> tuple[tuple[bool, ContactReason], ...]:
    return (
        (facts.withdrawn_reminders, ContactReason.WITHDRAWN_REMINDERS),
        (facts.opted_out, ContactReason.OPTED_OUT),
        (facts.paused, ContactReason.PAUSED),
        (facts.inpatient, ContactReason.INPATIENT),
        (not facts.window_open, ContactReason.WINDOW_CLOSED),
    )


@dataclass(frozen=True, slots=True)
class ContactState:
    """What the events of an episode say about contact on a day.

    `ended` = follow-up was ended for another reason than death or withdrawal. `softened` = mails use softer words.
    `light` = only the short set is asked.
    """

    died: bool = False
    withdrawn: bool = False
    withdrawn_reminders: bool = False
    opted_out: bool = False
    paused: bool = False
    inpatient: bool = False
    address_bounced: bool = False
    ended: bool = False
    softened: bool = False
    light: bool = False

    @property
    def takes_part(self) -> bool:
        """Whether forms are still taken."""
        return not (self.died or self.withdrawn or self.ended)


_Dated = tuple[date, Reaction]


def contact_facts_from_events(events: Sequence[RecordedEvent], rules: EventRules, *, today: date) -> ContactState:
    """Return the contact state on `today` by the table of reactions, whatever the order the events were recorded in.

    Events dated after `today` have not happened yet, except those that stop mails for good, which count as soon as
    they are recorded: a wrong date must not let a message out. Of opposite events on one day the later recorded one
    holds.
    """
    counted = [(event.happened_on, rules.reaction(event)) for event in rules.that_count(events)]
    past = [(day, reaction) for day, reaction in counted if day <= today]
    stops = [reaction.analysis for _, reaction in counted if reaction.reminders is RemindersReaction.STOP]
    died = AnalysisReaction.COMPETING in stops
    withdrew = any(analysis in _WITHDRAWALS for analysis in stops)
    mails = [reaction.reminders for _, reaction in past]
    stays = [reaction.schedule for _, reaction in past]
    return ContactState(
        died=died,
        withdrawn=withdrew,
        withdrawn_reminders=any(one.reminders is RemindersReaction.STOP_REMINDERS for _, one in counted),
        opted_out=_holds(mails, RemindersReaction.OPT_OUT, RemindersReaction.OPT_IN),
        paused=_holds(mails, RemindersReaction.PAUSE, RemindersReaction.RESUME) or _on_hold(past, today),
        inpatient=_holds(stays, ScheduleReaction.STAY_BEGINS, ScheduleReaction.STAY_ENDS),
        address_bounced=_holds(mails, RemindersReaction.UNDELIVERABLE, RemindersReaction.DELIVERABLE),
        ended=bool(stops) and not (died or withdrew),
        softened=RemindersReaction.SOFTEN in mails,
        light=ScheduleReaction.LIGHT in stays,
    )


def that_outlast_an_episode(events: Sequence[RecordedEvent], rules: EventRules) -> tuple[RecordedEvent, ...]:
    """The events that hold for the person and not for one operation: death, withdrawals, no mails, a dead address.

    An opposite event (mails again, the address corrected) ends what it is opposite to. A hold of some days after an
    admission is no such event, nor is a decision about one follow-up.
    """
    standing = rules.that_count(events)
    found = [event for event in standing if _is_for_good(rules.reaction(event))]
    for starts, ends in _OPPOSITES:
        turns = [event for event in standing if rules.reaction(event).reminders in (starts, ends)]
        found += [event for event in turns[-1:] if rules.reaction(event).reminders is starts]
    return tuple(found)


_WITHDRAWALS = (AnalysisReaction.CENSOR, AnalysisReaction.EXCLUDE)
_OPPOSITES = (
    (RemindersReaction.OPT_OUT, RemindersReaction.OPT_IN),
    (RemindersReaction.PAUSE, RemindersReaction.RESUME),
    (RemindersReaction.UNDELIVERABLE, RemindersReaction.DELIVERABLE),
)


def _is_for_good(reaction: Reaction) -> bool:
    if reaction.reminders is RemindersReaction.STOP_REMINDERS:
        return True
    stops = reaction.reminders is RemindersReaction.STOP
    return stops and reaction.analysis in (AnalysisReaction.COMPETING, *_WITHDRAWALS)


def _holds(past: Sequence[StrEnum], starts: StrEnum, ends: StrEnum) -> bool:
    last = [reaction for reaction in past if reaction in (starts, ends)][-1:]
    return bool(last) and last[0] is starts


def _on_hold(past: Sequence[_Dated], today: date) -> bool:
    until: date | None = None
    for day, reaction in past:
        if reaction.reminders is RemindersReaction.HOLD:
            held_until = day + timedelta(days=reaction.hold_days)
            until = held_until if until is None else max(until, held_until)
        elif reaction.reminders is RemindersReaction.RESUME:
            until = None
    return until is not None and today < until
