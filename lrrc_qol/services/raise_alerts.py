"""Turn answers into alerts in the same transaction; a half-finished form counts like a finished one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lrrc_qol.domain.alerts import (
    AlertLevel,
    AlertRuleSet,
    AlertStepKind,
    Finding,
    PreviousAnswers,
    evaluate,
    timing_facts,
)
from lrrc_qol.domain.instrument import AnswerValue
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import Alert, AlertStep, Answer, Episode, Plan, Response
from lrrc_qol.persistence.upsert import insert_unless_there
from lrrc_qol.services import audit
from lrrc_qol.services.answers import as_values, current_answers
from lrrc_qol.services.context import Work
from lrrc_qol.services.patient_session import CentreContact, Seat


def raise_alerts(work: Work, seat: Seat, response: Response, answers: Mapping[str, AnswerValue]) -> tuple[Finding, ...]:
    """Evaluate the form as it stands and store what it calls for; return all findings, most urgent first."""
    rule_set = _rule_set(work, seat.episode_id)
    episode = work.session.get_one(Episode, seat.episode_id)
    today = work.today_in(seat.timezone)
    facts = seat.facts | timing_facts(rule_set, discharged_on=episode.discharged_on, today=today)
    findings = evaluate(
        rule_set,
        instrument_id=response.instrument_id,
        answers=answers,
        previous=_previous(work, seat, response),
        facts=facts,
    )
    for finding in findings:
        _store(work, response, finding, target_minutes=rule_set.target_minutes.get(finding.level))
    return findings


def instruction_for(
    work: Work, seat: Seat, findings: tuple[Finding, ...], items: frozenset[str]
) -> dict[str, Any] | None:
    """What the patient is to see now: the instruction of the most urgent finding that one of `items` helped to fire.

    Keys: title, text, call (emergency, ward or nurse, or None) and phone (the number to tap, or None).
    """
    rule_set = _rule_set(work, seat.episode_id)
    for finding in findings:
        if finding.instruction and items & set(finding.items):
            instruction = rule_set.instructions[finding.instruction]
            return {
                "title": instruction.title,
                "text": instruction.text.format_map(placeholders(seat.centre)),
                "call": instruction.call,
                "phone": getattr(seat.centre, f"{instruction.call}_phone") if instruction.call else None,
                "urgent": finding.level is AlertLevel.RED,
            }
    return None


def placeholders(centre: CentreContact) -> dict[str, str]:
    """What an instruction's text may name."""
    return {
        "emergency_phone": centre.emergency_phone,
        "ward_phone": centre.ward_phone,
        "nurse_phone": centre.nurse_phone,
        "clinic_hours": hours_in_words(centre.clinic_hours),
        "centre": centre.name,
    }


DAY_NAMES = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}


def hours_in_words(hours: Mapping[str, Any]) -> str:
    """Opening hours as a patient reads them, days with the same hours joined: "Monday to Friday, 08:00 to 16:00"."""
    groups: list[tuple[list[str], tuple[str, str]]] = []
    previous_open = False
    for key, name in DAY_NAMES.items():
        span = hours.get(key)
        if span and groups and previous_open and groups[-1][1] == tuple(span):
            groups[-1][0].append(name)
        elif span:
            groups.append(([name], (span[0], span[1])))
        previous_open = bool(span)
    return "; ".join(
        f"{days[0] if len(days) == 1 else f'{days[0]} to {days[-1]}'}, {start} to {end}"
        for days, (start, end) in groups
    )


def _rule_set(work: Work, episode_id: int) -> AlertRuleSet:
    plan = work.session.scalars(
        select(Plan).where(Plan.episode_id == episode_id).order_by(Plan.ordinal.desc()).limit(1)
    ).one()
    return work.catalogue.alert_rules(plan.protocol_id, plan.protocol_version)


def _previous(work: Work, seat: Seat, response: Response) -> PreviousAnswers | None:
    before = work.session.scalars(
        select(Response)
        .where(
            Response.episode_id == seat.episode_id,
            Response.instrument_id == response.instrument_id,
            Response.id != response.id,
            Response.submitted_at.is_not(None),
        )
        .order_by(Response.submitted_at.desc())
        .limit(1)
    ).first()
    if before is None or before.answered_on is None:
        return None
    rows = work.session.scalars(select(Answer).where(Answer.response_id == before.id)).all()
    return PreviousAnswers(
        answers=as_values(current_answers(rows)),
        age_days=(work.now.astimezone(ZoneInfo(seat.timezone)).date() - before.answered_on).days,
        same_respondent=before.respondent == response.respondent,
    )


def _store(work: Work, response: Response, finding: Finding, *, target_minutes: int | None) -> None:
    evidence = {"instrument": finding.instrument_id, "items": dict(finding.items)}
    target_at = None if target_minutes is None else work.now + timedelta(minutes=target_minutes)
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
            "target_at": target_at,
        },
    )
    if alert_id is not None:
        _add_step(work, alert_id, AlertStepKind.RAISED, evidence)
        audit.record(
            work,
            "raised_alert",
            subject_kind="alert",
            subject_id=alert_id,
            centre_id=response.centre_id,
            episode_id=response.episode_id,
            detail={"rule": finding.rule_id, "version": finding.rule_version, "level": finding.level.value},
        )
        return
    _raise_again(work, response, finding, evidence)


def _raise_again(work: Work, response: Response, finding: Finding, evidence: dict[str, Any]) -> None:
    alert = work.session.scalars(
        select(Alert)
        .where(Alert.episode_id == response.episode_id, Alert.rule_id == finding.rule_id, Alert.closed_at.is_(None))
        .with_for_update()
    ).first()
    if alert is None or (alert.response_id == response.id and alert.evidence == evidence):
        return
    if finding.level.rank > AlertLevel(alert.level).rank:
        alert.level = finding.level.value
    alert.evidence = evidence
    alert.response_id = response.id
    alert.rule_version = finding.rule_version
    alert.reason = finding.reason
    _add_step(work, alert.id, AlertStepKind.RAISED_AGAIN, evidence)


def _add_step(work: Work, alert_id: int, kind: AlertStepKind, evidence: dict[str, Any]) -> None:
    work.session.add(AlertStep(alert_id=alert_id, kind=kind.value, taken_at=work.now, evidence=evidence))
