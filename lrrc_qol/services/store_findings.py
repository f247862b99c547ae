"""Findings become alerts: one open alert for each patient and rule, whatever they are about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lrrc_qol.domain.alerts import AlertLevel, AlertState, AlertStepKind, Finding, alert_state
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import Alert, AlertStep
from lrrc_qol.persistence.upsert import insert_unless_there
from lrrc_qol.services import audit
from lrrc_qol.services.alert_steps import step_kinds
from lrrc_qol.services.context import Work

Target = Callable[[AlertLevel], datetime | None]
"""When the first call about an alert of that level should have been made; None for no such time."""


@dataclass(frozen=True, slots=True)
class About:
    """What findings are about: a form, or a check-in that has none."""

    centre_id: int
    episode_id: int
    response_id: int | None = None
    visit_id: int | None = None


def store_findings(work: Work, about: About, findings: Sequence[Finding], *, target: Target) -> None:
    """Raise an alert for each finding, or raise again the open one of its rule; what was dealt with stays closed."""
    standing = _open_alerts(work, about, findings)
    for finding in findings:
        if finding.rule_id in standing:
            _raise_again(work, about, standing[finding.rule_id], finding, target=target)
        else:
            _raise(work, about, finding, target=target)


def _open_alerts(work: Work, about: About, findings: Sequence[Finding]) -> dict[str, Alert]:
    """The open alerts of the episode that these findings would raise again, by rule, locked."""
    if not findings:
        return {}
    rows = work.session.scalars(
        select(Alert)
        .where(
            Alert.episode_id == about.episode_id,
            Alert.rule_id.in_([finding.rule_id for finding in findings]),
            Alert.closed_at.is_(None),
        )
        .order_by(Alert.id)
        .with_for_update()
    )
    return {alert.rule_id: alert for alert in rows}


def _raise(work: Work, about: About, finding: Finding, *, target: Target) -> None:
    evidence = finding.evidence
    if _dealt_with(work, about, finding):
        return
    alert_id = insert_unless_there(
        work.session,
        Alert,
        {
            "public_id": new_public_id(),
            "centre_id": about.centre_id,
            "episode_id": about.episode_id,
            "response_id": about.response_id,
            "visit_id": about.visit_id,
            "rule_id": finding.rule_id,
            "rule_version": finding.rule_version,
            "level": finding.level.value,
            "reason": finding.reason,
            "evidence": evidence,
            "raised_at": work.now,
            "target_at": target(finding.level),
            "clock_from": work.now,
        },
    )
    if alert_id is None:
        # Another form of the same visit has raised it since the open ones were read.
        others = _open_alerts(work, about, [finding])
        for alert in others.values():
            _raise_again(work, about, alert, finding, target=target)
        if not others:  # and somebody has closed that one in the same moment
            _raise(work, about, finding, target=target)
        return
    before = select(Alert.id).where(
        Alert.episode_id == about.episode_id, Alert.rule_id == finding.rule_id, Alert.id != alert_id
    )
    recurred = work.session.scalars(before.limit(1)).first() is not None
    _add_step(work, alert_id, AlertStepKind.RECURRED if recurred else AlertStepKind.RAISED, evidence)
    audit.record(
        work,
        "raised_alert",
        subject_kind="alert",
        subject_id=alert_id,
        centre_id=about.centre_id,
        episode_id=about.episode_id,
        detail={"rule": finding.rule_id, "version": finding.rule_version, "level": finding.level.value},
    )


def _dealt_with(work: Work, about: About, finding: Finding) -> bool:
    """Whether an alert on exactly this evidence was closed before; another answer is no news of it."""
    subject = Alert.visit_id == about.visit_id if about.response_id is None else Alert.response_id == about.response_id
    closed = work.session.scalars(
        select(Alert.evidence).where(
            Alert.episode_id == about.episode_id,
            subject,
            Alert.rule_id == finding.rule_id,
            Alert.closed_at.is_not(None),
        )
    )
    return finding.evidence in closed.all()


def _raise_again(work: Work, about: About, alert: Alert, finding: Finding, *, target: Target) -> None:
    evidence = finding.evidence
    if (alert.response_id, alert.visit_id, alert.evidence) == (about.response_id, about.visit_id, evidence):
        return
    if finding.level.rank > AlertLevel(alert.level).rank:
        alert.level = finding.level.value
    set_clock_anew(work, alert, target(AlertLevel(alert.level)))
    alert.evidence = evidence
    alert.response_id, alert.visit_id = about.response_id, about.visit_id
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


def _add_step(work: Work, alert_id: int, kind: AlertStepKind, evidence: dict[str, Any]) -> None:
    work.session.add(AlertStep(alert_id=alert_id, kind=kind.value, taken_at=work.now, evidence=evidence))
