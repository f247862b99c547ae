"""Tells the nurses by mail that urgent alerts are new: one mail for all of them, never again without news."""

from __future__ import annotations

import hashlib
from collections import defaultdict

from sqlalchemy import select, text

from lrrc_qol.domain.alerts import AlertLevel
from lrrc_qol.domain.contact import MessageKind
from lrrc_qol.persistence.models import Alert, Centre, Message, Staff
from lrrc_qol.persistence.upsert import insert_all_unless_there
from lrrc_qol.services.context import Work
from lrrc_qol.services.outbox import new_message_id
from lrrc_qol.services.write_letter import STAFF_ROLE

URGENT = (AlertLevel.RED.value, AlertLevel.AMBER.value)
STAFF_LANGUAGE = "en"


def queue_staff_mails(work: Work) -> int:
    """Queue one mail for each active nurse of a centre with news; return the number of mails.

    News is an open red or amber alert that was not open, or was less urgent, when the last mail of the centre was
    made. The screen is the truth; the mail is only a knock and names nothing.
    """
    urgent: defaultdict[int, list[str]] = defaultdict(list)
    alerts = select(Alert.centre_id, Alert.id, Alert.level).where(Alert.closed_at.is_(None), Alert.level.in_(URGENT))
    for centre_id, alert_id, level in work.session.execute(alerts.order_by(Alert.id)):
        urgent[centre_id].append(f"{alert_id}:{level}")
    # Another process that is at the same centre now does its mails.
    centres = select(Centre.id).where(Centre.id.in_(urgent)).with_for_update(skip_locked=True, key_share=True)
    return sum(_queue(work, centre_id, urgent[centre_id]) for centre_id in work.session.scalars(centres))


def _queue(work: Work, centre_id: int, urgent: list[str]) -> int:
    news = sorted(set(urgent) - _known(work, centre_id))
    if not news:
        return 0
    digest = hashlib.sha256(" ".join(news).encode()).hexdigest()[:16]
    nurses = work.session.scalars(
        select(Staff.id).where(Staff.centre_id == centre_id, Staff.active, Staff.role == STAFF_ROLE)
    )
    rows = [
        {
            "key": f"staff:{staff_id}:{digest}",
            "centre_id": centre_id,
            "staff_id": staff_id,
            "kind": MessageKind.STAFF_ALERT.value,
            "ordinal": 0,
            "language": STAFF_LANGUAGE,
            "params": {"count": len(news), "urgent": urgent},
            "message_id": new_message_id(work),
            "available_at": work.now,
            "created_at": work.now,
        }
        for staff_id in nurses
    ]
    return len(insert_all_unless_there(work.session, Message, rows))


def _known(work: Work, centre_id: int) -> set[str]:
    """What was open and how urgent when the newest mail of the centre was made."""
    params = work.session.scalars(
        select(Message.params)
        # Written out, because the databases use the index of these mails only for the literal word.
        .where(Message.centre_id == centre_id, text("message.kind = 'staff_alert'"))
        .order_by(Message.id.desc())
        .limit(1)
    ).first()
    return set(params["urgent"]) if params else set()
