"""A patient made up for the tests of the export formats."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.interchange.export import ExportedAnswer, ExportedForm, ExportedScore, MissedForm, Subject, VisitLabel
from tests.shipped import shipped_catalogue

CATALOGUE = shipped_catalogue()
PAIN = CATALOGUE.instrument("pain_nrs")
C30 = CATALOGUE.instrument("qlq_c30")
SURGERY = date(2027, 3, 1)
NOON = datetime(2027, 2, 20, 12, tzinfo=UTC)
BL1 = VisitLabel("BL1", "Before the operation", "baseline", date(2027, 2, 1), date(2027, 2, 22), date(2027, 2, 28))
M1 = VisitLabel("M1", "1 month", "follow_up", date(2027, 3, 24), date(2027, 3, 31), date(2027, 4, 10), also_key="DC")


def form(instrument: Instrument, visit: VisitLabel, answered_on: date | None, *codes: int | None) -> ExportedForm:
    """A form with these codes for its first items; None = did not want to answer. Each scale has the score 5."""
    answers = tuple(
        ExportedAnswer(item, "declined" if code is None else "value", code, number, NOON, NOON)
        for number, (item, code) in enumerate(zip(instrument.items, codes, strict=False), 1)
    )
    scores = tuple(
        ExportedScore(
            scale=scale,
            value=5.0,
            no_score=None,
            answered=1,
            expected=1,
            prorated=False,
            scoring_version="1",
            generation=1,
            computed_at=NOON,
            base=6.0,
            change=-1.0,
            change_class="as_before",
        )
        for scale in (instrument.scales if answered_on else ())
    )
    return ExportedForm(
        visit=visit,
        instrument=instrument,
        language="en",
        mode="paper",
        respondent="patient",
        relation="",
        typed_by_staff=True,
        collected_as="",
        is_baseline=visit is BL1,
        started_at=NOON,
        submitted_at=NOON if answered_on else None,
        answered_on=answered_on,
        answers=answers,
        scores=scores,
    )


def subject() -> Subject:
    """Pain before the operation, one month after it, a draft of the QLQ-C30, and one form that never came."""
    no_score = form(PAIN, M1, date(2027, 4, 12), 3, None)
    lost = replace(no_score.scores[0], value=None, no_score="too_few_answered", base=None, change=None)
    return Subject(
        study_id="=abc",
        episode=1,
        centre="NORTH",
        surgery_on=SURGERY,
        enrolled_on=date(2027, 2, 1),
        baseline="prospective",
        baseline_chosen=False,
        forms=(
            form(PAIN, BL1, date(2027, 2, 20), 7, 5, 0),
            replace(no_score, scores=(lost, *no_score.scores[1:])),
            form(C30, M1, None, 1, 4),
        ),
        missed=(MissedForm(M1, CATALOGUE.instrument("distress_nrs"), "too_ill"),),
    )
