"""Centres beside each other: who stands at a visit, what is hidden, and what all together are."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrrc_qol.cohort.centres import OWN, TOGETHER, CentreRows, Completion, compare, hidden_between, letters
from lrrc_qol.cohort.rows import CohortForm, CohortPatient, CohortVisit, ScaleFacts
from lrrc_qol.domain.recovery_states import RecoveryState

M1, M3 = CohortVisit("M1", "1 month", 30, 44), CohortVisit("M3", "3 months", 91, 119)
FACTS = ScaleFacts(better_up=True, improvement=10, deterioration=10)
PARTS = st.fixed_dictionaries(dict.fromkeys(("back", "not_back", "no_form", "died"), st.integers(0, 30)))


def patient(changes: Mapping[str, float], *, followed: int = 400, died: int | None = None) -> CohortPatient:
    days = {"M1": 30, "M3": 91}
    return CohortPatient(
        strata={},
        followed=followed,
        died_day=died,
        baseline=60.0,
        state=RecoveryState.NEVER_DECLINED,
        forms=tuple(CohortForm((visit,), days[visit], one, one) for visit, one in changes.items()),
        recovery=None,
        deterioration=None,
    )


def centre(*, back: int, not_back: int = 0, silent: int = 0, died: int = 0, later: int = 0) -> CentreRows:
    """A centre whose patients stand so at month 1; of `later` ones the time for month 3 is not over."""
    patients = [patient({"M1": -2.0, "M3": 0.0}) for _ in range(back)]
    patients += [patient({"M1": -12.0}) for _ in range(not_back)]
    patients += [patient({}) for _ in range(silent)]
    patients += [patient({}, died=10) for _ in range(died)]
    patients += [patient({"M1": -2.0}, followed=60) for _ in range(later)]
    expected = len(patients) - died
    return CentreRows((M1, M3), patients, [Completion("M1", "1 month", expected, expected - silent, 0)])


def test_below_three_large_centres_there_is_nothing() -> None:
    large = {number: centre(back=20) for number in (1, 2)}
    found = compare(large | {3: centre(back=19)}, FACTS)
    assert (found.centres, found.expected, found.seen_by(1, [1, 2, 3])) == ({}, (), {})
    assert len(compare(large | {3: centre(back=20)}, FACTS).centres) == 3


def test_counts_of_each_centre_and_of_all_together() -> None:
    found = compare({one: centre(back=20, not_back=5 * one, silent=6, died=5) for one in (1, 2, 3)}, FACTS)
    levels = found.seen_by(2, [3, 2, 1])
    assert [*levels] == [OWN, TOGETHER, "centre A", "centre B"]
    assert [level["headline"][0]["not_back"] for level in levels.values()] == [10, 30, 15, 5]
    assert levels[TOGETHER]["headline"][0] == {
        "visit": "M1",
        "operated": 123,
        "back": 60,
        "not_back": 30,
        "not_compared": 0,
        "no_form": 18,
        "died": 15,
    }
    assert levels[OWN]["completion"] == [
        {"visit": "M1", "name": "1 month", "expected": 36, "in_time": 30, "late": 0, "missing": 6}
    ]
    change = levels[TOGETHER]["change"][0]
    assert (change["count"], change["mean"]) == (90, pytest.approx((60 * -2 + 30 * -12) / 90))


def test_a_reader_that_is_too_small_sees_the_others() -> None:
    found = compare({one: centre(back=20) for one in (1, 2, 3)} | {4: centre(back=6)}, FACTS)
    levels = found.seen_by(4, [4, 3, 2, 1])
    assert [*levels] == [TOGETHER, "centre A", "centre B", "centre C"]
    assert levels[TOGETHER]["patients"] == 60


def test_a_centre_that_is_small_at_a_visit_is_in_nothing_there() -> None:
    centres = {one: centre(back=24) for one in (1, 2, 3)}
    found = compare(centres | {4: centre(back=3, later=20)}, FACTS)
    assert [row["visit"] for row in found.centres[4]["headline"]] == ["M1"]
    assert [row["operated"] for row in found.together["headline"]] == [95, 72]
    assert [row["count"] for row in found.together["change"]] == [95, 72]
    fewer = compare({**centres, 3: centre(back=3, later=20)}, FACTS)
    assert [row["visit"] for row in fewer.together["headline"]] == ["M1"]
    assert [row["visit"] for row in fewer.together["change"]] == ["M1"]


def test_small_numbers_are_hidden_at_every_centre_with_what_gives_them_away() -> None:
    found = compare({1: centre(back=20, not_back=3, silent=0), 2: centre(back=20, silent=5), 3: centre(back=20)}, FACTS)
    rows = [one["headline"][0] for one in (*found.centres.values(), found.together)]
    assert [row["not_back"] for row in rows] == [None] * 4
    # Of the first centre nobody is without a form, so that 3 would be the difference of everything else.
    assert [row["back"] for row in rows] == [None] * 4
    assert [row["operated"] for row in rows] == [23, 25, 20, 68]


@given(st.lists(PARTS, min_size=1, max_size=5))
def test_no_row_gives_away_one_to_four_people(rows: list[dict[str, int]]) -> None:
    hidden = hidden_between(rows)
    if hidden != set(rows[0]):
        assert not any(0 < sum(row[part] for part in hidden) < 5 for row in rows)
    assert not any(0 < row[part] < 5 for row in rows for part in row if part not in hidden)


def test_the_course_of_all_needs_three_centres_in_a_window() -> None:
    few_late = centre(back=4, not_back=20)
    full = compare({one: centre(back=24) for one in (1, 2, 3)}, FACTS)
    assert [(row["first_day"], row["patients"]) for row in full.expected] == [(1, 72), (61, 72)]
    assert "p50" in full.expected[1]
    some = compare({1: centre(back=24), 2: centre(back=24), 3: few_late}, FACTS)
    assert [row["first_day"] for row in some.expected] == [1]


def test_letters_go_on_after_z() -> None:
    assert [letters(place) for place in (0, 25, 26, 27, 701, 702)] == ["A", "Z", "AA", "AB", "ZZ", "AAA"]
