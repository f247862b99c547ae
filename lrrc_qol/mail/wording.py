"""The words of one kind of message: the shipped ones or a centre's own, and what is wrong with proposed ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lrrc_qol.domain.contact import TO_STAFF
from lrrc_qol.mail.neutral import forbidden_words, is_neutral
from lrrc_qol.mail.texts import PLACEHOLDER, SOURCE_LANGUAGE, mail_texts

SOFT = "_soft"
LONGEST_LINES = {"subject": 80, "opening": 300, "link_text": 60, "sms": 160}
LONGEST_LINE = 400
MOST_LINES = 8
LISTS = ("before", "after")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a message with their placeholders; `before` and `after` stand around the link.

    `opening_one` says the opening for exactly one, where that differs. `sms` is a whole short
    message, empty where there is none.
    """

    subject: str
    opening: str
    before: tuple[str, ...]
    link_text: str
    after: tuple[str, ...]
    opening_one: str = ""
    sms: str = ""


def words_of(table: Mapping[str, Any]) -> Words:
    """The words of a table as it stands in a text file or in a published version."""
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in table.items()}
    return Words(**values)


def words_name(language: str, kind: str, *, soft: bool) -> str:
    """The table with the words of a kind: the softer one where it is wanted and there is one."""
    name = f"{kind}{SOFT}"
    return name if soft and name in mail_texts()[language] else kind


def sender_shown(name: str, language: str, *, fallback: str) -> str:
    """The name a message is signed with, on one line; the neutral fallback where the centre's own tells too much."""
    shown = " ".join("".join(each if each.isprintable() else " " for each in name).split())
    return shown if shown and is_neutral(shown, language) else fallback


def message_names() -> tuple[str, ...]:
    """The messages to patients whose words a centre may change, in the order of the text files."""
    staff = {kind.value for kind in TO_STAFF}
    return tuple(
        name for name, table in mail_texts()[SOURCE_LANGUAGE].items() if isinstance(table, dict) and name not in staff
    )


def shipped_words(language: str, name: str) -> Words:
    """The words that the program brings; KeyError when there are none."""
    return words_of(mail_texts()[language][name])


def word_faults(language: str, name: str, words: Words) -> dict[str, str]:
    """What is wrong with proposed words, by field; empty when they may go out."""
    shipped = shipped_words(language, name)
    faults: dict[str, str] = {}
    for field, text in _texts(words):
        faults.update({field: fault} if (fault := _fault(field, text, language, bool(getattr(shipped, field)))) else {})
    for field, fault in _placeholder_faults(shipped, words):
        faults.setdefault(field, fault)
    return faults


def _texts(words: Words) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "subject", (words.subject,)
    yield "opening", (words.opening,)
    yield "before", words.before
    yield "link_text", (words.link_text,)
    yield "after", words.after
    yield "sms", (words.sms,)


def _fault(field: str, lines: tuple[str, ...], language: str, needed: bool) -> str | None:
    longest = LONGEST_LINES.get(field, LONGEST_LINE)
    telling = [word for line in lines for word in forbidden_words(line, language)]
    if needed and field not in LISTS and not lines[0].strip():
        return "Write something here."
    if len(lines) > MOST_LINES:
        return f"Use at most {MOST_LINES} paragraphs."
    if any(len(line) > longest or not line.isprintable() for line in lines):
        return f"Use at most {longest} characters, on one line."
    if telling:
        return f"A message must not say “{telling[0]}”: whoever sees it would learn too much. Use a neutral word."
    return None


def _placeholder_faults(shipped: Words, words: Words) -> Iterator[tuple[str, str]]:
    """Mail and short message must each name what the shipped one names, anywhere in their text, and nothing else."""
    for fields in (("subject", "opening", "before", "link_text", "after"), ("sms",)):
        needed = {name for field in fields for name in _named(getattr(shipped, field))}
        found = {field: _named(getattr(words, field)) for field in fields}
        for field, names in found.items():
            for name in sorted(names - needed):
                yield field, f"{{{name}}} is not known here." if name.isidentifier() else f"Write no “{name}”."
        missing = sorted(needed.difference(*found.values()))
        if missing:
            yield (
                ("opening" if "opening" in fields else fields[0]),
                f"{{{missing[0]}}} must stand somewhere in the text.",
            )
    for field in ("subject", "link_text"):
        if _named(getattr(words, field)):
            yield field, "Use no {…} here."


def _named(value: str | tuple[str, ...]) -> set[str]:
    lines = (value,) if isinstance(value, str) else value
    return {name or stray for line in lines for name, stray in PLACEHOLDER.findall(line)}
