"""How many minutes one questionnaire takes, for every page and message that says it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_

from lrrc_qol.persistence.models import AnsweringTime, Assignment
from lrrc_qol.services.context import Work
from lrrc_qol.services.wordings import asked_instrument


def timed_with() -> ColumnElement[bool]:
    """The condition that joins an assignment with what was measured of its questionnaire, where anything was."""
    return and_(
        AnsweringTime.instrument_id == Assignment.instrument_id,
        AnsweringTime.instrument_version == Assignment.instrument_version,
    )


def measured_minutes(work: Work, assignment: Assignment, measured: float | None) -> float | None:
    """What patients take for it; None while that is not known, and where a centre asks only some of its terms."""
    asked = asked_instrument(work, assignment)
    whole = work.catalogue.instrument(asked.id, asked.version)
    return measured if len(asked.items) == len(whole.items) else None


def form_minutes(work: Work, assignment: Assignment, measured: float | None) -> float:
    """What patients take for it, the planned figure until that is known."""
    known = measured_minutes(work, assignment, measured)
    return asked_instrument(work, assignment).minutes if known is None else known
