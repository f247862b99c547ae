"""The words of a pack as they are stored, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from lrrc_qol.catalogue.wording import label_faults, make_wording
from lrrc_qol.domain.instrument import Instrument, ItemWording, Wording

TITLE_LIMIT = 200
TEXT_LIMIT = 4000
LABEL_LIMIT = 500


def as_content(wording: Wording) -> dict[str, Any]:
    """The stored form of a wording; lists where the order counts, because a JSON object need not keep it."""
    return {
        "title": wording.title,
        "recall": wording.recall,
        "credit": wording.credit,
        "items": [
            {"key": key, "text": item.text, "help": item.help, "labels": [list(pair) for pair in item.labels.items()]}
            for key, item in wording.items.items()
        ],
    }


def as_wording(instrument: Instrument, language: str, content: Mapping[str, Any], *, approved: bool) -> Wording:
    """The wording that was stored; its digest is computed anew from the words."""
    return make_wording(
        instrument,
        language=language,
        title=content["title"],
        recall=content["recall"],
        items={entry["key"]: _item(entry) for entry in content["items"]},
        approved=approved,
        credit=content["credit"],
    )


def ordered(instrument: Instrument, items: Mapping[str, ItemWording]) -> dict[str, ItemWording]:
    """The items in printed order with their labels in the order of the codes; keys of other items are left out."""
    return {
        key: ItemWording(
            items[key].text.strip(),
            MappingProxyType({code: label.strip() for code, label in sorted(items[key].labels.items())}),
            items[key].help.strip(),
        )
        for key, _ in instrument.wording_keys()
        if key in items
    }


def lacking(instrument: Instrument, title: str, items: Mapping[str, ItemWording]) -> Iterator[tuple[str, str]]:
    """What keeps words from being complete, as (wording key or field, reason)."""
    if not title.strip():
        yield "title", "there is no title"
    for key, item in instrument.wording_keys():
        if key not in items or not items[key].text.strip():
            yield key, "there is no text"
        else:
            for _, reason in label_faults(item, items[key].labels):
                yield key, reason


def text_faults(title: str, recall: str, credit: str, items: Mapping[str, ItemWording]) -> dict[str, str]:
    """Texts that cannot be shown as they are, by wording key or field: too long, or with control characters."""
    texts = {"title": [(title, TITLE_LIMIT)], "recall": [(recall, TEXT_LIMIT)], "credit": [(credit, TEXT_LIMIT)]}
    for key, item in items.items():
        labels = [(label, LABEL_LIMIT) for label in item.labels.values()]
        texts[key] = [(item.text, TEXT_LIMIT), (item.help, TEXT_LIMIT), *labels]
    return {
        name: fault
        for name, given in texts.items()
        for text, limit in given
        if (fault := _text_fault(text, limit)) is not None
    }


def _text_fault(text: str, limit: int) -> str | None:
    if len(text) > limit:
        return f"The text has {len(text)} characters; at most {limit} can be shown."
    if any(ord(character) < 32 and character not in "\n\t" for character in text):
        return "The text holds a control character that cannot be shown."
    return None


def _item(entry: Mapping[str, Any]) -> ItemWording:
    return ItemWording(
        entry["text"], MappingProxyType({int(code): label for code, label in entry["labels"]}), entry["help"]
    )
