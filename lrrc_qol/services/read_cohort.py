"""The completion tables of a centre: per visit what was expected, what came in time, what came late."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import Centre
from lrrc_qol.persistence.queries.cohort import Kinds, VisitCounts, count_patients, count_visits
from lrrc_qol.services.context import Work
from lrrc_qol.services.protocols import protocol_for_new

SMALLEST_CELL = 5


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
    """One visit. `completed` counts every form that came, `in_window` those that came in time."""

    key: str
    name: str
    kind: str
    expected: int | None
    in_window: Share
    completed: Share
    late: int | None


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
    events = work.catalogue.events
    kinds = Kinds(
        ending=_kinds(events.ending_kinds()),
        excluded=_kinds(events.excluded_kinds()),
        separate=_kinds(events.separate_kinds()),
    )
    return Cohort(
        operated=_group(work, centre, kinds, operated=True), not_operated=_group(work, centre, kinds, operated=False)
    )


def _group(work: Work, centre: Centre, kinds: Kinds, *, operated: bool) -> Group:
    protocol = protocol_for_new(work, centre)
    order = {visit.key: index for index, visit in enumerate(protocol.visits)}
    counts = count_visits(work.session, centre_id=centre.id, now=work.now, kinds=kinds, operated=operated)
    return Group(
        patients=_shown(count_patients(work.session, centre_id=centre.id, kinds=kinds, operated=operated)),
        lines=tuple(_line(row) for row in sorted(counts, key=lambda row: (order.get(row.key, len(order)), row.key))),
    )


def _kinds(kinds: Iterable[EventKind]) -> tuple[str, ...]:
    return tuple(sorted(kind.value for kind in kinds))


def _line(row: VisitCounts) -> CompletionLine:
    received = row.in_window + row.late
    # Late, in time and missing follow from each other through the rates, so a small one hides the rates around it.
    few_late, few_in_time, few_missing = (_few(n) for n in (row.late, row.in_window, row.expected - received))
    hidden = few_in_time or few_missing or _few(row.expected)
    return CompletionLine(
        key=row.key,
        name=row.name,
        kind=row.kind,
        expected=_shown(row.expected),
        in_window=HIDDEN if hidden or few_late else Share(row.in_window, row.expected),
        completed=HIDDEN if hidden or _few(received) else Share(received, row.expected),
        late=_shown(row.late),
    )


def _shown(count: int) -> int | None:
    return None if _few(count) else count


def _few(count: int) -> bool:
    return 0 < count < SMALLEST_CELL
