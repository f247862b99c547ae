"""Check-ins are for people at home: what a stay in hospital does to the calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lrrc_qol.domain.events import Stay
from lrrc_qol.domain.planning import plan_visits
from lrrc_qol.domain.schedule import RECALLED_KEY, Anchors, PlannedVisit, VisitKind
from tests.shipped import shipped_catalogue

CATALOGUE = shipped_catalogue()
PE12 = CATALOGUE.protocol("pe12")
LIMIT = CATALOGUE.events.restart_after_days
SURGERY, HOME = date(2026, 3, 2), date(2026, 3, 16)
BASE = Anchors(enrolled_on=date(2026, 2, 1), surgery_on=SURGERY, discharged_on=HOME)


def home(day: int) -> date:
    return HOME + timedelta(days=day)


def planned(*stays: Stay) -> tuple[PlannedVisit, ...]:
    return plan_visits(PE12, replace(BASE, stays=stays), restart_after_days=LIMIT)


def check_ins(visits: tuple[PlannedVisit, ...]) -> list[str]:
    return [visit.key for visit in visits if visit.kind is VisitKind.CHECK_IN]


def test_a_long_stay_starts_the_check_ins_anew_on_the_day_of_leaving() -> None:
    visits = planned(Stay(home(10), home(20)))

    assert check_ins(visits)[:6] == ["CHK-D002", "CHK-D005", "CHK-D009", "CHK-R1-D002", "CHK-R1-D005", "CHK-R1-D009"]
    again = next(visit for visit in visits if visit.key == "CHK-R1-D002")
    assert (again.opens_on, again.name) == (home(22), "Check-in, day 2 at home (after readmission 1)")
    assert again.instruments == PE12.visit("CHK-R1-D002").instruments == ("pe_checkin",)
    others = [visit for visit in visits if visit.kind is not VisitKind.CHECK_IN]
    assert others == [visit for visit in planned() if visit.kind is not VisitKind.CHECK_IN]


def test_two_days_change_nothing_and_three_do() -> None:
    assert planned(Stay(home(10), home(12))) == planned()
    assert "CHK-R1-D002" in check_ins(planned(Stay(home(10), home(13))))


def test_a_check_in_that_lies_wholly_in_a_short_stay_is_not_planned() -> None:
    stays = (Stay(home(5), home(8)),)
    visits = plan_visits(PE12, replace(BASE, stays=stays), restart_after_days=3)
    assert "CHK-D005" not in check_ins(visits)
    assert check_ins(visits)[:3] == ["CHK-D002", "CHK-D009", "CHK-D014"]


def test_nothing_opens_at_home_while_the_stay_lasts() -> None:
    assert check_ins(planned(Stay(home(9), None))) == ["CHK-D002", "CHK-D005"]


def test_a_second_readmission_starts_them_once_more() -> None:
    keys = check_ins(planned(Stay(home(4), home(10)), Stay(home(13), home(30))))
    assert keys[:4] == ["CHK-D002", "CHK-R1-D002", "CHK-R2-D002", "CHK-R2-D005"]


def test_a_repeat_opens_the_baseline_anew_until_it_would_have_closed_anyway() -> None:
    before = Anchors(enrolled_on=date(2026, 2, 1), planned_surgery_on=date(2026, 3, 30))
    asked = replace(before, repeats=(date(2026, 3, 10),))
    (window,) = plan_visits(PE12, asked)
    assert (window.key, window.opens_on, window.closes_on) == ("BL1", date(2026, 3, 10), date(2026, 3, 29))
    assert plan_visits(PE12, replace(before, repeats=(date(2026, 3, 30),))) == plan_visits(PE12, before)


def test_a_baseline_from_memory_is_asked_for_two_weeks_after_the_operation() -> None:
    asked = replace(BASE, recall_on=SURGERY + timedelta(days=4))
    recalled = next(visit for visit in plan_visits(PE12, asked) if visit.key == RECALLED_KEY)
    assert (recalled.opens_on, recalled.closes_on) == (date(2026, 3, 6), date(2026, 3, 16))
    assert recalled.instruments == PE12.visit("BL1").instruments == PE12.asked()[RECALLED_KEY]
    for day, surgery_on in ((15, SURGERY), (4, None)):
        none = replace(BASE, recall_on=SURGERY + timedelta(days=day), surgery_on=surgery_on, discharged_on=None)
        assert RECALLED_KEY not in {visit.key for visit in plan_visits(PE12, none)}


def test_who_was_not_operated_on_is_followed_from_that_day_and_reads_of_no_operation() -> None:
    decided = date(2026, 3, 9)
    anchors = Anchors(enrolled_on=date(2026, 2, 1), not_operated_on=decided)
    follow_up = [visit for visit in plan_visits(PE12, anchors) if visit.kind is VisitKind.FOLLOW_UP]
    assert follow_up[0].due_on == decided + timedelta(days=30)
    assert [visit.name for visit in follow_up][:2] == ["1 month of follow-up", "3 months of follow-up"]


@st.composite
def stays(draw: st.DrawFn) -> tuple[Stay, ...]:
    found: list[Stay] = []
    day = 0
    for gap, length in draw(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 30)), max_size=4)):
        found.append(Stay(home(day + gap), home(day + gap + length)))
        day += gap + length
    if found and draw(st.booleans()):
        found[-1] = replace(found[-1], left_on=None)
    return tuple(found)


@given(stays(), st.one_of(st.none(), st.integers(0, 400)))
def test_windows_of_one_kind_never_overlap_and_keys_are_unique(found: tuple[Stay, ...], ended: int | None) -> None:
    anchors = replace(BASE, stays=found, ended_on=None if ended is None else home(ended))
    visits = plan_visits(PE12, anchors, restart_after_days=LIMIT)
    assert len({visit.key for visit in visits}) == len(visits)
    assert all(len(visit.key) <= 16 for visit in visits)
    for kind in VisitKind:
        windows = [(visit.opens_on, visit.closes_on) for visit in visits if visit.kind is kind]
        assert all(first[1] < second[0] for first, second in pairwise(windows))
    lasting = [stay for stay in found if stay.left_on is None or (stay.left_on - stay.admitted_on).days > LIMIT]
    for visit in visits:
        if visit.kind is VisitKind.CHECK_IN:
            assert not any(
                stay.admitted_on <= visit.opens_on and (stay.left_on is None or visit.opens_on < stay.left_on)
                for stay in lasting
            )
