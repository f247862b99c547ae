"""Every questionnaire of the catalogue as a centre has it: where it is asked, with which options and words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.domain.instrument import Instrument, Status
from lrrc_qol.domain.schedule import Protocol, VisitKind
from lrrc_qol.persistence.models import Centre, CentreQuestionnaire
from lrrc_qol.services.context import Work
from lrrc_qol.services.protocols import protocol_for_new
from lrrc_qol.services.wordings import Choice, PackLine, PackState, centre_choices, list_packs
from lrrc_qol.services.wordings.asked import VALUE_SET


@dataclass(frozen=True, slots=True)
class QuestionnaireLine:
    """One questionnaire. `asked_at` are the kinds of visits that ask it, as the protocol or the centre decided.

    `options` are those in force, the instrument's own where the centre chose none. `own_languages` are those of the
    words that are shipped. `obstacles` say in sentences why nobody is asked it although somebody should be, or what
    its scores lack.
    """

    instrument: Instrument
    asked_at: tuple[VisitKind, ...]
    source_of_choice: Literal["protocol", "centre", ""]
    options: Mapping[str, Any]
    packs: tuple[PackLine, ...]
    own_languages: tuple[str, ...]
    obstacles: tuple[str, ...]


def list_questionnaires(work: Work) -> tuple[QuestionnaireLine, ...]:
    """The newest version of every instrument, as the actor's centre has it, by id; three statements."""
    centre = work.session.get_one(Centre, work.actor.centre())
    protocol = protocol_for_new(work, centre)
    choices = centre_choices(work, centre.id)
    packs = list_packs(work)
    return tuple(
        _line(work, instrument, protocol, choices.get(instrument.id), packs) for instrument in _newest(work.catalogue)
    )


def centre_options(work: Work, centre_id: int) -> Mapping[str, dict[str, Any]]:
    """The options that a centre chose, by instrument; an instrument without a choice is not there."""
    return {instrument_id: dict(choice.options) for instrument_id, choice in centre_choices(work, centre_id).items()}


def value_set_of(work: Work, centre_id: int, instrument: Instrument) -> str | None:
    """The value set by which the centre scores this instrument; None when it needs none or none was chosen."""
    if not instrument.value_sets:
        return None
    options = work.session.scalar(
        select(CentreQuestionnaire.options).where(
            CentreQuestionnaire.centre_id == centre_id, CentreQuestionnaire.instrument_id == instrument.id
        )
    )
    return (options or {}).get(VALUE_SET)


def _newest(catalogue: Catalogue) -> tuple[Instrument, ...]:
    ids = dict.fromkeys(one.id for one in catalogue.instruments)
    return tuple(catalogue.instrument(one) for one in ids)


def _line(
    work: Work, instrument: Instrument, protocol: Protocol, choice: Choice | None, packs: Sequence[PackLine]
) -> QuestionnaireLine:
    by_protocol = {visit.kind for visit in protocol.visits if instrument.id in visit.instruments}
    asked = by_protocol if choice is None else {VisitKind(kind) for kind in choice.visit_kinds}
    own = tuple(sorted(key[2] for key in work.catalogue.wordings if key[:2] == (instrument.id, instrument.version)))
    mine = tuple(pack for pack in packs if pack.instrument_id == instrument.id)
    options = {} if choice is None else dict(choice.options)
    if instrument.groups:
        options.setdefault("groups", list(instrument.default_groups))
    return QuestionnaireLine(
        instrument=instrument,
        asked_at=tuple(kind for kind in VisitKind if kind in asked),
        source_of_choice="centre" if choice is not None else "protocol" if asked else "",
        options=options,
        packs=mine,
        own_languages=own,
        obstacles=tuple(_obstacles(instrument, mine, own, options)),
    )


def _obstacles(
    instrument: Instrument, packs: Sequence[PackLine], own: Sequence[str], options: Mapping[str, Any]
) -> Iterator[str]:
    if instrument.status is Status.SHELL:
        yield "Only its scales are named so far; it can be asked once its questions are defined."
        return
    states = {pack.state for pack in packs}
    if not own and PackState.APPROVED not in states:
        if PackState.EXPIRED in states:
            yield "The licence of its wording has ended. Forms that were started can be finished; no new ones are."
        elif packs:
            yield "Its wording is not approved yet."
        else:
            yield "No wording is installed."
    if instrument.value_sets and not options.get(VALUE_SET):
        yield "No value set is chosen: answers are kept, but the index is not computed."
