"""What the patient said the last time, for the rules that compare two forms of one questionnaire."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import select

from lrrc_qol.domain.alerts import AlertRuleSet, PreviousAnswers, RuleKind
from lrrc_qol.persistence.models import Answer, Response
from lrrc_qol.services.answers import as_values, current_answers
from lrrc_qol.services.context import Work
from lrrc_qol.services.patient_session import Seat

COMPARING = frozenset({RuleKind.RISE, RuleKind.PERSISTS})


def previous_answers(work: Work, seat: Seat, response: Response, rule_set: AlertRuleSet) -> PreviousAnswers | None:
    """The newest sent form of the same questionnaire before `response`; None without one.

    Also None when no rule of the set would look at it, which spares most saves the reading.
    """
    if not any(rule.kind in COMPARING and response.instrument_id in rule.watched for rule in rule_set.rules):
        return None
    newest = (
        select(Response.id)
        .where(
            Response.episode_id == seat.episode_id,
            Response.instrument_id == response.instrument_id,
            Response.id != response.id,
            Response.submitted_at.is_not(None),
        )
        .order_by(Response.submitted_at.desc())
        .limit(1)
    )
    rows = work.session.execute(
        select(Response, Answer)
        .join(Answer, Answer.response_id == Response.id)
        .where(Response.id == newest.scalar_subquery())
    ).all()
    before = rows[0][0] if rows else None
    if before is None or before.answered_on is None:
        return None
    return PreviousAnswers(
        answers=as_values(current_answers(answer for _, answer in rows)),
        age_days=(work.now.astimezone(ZoneInfo(seat.timezone)).date() - before.answered_on).days,
        same_respondent=before.respondent == response.respondent,
    )
