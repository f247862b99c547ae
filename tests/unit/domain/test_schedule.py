"""Visits and windows on the calendar, and what a moved date changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from lrrc_qol.domain.plan_changes import compare_unanswered
from lrrc_qol.domain.planning import plan_visits
from lrrc_qol.domain.schedule import (
    Anchor,
    Anchors,
    PlannedVisit,
    Protocol,
    VisitKind,
    VisitSpec,
    VisitState,
    check_anchors,
    visit_state,
)

GOLDEN = Path(__file__).parent / "golden"


def spec(key: str, window: tuple[int, int, int], **changes: object) -> VisitSpec:
    opens, due, closes = window
    plain = VisitSpec(key, VisitKind.FOLLOW_UP, key, Anchor.SURGERY, opens, due, closes, ("pain_nrs",), 5)
    return replace(plain, **changes)  # type: ignore[arg-type]


def planned(protocol: Protocol, *visits: VisitSpec, **anchors: object) -> dict[str, PlannedVisit]:
    days = {"enrolled_on": date(2027, 1, 1), "surgery_on": date(2027, 3, 1)} | anchors
    plan = plan_visits(replace(protocol, visits=visits), Anchors(**days))  # type: ignore[arg-type]
    return {visit.key: visit for visit in plan}


def window(visit: PlannedVisit) -> tuple[date, date, date]:
    return visit.opens_on, visit.due_on, visit.closes_on


@pytest.mark.parametrize(
    ("name", "anchors"),
    [
        (
            "leap_day",
            Anchors(
                enrolled_on=date(2027, 12, 1),
                planned_surgery_on=date(2028, 1, 30),
                surgery_on=date(2028, 2, 1),
                discharged_on=date(2028, 2, 29),
                facts=frozenset({"neoadjuvant"}),
            ),
        ),
        (
            "year_end",
            Anchors(enrolled_on=date(2026, 11, 20), surgery_on=date(2026, 11, 30), discharged_on=date(2026, 12, 31)),
        ),
        (
            "everything_optional",
            Anchors(
                enrolled_on=date(2027, 1, 31),
                surgery_on=date(2027, 3, 31),
                discharged_on=date(2027, 4, 30),
                facts=frozenset({"late_check_ins", "long_follow_up"}),
            ),
        ),
    ],
)
def test_the_shipped_calendar_is_the_golden_one(pe12: Protocol, name: str, anchors: Anchors) -> None:
    lines = [
        f"{visit.key:9} {visit.opens_on} {visit.due_on} {visit.closes_on} {' '.join(visit.instruments)}"
        for visit in plan_visits(pe12, anchors)
    ]
    assert lines == (GOLDEN / f"pe12_{name}.txt").read_text(encoding="utf-8").splitlines()


def test_before_the_operation_only_the_baseline_stands(pe12: Protocol) -> None:
    plan = plan_visits(pe12, Anchors(enrolled_on=date(2027, 1, 1), planned_surgery_on=date(2027, 3, 1)))
    assert [visit.key for visit in plan] == ["BL1"]


def test_the_performed_operation_beats_the_planned_one(pe12: Protocol) -> None:
    both = Anchors(date(2027, 1, 1), planned_surgery_on=date(2027, 3, 1), surgery_on=date(2027, 3, 11))
    assert plan_visits(pe12, both)[0].closes_on == date(2027, 3, 10)


def test_no_anchor_no_visit(pe12: Protocol) -> None:
    assert plan_visits(pe12, Anchors(enrolled_on=date(2027, 1, 1))) == ()


def test_late_enrolment_cuts_the_window_and_moves_the_due_day(pe12: Protocol) -> None:
    visits = planned(pe12, spec("BL1", (-28, -7, -1)), enrolled_on=date(2027, 2, 25))
    assert window(visits["BL1"]) == (date(2027, 2, 25), date(2027, 2, 25), date(2027, 2, 28))


def test_a_window_that_closed_before_enrolment_is_not_planned(pe12: Protocol) -> None:
    assert planned(pe12, spec("BL1", (-28, -7, -1)), enrolled_on=date(2027, 3, 1)) == {}
    assert "BL1" in planned(pe12, spec("BL1", (-28, -7, -1)), enrolled_on=date(2027, 2, 28))


def test_a_window_ends_before_the_next_of_its_kind_opens(pe12: Protocol) -> None:
    early = spec("BL0", (0, 3, 14), kind=VisitKind.BASELINE, anchor=Anchor.ENROLMENT)
    reference = spec("BL1", (-28, -7, -1), kind=VisitKind.BASELINE, anchor=Anchor.PLANNED_SURGERY)
    visits = planned(pe12, early, reference, enrolled_on=date(2027, 1, 30))
    assert window(visits["BL0"]) == (date(2027, 1, 30), date(2027, 1, 31), date(2027, 1, 31))
    assert visits["BL1"].opens_on == date(2027, 2, 1)


@pytest.mark.parametrize(
    ("close", "expected"),
    [(3, date(2027, 3, 4)), (4, date(2027, 3, 5)), (5, date(2027, 3, 5)), (9, date(2027, 3, 5))],
)
def test_a_window_gives_way_by_the_day(pe12: Protocol, close: int, expected: date) -> None:
    visits = planned(pe12, spec("A", (0, 0, close)), spec("B", (5, 5, 9)))
    assert visits["A"].closes_on == expected


def test_a_window_of_one_day_stays(pe12: Protocol) -> None:
    visits = planned(pe12, spec("A", (4, 4, 9)), spec("B", (5, 5, 9)))
    assert window(visits["A"]) == (date(2027, 3, 5),) * 3


def test_of_two_windows_that_open_together_the_reference_stays(pe12: Protocol) -> None:
    early = spec("BL0", (0, 3, 14), kind=VisitKind.BASELINE, anchor=Anchor.ENROLMENT)
    reference = spec("BL1", (-28, -7, -1), kind=VisitKind.BASELINE, anchor=Anchor.PLANNED_SURGERY)
    assert list(planned(pe12, early, reference, enrolled_on=date(2027, 2, 20))) == ["BL1"]


def test_windows_of_different_kinds_may_overlap(pe12: Protocol) -> None:
    visits = planned(pe12, spec("M1", (23, 30, 44)), spec("DC", (20, 30, 40), kind=VisitKind.DISCHARGE))
    assert window(visits["DC"]) == (date(2027, 3, 21), date(2027, 3, 31), date(2027, 4, 10))
    assert visits["M1"].closes_on == date(2027, 4, 14)


def test_a_visit_waits_for_its_facts(pe12: Protocol) -> None:
    late = spec("M24", (700, 730, 775), optional=True, requires=("long_follow_up",))
    assert planned(pe12, late) == {}
    assert list(planned(pe12, late, facts=frozenset({"long_follow_up"}))) == ["M24"]


def test_a_series_ends_at_its_last_day_after_the_operation(pe12: Protocol) -> None:
    late = spec("CHK-D070", (70, 70, 76), anchor=Anchor.DISCHARGE, last_surgery_day=182)
    operated_on = date(2027, 3, 1)
    assert "CHK-D070" in planned(pe12, late, discharged_on=operated_on + timedelta(days=112))
    assert planned(pe12, late, discharged_on=operated_on + timedelta(days=113)) == {}
    assert planned(pe12, late, surgery_on=None, discharged_on=operated_on) == {}


def test_a_visit_is_found_by_its_key(pe12: Protocol) -> None:
    assert pe12.visit("M3").due_offset == 91
    with pytest.raises(KeyError):
        pe12.visit("M2")


DAY = date(2027, 3, 1)
OLD = PlannedVisit("M1", VisitKind.FOLLOW_UP, "M1", DAY, DAY, DAY, ("pain_nrs",))
NEW = replace(OLD, closes_on=DAY + timedelta(days=1))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], [OLD], [("M1", "added", None, OLD)]),
        ([OLD], [NEW], [("M1", "moved", OLD, NEW)]),
        ([OLD], [], [("M1", "dropped", OLD, None)]),
        ([OLD], [OLD], []),
    ],
)
def test_compared_plans(
    before: list[PlannedVisit], after: list[PlannedVisit], expected: list[tuple[object, ...]]
) -> None:
    changes = compare_unanswered({one.key: one for one in before}, after, today=DAY)
    assert [(one.key, one.change, one.before, one.after) for one in changes] == expected


def test_what_opens_and_closes_today_is_said() -> None:
    later = replace(
        OLD, opens_on=DAY + timedelta(days=9), due_on=DAY + timedelta(days=9), closes_on=DAY + timedelta(days=9)
    )
    (closing,) = compare_unanswered({"M1": OLD}, [later], today=DAY)
    (opening,) = compare_unanswered({"M1": later}, [OLD], today=DAY)
    assert (closing.opens, closing.closes, opening.opens, opening.closes) == (False, True, True, False)


def test_a_corrected_discharge_moves_check_ins_but_no_follow_up(pe12: Protocol) -> None:
    first = Anchors(date(2027, 1, 1), surgery_on=date(2027, 3, 1), discharged_on=date(2027, 3, 20))
    moved = replace(first, discharged_on=date(2027, 3, 21))
    stored = {one.key: one for one in plan_visits(pe12, first)}
    changes = compare_unanswered(stored, plan_visits(pe12, moved), today=first.enrolled_on)
    assert {one.change for one in changes} == {"moved"}
    assert {one.key.partition("-")[0] for one in changes} == {"DC", "CHK"}


@pytest.mark.parametrize(
    ("today", "submitted", "expected"),
    [
        (date(2027, 3, 9), False, VisitState.FUTURE),
        (date(2027, 3, 10), False, VisitState.OPEN),
        (date(2027, 3, 11), False, VisitState.OPEN),
        (date(2027, 3, 12), False, VisitState.DUE),
        (date(2027, 3, 14), False, VisitState.DUE),
        (date(2027, 3, 15), False, VisitState.CLOSED),
        (date(2027, 3, 15), True, VisitState.ANSWERED),
        (date(2027, 3, 9), True, VisitState.ANSWERED),
    ],
)
def test_the_state_of_a_visit_on_a_day(today: date, submitted: bool, expected: VisitState) -> None:
    visit = replace(OLD, opens_on=date(2027, 3, 10), due_on=date(2027, 3, 12), closes_on=date(2027, 3, 14))
    assert visit_state(visit, today=today, submitted=submitted) is expected


ENROLLED, OPERATED, TODAY = date(2027, 1, 10), date(2027, 3, 1), date(2027, 4, 1)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"discharged_on": date(2027, 2, 28)}, "discharged_on", "before the operation (2027-03-01)"),
        ({"discharged_on": date(2027, 3, 9), "surgery_on": None}, "discharged_on", "operation first"),
        ({"surgery_on": date(2027, 4, 2)}, "surgery_on", "not come yet"),
        ({"enrolled_on": date(2027, 4, 2)}, "enrolled_on", "not come yet"),
        ({"surgery_on": date(1949, 12, 31)}, "surgery_on", "date of birth (1950-01-01)"),
        ({"surgery_on": date(207, 3, 1)}, "surgery_on", "Check the year"),
        ({"planned_surgery_on": date(9999, 3, 1)}, "planned_surgery_on", "Check the year"),
        ({"planned_surgery_on": date(2027, 1, 9), "surgery_on": None}, "planned_surgery_on", "past"),
    ],
)
def test_dates_that_cannot_be_are_named_by_field(changes: dict[str, date | None], field: str, words: str) -> None:
    anchors = replace(Anchors(ENROLLED, surgery_on=OPERATED), **changes)  # type: ignore[arg-type]
    faults = check_anchors(anchors, today=TODAY, born_on=date(1950, 1, 1))
    assert list(faults) == [field]
    assert words in faults[field]


@pytest.mark.parametrize(
    "anchors",
    [
        Anchors(ENROLLED),
        Anchors(ENROLLED, planned_surgery_on=ENROLLED),
        Anchors(ENROLLED, planned_surgery_on=date(2027, 6, 1)),
        Anchors(ENROLLED, surgery_on=OPERATED, discharged_on=OPERATED),
        Anchors(ENROLLED, surgery_on=TODAY, discharged_on=TODAY + timedelta(days=3)),
        Anchors(TODAY, planned_surgery_on=OPERATED, surgery_on=OPERATED),
    ],
)
def test_dates_that_can_stand_together_are_accepted(anchors: Anchors) -> None:
    assert check_anchors(anchors, today=TODAY, born_on=date(1950, 1, 1)) == {}
    assert check_anchors(anchors) == {}
