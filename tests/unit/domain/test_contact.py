"""The gate that every message passes: each state, each kind of message, and what the events say."""

from __future__ import annotations

import itertools
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from lrrc_qol.domain.contact import (
    TO_STAFF,
    Channel,
    ContactFacts,
    ContactState,
    MessageKind,
    contact_facts_from_events,
    may_contact,
)
from lrrc_qol.domain.events import EventKind, RecordedEvent
from tests.shipped import shipped_catalogue

RULES = shipped_catalogue().events
CLEAR = ContactFacts(
    died=False,
    withdrawn=False,
    withdrawn_reminders=False,
    opted_out=False,
    paused=False,
    inpatient=False,
    address_bounced=False,
    has_address=True,
    episode_closed=False,
    answered=False,
    window_open=True,
    has_form=True,
    known=True,
    has_number=True,
)
STATES = {
    "nothing special": CLEAR,
    "died": replace(CLEAR, died=True),
    "withdrawn": replace(CLEAR, withdrawn=True),
    "no_consent": replace(CLEAR, no_consent=True),
    "withdrawn_reminders": replace(CLEAR, withdrawn_reminders=True),
    "opted_out": replace(CLEAR, opted_out=True),
    "paused": replace(CLEAR, paused=True),
    "inpatient": replace(CLEAR, inpatient=True),
    "address_bounced": replace(CLEAR, address_bounced=True),
    "no_address": replace(CLEAR, has_address=False),
    "no_number": replace(CLEAR, has_number=False),
    "episode_closed": replace(CLEAR, episode_closed=True),
    "answered": replace(CLEAR, answered=True),
    "no_form": replace(CLEAR, has_form=False),
    "window_closed": replace(CLEAR, window_open=False),
    "unknown": replace(CLEAR, known=False),
}
# What each channel asks for is its own address and nothing of the other's.
OTHERS = {Channel.EMAIL: {"no_number"}, Channel.SMS: {"no_address", "address_bounced"}}
HELD = {
    MessageKind.INVITATION: set(STATES) - {"nothing special"},
    MessageKind.REMINDER: set(STATES) - {"nothing special"},
    MessageKind.LINK_RESENT: {
        "died",
        "withdrawn",
        "no_consent",
        "address_bounced",
        "no_address",
        "no_number",
        "episode_closed",
        "answered",
        "no_form",
        "unknown",
    },
    MessageKind.STAFF_ALERT: {"unknown"},
    MessageKind.TEMPLATE_TEST: {"unknown"},
    MessageKind.ADDRESS_CONFIRM: {"died", "withdrawn", "no_consent", "episode_closed", "unknown"},
    MessageKind.ADDRESS_NOTICE: {"died", "withdrawn", "no_consent", "episode_closed", "unknown"},
}


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("kind", MessageKind)
@pytest.mark.parametrize("state", STATES)
def test_every_state_for_every_kind_of_message_on_every_channel(
    state: str, kind: MessageKind, channel: Channel
) -> None:
    held = HELD[kind] - OTHERS[channel]
    decision = may_contact(STATES[state], kind, channel)
    assert decision.allowed is (state not in held)
    assert bool(decision) is decision.allowed
    assert decision.reason == (state if state in held else "allowed")


@pytest.mark.parametrize("kind", [MessageKind.INVITATION, MessageKind.REMINDER])
def test_only_one_of_all_combinations_lets_an_automated_message_out(kind: MessageKind) -> None:
    names = [field.name for field in fields(ContactFacts)]
    allowed = [
        facts
        for values in itertools.product([False, True], repeat=len(names))
        if may_contact(facts := ContactFacts(*values), kind)
    ]
    assert allowed == [replace(CLEAR, has_number=False), CLEAR]


def test_nothing_reaches_the_dead_or_withdrawn() -> None:
    names = [field.name for field in fields(ContactFacts)]
    for values in itertools.product([False, True], repeat=len(names)):
        facts = ContactFacts(*values)
        if facts.died or facts.withdrawn:
            assert not any(may_contact(facts, kind) for kind in MessageKind if kind not in TO_STAFF)


TODAY = date(2027, 3, 20)


def event(kind: EventKind, days_ago: int, minute: int = 0) -> RecordedEvent:
    recorded_at = datetime(2027, 3, 20, 12, minute, tzinfo=UTC)
    return RecordedEvent(kind, TODAY - timedelta(days=days_ago), recorded_at)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], ContactState()),
        ([event(EventKind.DEATH, 1)], ContactState(died=True)),
        ([event(EventKind.DEATH, -3)], ContactState(died=True)),  # a slip in the date lets nothing out
        ([event(EventKind.WITHDRAWAL_NEW_DATA, 1)], ContactState(withdrawn=True)),
        ([event(EventKind.WITHDRAWAL_ALL, -1)], ContactState(withdrawn=True)),
        ([event(EventKind.WITHDRAWAL_REMINDERS, 1)], ContactState(withdrawn_reminders=True)),
        ([event(EventKind.PAUSE, 1)], ContactState(paused=True)),
        ([event(EventKind.PAUSE, -1)], ContactState()),
        ([event(EventKind.PAUSE, 5), event(EventKind.RESUME, 1)], ContactState()),
        ([event(EventKind.RESUME, 1), event(EventKind.PAUSE, 5)], ContactState()),  # recorded out of order
        ([event(EventKind.RESUME, 1, 1), event(EventKind.PAUSE, 1, 2)], ContactState(paused=True)),
        ([event(EventKind.OPT_OUT, 3)], ContactState(opted_out=True)),
        ([event(EventKind.OPT_OUT, 3), event(EventKind.OPT_IN, 3, 1)], ContactState()),
        ([event(EventKind.ADDRESS_BOUNCED, 3)], ContactState(address_bounced=True)),
        ([event(EventKind.ADDRESS_BOUNCED, 3), event(EventKind.ADDRESS_CORRECTED, 2)], ContactState()),
        ([event(EventKind.ADMITTED, 3)], ContactState(inpatient=True)),
        ([event(EventKind.ADMITTED, 3), event(EventKind.LEFT_HOSPITAL, 1)], ContactState()),
        ([event(EventKind.ADMITTED, 30), event(EventKind.DISCHARGE, 10)], ContactState()),
        ([event(EventKind.READMISSION, 30)], ContactState(inpatient=True)),  # nobody said they left
        ([event(EventKind.READMISSION, 6), event(EventKind.LEFT_HOSPITAL, 2)], ContactState(paused=True)),
        ([event(EventKind.READMISSION, 7), event(EventKind.LEFT_HOSPITAL, 2)], ContactState()),
        ([event(EventKind.REOPERATION, 13)], ContactState(paused=True)),
        ([event(EventKind.REOPERATION, 14)], ContactState()),
        ([event(EventKind.REOPERATION, 10), event(EventKind.RESUME, 2)], ContactState()),
        (
            [event(EventKind.REOPERATION, 10), event(EventKind.READMISSION, 8), event(EventKind.LEFT_HOSPITAL, 1)],
            ContactState(paused=True),  # the longer hold counts
        ),
        ([event(EventKind.RECURRENCE, 1), event(EventKind.STOMA_CHANGE, 1)], ContactState()),
    ],
)
def test_what_events_say_about_contact(events: list[RecordedEvent], expected: ContactState) -> None:
    assert contact_facts_from_events(events, RULES, today=TODAY) == expected


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_of_event_can_be_read(kind: EventKind) -> None:
    assert isinstance(contact_facts_from_events([event(kind, 0)], RULES, today=TODAY), ContactState)
