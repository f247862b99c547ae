"""Wording packs with placeholder words, made through the real services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.config import Mode
from lrrc_qol.domain.instrument import Instrument, Item, ItemWording
from lrrc_qol.interchange import Match, Proposal
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import Actor
from lrrc_qol.services.wordings import (
    MODES,
    Licence,
    Source,
    VisitCounts,
    approve_pack,
    compare_pack,
    propose_pack,
)

QLQ = "qlq_c30"
SOURCE = Source("csv", "words.csv", "0" * 64)
LICENCE = Licence("Holder of the rights", "No. 17", MODES, None)


def in_production(runtime: Runtime) -> Runtime:
    """The same database, seen by a program for real patients."""
    return replace(runtime, settings=replace(runtime.settings, mode=Mode.PRODUCTION))


def words(item: Item, says: str) -> ItemWording:
    """Placeholder words of one item; `says` makes them differ from those of another pack."""
    return ItemWording(f"{says} {item.number}", {code: f"{says} code {code}" for code in item.labelled_codes()})


def proposal(catalogue: Catalogue, instrument_id: str = QLQ, language: str = "en", **changes: Any) -> Proposal:
    """A complete proposal; `says` chooses its words, everything else overrides fields."""
    says = changes.pop("says", "Words")
    instrument = catalogue.instrument(instrument_id)
    return replace(
        Proposal(
            instrument_id=instrument.id,
            version=instrument.version,
            language=language,
            title=f"{says} title",
            recall=f"{says} recall",
            items=all_words(instrument, says),
            credit="",
            matched=tuple(Match(key, f"row {key}", "id") for key, _ in instrument.wording_keys()),
            unmatched=(),
            missing=(),
            problems=(),
            notes=(),
            source_sha256=SOURCE.sha256,
        ),
        **changes,
    )


def all_words(instrument: Instrument, says: str) -> Mapping[str, ItemWording]:
    """Placeholder words of every item and variant."""
    return {key: words(item, says) for key, item in instrument.wording_keys()}


def draft(runtime: Runtime, actor: Actor, *, licence: Licence = LICENCE, **changes: Any) -> str:
    """The public id of a proposed pack."""
    with runtime.writing(actor) as work:
        return propose_pack(work, proposal(work.catalogue, **changes), SOURCE, licence)


def compared(runtime: Runtime, actor: Actor, **changes: Any) -> str:
    """The public id of a pack that was proposed and compared."""
    pack = draft(runtime, actor, **changes)
    with runtime.writing(actor) as work:
        compare_pack(work, pack, compared_with="printed form of 2001")
    return pack


def approved(runtime: Runtime, actor: Actor, **changes: Any) -> tuple[str, VisitCounts]:
    """The public id of an approved pack, and what its approval did to unopened visits."""
    pack = compared(runtime, actor, **changes)
    with runtime.writing(actor) as work:
        return pack, approve_pack(work, pack)


def until(day: date | None, **changes: Any) -> Licence:
    """A licence whose last day is `day`."""
    return replace(LICENCE, expires_on=day, **changes)
