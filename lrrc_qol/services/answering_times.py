"""How long a questionnaire takes, measured at the newest forms that patients of all centres answered by themselves."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import delete, select

from lrrc_qol.domain.answering_time import answering_minutes, usual_minutes
from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.persistence.models import Answer, AnsweringTime, Response
from lrrc_qol.services.context import Work

# Enough for a steady median, few enough to read; and a questionnaire that people learn to fill in moves on with them.
NEWEST_FORMS = 200
BY_THEMSELVES = ("own_phone", "own_computer", "ward_tablet")


def measure_answering(work: Work, instrument: Instrument) -> bool:
    """Store the median time of one instrument version, or that there is none; whether there is one.

    Forms that staff had a hand in do not count, nor do those in which questions were passed over.
    """
    query = (
        select(Response.id, Response.submitted_at)
        .where(
            Response.instrument_id == instrument.id,
            Response.instrument_version == instrument.version,
            Response.submitted_at.is_not(None),
            Response.mode.in_(BY_THEMSELVES),
            Response.entered_by.is_(None),
        )
        .order_by(Response.submitted_at.desc())
        .limit(NEWEST_FORMS)
    )
    sent = {response_id: sent_at for response_id, sent_at in work.session.execute(query) if sent_at is not None}
    given = _given(work, instrument, sent)
    measured = [minutes for one, moments in given.items() if (minutes := answering_minutes(moments, sent[one]))]
    minutes = usual_minutes(measured)
    work.session.execute(
        delete(AnsweringTime).where(
            AnsweringTime.instrument_id == instrument.id, AnsweringTime.instrument_version == instrument.version
        )
    )
    if minutes is None:
        return False
    work.session.add(
        AnsweringTime(
            instrument_id=instrument.id,
            instrument_version=instrument.version,
            forms=len(measured),
            minutes=minutes,
            computed_at=work.now,
        )
    )
    return True


def _given(work: Work, instrument: Instrument, sent: dict[int, datetime]) -> dict[int, list[datetime]]:
    """When the patient gave each answer, changed ones included, for the forms in which nothing was passed over."""
    query = select(Answer.response_id, Answer.item_id, Answer.kind, Answer.given_at).where(
        Answer.response_id.in_(sent), Answer.staff_id.is_(None)
    )
    every = {item.id for item in instrument.items}
    decided: defaultdict[int, set[str]] = defaultdict(set)
    moments: defaultdict[int, list[datetime]] = defaultdict(list)
    for response_id, item_id, kind, given_at in work.session.execute(query):
        decided[response_id].add(item_id)
        if kind != "not_applicable":
            moments[response_id].append(given_at)
    return {response_id: moments[response_id] for response_id, items in decided.items() if items == every}
