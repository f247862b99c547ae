"""What a section is checked against, and what a check says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from lrrc_qol.domain.clinical_record.fields import Content


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What is known besides the section in hand; days are civil days at the centre.

    `others` has the standing rows of every section, without the row that is being checked.
    """

    born_on: date
    sex: str
    surgery_on: date | None
    discharged_on: date | None
    died_on: date | None
    today: date
    others: Mapping[str, Sequence[Content]] = field(default_factory=dict)

    def rows(self, section_id: str) -> Sequence[Content]:
        """The other rows of a section."""
        return self.others.get(section_id, ())


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that cannot be or does not go together; the first of `fields` is where it is shown."""

    fields: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What keeps a section from being stored, and what a person has to confirm."""

    refusals: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
