"""In production a questionnaire without its licensed wording is not planned, and staff see that."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from lrrc_qol.config import Mode
from lrrc_qol.persistence.models import Assignment
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from lrrc_qol.services.read_record import read_record
from lrrc_qol.services.wordings import NotAsked
from tests.factories import make_patient, make_staff


def test_unlicensed_wording_is_never_assigned_in_production(runtime: Runtime) -> None:
    production = replace(runtime, settings=replace(runtime.settings, mode=Mode.PRODUCTION))
    nurse = make_staff(production)
    patient = make_patient(production, nurse)
    with production.reading(COMMAND) as work:
        assert set(work.session.scalars(select(Assignment.instrument_id))) == {
            "pain_nrs",
            "distress_nrs",
            "pe_wellbeing",
        }
    with production.reading(nurse) as work:
        assert read_record(work, patient).not_asked == (NotAsked("qlq_c30", "EORTC QLQ-C30", "none"),)
    with runtime.reading(nurse) as work:
        assert read_record(work, patient).not_asked == ()
