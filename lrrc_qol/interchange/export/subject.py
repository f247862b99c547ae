"""What is exported of one episode, in the terms of this product; every format is made from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from lrrc_qol.domain.instrument import Instrument, Item, Scale


@dataclass(frozen=True, slots=True)
class ExportedAnswer:
    """The current version of one answer; `kind` is value, declined or not_applicable.

    `version` is the draft version it made; a correction made after sending has a `reason`.
    """

    item: Item
    kind: str
    value: int | None
    version: int
    given_at: datetime
    saved_at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ExportedScore:
    """The newest computation of one score; `value` is None with the reason `no_score`.

    `base`, `change` (in the scale's own points and direction) and `change_class` are those of the recovery curve;
    `not_compared` says why there is no change.
    """

    scale: Scale
    value: float | None
    no_score: str | None
    answered: int
    expected: int
    prorated: bool
    scoring_version: str
    generation: int
    computed_at: datetime
    band: str = ""
    value_set: str = ""
    base: float | None = None
    change: float | None = None
    change_class: str = ""
    not_compared: str = ""


@dataclass(frozen=True, slots=True)
class VisitLabel:
    """A planned timepoint with its window; `also_key` is a second visit that its forms stand for as well."""

    key: str
    name: str
    kind: str
    opens_on: date
    due_on: date
    closes_on: date
    also_key: str = ""
    planned: bool = True


@dataclass(frozen=True, slots=True)
class ExportedForm:
    """One questionnaire of one visit that was begun; a draft has neither `submitted_at` nor `answered_on`.

    `collected_as` says of a baseline form whether it was asked as prospective or recalled; `is_baseline` whether its
    visit is the one this episode is measured against; `as_baseline` what the rules say that it can serve as, and
    `as_baseline_why` for which reasons. Both are empty for a form that is no candidate.
    """

    visit: VisitLabel
    instrument: Instrument
    language: str
    mode: str
    respondent: str
    relation: str
    typed_by_staff: bool
    collected_as: str
    is_baseline: bool
    started_at: datetime
    submitted_at: datetime | None
    answered_on: date | None
    answers: tuple[ExportedAnswer, ...]
    scores: tuple[ExportedScore, ...]
    as_baseline: str = ""
    as_baseline_why: str = ""

    @property
    def window(self) -> str:
        """in, early or late against the visit's window; unplanned; empty for a draft."""
        if self.answered_on is None:
            return ""
        if not self.visit.planned:
            return "unplanned"
        if self.answered_on < self.visit.opens_on:
            return "early"
        return "late" if self.answered_on > self.visit.closes_on else "in"


@dataclass(frozen=True, slots=True)
class MissedForm:
    """A questionnaire that was asked and not sent before its window closed; `reason` is a code, empty if not known."""

    visit: VisitLabel
    instrument: Instrument
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """One episode of one patient. `study_id` tells nothing of the person and is no address of the site.

    `baseline` is the kind of the episode's baseline, `baseline_chosen` whether a person picked it, `baseline_why` how
    it was found or what is missing. Reasons hold days from the operation where staff read dates.
    """

    study_id: str
    episode: int
    centre: str
    surgery_on: date | None
    enrolled_on: date
    baseline: str
    baseline_chosen: bool
    forms: tuple[ExportedForm, ...]
    missed: tuple[MissedForm, ...] = ()
    baseline_why: str = ""

    @property
    def record_id(self) -> str:
        """One name for the episode: the study id and its number."""
        return f"{self.study_id}-{self.episode}"

    def day(self, when: date | None) -> int | None:
        """Days since the operation, negative before it; None without a day or an operation."""
        return None if when is None or self.surgery_on is None else (when - self.surgery_on).days

    def enrolled_day(self, when: date | None) -> int | None:
        """Days since enrolment."""
        return None if when is None else (when - self.enrolled_on).days
