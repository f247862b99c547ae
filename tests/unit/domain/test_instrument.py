"""Who is asked what, and looking things up in an instrument."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lrrc_qol.domain.instrument import Direction, Domain, Instrument, Item, ItemKind, Scale


def item(item_id: str, *applies_if: str) -> Item:
    return Item(item_id, item_id, "topic", ItemKind.CHOICE, (0, 1), applies_if=applies_if)


INSTRUMENT = Instrument(
    id="demo",
    version="1.0",
    title="Demo",
    short_title="Demo",
    recall="today",
    licence_class="A",
    own_wording=True,
    holder="us",
    references=("none",),
    scoring_version="1",
    items=(item("all"), item("bag", "stoma"), item("urine", "no_urostomy"), item("both", "stoma", "male")),
    scales=(Scale("all", "All", Domain.SYMPTOM, Direction.WORSE, 0, 1, ("all",), "single_item"),),
    digest="",
    minutes=1,
)


@pytest.mark.parametrize(
    ("facts", "asked"),
    [
        ((), ("all", "urine")),
        (("stoma",), ("all", "bag", "urine")),
        (("urostomy",), ("all",)),
        (("stoma", "urostomy"), ("all", "bag")),
        (("male",), ("all", "urine")),
        (("stoma", "male"), ("all", "bag", "urine", "both")),
    ],
)
def test_only_what_applies_is_asked_in_printed_order(facts: tuple[str, ...], asked: tuple[str, ...]) -> None:
    assert tuple(one.id for one in INSTRUMENT.applicable_items(frozenset(facts))) == asked


def test_items_and_scales_are_found_by_id() -> None:
    assert INSTRUMENT.item("bag").id == "bag"
    assert INSTRUMENT.scale("all").id == "all"


def test_an_unknown_id_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="nothing"):
        INSTRUMENT.item("nothing")
    with pytest.raises(KeyError, match="nothing"):
        INSTRUMENT.scale("nothing")


def test_selected_terms_take_their_share_of_the_time() -> None:
    terms = tuple(Item(f"i{n}", str(n), "topic", ItemKind.CHOICE, (0, 1), group=str(n)) for n in range(1, 5))
    whole = replace(INSTRUMENT, items=terms, scales=(), minutes=8, default_groups=("1", "2"))
    assert whole.with_groups(("1", "2")).minutes == 8
    assert whole.with_groups(("1", "2", "3", "4")).minutes == 16
    assert whole.with_groups(("3",)).minutes == 4
