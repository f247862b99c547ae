"""All questionnaires in one visit, each in every language, in words of that language."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.domain.instrument import Instrument, Item, ItemKind, ItemWording, Wording

# Ours, with the longest questions of any we translate: its words stand in for those of the licence holders.
LENDER = "pe_checkin"


def with_every_instrument(catalogue: Catalogue, languages: tuple[str, ...]) -> Catalogue:
    """The same definitions with every questionnaire that has questions at every visit, none of them without words."""
    asked = tuple(one for one in catalogue.instruments if one.items)
    wordings = dict(catalogue.wordings)
    for instrument in asked:
        for language in languages:
            key = (instrument.id, instrument.version, language)
            wordings.setdefault(key, _lent(catalogue, instrument, language))
    ids = tuple(one.id for one in asked)
    protocols = tuple(
        replace(one, visits=tuple(replace(visit, instruments=ids) for visit in one.visits))
        for one in catalogue.protocols
    )
    return replace(catalogue, protocols=protocols, wordings=wordings)


def _lent(catalogue: Catalogue, instrument: Instrument, language: str) -> Wording:
    lender = catalogue.instrument(LENDER)
    lent = catalogue.wordings[lender.id, lender.version, language]
    questions = cycle(lent.items[item.id] for item in lender.items)
    labels = [
        label for item in lender.items if item.kind is ItemKind.CHOICE for label in lent.items[item.id].labels.values()
    ]
    items = {key: _item(next(questions).text, labels, item) for key, item in instrument.wording_keys()}
    return replace(lent, instrument_id=instrument.id, version=instrument.version, items=items, digest="2" * 64)


def _item(text: str, labels: list[str], item: Item) -> ItemWording:
    return ItemWording(text, dict(zip(item.labelled_codes(), cycle(labels), strict=False)))
