"""Which scores call for a human: falls from the baseline as the curves judge them, on the shipped rules."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lrrc_qol.catalogue.catalogue import Catalogue
from lrrc_qol.domain.alerts import AlertRuleSet, Finding
from lrrc_qol.domain.baseline import Baseline, BaselineKind
from lrrc_qol.domain.instrument import Scale
from lrrc_qol.domain.recovery import ScorePoint, Trajectory, build_trajectory
from lrrc_qol.domain.score_alerts import evaluate_scores

SURGERY = date(2026, 3, 1)
EARLY = frozenset({"first_14_days_home", "first_28_days_home"})
LATER = frozenset({"after_28_days_home"})


def scale_of(catalogue: Catalogue, instrument: str, scale_id: str) -> Scale:
    return next(scale for scale in catalogue.instrument(instrument).scales if scale.id == scale_id)


def course(scale: Scale, values: list[float | None], **changes: str) -> Trajectory:
    """The first value is the baseline a week before the operation, the others follow month by month."""
    points = [
        ScorePoint(
            response_id=number,
            visit_key=f"V{number}",
            answered_on=SURGERY + timedelta(days=30 * number - 7 if number else -7),
            value=value,
            reason=None if value is not None else "too_few",
            mode="own_phone",
            respondent="patient" if number < len(values) - 1 else changes.get("respondent", "patient"),
            out_of_window=False,
            answered=1,
            expected=1,
            prorated=False,
        )
        for number, value in enumerate(values)
    ]
    kind = BaselineKind(changes.get("baseline", "prospective"))
    baseline = Baseline(kind, 0, points[0].answered_on, "", False)
    return build_trajectory(scale, baseline=baseline, points=points, surgery_on=SURGERY)


def found(
    rules: AlertRuleSet,
    instrument: str,
    *courses: Trajectory,
    facts: frozenset[str] = LATER,
    covered: frozenset[str] = frozenset(),
) -> list[Finding]:
    return list(
        evaluate_scores(
            rules,
            instrument_id=instrument,
            response_id=len(courses[0].points) - 1,
            trajectories=courses,
            facts=facts,
            covered=covered,
        )
    )


def ids(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.rule_id, finding.level.value) for finding in findings]


CLEAR, EARLY_CLEAR = ("score_clear_fall", "yellow"), ("score_clear_fall_early", "info")
POSSIBLE, PROBLEM = ("score_possible_fall", "info"), ("score_problem", "info")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([100, 93], []),
        ([100, 92], [POSSIBLE]),
        ([100, 92, 92], [CLEAR]),
        ([100, 92, 93, 92], [POSSIBLE]),
        ([100, 83.4], [POSSIBLE]),
        ([100, 83.3], [CLEAR]),
        ([100, 110, 110], []),
        ([100, 80, 100], []),
        ([100, None], []),
        ([None, 20], []),
    ],
)
def test_the_size_and_the_persistence_of_a_fall_decide(
    shipped: Catalogue, pe12_rules: AlertRuleSet, values: list[float | None], expected: list[tuple[str, str]]
) -> None:
    assert ids(found(pe12_rules, "fact_c", course(scale_of(shipped, "fact_c", "FACT_C"), values))) == expected


@pytest.mark.parametrize(("facts", "expected"), [(frozenset(), [CLEAR]), (EARLY, [EARLY_CLEAR]), (LATER, [CLEAR])])
def test_an_early_fall_is_usual_and_a_missing_day_of_discharge_hides_nothing(
    shipped: Catalogue, pe12_rules: AlertRuleSet, facts: frozenset[str], expected: list[tuple[str, str]]
) -> None:
    fallen = course(scale_of(shipped, "fact_c", "FACT_C"), [100, 70])
    assert ids(found(pe12_rules, "fact_c", fallen, facts=facts)) == expected


@pytest.mark.parametrize("changes", [{"respondent": "proxy"}, {"baseline": "recalled"}, {"baseline": "none"}])
def test_what_the_curve_does_not_compare_fires_no_fall(
    shipped: Catalogue, pe12_rules: AlertRuleSet, changes: dict[str, str]
) -> None:
    assert found(pe12_rules, "fact_c", course(scale_of(shipped, "fact_c", "FACT_C"), [100, 60], **changes)) == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([100, 83.4], [POSSIBLE]),
        ([80, 80], []),
        ([100, 75, 75], [CLEAR]),
        ([100, 75, 100, 75], [POSSIBLE, PROBLEM]),
        ([100, 100, None, 95, 79], [POSSIBLE, PROBLEM]),
    ],
)
def test_a_problem_is_told_when_it_is_new(
    shipped: Catalogue, pe12_rules: AlertRuleSet, values: list[float | None], expected: list[tuple[str, str]]
) -> None:
    assert ids(found(pe12_rules, "qlq_c30", course(scale_of(shipped, "qlq_c30", "PF"), values))) == expected


@pytest.mark.parametrize(("worst", "expected"), [(5, POSSIBLE), (6, POSSIBLE), (7, CLEAR)])
def test_more_pain_counts_as_worse_and_the_reliable_change_of_its_own_scale(
    shipped: Catalogue, pe12_rules: AlertRuleSet, worst: int, expected: tuple[str, str]
) -> None:
    pain = course(scale_of(shipped, "pain_nrs", "pain_worst"), [2, worst])
    assert expected in ids(found(pe12_rules, "pain_nrs", pain))


def test_all_scales_of_a_form_make_one_finding_with_its_figures(shipped: Catalogue, pe12_rules: AlertRuleSet) -> None:
    courses = [course(scale_of(shipped, "fact_c", scale), [100, 80]) for scale in ("FACT_C", "FACT_G")]
    (clear, possible) = found(pe12_rules, "fact_c", *courses)
    assert clear.evidence["scales"] == [{"scale": "FACT_C", "score": 80, "baseline": 100, "change": -20}]
    assert [one["scale"] for one in possible.evidence["scales"]] == ["FACT_G"]
    assert clear.rule_version == pe12_rules.version


def test_a_trouble_that_its_answers_told_already_is_not_told_again(
    shipped: Catalogue, pe12_rules: AlertRuleSet
) -> None:
    pain = course(scale_of(shipped, "pain_nrs", "pain_worst"), [2, 8])
    assert found(pe12_rules, "pain_nrs", pain, covered=frozenset({"pain_worst"})) == []
