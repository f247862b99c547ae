"""The words an instrument is shown in: shipped texts, checked for completeness, and stand-in topics for demos."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jsonschema import Draft202012Validator

from lrrc_qol.catalogue.definition_file import DefinitionFile, Key, read_definition
from lrrc_qol.domain.instrument import Instrument, Item, ItemKind, ItemWording, Wording

TOPIC_LANGUAGE = "en"
"""Topics are written in English only; no other language may fall back to them."""


def read_wording(path: Path, schema: Draft202012Validator, instrument: Instrument) -> Wording:
    """Read one text.<lang>.toml; DefinitionError when it is not exactly the instrument's items and codes."""
    file = read_definition(path, schema)
    for key, reason in _faults(file, instrument):
        raise file.error(key, reason)
    items = {item.id: _item_wording(file.data["items"][item.id]) for item in instrument.items}
    return _wording(
        instrument,
        language=file.data["language"],
        title=file.data["title"],
        recall=file.data["recall"],
        items=items,
        approved=True,
    )


def topic_wording(instrument: Instrument) -> Wording:
    """Stand-in text for an instrument whose wording may not be shipped: our topics and numbered answers.

    Never approved: only demo and test mode may show it, under a banner that says what it is.
    """
    return _wording(
        instrument,
        language=TOPIC_LANGUAGE,
        title=instrument.title,
        recall=f"Stand-in text. The answers are about {instrument.recall}.",
        items={item.id: ItemWording(_sentence_case(item.topic), _neutral_labels(item)) for item in instrument.items},
        approved=False,
    )


def _wording(
    instrument: Instrument, *, language: str, title: str, recall: str, items: dict[str, ItemWording], approved: bool
) -> Wording:
    seen = {
        "instrument": instrument.id,
        "version": instrument.version,
        "language": language,
        "title": title,
        "recall": recall,
        "items": [
            [item_id, item.text, item.help, [[code, label] for code, label in item.labels.items()]]
            for item_id, item in items.items()
        ],
    }
    canonical = json.dumps(seen, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Wording(
        instrument_id=instrument.id,
        version=instrument.version,
        language=language,
        title=title,
        recall=recall,
        items=MappingProxyType(items),
        approved=approved,
        digest=hashlib.sha256(canonical.encode()).hexdigest(),
    )


def _item_wording(data: dict[str, Any]) -> ItemWording:
    labels = {int(code): label for code, label in data["labels"].items()}
    return ItemWording(data["text"], MappingProxyType(dict(sorted(labels.items()))), data.get("help", ""))


def _neutral_labels(item: Item) -> MappingProxyType[int, str]:
    lowest, highest = min(item.codes), max(item.codes)
    if item.kind is ItemKind.RATING:
        return MappingProxyType({lowest: "lowest", highest: "highest"})
    ends = {lowest: f"{lowest} – lowest", highest: f"{highest} – highest"}
    return MappingProxyType({code: ends.get(code, str(code)) for code in item.codes})


def _sentence_case(topic: str) -> str:
    return topic[:1].upper() + topic[1:]


def _faults(file: DefinitionFile, instrument: Instrument) -> Iterator[tuple[Key, str]]:
    language = file.path.name.removeprefix("text.").removesuffix(".toml")
    for key, expected, where in (
        ("instrument", instrument.id, "the folder's instrument"),
        ("version", instrument.version, "the folder's version"),
        ("language", language, "the language in the file name"),
    ):
        if file.data[key] != expected:
            yield (key,), f"is {file.data[key]!r}, but {where} is {expected!r}"
    texts = file.data["items"]
    known = {item.id: item for item in instrument.items}
    for item_id in texts:
        if item_id not in known:
            yield ("items", item_id), f"the instrument has no item {item_id!r}"
    for item in instrument.items:
        if item.id not in texts:
            yield ("items",), f"there is no text for item {item.id!r}; add [items.{item.id}]"
            return
        yield from _label_faults(item, texts[item.id]["labels"])


def _label_faults(item: Item, labels: dict[str, str]) -> Iterator[tuple[Key, str]]:
    place: Key = ("items", item.id, "labels")
    wanted = [min(item.codes), max(item.codes)] if item.kind is ItemKind.RATING else list(item.codes)
    for code in wanted:
        if str(code) not in labels:
            yield place, f"code {code} has no label"
    for code_text in labels:
        if int(code_text) not in wanted:
            what = "only its ends are labelled" if item.kind is ItemKind.RATING else "the item has no such code"
            yield (*place, code_text), f"label for code {code_text}: {what}"
    if len(set(labels.values())) != len(labels):
        yield place, "two codes have the same label"
