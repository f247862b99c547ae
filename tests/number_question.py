"""The shipped definitions with one question of the check-in asked as a number from 0 to 100 that is typed."""

from __future__ import annotations

from dataclasses import replace

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.domain.instrument import Instrument, Item, ItemKind, ItemWording, Wording

INSTRUMENT, ITEM, PLACE = "pe_checkin", "pain_now", 2
LABELS = {0: "worst", 100: "best"}


def with_number(catalogue: Catalogue) -> Catalogue:
    """The catalogue in which the second question of the check-in is typed."""
    return replace(
        catalogue,
        instruments=tuple(map(_instrument, catalogue.instruments)),
        wordings={key: _wording(one) if key[0] == INSTRUMENT else one for key, one in catalogue.wordings.items()},
    )


def _instrument(one: Instrument) -> Instrument:
    return replace(one, items=tuple(map(_item, one.items))) if one.id == INSTRUMENT else one


def _item(item: Item) -> Item:
    return replace(item, kind=ItemKind.NUMBER, codes=tuple(range(101))) if item.id == ITEM else item


def _wording(one: Wording) -> Wording:
    return replace(one, items={**one.items, ITEM: ItemWording(one.items[ITEM].text, LABELS)})
