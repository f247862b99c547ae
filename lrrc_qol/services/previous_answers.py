"""What the patient said the last time, for the rules that compare two forms of one questionnaire."""

from __future__ import annotations

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
    wanted = [
        Response.episode_id == seat.episode_id,
        Response.instrument_id == response.instrument_id,
        Response.id != response.id,
        Response.submitted_at.is_not(None),
    ]
    if seat.answered_on is not None:
        # Paper that was typed in late is compared with what was said before it, not with what came meanwhile.
        wanted.append(Response.answered_on <= seat.answered_on)
    newest = (
        select(Response.id)
        .where(*wanted)
        .order_by(Response.answered_on.desc() if seat.answered_on else Response.submitted_at.desc(), Response.id.desc())
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
        age_days=((seat.answered_on or work.today_in(seat.timezone)) - before.answered_on).days,
        same_respondent=before.respondent == response.respondent,
    )
