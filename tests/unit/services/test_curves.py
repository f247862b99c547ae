"""From stored rows to curves: whose baseline, what was missed, what was late."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.domain.baseline import Baseline, BaselineKind
from lrrc_qol.domain.recovery import ChangeClass
from lrrc_qol.persistence.queries.record import FormRow, ScoreEntry, VisitRow
from lrrc_qol.services.curves import Course, Curve, build_curves
from tests.shipped import shipped_catalogue

OPERATED = date(2027, 3, 1)
SENT = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return shipped_catalogue()


def visit(number: int, key: str, kind: str, due: int) -> VisitRow:
    due_on = OPERATED + timedelta(days=due)
    opens_on, closes_on = due_on - timedelta(days=5), due_on + timedelta(days=5)
    return VisitRow(number, key, key, kind, opens_on, due_on, closes_on, True, None)


def form(number: int, visit_number: int, day: int | None, instrument: str = "pain_nrs") -> FormRow:
    sent = None if day is None else SENT
    answered_on = None if day is None else OPERATED + timedelta(days=day)
    response = None if day is None else number
    return FormRow(visit_number, 0, instrument, "1.0", response, "own_phone", "patient", None, sent, answered_on, None)


def score(number: int, value: float) -> ScoreEntry:
    return ScoreEntry(number, "pain_worst", value, None, 1, 1, False, "1", {})


VISITS = {
    1: visit(1, "BL1", "baseline", -7),
    2: visit(2, "M1", "follow_up", 30),
    3: visit(3, "M3", "follow_up", 91),
}
COURSE = Course(
    visits=VISITS,
    forms=(form(11, 1, -7), form(12, 2, 30), form(13, 3, None)),
    scores=(score(11, 3), score(12, 6)),
    baseline=Baseline(BaselineKind.PROSPECTIVE, 11, OPERATED - timedelta(days=7), "for this test"),
    surgery_on=OPERATED,
    ended_on=None,
    today=OPERATED + timedelta(days=120),
)


def worst_pain(course: Course, shipped: Catalogue) -> Curve:
    curves = build_curves(course, catalogue=shipped)
    return next(curve for curve in curves if curve.trajectory.scale.id == "pain_worst")


def test_a_curve_has_its_own_baseline_and_its_missed_visits(shipped: Catalogue) -> None:
    trajectory = worst_pain(COURSE, shipped).trajectory

    assert trajectory.baseline.response_id == 11
    assert [point.change for point in trajectory.points] == [None, 3]
    assert [visit.key for visit in trajectory.missed] == ["M3"]


def test_a_missed_visit_says_why(shipped: Catalogue) -> None:
    course = replace(COURSE, missed={3: "Too ill"})

    assert [visit.reason for visit in worst_pain(course, shipped).trajectory.missed] == ["Too ill"]


@pytest.mark.parametrize(("ended", "missed"), [(91, []), (92, ["M3"])])
def test_visits_due_after_the_end_are_not_missed(shipped: Catalogue, ended: int, missed: list[str]) -> None:
    course = replace(COURSE, ended_on=OPERATED + timedelta(days=ended))

    assert [visit.key for visit in worst_pain(course, shipped).trajectory.missed] == missed


def test_an_open_window_is_not_missed(shipped: Catalogue) -> None:
    course = replace(COURSE, today=VISITS[3].closes_on)

    assert worst_pain(course, shipped).trajectory.missed == ()


def test_a_form_outside_its_window_is_marked(shipped: Catalogue) -> None:
    course = replace(COURSE, forms=(form(11, 1, -7), form(12, 2, 36)))

    assert [one.point.out_of_window for one in worst_pain(course, shipped).trajectory.points] == [False, True]


def test_a_draft_is_not_drawn(shipped: Catalogue) -> None:
    draft = replace(form(12, 2, 30), submitted_at=None)

    course = replace(COURSE, forms=(form(11, 1, -7), draft))

    assert len(worst_pain(course, shipped).trajectory.points) == 1


def test_a_recalled_form_is_told_apart(shipped: Catalogue) -> None:
    recalled = replace(form(11, 1, 8), baseline_type="recalled")

    whole = replace(COURSE.baseline, kind=BaselineKind.RECALLED)

    trajectory = worst_pain(replace(COURSE, baseline=whole, forms=(recalled, form(12, 2, 30))), shipped).trajectory

    assert trajectory.baseline.kind is BaselineKind.RECALLED
    assert [point.change for point in trajectory.points] == [None, None]


def test_the_visit_a_person_chose_counts_for_all_its_questionnaires(shipped: Catalogue) -> None:
    visits = VISITS | {4: visit(4, "BL0", "baseline", -20)}
    other = form(15, 4, -20, instrument="distress_nrs")
    course = replace(
        COURSE,
        visits=visits,
        forms=(*COURSE.forms, form(14, 4, -20), other),
        scores=(*COURSE.scores, score(14, 5)),
        baseline=Baseline(BaselineKind.STALE, 15, OPERATED - timedelta(days=20), "for this test", chosen=True),
    )

    assert worst_pain(course, shipped).trajectory.baseline.response_id == 14


def test_a_questionnaire_that_the_baseline_lacks_has_values_only(shipped: Catalogue) -> None:
    course = replace(COURSE, forms=(form(12, 2, 30), form(11, 1, -7, "distress_nrs")))

    assert worst_pain(course, shipped).trajectory.baseline.kind is BaselineKind.NONE


@pytest.mark.parametrize(
    ("then", "expected"), [("Germany", ChangeClass.NOT_EVALUABLE), ("Denmark", ChangeClass.IMPROVED)]
)
def test_scores_of_another_value_set_are_not_compared(shipped: Catalogue, then: str, expected: ChangeClass) -> None:
    indices = ((11, 0.5, "Denmark"), (12, 0.7, then))
    course = replace(
        COURSE,
        forms=(form(11, 1, -7, "eq5d5l"), form(12, 2, 30, "eq5d5l")),
        scores=tuple(
            ScoreEntry(number, "index", value, None, 5, 5, False, "1", {"value_set": name})
            for number, value, name in indices
        ),
    )

    curves = build_curves(course, catalogue=shipped)
    points = next(one for one in curves if one.trajectory.scale.id == "index").trajectory.points

    assert points[1].change_class is expected
    assert [one.point.value_set for one in points] == ["Denmark", then]


def test_check_ins_are_told_apart(shipped: Catalogue) -> None:
    visits = {5: visit(5, "CHK-D002", "check_in", 12)}
    none = Baseline(BaselineKind.NONE, None, None, "No form from before the operation.")
    course = replace(
        COURSE, baseline=none, visits=visits, forms=(form(16, 5, 12, "pe_checkin"),), scores=(score(16, 4),)
    )

    curve = worst_pain(course, shipped)

    assert curve.check_in
    assert curve.trajectory.baseline.kind is BaselineKind.NONE
