"""The words an instrument is shown in: shipped texts, checked for completeness, and stand-in topics for demos."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jsonschema import Draft202012Validator

from lrrc_qol.catalogue.definition_file import DefinitionFile, Key, read_definition
from lrrc_qol.domain.instrument import VARIANT, Instrument, Item, ItemKind, ItemWording, Wording

TOPIC_LANGUAGE = "en"
"""Topics are written in English only; no other language may fall back to them."""


def read_wording(path: Path, schema: Draft202012Validator, instrument: Instrument) -> Wording:
    """Read one text.<lang>.toml; DefinitionError when it is not exactly the instrument's items and codes."""
    file = read_definition(path, schema)
    for key, reason in _faults(file, instrument):
        raise file.error(key, reason)
    items = {key: _item_wording(file.data["items"][key]) for key, _ in instrument.wording_keys()}
    return make_wording(
        instrument,
        language=file.data["language"],
        title=file.data["title"],
        recall=file.data["recall"],
        items=items,
        approved=True,
        credit=instrument.credit,
    )


def topic_wording(instrument: Instrument) -> Wording:
    """Stand-in text for an instrument whose wording may not be shipped: our topics and numbered answers.

    Never approved: only demo and test mode may show it, under a banner that says what it is. It carries no credit,
    because none of its words are the holder's.
    """
    return make_wording(
        instrument,
        language=TOPIC_LANGUAGE,
        title=instrument.title,
        recall=f"Stand-in text. The answers are about {instrument.recall}.",
        items={
            key: ItemWording(_sentence_case(_topic(key, item)), _neutral_labels(item))
            for key, item in instrument.wording_keys()
        },
        approved=False,
    )


def make_wording(
    instrument: Instrument,
    *,
    language: str,
    title: str,
    recall: str,
    items: Mapping[str, ItemWording],
    approved: bool,
    credit: str = "",
) -> Wording:
    """A wording with its digest: the SHA-256 of everything that a patient reads, in the order it is read.

    `items` is keyed by wording key; the same words have the same digest whether or not they are approved.
    """
    seen: dict[str, Any] = {
        "instrument": instrument.id,
        "version": instrument.version,
        "language": language,
        "title": title,
        "recall": recall,
        "items": [
            [key, item.text, item.help, [[code, label] for code, label in item.labels.items()]]
            for key, item in items.items()
        ],
    }
    if credit:  # responses keep the digests of wordings that never had one
        seen["credit"] = credit
    canonical = json.dumps(seen, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Wording(
        instrument_id=instrument.id,
        version=instrument.version,
        language=language,
        title=title,
        recall=recall,
        items=MappingProxyType(dict(items)),
        approved=approved,
        digest=hashlib.sha256(canonical.encode()).hexdigest(),
        credit=credit,
    )


def label_faults(item: Item, labels: Mapping[int, str]) -> Iterator[tuple[int | None, str]]:
    """What is wrong with the labels of one item, each fault with the code it is about (None: with all of them)."""
    wanted = item.labelled_codes()
    for code in wanted:
        if not labels.get(code, "").strip():
            yield None, f"code {code} has no label"
    for code in labels:
        if code not in wanted:
            what = "the item has no such code" if item.kind is ItemKind.CHOICE else "only its ends are labelled"
            yield code, f"label for code {code}: {what}"
    if len(set(labels.values())) != len(labels):
        yield None, "two codes have the same label"


def _item_wording(data: dict[str, Any]) -> ItemWording:
    labels = {int(code): label for code, label in data["labels"].items()}
    return ItemWording(data["text"], MappingProxyType(dict(sorted(labels.items()))), data.get("help", ""))


def _neutral_labels(item: Item) -> MappingProxyType[int, str]:
    lowest, highest = min(item.codes), max(item.codes)
    if item.kind is not ItemKind.CHOICE:
        return MappingProxyType({lowest: "lowest", highest: "highest"})
    ends = {lowest: f"{lowest} – lowest", highest: f"{highest} – highest"}
    return MappingProxyType({code: ends.get(code, str(code)) for code in item.codes})


def _topic(key: str, item: Item) -> str:
    _, _, fact = key.partition(VARIANT)
    return item.variants[fact] if fact else item.topic


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
    known = dict(instrument.wording_keys())
    for key in texts:
        if key not in known:
            yield ("items", key), f"the instrument has no item {key!r}"
    for key, item in known.items():
        if key not in texts:
            yield ("items",), f"there is no text for item {key!r}; add [items.{_toml_key(key)}]"
            return
        labels = {int(code): label for code, label in texts[key]["labels"].items()}
        for code, reason in label_faults(item, labels):
            yield ("items", key, "labels", *(() if code is None else (str(code),))), reason


def _toml_key(key: str) -> str:
    return f'"{key}"' if VARIANT in key else key
