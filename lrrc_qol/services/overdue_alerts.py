"""Passes on alerts that nobody looked at in time, and reminds of those whose patient was not reached in time.

Each passing on is a step of the alert, written once for each run of its clock; the mails follow from the steps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from lrrc_qol.domain.alerts import RAISING, AlertStepKind
from lrrc_qol.domain.clinic_clock import ClinicCalendar, surgeon_due_at
from lrrc_qol.persistence.models import Alert, AlertStep, Centre, Episode
from lrrc_qol.persistence.queries.worklist_kinds import alive
from lrrc_qol.services.alert_steps import add_step
from lrrc_qol.services.clinic.calendar import calendar_of
from lrrc_qol.services.clinic.duty import Team, read_team
from lrrc_qol.services.context import Work

SECOND, SURGEON, OWNER = "second", "surgeon", "owner"
TELLING = (AlertStepKind.ESCALATED.value, AlertStepKind.CHASED.value)


@dataclass(frozen=True, slots=True)
class Passing:
    """One thing to be told about an alert: which stage, by which step, to whom (None: every nurse)."""

    stage: str
    kind: AlertStepKind
    to: int | None


def pass_on_overdue(work: Work) -> int:
    """Write the steps that are due by now; return how many."""
    overdue: defaultdict[int, list[int]] = defaultdict(list)
    awake = or_(Alert.snoozed_until.is_(None), Alert.snoozed_until <= work.now)
    query = (
        select(Alert.centre_id, Alert.id)
        .join(Episode, Episode.id == Alert.episode_id)
        .where(Alert.closed_at.is_(None), Alert.target_at <= work.now, awake, alive())
    )
    for centre_id, alert_id in work.session.execute(query.order_by(Alert.id)):
        overdue[centre_id].append(alert_id)
    # Another process that is at the same centre now does its alerts.
    centres = select(Centre).where(Centre.id.in_(overdue)).with_for_update(skip_locked=True, key_share=True)
    return sum(_centre(work, centre, overdue[centre.id]) for centre in work.session.scalars(centres).all())


def _centre(work: Work, centre: Centre, alert_ids: Sequence[int]) -> int:
    team, calendar = read_team(work, centre.id), calendar_of(centre)
    # A nurse may look at one in this moment: what is locked here is what she waits for, and what she holds is left.
    alerts = work.session.scalars(
        select(Alert)
        .where(Alert.id.in_(alert_ids), Alert.closed_at.is_(None))
        .order_by(Alert.id)
        .with_for_update(skip_locked=True)
    ).all()
    steps: defaultdict[int, list[AlertStep]] = defaultdict(list)
    for step in work.session.scalars(select(AlertStep).where(AlertStep.alert_id.in_(alert_ids)).order_by(AlertStep.id)):
        steps[step.alert_id].append(step)
    written = 0
    for alert in alerts:
        for passing in due_passings(alert, steps[alert.id], team, calendar, now=work.now):
            add_step(work, alert, passing.kind, detail={"stage": passing.stage, "to": passing.to})
            written += 1
    return written


def due_passings(
    alert: Alert, steps: Sequence[AlertStep], team: Team, calendar: ClinicCalendar, *, now: datetime
) -> list[Passing]:
    """What is to be written about an alert past its target and was not yet since its clock began."""
    started, target_at = alert.clock_from or alert.raised_at, alert.target_at
    if target_at is None or target_at > now:
        return []
    since = [step for step in steps if step.taken_at >= started]
    if any(step.kind == AlertStepKind.CONTACTED for step in since):
        return []
    told = {step.evidence.get("stage") for step in since if step.kind in TELLING}
    looked_at = next((step.taken_at for step in since if step.staff_id and step.kind not in RAISING), None)
    last_call = surgeon_due_at(calendar, started, target_at)
    if looked_at is not None:
        # Who has just opened an alert that was late already is not reminded of it in the same minute.
        due_at = target_at if looked_at <= target_at else last_call
        to = team.duty.stand_in(alert.owner_id) or team.duty.stand_in(team.second_id)
        return [Passing(OWNER, AlertStepKind.CHASED, to)] if now >= due_at and OWNER not in told else []
    due = [Passing(SECOND, AlertStepKind.ESCALATED, team.duty.stand_in(team.second_id))]
    surgeon = team.duty.stand_in(team.surgeon_id)
    if surgeon is not None and (now >= last_call or not team.duty.reached(team.nurses)):
        due.append(Passing(SURGEON, AlertStepKind.ESCALATED, surgeon))
    return [each for each in due if each.stage not in told]
