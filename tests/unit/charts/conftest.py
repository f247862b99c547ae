"""Hand-made courses to draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import zip_longest

import pytest

from lrrc_qol.domain.baseline import Baseline, BaselineKind
from lrrc_qol.domain.instrument import Confidence, Direction, Domain, Mid, Scale, Threshold
from lrrc_qol.domain.recovery import MissedVisit, ScorePoint, Trajectory, build_trajectory

OPERATED = date(2027, 3, 1)
BAND = Mid(improvement=8, deterioration=10, source="for this test", confidence=Confidence.DESIGN)
FUNCTION = Scale(
    "pf",
    "Physical",
    Domain.FUNCTIONING,
    Direction.BETTER,
    0,
    100,
    ("q1",),
    "single_item",
    mid=BAND,
    threshold=Threshold("below", 83, "for this test", "for this test", Confidence.RECALLED),
    low_label="very bad",
    high_label="very good",
)

Draw = Callable[..., Trajectory]


@pytest.fixture
def function_scale() -> Scale:
    """0 to 100, higher is better, important difference 8 up and 10 down, problem below 83."""
    return FUNCTION


@pytest.fixture
def symptom_scale() -> Scale:
    """The same, higher is worse."""
    limit = Threshold("above", 25, "for this test", "for this test", Confidence.VERIFIED)
    return replace(FUNCTION, domain=Domain.SYMPTOM, direction=Direction.WORSE, threshold=limit)


@pytest.fixture
def course() -> Draw:
    """A function from (day, value) pairs to a trajectory; the first pair is the baseline form."""

    def build(
        scale: Scale,
        *given: tuple[int, float | None],
        kind: BaselineKind = BaselineKind.PROSPECTIVE,
        missed: tuple[int, ...] = (),
        wordings: tuple[frozenset[str] | None, ...] = (),
        value_sets: tuple[str, ...] = (),
        **form: str | bool,
    ) -> Trajectory:
        points = [_point(number, day, value) for number, (day, value) in enumerate(given, start=1)]
        points = [replace(one, wording=wording) for one, wording in zip_longest(points, wordings)]
        points[: len(value_sets)] = [
            replace(one, value_set=name) for one, name in zip(points, value_sets, strict=False)
        ]
        points[-1] = replace(points[-1], **form)  # type: ignore[arg-type] # the fields a test names
        chosen = None if kind is BaselineKind.NONE else 1
        baseline = Baseline(kind, chosen, points[0].answered_on if chosen else None, "for this test")
        absent = [MissedVisit(f"X{day}", OPERATED + timedelta(days=day), day) for day in missed]
        return build_trajectory(scale, baseline=baseline, points=points, surgery_on=OPERATED, missed=absent)

    return build


def _point(number: int, day: int, value: float | None) -> ScorePoint:
    return ScorePoint(
        response_id=number,
        visit_key=f"V{number}",
        answered_on=OPERATED + timedelta(days=day),
        value=value,
        reason=None if value is not None else "too_few_answered",
        mode="own_phone",
        respondent="patient",
        out_of_window=False,
        answered=5,
        expected=5,
        prorated=False,
    )
