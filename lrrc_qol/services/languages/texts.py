"""Everything a patient reads in one language, side by side with the English it was translated from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.catalogue.translations import SOURCE_LANGUAGE
from lrrc_qol.domain.contact import MessageKind
from lrrc_qol.domain.instrument import Instrument, Wording
from lrrc_qol.mail.texts import mail_texts

FOR_STAFF = MessageKind.STAFF_ALERT.value


@dataclass(frozen=True, slots=True)
class Line:
    """One text: where it stands (`key` for machines, `place` for people), in English, and in the other language."""

    key: str
    place: str
    english: str
    translated: str


@dataclass(frozen=True, slots=True)
class Section:
    """Texts that belong together, in the order in which a patient meets them."""

    title: str
    lines: tuple[Line, ...]


def language_texts(catalogue: Catalogue, language: str) -> tuple[Section, ...]:
    """What tells a patient whom to call, the questionnaires written here, the pages, the mails.

    Only what is there in this language: `missing_parts` names the rest.
    """
    return (
        *_instructions(catalogue, language),
        *_questionnaires(catalogue, language),
        *_pages(catalogue, language),
        *_mails(language),
    )


def texts_digest(sections: tuple[Section, ...]) -> str:
    """SHA-256 of all texts with the English beside them; their order does not matter.

    The English counts too: a translation that stayed while its original changed has to be read again.
    """
    texts = sorted((line.key, line.english, line.translated) for section in sections for line in section.lines)
    return hashlib.sha256(json.dumps(texts, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def known_languages(catalogue: Catalogue) -> tuple[str, ...]:
    """Every language that has at least a part of what a patient reads."""
    found = {language for _, _, language in catalogue.wordings} | set(catalogue.messages) | catalogue.mail_languages
    return tuple(sorted(found.union(*(rules.instructions for rules in catalogue.rule_sets.values()))))


def missing_parts(catalogue: Catalogue, language: str) -> tuple[str, ...]:
    """What a language lacks to be complete, in words for staff; empty when a patient can be asked in it."""
    parts = {
        "the patient pages": language in catalogue.messages,
        "the mails": language in catalogue.mail_languages,
    }
    for (protocol, version), rules in catalogue.rule_sets.items():
        parts[f"the instructions of {protocol} {version}"] = language in rules.instructions
    for one in _present_ones(catalogue):
        parts[f"the questionnaire “{one.title}”"] = (one.id, one.version, language) in catalogue.wordings
    return tuple(name for name, there in parts.items() if not there)


def _present_ones(catalogue: Catalogue) -> list[Instrument]:
    return [one for one in catalogue.instruments if one.own_wording and one == catalogue.instrument(one.id)]


def _instructions(catalogue: Catalogue, language: str) -> Iterator[Section]:
    for (protocol, version), rules in sorted(catalogue.rule_sets.items()):
        own = rules.instructions.get(language, {})
        lines = [
            Line(f"instruction/{protocol}/{version}/{name}/{part}", f"{name}: {part}", english, translated)
            for name, instruction in own.items()
            for part, english, translated in (
                ("title", rules.instructions[SOURCE_LANGUAGE][name].title, instruction.title),
                ("text", rules.instructions[SOURCE_LANGUAGE][name].text, instruction.text),
            )
        ]
        if lines:
            yield Section(f"What a patient is told at once after a severe answer ({protocol} {version})", tuple(lines))


def _questionnaires(catalogue: Catalogue, language: str) -> Iterator[Section]:
    """All versions that are there: somebody may still answer an earlier one."""
    for one in catalogue.instruments:
        wording = catalogue.wordings.get((one.id, one.version, language))
        original = catalogue.wordings.get((one.id, one.version, SOURCE_LANGUAGE))
        if wording is not None and original is not None and one.own_wording:
            yield Section(
                f"Questionnaire “{one.title}” ({one.id} {one.version})", tuple(_wording_lines(one, original, wording))
            )


def _wording_lines(one: Instrument, original: Wording, wording: Wording) -> Iterator[Line]:
    start = f"questionnaire/{one.id}/{one.version}"
    yield Line(f"{start}/title", "title", original.title, wording.title)
    yield Line(f"{start}/recall", "time asked about", original.recall, wording.recall)
    if original.credit or wording.credit:
        yield Line(f"{start}/credit", "credit", original.credit, wording.credit)
    for key, item in one.wording_keys():
        english, own = original.items[key], wording.items[key]
        yield Line(f"{start}/{key}/text", f"{item.number} question", english.text, own.text)
        if english.help or own.help:
            yield Line(f"{start}/{key}/help", f"{item.number} help", english.help, own.help)
        for code, label in own.labels.items():
            yield Line(f"{start}/{key}/{code}", f"{item.number} answer {code}", english.labels[code], label)


def _pages(catalogue: Catalogue, language: str) -> Iterator[Section]:
    if language not in catalogue.messages:
        return
    lines = []
    for position, sentence in enumerate(catalogue.messages[language].listed, start=1):
        number = "" if sentence.number is None else f" for {sentence.number}"
        key = f"page/{sentence.source}/{sentence.number}"
        lines.append(Line(key, f"{position}{number}", sentence.source, sentence.translated))
    yield Section("Pages: buttons, notices, safety notes", tuple(lines))


def _mails(language: str) -> Iterator[Section]:
    texts = mail_texts()
    if language in texts:
        yield Section("Mails", tuple(_mail_lines(texts[SOURCE_LANGUAGE], texts[language])))


def _mail_lines(english: Mapping[str, Any], own: Mapping[str, Any], before: str = "") -> Iterator[Line]:
    for name, original in english.items():
        if name == FOR_STAFF or not (original or own[name]):
            continue
        place = f"{before}{name}".replace("_", " ")
        if isinstance(original, dict):
            yield from _mail_lines(original, own[name], f"{before}{name}: ")
        elif isinstance(original, list):
            yield Line(f"mail/{before}{name}", place, "\n".join(original), "\n".join(own[name]))
        else:
            yield Line(f"mail/{before}{name}", place, original, own[name])
