"""A patient asks for a call from the form."""

from __future__ import annotations

from lrrc_qol.persistence.models import Visit
from lrrc_qol.services import audit
from lrrc_qol.services.add_task import add_task
from lrrc_qol.services.context import Work
from lrrc_qol.services.patient_session import Seat


def request_call(work: Work, seat: Seat) -> None:
    """Leave the task `call_request` for today; asking twice leaves one."""
    visit = work.session.get_one(Visit, seat.visit_id)
    add_task(work, visit, kind="call_request", due_on=work.today_in(seat.centre.timezone))
    audit.record(
        work,
        "asked_for_a_call",
        subject_kind="visit",
        subject_id=visit.id,
        centre_id=visit.centre_id,
        episode_id=visit.episode_id,
    )
