"""Facts about a patient derived from rows: anatomy for the choice of items, and whether they still take part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from lrrc_qol.domain.contact import ContactState, contact_facts_from_events
from lrrc_qol.domain.events import EventKind, EventRules, RecordedEvent
from lrrc_qol.domain.instrument import ANATOMY
from lrrc_qol.persistence.models import Episode, EpisodeEvent, Patient


def anatomy_of(episode: Episode) -> dict[str, bool | None]:
    """Every fact of anatomy as the record has it: known to hold, known not to hold, or not known."""
    return {fact: getattr(episode, fact) for fact in ANATOMY}


def anatomy_facts(patient: Patient, episode: Episode) -> frozenset[str]:
    """The facts that items may ask for."""
    return facts_held(patient.sex, anatomy_of(episode), neoadjuvant=episode.neoadjuvant_planned)


def facts_held(sex: str, anatomy: Mapping[str, bool | None], *, neoadjuvant: bool) -> frozenset[str]:
    """The facts that hold of a person, of all that a definition may name; what is not known does not hold.

    Except a woman's vagina, which holds unless it is known to be gone: the questionnaires ask every woman.
    """
    held = {sex, *(fact for fact, holds in anatomy.items() if holds)}
    if sex == "female" and anatomy.get("vagina") is None:
        held.add("vagina")
    return frozenset(held | {"neoadjuvant"} if neoadjuvant else held)


def ruled_out_anatomy(episode: Episode) -> frozenset[str]:
    """The facts of anatomy that are known not to hold."""
    return frozenset(fact for fact, holds in anatomy_of(episode).items() if holds is False)


def recorded_events(rows: Iterable[EpisodeEvent]) -> list[RecordedEvent]:
    """The events that stand (not revoked), as domain values."""
    return [
        RecordedEvent(EventKind(row.kind), row.happened_on, row.recorded_at, row.detail)
        for row in rows
        if row.revoked_at is None
    ]


def contact_state(rows: Iterable[EpisodeEvent], rules: EventRules, *, today: date) -> ContactState:
    """What the events say about contact on `today`."""
    return contact_facts_from_events(recorded_events(rows), rules, today=today)


def takes_part(rows: Iterable[EpisodeEvent], rules: EventRules, *, today: date) -> bool:
    """False after death, after withdrawal from new data and when follow-up was ended; then no link opens any more."""
    return contact_state(rows, rules, today=today).takes_part


def entry_refusal(rows: Iterable[EpisodeEvent], *, on_paper: bool, answered_on: date | None) -> str:
    """Why staff may not type in a form answered on that day; empty when they may.

    Paper that was filled in before a death or a withdrawal from new forms is never discarded; a patient who withdrew
    all use of the data is taken at their word.
    """
    day = answered_on or date.max
    for event in sorted(recorded_events(rows), key=lambda event: event.happened_on):
        if event.kind is EventKind.WITHDRAWAL_ALL:
            return "The patient withdrew from any use of the data."
        if event.kind is EventKind.DEATH and not (on_paper and day <= event.happened_on):
            return "The patient died. Only paper filled in on or before that day can still be typed in."
        if event.kind is EventKind.WITHDRAWAL_NEW_DATA and not (on_paper and day < event.happened_on):
            return "The patient withdrew from new forms. Only paper filled in before that day can still be typed in."
    return ""
