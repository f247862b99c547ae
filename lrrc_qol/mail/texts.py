"""The words of the mails in every language that has them: `texts.<language>.toml`, each as complete as the English."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale

from lrrc_qol.config import EMAIL_DIR
from lrrc_qol.domain.contact import MessageKind
from lrrc_qol.domain.errors import DefinitionError

SOURCE_LANGUAGE = "en"
"""The language in which every mail is written first; staff get theirs in it."""

PLACEHOLDER = re.compile(r"\{(\w+)\}|([{}])")
# Mails to staff are in English everywhere.
OPTIONAL = frozenset({MessageKind.STAFF_ALERT.value})


@cache
def mail_texts(folder: Path = EMAIL_DIR) -> Mapping[str, Mapping[str, Any]]:
    """The texts by language tag; DefinitionError names the file and the key that is missing, unknown or different."""
    texts = {path.name.split(".")[1]: _read(path) for path in sorted(folder.glob("texts.*.toml"))}
    if SOURCE_LANGUAGE not in texts:
        raise DefinitionError(str(folder / f"texts.{SOURCE_LANGUAGE}.toml"), "file", "is missing")
    for language, own in texts.items():
        for key, reason in _faults(own, texts[SOURCE_LANGUAGE]):
            raise DefinitionError(str(folder / f"texts.{language}.toml"), key, reason)
    return texts


@cache
def direction_of(language: str) -> str:
    """The way a language is written, as the `dir` attribute names it: ltr or rtl."""
    return Locale.parse(language, sep="-").text_direction


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DefinitionError(str(path), "file", f"is not valid TOML in UTF-8: {error}") from None


def _faults(own: Mapping[str, Any], original: Mapping[str, Any], table: str = "") -> Iterator[tuple[str, str]]:
    for name in original:
        key = f"{table}.{name}" if table else name
        if name not in own:
            if name not in OPTIONAL:
                yield key, "is missing; a language has every text of the English file"
        elif isinstance(original[name], dict) and isinstance(own[name], dict):
            yield from _faults(own[name], original[name], key)
        else:
            yield from ((key, reason) for reason in _value_faults(own[name], original[name]))
    for name in own:
        if name not in original:
            yield f"{table}.{name}" if table else name, "is not known; the English file has no such text"


def _value_faults(own: object, original: object) -> Iterator[str]:
    if type(own) is not type(original) or not all(isinstance(text, str) and text.strip() for text in _lines(own)):
        yield "must be of the same kind as in the English file, and not blank"
    elif _placeholders(own) != _placeholders(original):
        needed = ", ".join(f"{{{name}}}" for name in sorted(_placeholders(original))) or "none"
        yield f"must name the same as in the English file: {needed}"


def _lines(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _placeholders(value: object) -> set[str]:
    """The names in curly brackets, and any bracket that stands alone: it would break the sentence."""
    return {name or stray for line in _lines(value) for name, stray in PLACEHOLDER.findall(line)}
