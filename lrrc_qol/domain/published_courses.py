"""Courses of groups of patients as papers report them, to lay behind a curve of the same scale."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lrrc_qol.domain.instrument import Confidence


class Anchor(StrEnum):
    """What a point of a published course is counted from."""

    BASELINE = "baseline"
    DISCHARGE = "discharge"
    OPERATION = "operation"


@dataclass(frozen=True, slots=True)
class PublishedPoint:
    """One reported score. `day` counts from the operation and is None for a point at the baseline or at discharge."""

    anchor: Anchor
    value: float
    day: int | None = None


@dataclass(frozen=True, slots=True)
class PublishedCourse:
    """One paper on one scale. `patients` is the number the paper began with, `says` what it reports without a figure.

    `per_point` says how many patients each point speaks of. `note` is what a reader must know of the figures.
    """

    id: str
    instrument_id: str
    scale_id: str
    short: str
    source: str
    population: str
    patients: int
    per_point: str
    statistic: str
    says: str
    note: str
    confidence: Confidence
    points: tuple[PublishedPoint, ...]

    def placed(self, *, baseline_day: int | None, discharge_day: int | None) -> tuple[tuple[int, float], ...]:
        """Days since the operation with scores; a point whose day this patient does not have is left out."""
        days = {Anchor.BASELINE: baseline_day, Anchor.DISCHARGE: discharge_day}
        found = [(days.get(point.anchor, point.day), point.value) for point in self.points]
        return tuple(sorted((day, value) for day, value in found if day is not None))

    @property
    def before(self) -> float | None:
        """The reported score at the baseline; None where the paper has none."""
        return next((point.value for point in self.points if point.anchor is Anchor.BASELINE), None)

    def differences(self, *, discharge_day: int | None) -> tuple[tuple[int, float], ...]:
        """Days since the operation with how far the reported score lies from the reported baseline; empty without one.

        A difference of two group values: other people may stand behind each, so it is not a mean of paired changes.
        """
        if self.before is None:
            return ()
        later = self.placed(baseline_day=None, discharge_day=discharge_day)
        return tuple((day, value - self.before) for day, value in later)
