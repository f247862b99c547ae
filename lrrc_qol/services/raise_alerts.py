"""Turn answers into alerts in the same transaction; a half-finished form counts like a finished one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lrrc_qol.catalogue.patient_words import clinic_hours_words, kept_apart, phone_words
from lrrc_qol.catalogue.translations import Translations
from lrrc_qol.domain.alerts import (
    AlertLevel,
    AlertRuleSet,
    AlertState,
    AlertStepKind,
    Finding,
    Instruction,
    alert_state,
    evaluate,
    timing_facts,
)
from lrrc_qol.domain.clinic_clock import after_open_minutes
from lrrc_qol.domain.instrument import AnswerValue
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import Alert, AlertStep, Response
from lrrc_qol.persistence.upsert import insert_unless_there
from lrrc_qol.services import audit
from lrrc_qol.services.alert_steps import step_kinds
from lrrc_qol.services.context import Work
from lrrc_qol.services.patient_session import CentreContact, Seat
from lrrc_qol.services.previous_answers import previous_answers
from lrrc_qol.services.protocols import rules_at

# Among findings of one level, whom the patient is told to call says how urgent it is.
CALL_ORDER = ("emergency", "ward", "nurse", None)


def raise_alerts(work: Work, seat: Seat, response: Response, answers: Mapping[str, AnswerValue]) -> tuple[Finding, ...]:
    """Evaluate the form as it stands and store what it calls for; return all findings, most urgent first."""
    rule_set = rules_at(work, *seat.protocol)
    today = seat.answered_on or work.today_in(seat.timezone)
    facts = seat.facts | timing_facts(rule_set, discharged_on=seat.discharged_on, today=today)
    findings = evaluate(
        rule_set,
        instrument_id=response.instrument_id,
        answers=answers,
        previous=previous_answers(work, seat, response, rule_set),
        facts=facts,
    )
    standing = _open_alerts(work, response, findings)
    for finding in findings:
        if finding.rule_id in standing:
            _raise_again(work, response, standing[finding.rule_id], finding, seat=seat, rule_set=rule_set)
        else:
            _raise(work, response, finding, seat=seat, rule_set=rule_set)
    return findings


def instruction_for(
    work: Work, seat: Seat, findings: tuple[Finding, ...], items: frozenset[str]
) -> dict[str, Any] | None:
    """What the patient is to see now, as `most_urgent` words it; None when no one of `items` calls for anything.

    It is the most urgent instruction of the whole form as it stands: a milder one about the latest answer would calm
    a patient who was just told to call.
    """
    rule_set = rules_at(work, *seat.protocol)
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


def _open_alerts(work: Work, response: Response, findings: Sequence[Finding]) -> dict[str, Alert]:
    """The open alerts of the episode that these findings would raise again, by rule, locked."""
    if not findings:
        return {}
    rows = work.session.scalars(
        select(Alert)
        .where(
            Alert.episode_id == response.episode_id,
            Alert.rule_id.in_([finding.rule_id for finding in findings]),
            Alert.closed_at.is_(None),
        )
        .order_by(Alert.id)
        .with_for_update()
    )
    return {alert.rule_id: alert for alert in rows}


def _target_at(work: Work, seat: Seat, rule_set: AlertRuleSet, level: AlertLevel) -> datetime | None:
    """When the first call should have been made, by the centre's opening hours."""
    minutes = rule_set.target_minutes.get(level)
    if minutes is None:
        return None
    return after_open_minutes(seat.centre.calendar, work.now, minutes)


def _raise(work: Work, response: Response, finding: Finding, *, seat: Seat, rule_set: AlertRuleSet) -> None:
    evidence = _evidence(finding)
    if _dealt_with(work, response, finding):
        return
    alert_id = insert_unless_there(
        work.session,
        Alert,
        {
            "public_id": new_public_id(),
            "centre_id": response.centre_id,
            "episode_id": response.episode_id,
            "response_id": response.id,
            "rule_id": finding.rule_id,
            "rule_version": finding.rule_version,
            "level": finding.level.value,
            "reason": finding.reason,
            "evidence": evidence,
            "raised_at": work.now,
            "target_at": _target_at(work, seat, rule_set, finding.level),
            "clock_from": work.now,
        },
    )
    if alert_id is None:
        # Another form of the same visit has raised it since the open ones were read.
        others = _open_alerts(work, response, [finding])
        for alert in others.values():
            _raise_again(work, response, alert, finding, seat=seat, rule_set=rule_set)
        if not others:  # and somebody has closed that one in the same moment
            _raise(work, response, finding, seat=seat, rule_set=rule_set)
        return
    before = select(Alert.id).where(
        Alert.episode_id == response.episode_id, Alert.rule_id == finding.rule_id, Alert.id != alert_id
    )
    recurred = work.session.scalars(before.limit(1)).first() is not None
    _add_step(work, alert_id, AlertStepKind.RECURRED if recurred else AlertStepKind.RAISED, evidence)
    audit.record(
        work,
        "raised_alert",
        subject_kind="alert",
        subject_id=alert_id,
        centre_id=response.centre_id,
        episode_id=response.episode_id,
        detail={"rule": finding.rule_id, "version": finding.rule_version, "level": finding.level.value},
    )


def _dealt_with(work: Work, response: Response, finding: Finding) -> bool:
    """Whether an alert on exactly these answers of this form was closed before; another answer is no news of them."""
    closed = work.session.scalars(
        select(Alert.evidence).where(
            Alert.response_id == response.id, Alert.rule_id == finding.rule_id, Alert.closed_at.is_not(None)
        )
    )
    return _evidence(finding) in closed.all()


def _raise_again(
    work: Work, response: Response, alert: Alert, finding: Finding, *, seat: Seat, rule_set: AlertRuleSet
) -> None:
    evidence = _evidence(finding)
    if alert.response_id == response.id and alert.evidence == evidence:
        return
    if finding.level.rank > AlertLevel(alert.level).rank:
        alert.level = finding.level.value
    set_clock_anew(work, alert, _target_at(work, seat, rule_set, AlertLevel(alert.level)))
    alert.evidence = evidence
    alert.response_id = response.id
    alert.rule_version = finding.rule_version
    alert.reason = finding.reason
    _add_step(work, alert.id, AlertStepKind.RAISED_AGAIN, evidence)


def set_clock_anew(work: Work, alert: Alert, target_at: datetime | None) -> None:
    """News about an open alert: its wait is over. While nobody has looked, the sooner of the two targets holds;
    afterwards the clock begins anew."""
    unseen = alert_state(step_kinds(work, alert)) is AlertState.NEW and alert.snoozed_until is None
    alert.snoozed_until = None
    if unseen:
        alert.target_at = min(filter(None, (alert.target_at, target_at)), default=None)
        return
    alert.clock_from = work.now
    alert.target_at = target_at


def _evidence(finding: Finding) -> dict[str, Any]:
    return {"instrument": finding.instrument_id, "items": dict(finding.items)}


def _add_step(work: Work, alert_id: int, kind: AlertStepKind, evidence: dict[str, Any]) -> None:
    work.session.add(AlertStep(alert_id=alert_id, kind=kind.value, taken_at=work.now, evidence=evidence))
