"""Finds packs of the actor's centre; those of other centres do not exist."""

from __future__ import annotations

from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput, NotFound, UnknownInstrument
from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.persistence.models import WordingPack
from lrrc_qol.services.context import Work
from lrrc_qol.services.wordings.packs import Licence, Source


def find_pack(work: Work, public_id: str, *, lock: bool = False) -> WordingPack:
    """The pack of that id; NotFound when the actor's centre has none. `lock` holds the row."""
    query = select(WordingPack).where(WordingPack.public_id == public_id, WordingPack.centre_id == work.actor.centre())
    pack = work.session.scalars(query.with_for_update() if lock else query).first()
    if pack is None:
        raise NotFound("no such wording pack")
    return pack


def instrument_of(work: Work, pack: WordingPack) -> Instrument:
    """The definition that the pack has words for; InvalidInput when this program has it no more."""
    try:
        return work.catalogue.instrument(pack.instrument_id, pack.instrument_version)
    except UnknownInstrument as fault:
        raise InvalidInput({"instrument": str(fault)}) from None


def source_of(pack: WordingPack) -> Source:
    """Where the words came from."""
    return Source(pack.source_kind, pack.source_name, pack.source_sha256)


def licence_of(pack: WordingPack) -> Licence:
    """On what ground they are used."""
    return Licence(pack.licence_holder, pack.licence_reference, tuple(pack.permitted_modes), pack.expires_on)
