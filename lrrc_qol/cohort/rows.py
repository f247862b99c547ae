"""What the figures are computed from: one row per patient operated on, without a name or a date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lrrc_qol.domain.baseline import BaselineKind
from lrrc_qol.domain.recovery_states import RecoveryState, TimeToEvent


@dataclass(frozen=True, slots=True)
class CohortVisit:
    """A planned timepoint; the days are the usual ones since the operation."""

    key: str
    name: str
    due_day: int
    close_day: int


@dataclass(frozen=True, slots=True)
class CohortForm:
    """One form after the operation with a score. `visits` are the timepoints it stands for, mostly one.

    `change` is in the scale's own direction, `gain` turned so that up is better; both None when the form cannot be
    compared with the baseline.
    """

    visits: tuple[str, ...]
    day: int
    change: float | None
    gain: float | None


@dataclass(frozen=True, slots=True)
class CohortPatient:
    """One patient operated on. All days count from the operation; `followed` is today's.

    `strata` maps each stratum to the level the patient is in, as far as it is known. `baseline` is the score that
    forms are compared with, `kind` what the rules or a person made of the scale's baseline. The two times are None for
    who is not observed for them.
    """

    strata: Mapping[str, str]
    followed: int
    died_day: int | None
    baseline: float | None
    state: RecoveryState
    forms: tuple[CohortForm, ...]
    recovery: TimeToEvent | None
    deterioration: TimeToEvent | None
    kind: BaselineKind = BaselineKind.NONE

    def form_at(self, visit: str) -> CohortForm | None:
        """The form of a timepoint; one that can be compared goes before one that cannot."""
        other: CohortForm | None = None
        for form in self.forms:
            if visit in form.visits:
                if form.gain is not None:
                    return form
                other = other or form
        return other


@dataclass(frozen=True, slots=True)
class ScaleFacts:
    """How the scale is read: which way is good, and its important difference, None where none is known."""

    better_up: bool
    improvement: float | None
    deterioration: float | None

    @property
    def sign(self) -> int:
        """1 where a higher score is better, -1 where it is worse."""
        return 1 if self.better_up else -1
