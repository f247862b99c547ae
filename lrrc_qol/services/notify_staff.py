"""Tells the team by mail that something urgent waits: one mail for each person, never again without news.

News for a nurse is an open red or amber alert that was not open, or was less urgent, when the last mail to her was
made; for anybody an alert that was handed or passed on to them, or whose target is over. Who is away gets nothing;
who stands in does. The screen is the truth; the mail is only a knock and names nothing.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, or_, select, text

from lrrc_qol.domain.alerts import AlertLevel, AlertStepKind
from lrrc_qol.domain.contact import MessageKind
from lrrc_qol.persistence.models import Alert, AlertStep, Centre, Episode, Message
from lrrc_qol.persistence.queries.worklist_kinds import alive
from lrrc_qol.persistence.upsert import insert_all_unless_there
from lrrc_qol.services.clinic.duty import Team, read_team
from lrrc_qol.services.context import Work
from lrrc_qol.services.outbox import new_message_id
from lrrc_qol.services.overdue_alerts import TELLING

URGENT = (AlertLevel.RED.value, AlertLevel.AMBER.value)
HANDED = AlertStepKind.HANDED_OVER.value
STAFF_LANGUAGE = "en"


def queue_staff_mails(work: Work) -> int:
    """Queue one mail for each person with news; return the number of mails."""
    alerts: defaultdict[int, list[Alert]] = defaultdict(list)
    query = select(Alert).join(Episode, Episode.id == Alert.episode_id).where(standing(work), alive())
    for alert in work.session.scalars(query.order_by(Alert.id)):
        alerts[alert.centre_id].append(alert)
    # Another process that is at the same centre now does its mails.
    centres = select(Centre.id).where(Centre.id.in_(alerts)).with_for_update(skip_locked=True, key_share=True)
    return sum(_queue(work, centre_id, alerts[centre_id]) for centre_id in work.session.scalars(centres).all())


def standing(work: Work) -> ColumnElement[bool]:
    """Alerts that are open and do not wait for a later day."""
    return and_(Alert.closed_at.is_(None), or_(Alert.snoozed_until.is_(None), Alert.snoozed_until <= work.now))


def _queue(work: Work, centre_id: int, alerts: Sequence[Alert]) -> int:
    team = read_team(work, centre_id)
    rows = []
    for staff_id, tokens in sorted(_told(work, team, alerts).items()):
        news = sorted(set(tokens) - _known(work, staff_id))
        if not news:
            continue
        # With the day, because what was held back for somebody on leave is news again on the day of return.
        digest = hashlib.sha256(" ".join([*news, team.duty.day.isoformat()]).encode()).hexdigest()[:16]
        about = sorted({tokens[token] for token in news})
        rows.append(
            {
                "key": f"staff:{staff_id}:{digest}",
                "centre_id": centre_id,
                "staff_id": staff_id,
                "kind": MessageKind.STAFF_ALERT.value,
                "ordinal": 0,
                "language": STAFF_LANGUAGE,
                "params": {"count": len(about), "urgent": sorted(tokens), "alerts": about},
                "message_id": new_message_id(work),
                "available_at": work.now,
                "created_at": work.now,
            }
        )
    return len(insert_all_unless_there(work.session, Message, rows))


def _told(work: Work, team: Team, alerts: Sequence[Alert]) -> Mapping[int, Mapping[str, int]]:
    """Everything each person is to know by now: tokens with the number of the alert that each is about."""
    steps: defaultdict[int, list[AlertStep]] = defaultdict(list)
    wanted = [alert.id for alert in alerts]
    query = select(AlertStep).where(AlertStep.alert_id.in_(wanted), AlertStep.kind.in_((*TELLING, HANDED)))
    for step in work.session.scalars(query.order_by(AlertStep.id)):
        steps[step.alert_id].append(step)
    nurses = team.duty.reached(team.nurses)
    told: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for alert in alerts:
        if alert.level in URGENT:
            for nurse in nurses:
                told[nurse][_token(alert)] = alert.id
        for step in steps[alert.id]:
            if _still_holds(step, alert):
                stand_in = team.duty.stand_in(step.evidence.get("to"))
                for person in nurses if stand_in is None else (stand_in,):
                    told[person][f"{alert.id}:step{step.id}"] = alert.id
    return told


def _still_holds(step: AlertStep, alert: Alert) -> bool:
    """Who was handed an alert keeps it, also while it is put off; a passing on is of one run of the clock."""
    if step.kind == HANDED:
        return step.evidence.get("to") == alert.owner_id
    return step.taken_at >= (alert.clock_from or alert.raised_at)


def _token(alert: Alert) -> str:
    """An alert at a level; its clock, too, where that began anew."""
    again = alert.clock_from is not None and alert.clock_from != alert.raised_at
    return f"{alert.id}:{alert.level}" + (f":{alert.clock_from:%Y%m%d%H%M%S}" if again else "")


def _known(work: Work, staff_id: int) -> set[str]:
    """What the newest mail to this person told, or would have told if the server had taken it."""
    params = work.session.scalars(
        select(Message.params)
        # Written out, because the databases use the index of these mails only for the literal word.
        .where(Message.staff_id == staff_id, text("message.kind = 'staff_alert'"), Message.status != "suppressed")
        .order_by(Message.id.desc())
        .limit(1)
    ).first()
    return set(params["urgent"]) if params else set()
