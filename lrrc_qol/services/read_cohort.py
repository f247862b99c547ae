"""The completion tables of a centre: per visit what was expected, what came in time, what came late."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lrrc_qol.cohort.small_cells import hidden_parts, is_small
from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import Centre
from lrrc_qol.persistence.queries.cohort import Kinds, VisitCounts, count_missed, count_patients, count_visits
from lrrc_qol.services.context import Work
from lrrc_qol.services.protocols import protocol_for_new

UNKNOWN_REASON = "Not known"


@dataclass(frozen=True, slots=True)
class Share:
    """A rate with its numerator and denominator; all None where a count from one to four would follow from it."""

    numerator: int | None
    denominator: int | None

    @property
    def percent(self) -> int | None:
        """The rate in whole per cent; None when hidden."""
        if self.numerator is None or not self.denominator:
            return None
        return round(100 * self.numerator / self.denominator)


HIDDEN = Share(None, None)


@dataclass(frozen=True, slots=True)
class CompletionLine:
    """One visit. `completed` counts every form that came of those expected, `in_window` those that came in time.

    `available` counts the same forms of everybody in the group, a denominator that never changes. `missed` has why the
    others did not come, with None for a small number.
    """

    key: str
    name: str
    kind: str
    expected: int | None
    in_window: Share
    completed: Share
    late: int | None
    available: Share
    missed: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Patients that are read together; counts from one to four are None everywhere, also of forms that did not come."""

    patients: int | None
    lines: tuple[CompletionLine, ...]


@dataclass(frozen=True, slots=True)
class Cohort:
    """The centre's figures. Who was not operated on stays out of the figures of those who were."""

    operated: Group
    not_operated: Group


def read_cohort(work: Work) -> Cohort:
    """Read the completion tables of the actor's centre, visits in the order of its protocol."""
    centre = work.session.get_one(Centre, work.actor.centre())
    kinds = cohort_kinds(work)
    return Cohort(
        operated=_group(work, centre, kinds, operated=True), not_operated=_group(work, centre, kinds, operated=False)
    )


def cohort_kinds(work: Work, *, refused: tuple[str, ...] = ()) -> Kinds:
    """The events that decide who is expected to answer; who refused one of these parts of a consent is left out."""
    events = work.catalogue.events
    return Kinds(
        ending=_kinds(events.ending_kinds()),
        excluded=_kinds(events.excluded_kinds()),
        separate=_kinds(events.separate_kinds()),
        refused=refused,
    )


def _group(work: Work, centre: Centre, kinds: Kinds, *, operated: bool) -> Group:
    missed = count_missed(work.session, centre_id=centre.id, now=work.now, kinds=kinds, operated=operated)
    patients = count_patients(work.session, centre_id=centre.id, kinds=kinds, operated=operated)
    return Group(
        patients=_shown(patients),
        lines=tuple(
            _line(row, patients, _reasons(work, missed.get(row.key, {})))
            for row in visits_in_order(work, centre, kinds, operated=operated)
        ),
    )


def visits_in_order(work: Work, centre: Centre, kinds: Kinds, *, operated: bool) -> list[VisitCounts]:
    """How completely the forms of each visit came, in the order of the centre's protocol."""
    protocol = protocol_for_new(work, centre)
    order = {visit.key: index for index, visit in enumerate(protocol.visits)}
    counts = count_visits(work.session, centre_id=centre.id, now=work.now, kinds=kinds, operated=operated)
    return sorted(counts, key=lambda row: (order.get(row.key, len(order)), row.key))


def _reasons(work: Work, counts: Mapping[str, int]) -> tuple[tuple[str, int | None], ...]:
    """The reasons in words in the order of the list, those that nobody gave last."""
    hidden = hidden_parts([counts]) if counts else frozenset()
    words = {code: work.catalogue.missed_reasons.label(code) for code in counts if code}
    return tuple(
        (words.get(code, UNKNOWN_REASON), None if code in hidden else count)
        for code, count in sorted(counts.items(), key=lambda one: (not one[0], words.get(one[0], "")))
    )


def _kinds(kinds: Iterable[EventKind]) -> tuple[str, ...]:
    return tuple(sorted(kind.value for kind in kinds))


def _line(row: VisitCounts, patients: int, missed: tuple[tuple[str, int | None], ...]) -> CompletionLine:
    received = row.in_window + row.late
    # Late, in time and missing follow from each other through the rates, so a small one hides the rates around it.
    few_late, few_in_time, few_missing = (is_small(n) for n in (row.late, row.in_window, row.expected - received))
    few_received = is_small(received)
    hidden = few_in_time or few_missing or is_small(row.expected)
    return CompletionLine(
        key=row.key,
        name=row.name,
        kind=row.kind,
        expected=_shown(row.expected),
        in_window=HIDDEN if hidden or few_late else Share(row.in_window, row.expected),
        completed=HIDDEN if hidden or few_received else Share(received, row.expected),
        late=_shown(row.late),
        available=HIDDEN
        if hidden or is_small(received) or is_small(patients - received)
        else Share(received, patients),
        missed=missed,
    )


def _shown(count: int) -> int | None:
    return None if is_small(count) else count
