"""The digest of a wording, its keys, and what its labels must be."""

from __future__ import annotations

import pytest

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.catalogue.wording import label_faults, make_wording, topic_wording
from lrrc_qol.domain.instrument import ItemKind, ItemWording, Wording
from tests.shipped import shipped_catalogue
from tests.wording_sources import make_instrument, make_item

# What responses stored so far keep; it must never change for words that did not.
KEPT = {
    "distress_nrs": "4c4740dc0883dd7a980dada72fb9be66389b308fcc0ceeaf366ebc965ad93163",
    "pain_nrs": "67f71df051ecba57b6d602c7a20639015b35315fc3a44cf07584ebda225262b3",
    "pe_checkin": "43de5c690906a19daf12eba7eda2b0ad75ec54402f971c3c3de50a8bd8dda43b",
    "pe_wellbeing": "e0c7a48b6926cf2a9ea05a612ad0bea117b85bdb380f01ce3d635eeeec356155",
    "qlq_c30": "6f5e7b063246139e1495991c22d86cd4118d885b4e5dec7599161d6f0211f516",
}
NUMBER = make_item("vas", "2", "health today", kind=ItemKind.NUMBER, codes=tuple(range(101)))
TWICE = make_item("w1", "1", "without", variants={"stoma": "with a stoma"})
INSTRUMENT = make_instrument(TWICE, NUMBER)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return shipped_catalogue()


@pytest.mark.parametrize("instrument", KEPT)
def test_words_that_did_not_change_keep_their_digest(catalogue: Catalogue, instrument: str) -> None:
    version = {"qlq_c30": "3.0"}.get(instrument, "1.0")
    assert catalogue.wording(instrument, version, "en", allow_topics=True).digest == KEPT[instrument]


def made(**changes: object) -> Wording:
    named = {"language": "en", "title": "Title", "recall": "Recall", "approved": False, "credit": ""} | changes
    items = named.pop("items", {"w1": ItemWording("Text", {0: "a"}, "Help")})
    return make_wording(INSTRUMENT, items=items, **named)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"language": "de"},
        {"title": "Other"},
        {"recall": "Other"},
        {"credit": "Holder"},
        {"items": {"w1": ItemWording("Other", {0: "a"}, "Help")}},
        {"items": {"w1": ItemWording("Text", {0: "b"}, "Help")}},
        {"items": {"w1": ItemWording("Text", {1: "a"}, "Help")}},
        {"items": {"w1": ItemWording("Text", {0: "a"})}},
        {"items": {"w1@stoma": ItemWording("Text", {0: "a"}, "Help")}},
    ],
)
def test_everything_that_is_read_changes_the_digest(changes: dict[str, object]) -> None:
    assert made(**changes).digest != made().digest


def test_approval_does_not_change_the_digest() -> None:
    assert made(approved=True).digest == made().digest


def test_topics_stand_in_for_second_wordings_and_typed_numbers() -> None:
    words = topic_wording(INSTRUMENT)
    assert {key: item.text for key, item in words.items.items()} == {
        "w1": "Without",
        "w1@stoma": "With a stoma",
        "vas": "Health today",
    }
    assert dict(words.items["vas"].labels) == {0: "lowest", 100: "highest"}
    assert (words.approved, words.credit) == (False, "")


@pytest.mark.parametrize(
    ("item", "labels", "faults"),
    [
        (TWICE, {0: "a", 1: "b", 2: "c", 3: "d"}, []),
        (TWICE, {0: "a", 1: "b", 2: " "}, ["code 2 has no label", "code 3 has no label"]),
        (TWICE, {0: "a", 1: "b", 2: "c", 3: "c"}, ["two codes have the same label"]),
        (TWICE, {0: "a", 1: "b", 2: "c", 3: "d", 4: "e"}, ["label for code 4: the item has no such code"]),
        (NUMBER, {0: "worst", 100: "best"}, []),
        (NUMBER, {0: "worst", 50: "half", 100: "best"}, ["label for code 50: only its ends are labelled"]),
    ],
)
def test_labels_are_held_against_the_codes(item: object, labels: dict[int, str], faults: list[str]) -> None:
    assert [reason for _, reason in label_faults(item, labels)] == faults  # type: ignore[arg-type]
