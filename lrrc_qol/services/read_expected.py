"""The centiles that a job computed from many patients, for the curves of one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lrrc_qol.domain.expected_course import Centiles, CourseWindow
from lrrc_qol.persistence.queries.cohort_rows import stored_parts
from lrrc_qol.services.cohort_strata import CENTRES, EVERYBODY
from lrrc_qol.services.context import Work

ScaleKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ExpectedCourse:
    """The windows of one scale in order of days, and the moment as of which the data were read.

    `together`: they are of the patients of all participating centres and not of this centre's alone.
    """

    windows: tuple[CourseWindow, ...]
    data_as_of: datetime
    together: bool = False

    @property
    def known(self) -> bool:
        """Whether enough patients can be compared in at least one window."""
        return any(window.centiles is not None for window in self.windows)


def read_expected(work: Work) -> Mapping[ScaleKey, ExpectedCourse]:
    """The stored course of every scale of the actor's centre, in one statement; scales without one are left out.

    Where the centre's own patients are too few in every window, the course of all participating centres stands in its
    place, if the centre is one of them.
    """
    strata = (EVERYBODY, CENTRES)
    rows = stored_parts(work.session, centre_id=work.actor.centre(), strata=strata, part="expected")
    found: dict[ScaleKey, ExpectedCourse] = {}
    for stratum, instrument_id, scale_id, data_as_of, content in sorted(rows, key=lambda row: strata.index(row[0])):
        course = ExpectedCourse(_windows(content or ()), data_as_of, together=stratum == CENTRES)
        own = found.get((instrument_id, scale_id))
        if course.known if course.together else course.windows:
            found[instrument_id, scale_id] = own if own is not None and own.known else course
    return found


def _windows(rows: Sequence[Mapping[str, Any]]) -> tuple[CourseWindow, ...]:
    return tuple(
        CourseWindow(
            first_day=row["first_day"],
            last_day=row["last_day"],
            patients=row["patients"],
            day=row.get("day"),
            centiles=Centiles(*(row[name] for name in Centiles.__dataclass_fields__)) if "day" in row else None,
        )
        for row in rows
    )
