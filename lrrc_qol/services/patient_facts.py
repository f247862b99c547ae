"""Facts about a patient derived from rows: anatomy for the choice of items, and whether they still take part."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from lrrc_qol.domain.contact import ContactState, EventKind, RecordedEvent, contact_facts_from_events
from lrrc_qol.persistence.models import Episode, EpisodeEvent, Patient


def anatomy_facts(patient: Patient, episode: Episode) -> frozenset[str]:
    """The facts that items may ask for; an anatomy that is not known does not hold."""
    facts = {patient.sex}
    if episode.stoma:
        facts.add("stoma")
    if episode.urostomy:
        facts.add("urostomy")
    return frozenset(facts)


def recorded_events(rows: Iterable[EpisodeEvent]) -> list[RecordedEvent]:
    """The events that stand (not revoked), as domain values."""
    return [
        RecordedEvent(kind=EventKind(row.kind), happened_on=row.happened_on, recorded_at=row.recorded_at)
        for row in rows
        if row.revoked_at is None
    ]


def contact_state(rows: Iterable[EpisodeEvent], *, today: date) -> ContactState:
    """What the events say about contact on `today`."""
    return contact_facts_from_events(recorded_events(rows), today=today)


def takes_part(rows: Iterable[EpisodeEvent], *, today: date) -> bool:
    """False after death and after withdrawal from new data; then no link opens any more."""
    state = contact_state(rows, today=today)
    return not (state.died or state.withdrawn)
