"""What a patient was urgently told in this visit, so that no later page makes them forget it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from lrrc_qol.domain.alerts import AlertLevel
from lrrc_qol.persistence.models import Alert, Assignment, Response
from lrrc_qol.services.context import Work
from lrrc_qol.services.patient_session import Seat
from lrrc_qol.services.raise_alerts import most_urgent
from lrrc_qol.services.rules_in_force import rules_in_force


def urgent_advice(work: Work, seat: Seat) -> dict[str, Any] | None:
    """The most urgent red instruction that the answers of the seat's visit called for; None without a red alert.

    Keys as in `most_urgent`. A closed alert counts too: what staff have done since is nothing the page can tell.
    """
    fired = set(
        work.session.scalars(
            select(Alert.rule_id)
            .join(Response, Response.id == Alert.response_id)
            .join(Assignment, Assignment.id == Response.assignment_id)
            .where(Assignment.visit_id == seat.visit_id, Alert.level == AlertLevel.RED.value)
        )
    )
    rule_set = rules_in_force(work, seat.centre_id, seat.protocol)
    told = [
        (AlertLevel.RED, rule_set.instruction(rule.instruction, work.catalogue.spoken(seat.told_in)))
        for rule in rule_set.every
        if rule.id in fired and rule.instruction
    ]
    return most_urgent(work, seat, told)
