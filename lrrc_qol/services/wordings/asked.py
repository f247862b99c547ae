"""What a centre asks at a visit: the protocol's questionnaires, changed by its own choice, in words that it has."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Literal

from sqlalchemy import select

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.catalogue.instruments import version_key
from lrrc_qol.domain.errors import UnknownInstrument
from lrrc_qol.domain.instrument import Instrument, Status
from lrrc_qol.domain.schedule import Protocol
from lrrc_qol.persistence.models import Assignment, CentreQuestionnaire
from lrrc_qol.services.context import Work
from lrrc_qol.services.wordings.choice import Shelf, shelf_of
from lrrc_qol.services.wordings.packs import ON_SCREEN, has_expired

GROUPS = "groups"
VALUE_SET = "value_set"

NoWords = Literal["shell", "expired", "mode", "none"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A centre's own choice for one instrument: the kinds of visits that ask it, and its options."""

    visit_kinds: tuple[str, ...]
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AskedForm:
    """One questionnaire as it is to be planned; `position` orders those of a visit and may have gaps."""

    instrument_id: str
    version: str
    options: dict[str, Any] | None
    position: int


@dataclass(frozen=True, slots=True)
class NotAsked:
    """A questionnaire that is meant to be asked and is not, and why; `ended_on` with the reason `expired`."""

    instrument_id: str
    title: str
    reason: NoWords
    ended_on: date | None = None


@dataclass(frozen=True)
class Asking:
    """What one centre asks, decided once for many visits and patients."""

    centre_id: int
    choices: Mapping[str, Choice]
    shelf: Shelf

    @property
    def catalogue(self) -> Catalogue:
        """The definitions that the choice is made from."""
        return self.shelf.catalogue

    def wanted(self, kind: str, planned: Sequence[str]) -> tuple[str, ...]:
        """The instruments to be asked at a kind of visit, in order: the protocol's `planned` ones, then the others."""
        by_protocol = [one for one in planned if one not in self.choices or kind in self.choices[one].visit_kinds]
        by_centre = sorted(one for one, choice in self.choices.items() if kind in choice.visit_kinds)
        return tuple(dict.fromkeys((*by_protocol, *by_centre)))

    def forms(
        self, kind: str, planned: Sequence[str], language: str, *, only: Collection[str] | None = None
    ) -> tuple[AskedForm, ...]:
        """The questionnaires that a patient of this language can be asked, in order; `only` leaves others out."""
        forms = []
        wanted = [one for one in self.wanted(kind, planned) if only is None or one in only]
        for position, instrument_id in enumerate(wanted):
            version = self.version(instrument_id, language)
            if version is not None:
                options = self.options(self.catalogue.instrument(instrument_id, version))
                forms.append(AskedForm(instrument_id, version, options, position))
        return tuple(forms)

    def version(self, instrument_id: str, language: str) -> str | None:
        """The version to ask in this language: the newest with approved words, else the newest with stand-ins."""
        place = (instrument_id, language)
        if place not in self._versions:
            self._versions[place] = self._find_version(instrument_id, language)
        return self._versions[place]

    def options(self, instrument: Instrument) -> dict[str, Any] | None:
        """What decides which questions of the instrument are asked; None when all are."""
        if not instrument.groups:
            return None
        choice = self.choices.get(instrument.id)
        chosen = choice.options.get(GROUPS) if choice else None
        return {GROUPS: list(chosen or instrument.default_groups)}

    def why_not(self, instrument_id: str, language: str) -> NotAsked | None:
        """Why nobody is asked this questionnaire in this language; None when it can be asked."""
        if self.version(instrument_id, language) is not None:
            return None
        newest = self.catalogue.instrument(instrument_id)
        if newest.status is Status.SHELL:
            return NotAsked(instrument_id, newest.title, "shell")
        packs = [
            pack
            for pack in self.shelf.packs
            if (pack.centre_id, pack.instrument[0], pack.language) == (self.centre_id, instrument_id, language)
        ]
        if not packs:
            return NotAsked(instrument_id, newest.title, "none")
        ended = has_expired(packs[0].expires_on, packs[0].today)
        return NotAsked(instrument_id, newest.title, "expired" if ended else "mode", packs[0].expires_on)

    @cached_property
    def _versions(self) -> dict[tuple[str, str], str | None]:
        return {}

    def _find_version(self, instrument_id: str, language: str) -> str | None:
        versions = [one for one in self.catalogue.instruments if one.id == instrument_id]
        versions = [one for one in versions if one.status is not Status.SHELL]
        newest_first = sorted((one.version for one in versions), key=version_key, reverse=True)
        for having in (self.shelf.approved, self.shelf.has):
            for version in newest_first:
                if having(self.centre_id, (instrument_id, version), language, mode=ON_SCREEN):
                    return version
        return None


def asking_of(work: Work, centre_id: int, *, languages: Sequence[str] | None = None) -> Asking:
    """What the centre asks now; two statements. `languages` limits what it can be asked about, None = all."""
    return Asking(centre_id, centre_choices(work, centre_id), shelf_of(work, [centre_id], languages))


def centre_choices(work: Work, centre_id: int) -> dict[str, Choice]:
    """The centre's own choices by instrument; what is not there is left to the protocol."""
    rows = work.session.scalars(select(CentreQuestionnaire).where(CentreQuestionnaire.centre_id == centre_id))
    return {row.instrument_id: Choice(tuple(row.visit_kinds), dict(row.options)) for row in rows}


def asked_instrument(work: Work, assignment: Assignment) -> Instrument:
    """The instrument of an assignment with only the terms that were selected when it was planned."""
    instrument = work.catalogue.instrument(assignment.instrument_id, assignment.instrument_version)
    return with_selected_terms(instrument, assignment.options)


def with_selected_terms(instrument: Instrument, options: Mapping[str, Any] | None) -> Instrument:
    """The instrument with only the terms that these options select, or its own choice of terms."""
    return instrument.with_groups((options or {}).get(GROUPS, instrument.default_groups))


def not_asked(work: Work, centre_id: int, protocol: Protocol, language: str) -> tuple[NotAsked, ...]:
    """The questionnaires of a plan that a patient of this language is not asked, with the reason of each."""
    asking = asking_of(work, centre_id, languages=[language])
    return tuple(_missing(asking, protocol, language))


def _missing(asking: Asking, protocol: Protocol, language: str) -> Iterator[NotAsked]:
    wanted = [one for visit in protocol.visits for one in asking.wanted(visit.kind.value, visit.instruments)]
    for instrument_id in dict.fromkeys(wanted):
        try:
            reason = asking.why_not(instrument_id, language)
        except UnknownInstrument:
            continue  # chosen when the program still had it
        if reason is not None:
            yield reason
