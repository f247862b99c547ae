"""Assessments of a recurrence for tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from lrrc_qol.domain.classification import Findings
from lrrc_qol.services.classify_recurrence import AssessmentInput, Judgement


def an_assessment(*, rated_on: date, **changes: Any) -> AssessmentInput:
    """An MRI that shows the bladder involved and nothing else, classified by two systems; override by keyword."""
    return AssessmentInput(
        **{
            "basis": "mri",
            "rated_on": rated_on,
            "rater": "Dr Reader",
            "findings": Findings(frozenset({"bladder"})),
            "symptoms": None,
            "judgements": {"yamada": Judgement(("LOCALIZED",)), "park": Judgement(("ANTERIOR",))},
        }
        | changes
    )
