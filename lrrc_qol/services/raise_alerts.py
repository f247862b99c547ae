"""Turn answers into alerts in the same transaction; a half-finished form counts like a finished one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from lrrc_qol.catalogue.patient_words import clinic_hours_words, kept_apart, phone_words
from lrrc_qol.catalogue.translations import Translations
from lrrc_qol.domain.alerts import (
    AlertLevel,
    AlertRuleSet,
    Finding,
    Instruction,
    evaluate,
    timing_facts,
)
from lrrc_qol.domain.clinic_clock import after_open_minutes
from lrrc_qol.domain.instrument import AnswerValue
from lrrc_qol.persistence.models import Response
from lrrc_qol.services.context import Work
from lrrc_qol.services.patient_session import CentreContact, Seat
from lrrc_qol.services.previous_answers import previous_answers
from lrrc_qol.services.rules_in_force import rules_in_force
from lrrc_qol.services.store_findings import About, Target, store_findings

# Among findings of one level, whom the patient is told to call says how urgent it is.
CALL_ORDER = ("emergency", "ward", "nurse", None)


def raise_alerts(work: Work, seat: Seat, response: Response, answers: Mapping[str, AnswerValue]) -> tuple[Finding, ...]:
    """Evaluate the form as it stands and store what it calls for; return all findings, most urgent first."""
    rule_set = rules_in_force(work, seat.centre_id, seat.protocol)
    today = seat.answered_on or work.today_in(seat.timezone)
    facts = seat.facts | timing_facts(rule_set, discharged_on=seat.discharged_on, today=today)
    findings = evaluate(
        rule_set,
        instrument_id=response.instrument_id,
        answers=answers,
        previous=previous_answers(work, seat, response, rule_set),
        facts=facts,
    )
    about = About(response.centre_id, response.episode_id, response_id=response.id)
    store_findings(work, about, findings, target=target_of(work, seat.centre, rule_set))
    return findings


def instruction_for(
    work: Work, seat: Seat, findings: tuple[Finding, ...], items: frozenset[str]
) -> dict[str, Any] | None:
    """What the patient is to see now, as `most_urgent` words it; None when no one of `items` calls for anything.

    It is the most urgent instruction of the whole form as it stands: a milder one about the latest answer would calm
    a patient who was just told to call.
    """
    rule_set = rules_in_force(work, seat.centre_id, seat.protocol)
    telling = [finding for finding in findings if finding.instruction]
    if not any(items & set(finding.items) for finding in telling):
        return None
    language = work.catalogue.spoken(seat.told_in)
    told = [
        (finding.level, rule_set.instruction(finding.instruction, language))
        for finding in telling
        if finding.instruction
    ]
    return most_urgent(work, seat, told)


def most_urgent(work: Work, seat: Seat, told: Iterable[tuple[AlertLevel, Instruction]]) -> dict[str, Any] | None:
    """The instruction that cannot wait, as a page shows it: of the highest level, then the one that calls for most.

    Keys: title, text, call (emergency, ward or nurse, or None), phone (the number to tap, or None) and urgent (red).
    """
    first = min(told, key=lambda pair: (-pair[0].rank, CALL_ORDER.index(pair[1].call)), default=None)
    if first is None:
        return None
    level, instruction = first
    centre = seat.centre
    words = work.catalogue.translations(instruction.language)
    return {
        "title": instruction.title,
        "text": instruction.text.format_map(placeholders(words, centre)),
        "call": instruction.call,
        "phone": getattr(centre, f"{instruction.call}_phone") if instruction.call else None,
        "urgent": level is AlertLevel.RED,
    }


def placeholders(words: Translations, centre: CentreContact) -> dict[str, str]:
    """What an instruction's text may name, in the language it is written in."""
    return {
        "emergency_phone": phone_words(words, centre.emergency_phone),
        "ward_phone": phone_words(words, centre.ward_phone),
        "nurse_phone": phone_words(words, centre.nurse_phone),
        "clinic_hours": clinic_hours_words(words, centre.clinic_hours),
        "centre": kept_apart(words, centre.name),
    }


def target_of(work: Work, centre: CentreContact, rule_set: AlertRuleSet) -> Target:
    """When the first call should have been made, by level and the centre's opening hours."""

    def target(level: AlertLevel) -> datetime | None:
        minutes = rule_set.target_minutes.get(level)
        if minutes is None:
            return None
        return after_open_minutes(centre.calendar, work.now, minutes)

    return target
