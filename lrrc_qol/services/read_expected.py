"""The centiles that a job computed from the centre's own patients, for the curves of one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lrrc_qol.domain.expected_course import Centiles, CourseWindow
from lrrc_qol.persistence.queries.cohort_rows import stored_parts
from lrrc_qol.services.cohort_strata import EVERYBODY
from lrrc_qol.services.context import Work

ScaleKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ExpectedCourse:
    """The windows of one scale in order of days, and the moment as of which the data were read."""

    windows: tuple[CourseWindow, ...]
    data_as_of: datetime


def read_expected(work: Work) -> Mapping[ScaleKey, ExpectedCourse]:
    """The stored course of every scale of the actor's centre, in one statement; scales without one are left out."""
    rows = stored_parts(work.session, centre_id=work.actor.centre(), stratum=EVERYBODY, part="expected")
    return {
        (instrument_id, scale_id): ExpectedCourse(_windows(content), data_as_of)
        for instrument_id, scale_id, data_as_of, content in rows
        if content
    }


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
