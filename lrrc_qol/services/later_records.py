"""What is on record for days after a day of death: said before the death is stored, and never in its way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from lrrc_qol.domain.clinical_record import FieldKind, Section, day_of
from lrrc_qol.domain.events import EventKind, ScheduleReaction
from lrrc_qol.persistence.models import Assignment, Response, Visit
from lrrc_qol.services.clinical_record.store import read_all_entries
from lrrc_qol.services.context import Work
from lrrc_qol.services.find_episode import events_of, find_episode
from lrrc_qol.services.patient_facts import recorded_events

# What the patient lives through. The others can also be written down, or come by themselves, after a death.
LIVED_THROUGH = frozenset(
    {
        EventKind.READMISSION,
        EventKind.ADMITTED,
        EventKind.LEFT_HOSPITAL,
        EventKind.REOPERATION,
        EventKind.RE_EXENTERATION,
        EventKind.RECURRENCE,
        EventKind.CHEMOTHERAPY_START,
        EventKind.CHEMOTHERAPY_STOP,
        EventKind.STOMA_CHANGE,
        EventKind.PALLIATIVE,
    }
)
ANSWERED_ALONE = ("patient", "helped", "interpreter")


@dataclass(frozen=True, slots=True)
class LaterRecord:
    """Something of the present episode that is dated after a death, in words."""

    words: str
    on: date


def after_death(work: Work, patient_public_id: str, *, kind: EventKind, happened_on: date) -> tuple[LaterRecord, ...]:
    """What stands for days after an event of this kind, earliest first; nothing unless it is a death.

    A family that rings must be heard at once, so it is not refused: one of the two days is wrong, and a person finds
    out which.
    """
    if work.catalogue.events.rule(kind).reaction.schedule is not ScheduleReaction.CANCEL:
        return ()
    _, episode = find_episode(work, patient_public_id)
    found = [*_events(work, episode.id), *_clinical(work, episode.id), *_forms(work, episode.id)]
    return tuple(sorted((one for one in found if one.on > happened_on), key=lambda one: (one.on, one.words)))


def _events(work: Work, episode_id: int) -> Iterator[LaterRecord]:
    for event in recorded_events(events_of(work, episode_id)):
        if event.kind in LIVED_THROUGH:
            yield LaterRecord(work.catalogue.events.rule(event.kind).words, event.happened_on)


def _clinical(work: Work, episode_id: int) -> Iterator[LaterRecord]:
    sections = {one.id: one for one in work.catalogue.record.sections}
    for section_id, entries in read_all_entries(work, episode_id).items():
        for entry in entries:
            if section_id in sections and entry.content:
                yield from _days(sections[section_id], entry.content)


def _days(section: Section, content: Mapping[str, Any]) -> Iterator[LaterRecord]:
    first = next(section.fields())
    name = first.label_of(str(content.get(first.id, ""))) if section.many else section.title
    for field in section.fields():
        day = day_of(content, field.id) if field.kind is FieldKind.DATE else None
        if day:
            yield LaterRecord(f"{name}: {field.label.lower()}", day)


def _forms(work: Work, episode_id: int) -> Iterator[LaterRecord]:
    rows = work.session.execute(
        select(Visit.name, Response.answered_on)
        .join(Assignment, Assignment.visit_id == Visit.id)
        .join(Response, Response.assignment_id == Assignment.id)
        .where(
            Visit.episode_id == episode_id,
            Response.submitted_at.is_not(None),
            Response.respondent.in_(ANSWERED_ALONE),
        )
        .distinct()
    )
    for name, day in rows:
        if day is not None:
            yield LaterRecord(f"{name}: answered by the patient", day)
