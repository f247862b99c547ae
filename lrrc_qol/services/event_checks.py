"""Refuses events that cannot have happened as they were entered, and details that do not answer what is asked."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.domain.events import (
    Ask,
    EventKind,
    EventRule,
    EventRules,
    RecordedEvent,
    ScheduleReaction,
    Stay,
    episode_facts,
)
from lrrc_qol.persistence.models import Centre, Episode, Patient
from lrrc_qol.services.context import Work
from lrrc_qol.services.plan_episode import protocol_of

NOTE_LIMIT = 500
NOTE_FIELD = "episode_event.note"


def checked_detail(work: Work, rule: EventRule, detail: Mapping[str, str]) -> dict[str, Any]:
    """What is stored of the answers: codes as they are, free words sealed; InvalidInput by the name of the question."""
    unknown = set(detail) - {ask.name for ask in rule.asks}
    if unknown:
        raise ValueError(f"{rule.kind.value} asks no {', '.join(sorted(unknown))}")
    answers = {ask.name: detail.get(ask.name, "").strip() for ask in rule.asks}
    faults = {ask.name: fault for ask in rule.asks if (fault := _answer_fault(ask, answers[ask.name]))}
    if faults:
        raise InvalidInput(faults)
    chosen = {ask.name: answers[ask.name] for ask in rule.asks if ask.options and answers[ask.name]}
    written = {
        f"{ask.name}_sealed": b64encode(work.cipher.seal(answers[ask.name], field=NOTE_FIELD)).decode()
        for ask in rule.asks
        if not ask.options and answers[ask.name]
    }
    return chosen | written


def opened_detail(work: Work, rule: EventRule, detail: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What was answered, question by question, in words."""
    found: list[tuple[str, str]] = []
    for ask in rule.asks:
        if ask.name in detail:
            found.append((ask.words, ask.options.get(str(detail[ask.name]), str(detail[ask.name]))))
        elif f"{ask.name}_sealed" in detail:
            found.append((ask.words, work.cipher.open(b64decode(detail[f"{ask.name}_sealed"]), field=NOTE_FIELD)))
    return tuple(found)


def _answer_fault(ask: Ask, answer: str) -> str | None:
    if not answer:
        return None if not ask.required else "Choose one." if ask.options else "Say it in a few words."
    if ask.options:
        return None if answer in ask.options else "Choose one of the list."
    return f"At most {NOTE_LIMIT} characters." if len(answer) > NOTE_LIMIT else None


def check_day(
    work: Work, patient: Patient, episode: Episode, kind: EventKind, day: date, *, standing: Sequence[RecordedEvent]
) -> None:
    """InvalidInput when the event cannot have happened on that day beside the dates and the events that stand."""
    rules = work.catalogue.events
    fault = (
        _calendar_fault(work, patient, episode, rules.rule(kind), day)
        or _death_fault(rules, kind, day, standing)
        or _twice_fault(rules, kind, standing)
        or _surgery_fault(rules.rule(kind), episode, day)
        or _baseline_fault(work, rules.rule(kind), episode, day)
        or _stay_fault(rules, kind, day, standing)
    )
    if fault:
        raise InvalidInput({"happened_on": fault})


def _calendar_fault(work: Work, patient: Patient, episode: Episode, rule: EventRule, day: date) -> str | None:
    centre = work.session.get_one(Centre, patient.centre_id)
    if day > work.today_in(centre.timezone):
        return "This day has not come yet."
    born_on = date.fromisoformat(work.cipher.open(patient.born_on_sealed, field="patient.born_on"))
    if day < born_on:
        return "This is before the date of birth."
    if not rule.before_enrolment and day < episode.enrolled_on:
        return f"This is before enrolment ({episode.enrolled_on.isoformat()})."
    return None


def death_of(standing: Sequence[RecordedEvent], rules: EventRules) -> date | None:
    """The day of death, when one is recorded and was not taken back."""
    deaths = [event.happened_on for event in standing if rules.reaction(event).schedule is ScheduleReaction.CANCEL]
    return min(deaths, default=None)


def _death_fault(rules: EventRules, kind: EventKind, day: date, standing: Sequence[RecordedEvent]) -> str | None:
    """Nothing happens after a death; what happened before it may be written down later."""
    died_on = death_of(standing, rules)
    if died_on is None:
        return None
    if rules.rule(kind).reaction.schedule is ScheduleReaction.CANCEL:
        return f"A death is recorded already ({died_on.isoformat()}). Correct its date or take it back first."
    return f"This is after the patient's death ({died_on.isoformat()})." if day > died_on else None


def _twice_fault(rules: EventRules, kind: EventKind, standing: Sequence[RecordedEvent]) -> str | None:
    """Who withdrew cannot withdraw the same again; another level can follow."""
    if kind not in rules.ending_kinds():
        return None
    earlier = next((event for event in standing if event.kind is kind), None)
    return None if earlier is None else f"This is recorded already ({earlier.happened_on.isoformat()})."


def _surgery_fault(rule: EventRule, episode: Episode, day: date) -> str | None:
    reaction, operated_on = rule.reaction.schedule, episode.surgery_on
    if reaction is ScheduleReaction.NON_OPERATED and operated_on is not None:
        return f"An operation is on record ({operated_on.isoformat()}). Remove its date first if it was not done."
    if reaction is ScheduleReaction.NEW_EPISODE and operated_on is None:
        return "No first operation is on record. Enter its date with the dates."
    if reaction is ScheduleReaction.NEW_EPISODE and operated_on is not None and day <= operated_on:
        return f"Another exenteration comes after the first one ({operated_on.isoformat()})."
    if rule.kind is EventKind.DISCHARGE and operated_on is None:
        return "Enter the date of the operation first."
    if rule.kind in _AFTER_SURGERY and operated_on is not None and day < operated_on:
        return f"This is before the operation ({operated_on.isoformat()})."
    home_on = episode.discharged_on
    if reaction is ScheduleReaction.CANCEL and home_on is not None and day < home_on:
        return f"The patient went home on {home_on.isoformat()}, which is after this day. Correct the wrong one first."
    return None


def _baseline_fault(work: Work, rule: EventRule, episode: Episode, day: date) -> str | None:
    """A new baseline is asked for before the operation, one from memory soon after it."""
    reaction, operated_on = rule.reaction.schedule, episode.surgery_on
    if reaction is ScheduleReaction.REPEAT_BASELINE and operated_on is not None:
        return f"The operation was on {operated_on.isoformat()}: a new baseline cannot be given any more."
    if reaction is not ScheduleReaction.RECALL_BASELINE:
        return None
    if operated_on is None:
        return "No operation is on record. Before it, ask for a new baseline instead."
    limit = protocol_of(work, episode.id).baseline.recalled_days
    if not operated_on <= day <= operated_on + timedelta(days=limit):
        day_of = operated_on.isoformat()
        return f"A baseline from memory can be asked for within {limit} days after the operation ({day_of})."
    return None


# An admission or an operation (a stent) may also have come before it: it decides which form can be the baseline.
_AFTER_SURGERY = frozenset({EventKind.DEATH, EventKind.DISCHARGE})


def _stay_fault(rules: EventRules, kind: EventKind, day: date, standing: Sequence[RecordedEvent]) -> str | None:
    """A stay begins out of hospital and ends once; an earlier one may be written down after a later one."""
    if kind is EventKind.LEFT_HOSPITAL:
        return _leaving_fault(rules, day, standing)
    if rules.rule(kind).reaction.schedule is not ScheduleReaction.STAY_BEGINS:
        return None
    during = next((stay for stay in episode_facts(standing, rules).stays if _lies_in(stay, day)), None)
    if during is None:
        return None
    return f"The patient was in hospital then, since {during.admitted_on.isoformat()}. Enter first when they left."


def _leaving_fault(rules: EventRules, day: date, standing: Sequence[RecordedEvent]) -> str | None:
    until_then = episode_facts([event for event in standing if event.happened_on <= day], rules).stays
    if not until_then or until_then[-1].left_on is not None:
        later = next((stay for stay in episode_facts(standing, rules).stays if day < stay.admitted_on), None)
        if later is not None and later.left_on is None:
            return f"This is before the admission ({later.admitted_on.isoformat()})."
        return "No stay in hospital is recorded that could end on this day. Enter the readmission first."
    turns = {ScheduleReaction.STAY_BEGINS, ScheduleReaction.STAY_ENDS}
    coming = sorted(
        (event.happened_on, rules.reaction(event).schedule)
        for event in standing
        if event.happened_on > day and rules.reaction(event).schedule in turns
    )
    if coming and coming[0][1] is ScheduleReaction.STAY_ENDS:
        return f"This stay ended on {coming[0][0].isoformat()} already. Correct that day if it is wrong."
    return None


def _lies_in(stay: Stay, day: date) -> bool:
    return stay.admitted_on <= day and (stay.left_on is None or day < stay.left_on)
