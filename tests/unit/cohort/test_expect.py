"""People alike: who is in which group, what is hidden, and that talk of death changes no other number."""

from __future__ import annotations

from typing import Any

from lrrc_qol.cohort.expect import expectations
from lrrc_qol.cohort.rows import CohortForm, CohortPatient, CohortVisit, ScaleFacts
from lrrc_qol.domain.recovery_states import RecoveryState

M9 = CohortVisit("M9", "9 months", 274, 304)
FACTS = ScaleFacts(better_up=True, improvement=10, deterioration=10)


def people(
    count: int, gain: float | None = None, *, died: int | None = None, baseline: float = 60.0, **strata: str
) -> list[CohortPatient]:
    """So many patients with the same course; without a gain they gave no form."""
    forms = () if gain is None else (CohortForm(("M9",), 274, gain, gain),)
    one = CohortPatient(
        strata=strata,
        followed=400,
        died_day=died,
        baseline=baseline,
        state=RecoveryState.NOT_EVALUABLE,
        forms=forms,
        recovery=None,
        deterioration=None,
    )
    return [one] * count


def rows(patients: list[CohortPatient], facts: ScaleFacts = FACTS) -> dict[tuple[str, str, str], dict[str, Any]]:
    found = expectations(patients, (M9,), facts)
    assert found is not None
    return {(one["extent"], one["sex"], one["baseline"]): one["visits"][0] for one in found["groups"]}


def cohort(sex: str = "female") -> list[CohortPatient]:
    return people(22, 0, sex=sex) + people(10, -20, sex=sex) + people(8, sex=sex) + people(6, died=30, sex=sex)


def test_everybody_counts_and_the_dead_are_among_the_unknown() -> None:
    row = rows(cohort())["", "", ""]
    assert row["people"] == 46
    assert row["counts"] == {"back": 22, "not_back": 10, "unknown": 14}
    assert row["died"] == 6
    assert row["of"]["20"]["parts"] == {"back": 10, "not_back": 4, "unknown": 6}


def test_showing_deaths_changes_no_other_number() -> None:
    picture = rows(cohort())["", "", ""]["of"]["20"]
    parts, with_death = picture["parts"], picture["with_death"]
    assert with_death["unknown"] + with_death["died"] == parts["unknown"]
    assert {part: with_death[part] for part in ("back", "not_back")} == {
        part: parts[part] for part in ("back", "not_back")
    }


def test_a_few_deaths_are_not_told_apart_in_any_group_beside() -> None:
    men = people(22, 0, sex="male") + people(10, -20, sex="male") + people(8, sex="male")
    found = rows(cohort() + men + people(3, died=30, sex="male"))
    assert (found["", "", ""]["died"], found["", "female", ""]["died"], found["", "male", ""]["died"]) == (
        9,
        None,
        None,
    )
    assert found["", "male", ""]["of"]["20"]["with_death"] is None


def test_a_few_people_without_an_answer_would_follow_from_the_dead() -> None:
    found = rows(people(20, 0) + people(10, -20) + people(3) + people(7, died=30))
    assert found["", "", ""]["died"] is None
    assert found["", "", ""]["counts"]["unknown"] == 10


def test_a_small_part_is_hidden_with_a_second_one_and_in_the_group_beside() -> None:
    men = people(22, 0, sex="male") + people(3, -20, sex="male") + people(8, sex="male")
    found = rows(cohort() + men)
    assert found["", "male", ""]["counts"] == {"back": 22, "not_back": None, "unknown": None}
    assert found["", "male", ""]["of"]["20"]["parts"] == {"back": 13, "hidden": 7}
    assert found["", "female", ""]["counts"]["not_back"] is None
    assert found["", "", ""]["counts"]["not_back"] == 13


def test_no_group_of_one_to_four_can_be_told_from_those_beside_it() -> None:
    found = rows(cohort() + people(3, 0, sex="male"))
    assert {sex for _, sex, _ in found} == {""}


def test_fewer_than_twenty_show_nothing() -> None:
    assert rows(people(19, 0)) == {}
    assert ("", "", "") in rows(people(20, 0))


def test_a_hundred_are_drawn_only_from_a_hundred() -> None:
    assert set(rows(people(99, 0))["", "", ""]["of"]) == {"20"}
    assert set(rows(people(100, 0))["", "", ""]["of"]) == {"20", "100"}


def test_who_is_not_due_yet_is_not_counted() -> None:
    early = [
        CohortPatient({}, 304, None, 60.0, RecoveryState.NOT_EVALUABLE, (), None, None),
    ]
    assert rows(people(20, 0) + early * 5)["", "", ""]["people"] == 20


def test_groups_by_thirds_of_the_baseline_name_their_cuts() -> None:
    patients = [one for value in range(60) for one in people(1, 0, baseline=float(value))]
    found = expectations(patients, (M9,), FACTS)
    assert found is not None
    assert [round(cut, 1) for cut in found["baseline_cuts"]] == [19.7, 39.3]
    assert {one["baseline"] for one in found["groups"]} == {"", "lowest", "middle", "highest"}


def test_a_scale_without_an_important_difference_has_none() -> None:
    assert expectations(cohort(), (M9,), ScaleFacts(True, None, None)) is None


def test_what_is_hidden_of_everybody_does_not_follow_from_the_groups() -> None:
    women = people(38, 0, sex="female") + people(2, -20, sex="female") + people(20, sex="female")
    men = people(4, 0, sex="male") + people(1, -20, sex="male") + people(20, sex="male")
    found = rows(women + men)
    # Three of all are not back, hidden with the unknown. The groups alone would hide those who are back instead.
    assert found["", "", ""]["counts"] == {"back": 42, "not_back": None, "unknown": None}
    assert [found["", sex, ""]["counts"]["unknown"] for sex in ("female", "male")] == [None, None]
