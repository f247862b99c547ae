"""Small numbers are hidden, and so is what would give them away."""

from __future__ import annotations

from lrrc_qol.cohort.small_cells import hidden_levels, hidden_parts


def test_a_single_small_part_takes_the_smallest_other_with_it() -> None:
    assert hidden_parts([{"back": 30, "not_back": 12, "died": 3}]) == {"died", "not_back"}
    assert hidden_parts([{"back": 30, "not_back": 0, "died": 3}]) == {"died", "back"}
    assert hidden_parts([{"back": 30, "not_back": 2, "died": 3}]) == {"not_back", "died"}
    assert hidden_parts([{"back": 30, "not_back": 12}]) == frozenset()
    assert hidden_parts([{"only": 3}]) == {"only"}
    assert hidden_parts([]) == frozenset()


def test_a_part_that_is_small_in_one_group_is_hidden_in_all() -> None:
    # Without it the men's number would follow from everybody's and the women's.
    assert hidden_parts([{"back": 20, "died": 9, "no_form": 7}, {"back": 9, "died": 2, "no_form": 8}]) == {
        "died",
        "no_form",
    }


def test_a_small_group_is_hidden_with_the_next_one() -> None:
    assert hidden_levels({"R0": 40, "R1": 12, "R2": 3}) == {"R2", "R1"}
    assert hidden_levels({"R0": 40, "R1": 2, "R2": 3}) == {"R2", "R1"}
    assert hidden_levels({"R0": 40, "R1": 12}) == frozenset()
