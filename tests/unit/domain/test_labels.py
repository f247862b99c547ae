"""Labels of answered visits: where a form belongs after the dates moved, whatever was done in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrrc_qol.domain.events import Stay
from lrrc_qol.domain.labels import AnsweredVisit, Settled, label_name, settle
from lrrc_qol.domain.planning import plan_visits
from lrrc_qol.domain.schedule import Anchors, PlannedVisit, Protocol, VisitKind
from tests.shipped import shipped_catalogue

CATALOGUE = shipped_catalogue()
PE12, RULES = CATALOGUE.protocol("pe12"), CATALOGUE.events
SHORTER = replace(PE12, version="0.9", visits=tuple(visit for visit in PE12.visits if visit.key not in {"M3", "DC"}))
SURGERY = date(2026, 3, 2)
BASE = Anchors(enrolled_on=date(2026, 1, 1), surgery_on=SURGERY)


def after(days: int) -> date:
    return SURGERY + timedelta(days=days)


def answered(key: str, day: date, *, number: int = 1, in_window: bool = True, complete: bool = True) -> AnsweredVisit:
    return AnsweredVisit(number, PE12.visit(key).kind, day, key, in_window, complete)


def calendar(anchors: Anchors, protocol: Protocol = PE12) -> tuple[PlannedVisit, ...]:
    return plan_visits(protocol, anchors, restart_after_days=RULES.restart_after_days)


def settled(anchors: Anchors, *forms: AnsweredVisit, protocol: Protocol = PE12) -> Settled:
    return settle(protocol, anchors, calendar(anchors, protocol), forms, double=RULES.double)


def test_a_form_stays_home_while_its_day_lies_in_the_new_window() -> None:
    found = settled(replace(BASE, surgery_on=after(5)), answered("M1", after(30)))
    assert found.labels == {1: "M1"}
    assert "M1" not in {visit.key for visit in found.unanswered}


def test_a_form_goes_to_the_visit_whose_window_holds_its_day() -> None:
    found = settled(replace(BASE, surgery_on=after(-60)), answered("M1", after(30)))
    assert found.labels == {1: "M3"}
    assert {"M1", "M6"} <= {visit.key for visit in found.unanswered}


def test_a_late_form_stays_home() -> None:
    late = answered("M1", after(80), in_window=False)
    assert settled(BASE, late).labels == {1: "M1"}
    assert settled(replace(BASE, surgery_on=after(-10)), late).labels == {1: "M1"}


def test_a_form_that_no_window_holds_stays_home_and_is_not_asked_again() -> None:
    found = settled(replace(BASE, surgery_on=after(40)), answered("M1", after(30)))
    assert found.labels == {1: "M1"}
    assert not found.windows["M1"].holds(after(30))
    assert "M1" not in {visit.key for visit in found.unanswered}


def test_of_two_forms_for_one_window_one_has_its_label() -> None:
    forms = (answered("M3", after(91), number=1), answered("M1", after(95), number=2))
    moved = replace(BASE, surgery_on=after(62))
    assert settled(BASE, *forms).labels == {1: "M3", 2: "M1"}
    assert settled(moved, *forms).labels == {1: "M3", 2: "M1"}  # who is at home there comes first
    assert settled(moved, *forms, answered("M1", after(88), number=3)).labels == {1: "M3", 2: "M1-2", 3: "M1"}


def test_a_visit_that_the_plan_has_no_more_keeps_its_forms_under_its_name() -> None:
    found = settled(replace(BASE, surgery_on=None), answered("M1", after(30)))
    assert found.labels == {1: "M1"}
    assert "M1" not in found.windows
    assert label_name([SHORTER, PE12], "M3", home_key="M3") == "3 months after the operation"
    assert label_name([SHORTER, PE12], "M3-2", home_key="M3") == "3 months after the operation (another form)"
    assert label_name([SHORTER], "M3", home_key="M3") == "M3"


def test_a_repeat_sets_earlier_baselines_aside_and_asks_again() -> None:
    anchors = replace(BASE, surgery_on=None, planned_surgery_on=after(0), repeats=(after(-20), after(-10)))
    forms = [answered("BL1", after(day), number=number) for number, day in enumerate((-25, -15), start=1)]
    found = settled(anchors, *forms)
    assert found.labels == {1: "BL0", 2: "BL0-2"}
    assert [visit.key for visit in found.unanswered] == ["BL1"]
    assert settled(anchors, *forms, answered("BL1", after(-9), number=3)).labels[3] == "BL1"
    assert settled(anchors, *forms, answered("BL0", after(-40), number=3)).labels == {1: "BL0-2", 2: "BL0-3", 3: "BL0"}
    assert label_name([PE12], "BL0-2", home_key="BL1") == "Before the operation (earlier form)"


def test_what_is_told_from_memory_never_becomes_a_true_baseline() -> None:
    recalled = AnsweredVisit(1, VisitKind.BASELINE, after(3), "BLR", home_in_window=True, complete=True)
    moved = replace(BASE, surgery_on=after(20))
    assert settled(moved, recalled).labels == {1: "BLR"}
    assert "BL1" in {visit.key for visit in settled(moved, recalled).unanswered}


@pytest.mark.parametrize(("apart", "counts"), [(-8, False), (-7, True), (0, True), (7, True), (8, False)])
def test_one_month_counts_for_discharge_within_seven_days(apart: int, counts: bool) -> None:
    anchors = replace(BASE, discharged_on=after(30 + apart))
    found = settled(anchors, answered("M1", after(30)))
    assert found.also == ({1: "DC"} if counts else {})
    assert ("DC" in {visit.key for visit in found.unanswered}) is not counts
    assert settled(anchors, answered("M1", after(30), complete=False)).also == {}
    assert settled(BASE, answered("M1", after(30))).also == {}


@st.composite
def any_facts(draw: st.DrawFn) -> tuple[Anchors, Protocol]:
    def maybe(low: int, high: int) -> date | None:
        return draw(st.none() | st.integers(low, high).map(after))

    operated, gone = maybe(-40, 60), maybe(0, 90)
    stays, day = [], gone or after(0)
    for gap, length in draw(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 20)), max_size=3)):
        stays.append(Stay(day + timedelta(days=gap), day + timedelta(days=gap + length)))
        day = stays[-1].left_on or day
    anchors = Anchors(
        enrolled_on=BASE.enrolled_on,
        planned_surgery_on=maybe(-40, 60),
        surgery_on=operated,
        discharged_on=max(gone, operated) if gone and operated else None,
        facts=frozenset({"neoadjuvant"} if draw(st.booleans()) else ()),
        stays=tuple(stays),
        ended_on=maybe(60, 400),
        repeats=tuple(sorted(draw(st.lists(st.integers(-60, 30).map(after), max_size=2)))),
        recall_on=maybe(0, 30),
    )
    return anchors, draw(st.sampled_from([PE12, SHORTER]))


class Rows:
    """An episode as a database keeps it, changed step by step: labels of answered visits, keys that are asked."""

    def __init__(self, anchors: Anchors, protocol: Protocol) -> None:
        self.facts = (anchors, protocol)
        self.answered: list[AnsweredVisit] = []
        self.state = self.plan()

    def plan(self) -> Settled:
        anchors, protocol = self.facts
        return settled(anchors, *self.answered, protocol=protocol)

    def answer(self, pick: int, shift: int) -> None:
        if self.state.unanswered:
            visit = self.state.unanswered[pick % len(self.state.unanswered)]
            day = visit.due_on + timedelta(days=shift)
            number = len(self.answered) + 1
            self.answered.append(
                AnsweredVisit(number, visit.kind, day, visit.key, visit.holds(day), complete=pick % 3 > 0)
            )

    def check(self) -> None:
        labels = [self.state.labels[one.id] for one in self.answered]  # none without a label
        assert len(set(labels)) == len(labels)
        assert all(len(label) <= 16 for label in labels)
        asked = [visit.key for visit in self.state.unanswered]
        assert not set(asked) & set(labels)
        doubled = set(self.state.also.values())
        assert {visit.key for visit in calendar(*self.facts)} == set(asked) | (
            set(labels) & set(self.state.windows)
        ) | (doubled & set(self.state.windows))
        _no_overlap(list(self.state.windows.values()))


def _no_overlap(windows: Sequence[PlannedVisit]) -> None:
    for kind in VisitKind:
        ordered = sorted((one for one in windows if one.kind is kind), key=lambda one: one.opens_on)
        assert all(first.closes_on < second.opens_on for first, second in pairwise(ordered))


steps = st.lists(st.one_of(any_facts(), st.tuples(st.integers(0, 30), st.integers(-20, 60))), min_size=1, max_size=8)


def walk(start: tuple[Anchors, Protocol], path: Sequence[tuple[object, object]]) -> None:
    rows = Rows(*start)
    for first, second in path:
        if isinstance(first, Anchors) and isinstance(second, Protocol):
            rows.facts = (first, second)
        elif isinstance(first, int) and isinstance(second, int):
            rows.answer(first, second)
        rows.state = rows.plan()
        rows.check()
    shuffled = settled(rows.facts[0], *reversed(rows.answered), protocol=rows.facts[1])
    assert shuffled == rows.state


@settings(deadline=None)
@given(any_facts(), steps)
def test_any_sequence_leaves_every_form_one_label_and_asks_for_the_rest(
    start: tuple[Anchors, Protocol], path: list[tuple[object, object]]
) -> None:
    walk(start, path)


@pytest.mark.thorough
@settings(deadline=None, max_examples=400)
@given(any_facts(), steps)
def test_any_sequence_leaves_every_form_one_label_and_asks_for_the_rest_in_many_ways(
    start: tuple[Anchors, Protocol], path: list[tuple[object, object]]
) -> None:
    walk(start, path)
