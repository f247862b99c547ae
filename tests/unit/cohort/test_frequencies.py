"""Natural frequencies: they add up, stay next to the exact shares, and their limits hold what they promise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrrc_qol.cohort.frequencies import natural_frequencies, people_between, share_between

COUNTS = st.dictionaries(st.sampled_from("abcde"), st.integers(0, 5000), min_size=1).filter(
    lambda counts: sum(counts.values()) > 0
)


@given(COUNTS, st.sampled_from([20, 100]))
def test_they_always_add_up_and_no_part_is_a_whole_person_off(counts: dict[str, int], of: int) -> None:
    shared = natural_frequencies(counts, of)
    total = sum(counts.values())
    assert sum(shared.values()) == of
    for part, count in counts.items():
        assert abs(shared[part] - of * count / total) < 1
        assert count or not shared[part]


@given(COUNTS, st.sampled_from([20, 100]))
def test_more_patients_are_never_fewer_people(counts: dict[str, int], of: int) -> None:
    shared = natural_frequencies(counts, of)
    assert all(shared[a] >= shared[b] for a in counts for b in counts if counts[a] > counts[b])


def test_the_largest_remainders_get_what_is_left() -> None:
    # 13, 6 and 4 of 23 are 11.30, 5.22 and 3.48 of 20: the one that is left goes to the last.
    assert natural_frequencies({"back": 13, "not_back": 6, "unknown": 4}, 20) == {
        "back": 11,
        "not_back": 5,
        "unknown": 4,
    }


def test_of_equal_remainders_the_first_gets_it() -> None:
    assert natural_frequencies({"a": 1, "b": 1, "c": 1}, 20) == {"a": 7, "b": 7, "c": 6}


def test_nobody_cannot_be_shared_out() -> None:
    with pytest.raises(ValueError, match="nobody"):
        natural_frequencies({"a": 0}, 20)


def test_the_limits_are_wilsons() -> None:
    # Newcombe 1998, Stat Med 17:857, table I: 81 of 263 and 0 of 20.
    assert share_between(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert share_between(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


@given(st.integers(1, 500).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_people_are_rounded_outwards(counted: tuple[int, int]) -> None:
    low, high = share_between(*counted)
    fewest, most = people_between(*counted, 20)
    assert 0 <= fewest <= 20 * low + 1e-9
    assert 20 >= most >= 20 * high - 1e-9
