"""Which visit each answered form belongs to, derived from facts alone: whatever moved before, the labels are the same.

An answered visit has a home: the key it was planned under when it was answered, and whether that day lay in its
window. Everything else follows from the calendar as it is planned now and the day of the answer. ADR 0018 says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count

from lrrc_qol.domain.events import Double
from lrrc_qol.domain.planning import effective_repeats
from lrrc_qol.domain.schedule import RECALLED_KEY, Anchors, PlannedVisit, Protocol, VisitKind, plain_key

EARLIER_KEY = "BL0"
"""Label of a baseline that was set aside because a new one was asked for."""


@dataclass(frozen=True, slots=True)
class AnsweredVisit:
    """What a visit with a sent form keeps for good.

    `answered_on` is the earliest day of its sent forms, `home_key` the key it had when the first was sent, and
    `home_in_window` whether that day lay in its window. `complete`: all its forms were sent.
    """

    id: int
    kind: VisitKind
    answered_on: date
    home_key: str
    home_in_window: bool
    complete: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """A calendar with its answers: `labels` by id of the answered visit, `also` second labels of some of them.

    `unanswered` is what is to be asked. A label that is not in `windows` belongs to no visit of the calendar any more.
    """

    labels: Mapping[int, str]
    also: Mapping[int, str]
    windows: Mapping[str, PlannedVisit]
    unanswered: tuple[PlannedVisit, ...]


def settle(
    protocol: Protocol,
    anchors: Anchors,
    calendar: Sequence[PlannedVisit],
    answered: Iterable[AnsweredVisit],
    *,
    double: Double | None = None,
) -> Settled:
    """Return the labels of the answered visits in `calendar`, and what is left of it to be asked.

    An answered visit stays home while its day lies in the window that its home has now, or when it was late already as
    it was answered; otherwise it goes to the visit of its kind whose window holds the day, unless another one has that
    label; otherwise it stays home, outside the window. A baseline from before a repeat was asked for becomes an
    earlier one. No two have one label: a further form of one home gets a number.
    """
    windows = {visit.key: visit for visit in calendar}
    found = _Labels(windows)
    aside = set(_set_aside(protocol, anchors, answered := sorted(answered, key=lambda one: (one.answered_on, one.id))))
    rest = [one for one in answered if one.id not in aside]
    found.claim((one, one.home_key) for one in rest if _at_home(one, windows.get(one.home_key)))
    found.claim((one, _holding(one, calendar, found.taken)) for one in rest)
    for one in answered:
        found.number(one, EARLIER_KEY if one.id in aside else one.home_key)
    also = _doubles(double, anchors, answered, found)
    asked = found.taken | set(also.values())
    return Settled(found.labels, also, windows, tuple(visit for visit in calendar if visit.key not in asked))


class _Labels:
    """Labels given so far; whoever comes first has one."""

    def __init__(self, windows: Mapping[str, PlannedVisit]) -> None:
        self.labels: dict[int, str] = {}
        self.taken: set[str] = set()
        self._windows = windows

    def claim(self, wanted: Iterable[tuple[AnsweredVisit, str | None]]) -> None:
        """Give each visit that has no label the one it asks for, unless another has it."""
        for one, key in wanted:
            if key is not None and one.id not in self.labels and key not in self.taken:
                self._give(one, key)

    def number(self, one: AnsweredVisit, key: str) -> None:
        """Give a visit that has no label `key`, or the first number of it that is free."""
        if one.id in self.labels:
            return
        further = (f"{key}-{number}" for number in count(2))
        free = key if key not in self.taken else next(other for other in further if self._is_free(other))
        self._give(one, free)

    def _is_free(self, key: str) -> bool:
        return key not in self.taken and key not in self._windows

    def _give(self, one: AnsweredVisit, key: str) -> None:
        self.labels[one.id] = key
        self.taken.add(key)


def _at_home(one: AnsweredVisit, window: PlannedVisit | None) -> bool:
    return window is not None and (not one.home_in_window or window.holds(one.answered_on))


def _holding(one: AnsweredVisit, calendar: Sequence[PlannedVisit], taken: set[str]) -> str | None:
    """The visit whose window holds the day. What was answered from memory is never taken for a true baseline."""
    if one.home_key == RECALLED_KEY:
        return None
    holding = (visit for visit in calendar if visit.kind is one.kind and visit.holds(one.answered_on))
    return next((visit.key for visit in holding if visit.key not in taken and visit.key != RECALLED_KEY), None)


def _set_aside(protocol: Protocol, anchors: Anchors, answered: Iterable[AnsweredVisit]) -> Iterable[int]:
    """The answered baselines from before the last day on which a new one was asked for."""
    repeats = effective_repeats(protocol, anchors)
    if not repeats:
        return ()
    references = set(protocol.baseline.visits)
    return [one.id for one in answered if one.home_key in references and one.answered_on < repeats[-1]]


def _doubles(
    double: Double | None, anchors: Anchors, answered: Iterable[AnsweredVisit], found: _Labels
) -> Mapping[int, str]:
    """The visit that counts for another one, whose day is the discharge, as well."""
    left_on = anchors.discharged_on
    if double is None or left_on is None or double.stands_for in found.taken:
        return {}
    return {
        one.id: double.stands_for
        for one in answered
        if found.labels[one.id] == double.visit
        and one.complete
        and abs((left_on - one.answered_on).days) <= double.within_days
    }


def label_name(protocols: Iterable[Protocol], key: str, *, home_key: str) -> str:
    """The name of a label that no visit of the calendar has: of its home in the first protocol that knows it."""
    for protocol in protocols:
        try:
            name = protocol.visit(home_key).name
        except KeyError:
            continue
        if plain_key(key) == plain_key(home_key):
            return name
        return f"{name} ({'earlier' if key.startswith(EARLIER_KEY) else 'another'} form)"
    return key
