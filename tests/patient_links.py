"""Links to an open visit of a patient born in 1958, and what was stored by whoever used them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from lrrc_qol.persistence.models import Answer, Response
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from tests.factories import make_link, make_patient, make_staff, set_dates

YEAR = "1958"
PAIN_WORST = "pain_worst"


def baseline_link(runtime: Runtime, **changes: Any) -> str:
    """To the visit before the operation: four parts, licensed ones with stand-in text. `changes` override enrolment."""
    return make_link(runtime, make_patient(runtime, make_staff(runtime), **changes))


def check_in_link(runtime: Runtime, *, nurse: Actor | None = None, **changes: Any) -> str:
    """To the check-in two days after going home: one part, pain from 0 to 10 first. `changes` override enrolment.

    `nurse`: who enrols; without one the centre gets its first.
    """
    nurse = nurse or make_staff(runtime)
    today = runtime.clock.now().date()
    surgery_on = today - timedelta(days=14)
    patient = make_patient(runtime, nurse, planned_surgery_on=None, **changes)
    set_dates(
        runtime,
        nurse,
        patient,
        surgery_on=surgery_on,
        discharged_on=today - timedelta(days=2),
    )
    return make_link(runtime, patient, "CHK-D002")


def stored(runtime: Runtime) -> list[tuple[str, str, int | None]]:
    """All answer versions in the order they were made: item, kind, value."""
    with runtime.reading(COMMAND) as work:
        rows = work.session.scalars(select(Answer).order_by(Answer.id)).all()
        return [(row.item_id, row.kind, row.value) for row in rows]


def submitted(runtime: Runtime) -> int:
    """How many responses are frozen."""
    with runtime.reading(COMMAND) as work:
        query = select(func.count()).select_from(Response).where(Response.submitted_at.is_not(None))
        return work.session.scalar(query) or 0
