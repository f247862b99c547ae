"""An invented questionnaire with a filter question, two wordings and items that depend on the anatomy."""

from __future__ import annotations

from dataclasses import replace

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.domain.instrument import (
    Direction,
    Domain,
    Instrument,
    Item,
    ItemKind,
    ItemWording,
    Scale,
    Tells,
    Wording,
)

CODES = (1, 2, 3, 4)
HAS_BAG, NO_BAG = 1, 0

FILTER = Item("bag", "1", "bag on the belly", ItemKind.CHOICE, (HAS_BAG, NO_BAG), tells=Tells("stoma", HAS_BAG))
LEAKS = Item("leaks", "2", "leaks from below", ItemKind.CHOICE, CODES, variants={"stoma": "leaks around the bag"})
SKIN = Item("skin", "3", "sore skin below", ItemKind.CHOICE, CODES, variants={"stoma": "sore skin under the bag"})
CARE = Item("care", "4", "care of the bag", ItemKind.CHOICE, CODES, applies_if=("stoma",))
TOILET = Item("toilet", "5", "way to the toilet", ItemKind.CHOICE, CODES, applies_if=("no_stoma",))
SHAVE = Item("shave", "6", "shaving", ItemKind.CHOICE, CODES, applies_if=("male",))
NUMB = Item("numb", "7", "numb leg", ItemKind.CHOICE, CODES, applies_if=("nerve_resection",))


def scale(scale_id: str, name: str, *items: str, method: str = "mean") -> Scale:
    """A symptom scale from 1 to 4."""
    parameters = {"missing": "half"} if method == "mean" else {}
    return Scale(scale_id, name, Domain.SYMPTOM, Direction.WORSE, 1, 4, items, method, parameters)


BOWEL = Instrument(
    id="bowel_test",
    version="1.0",
    title="Your bowel",
    short_title="Bowel",
    recall="the past week",
    licence_class="A",
    own_wording=True,
    holder="invented for tests",
    references=(),
    scoring_version="1",
    items=(FILTER, LEAKS, SKIN, CARE, TOILET, SHAVE, NUMB),
    scales=(
        replace(scale("BOTHER", "Bother", "leaks", "skin"), primary=True),
        scale("CARE", "Care", "care", method="single_item"),
        scale("DAY", "The day", "care", "toilet"),
    ),
    digest="0" * 64,
    minutes=1,
)


def _wording() -> Wording:
    topics = {item.id: item.topic for item in BOWEL.items}
    topics |= {f"{item.id}@{fact}": topic for item in BOWEL.items for fact, topic in item.variants.items()}
    yes_no = {HAS_BAG: "Yes", NO_BAG: "No"}
    labels = {1: "Not at all", 2: "A little", 3: "Quite a bit", 4: "Very much"}
    items = {
        key: ItemWording(f"How about {topic}?", yes_no if key == FILTER.id else labels) for key, topic in topics.items()
    }
    return Wording(
        BOWEL.id, BOWEL.version, "en", BOWEL.title, "In the past week:", items, approved=True, digest="1" * 64
    )


def with_filter_form(catalogue: Catalogue, instrument: Instrument = BOWEL) -> Catalogue:
    """The same definitions, with this questionnaire (or a changed one of its id) as the only one of every visit."""
    protocols = tuple(
        replace(one, visits=tuple(replace(visit, instruments=(BOWEL.id,)) for visit in one.visits))
        for one in catalogue.protocols
    )
    wordings = {**catalogue.wordings, (BOWEL.id, BOWEL.version, "en"): _wording()}
    return replace(catalogue, instruments=(*catalogue.instruments, instrument), protocols=protocols, wordings=wordings)
