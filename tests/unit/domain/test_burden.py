"""The minutes that a plan asks for: those of its questionnaires where they are known."""

from __future__ import annotations

import pytest

from lrrc_qol.domain.burden import Burden, asked_minutes, first_year
from tests.shipped import shipped_catalogue

KNOWN = {"qlq_c30": 10, "pain_nrs": 1, "distress_nrs": 0.5, "pe_wellbeing": 3, "pe_checkin": 3}


@pytest.mark.parametrize(("asked", "minutes"), [(("qlq_c30", "distress_nrs"), 11), (("qlq_c30", "other"), 15)])
def test_minutes_are_summed_and_rounded_up_or_those_of_the_visit(asked: tuple[str, ...], minutes: int) -> None:
    assert asked_minutes(asked, KNOWN, otherwise=15) == minutes


def test_the_first_year_counts_what_everybody_is_asked() -> None:
    # One baseline, discharge, ten check-ins, five follow-ups: 15 + 5 + 10 * 3 + 5 * 15 minutes.
    assert first_year(shipped_catalogue().protocol("pe12"), KNOWN) == Burden(17, 125)
