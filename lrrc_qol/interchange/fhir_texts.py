"""Texts of a FHIR resource in exactly one language: the resource's own, a translation, or none at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lrrc_qol.interchange.fhir_json import Element, extensions, objects, text_of
from lrrc_qol.interchange.plain_text import plain
from lrrc_qol.interchange.proposal import ImportRefused
from lrrc_qol.interchange.source import Notes

RENDERINGS = ("rendering-",)


class Texts:
    """Reads texts in the language asked for. A text that is there in another language only reads as empty."""

    def __init__(self, questionnaire: Element, language: str, notes: Notes) -> None:
        self.wanted = language.casefold()
        self._notes = notes
        own = text_of(questionnaire, "language", "Questionnaire")
        translations = set(_translations(questionnaire))
        self.base = own.casefold()
        if not own and self.wanted not in {one.casefold() for one in translations}:
            self.base = self.wanted
            notes.add(f"The file does not say its language; its texts were taken as {language!r}, so read them closely")
        elif self.wanted not in {self.base, *(one.casefold() for one in translations)}:
            held = ", ".join(sorted({own, *translations} - {""}))
            raise ImportRefused(
                f"Questionnaire.language: the file holds {held}, not {language}; no language stands in for another. "
                "Import it in a language that it holds, or take the file in the language you need."
            )

    def read(self, element: Element, key: str, place: str, *, base: str | None = None) -> str:
        """The text of `key` without markup; `base` is the language of its resource where it is not the main one."""
        own = text_of(element, key, place)
        shadow = element.get(f"_{key}")
        translated: dict[str, str] = {}
        if isinstance(shadow, dict):
            for name, extension in extensions(shadow, place):
                if name == "translation":
                    language, content = _translation(extension, place)
                    translated.setdefault(language.casefold(), content)
                elif name.startswith(RENDERINGS):
                    self._notes.add("Formatting instructions were ignored", place)
        if self.wanted in translated:
            return self.cleaned(translated[self.wanted], place)
        return self.cleaned(own, place) if (base or self.base) == self.wanted else ""

    def designated(self, concept: Element, place: str, base: str) -> str:
        """The label of a concept of an answer list: its designation in the language, or its display."""
        for designation in objects(concept, "designation", place):
            if text_of(designation, "language", place).casefold() == self.wanted:
                return self.cleaned(text_of(designation, "value", place), place)
        return self.read(concept, "display", place, base=base)

    def cleaned(self, text: str, place: str) -> str:
        """`text` as plain text; what was taken out is noted."""
        words, removed = plain(text)
        for what in removed:
            self._notes.add(f"Taken out of the text: {what}", place)
        return words


def _translation(extension: Element, place: str) -> tuple[str, str]:
    language = content = ""
    for name, part in extensions(extension, place):
        if name == "lang":
            language = text_of(part, "valueCode", place) or text_of(part, "valueString", place)
        elif name == "content":
            content = text_of(part, "valueString", place) or text_of(part, "valueMarkdown", place)
    return language, content


def _translations(root: Any) -> Iterator[str]:
    """Languages of all translations of questions and answers, wherever they stand below `root`."""
    waiting = [root]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            waiting += one.values()
            url = one.get("url")
            if isinstance(url, str) and url.endswith("/translation"):
                language = _translation(one, "extension translation")[0]
                if language:
                    yield language
