"""The sentences of the patient pages in every complete language; a lacking or broken one stops the start."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from gettext import GNUTranslations, NullTranslations, c2py
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Protocol

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from lrrc_qol.catalogue.definition_file import read_definition, read_schema
from lrrc_qol.domain.errors import DefinitionError

SOURCE_LANGUAGE = "en"
"""The language the sentences are written in; it needs no catalogue."""

TEMPLATE_FILE = "messages.pot"
COUNT = "num"
"""The placeholder of the number that chooses a plural form; a form that means one exact number may leave it out."""

_PLACEHOLDER = re.compile(r"%(?:\((\w+)\)s|%)?")
_MARKUP = re.compile(r"[<>&]")
# Dates of the source language are written the way most of its patients do: day before month, 24 hours.
_LOCALES = {SOURCE_LANGUAGE: "en_GB"}


class Gettext(Protocol):
    """What knows the sentences of one language."""

    def gettext(self, message: str) -> str:
        """The sentence in this language."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The sentence in this language in the form that belongs to `n`."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence for somebody who compares languages: as it is written, and what a language makes of it.

    Where the sentence has no number, `number` is None; else it is the smallest one that takes this form.
    """

    source: str
    number: int | None
    translated: str


@dataclass(frozen=True, slots=True)
class Translations:
    """One language as the patient pages need it: its sentences, its habits with dates, its direction.

    `listed` are all sentences in the order of the template.
    """

    language: str
    locale: Locale
    sentences: Gettext
    listed: tuple[Sentence, ...] = ()

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        """The way the language is written, as the `dir` attribute names it."""
        return "rtl" if self.locale.text_direction == "rtl" else "ltr"

    def gettext(self, message: str) -> str:
        """The sentence in this language; placeholders such as `%(name)s` stay for the caller to fill."""
        return self.sentences.gettext(message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """The sentence in this language in the form for `number`; placeholders stay, also `%(num)s`."""
        return self.sentences.ngettext(singular, plural, number)


def read_translations(folder: Path) -> Mapping[str, Translations]:
    """Read the languages listed as complete, by tag; DefinitionError names the first sentence that is not right."""
    listed = read_definition(folder / "languages.toml", read_schema(folder / "languages.schema.json"))
    wanted = _read_po(folder / TEMPLATE_FILE, locale=None)
    source = locale_of(SOURCE_LANGUAGE)
    found = {SOURCE_LANGUAGE: Translations(SOURCE_LANGUAGE, source, NullTranslations(), _listed(wanted, None))}
    for position, language in enumerate(listed.data["complete"]):
        try:
            locale = locale_of(language)
        except ValueError:
            raise listed.error(("complete", position), f"{language!r} is no language tag that Babel knows") from None
        path = catalogue_file(folder, locale)
        catalog = _read_po(path, locale=locale)
        for line, fault in catalogue_faults(catalog, wanted, locale):
            raise DefinitionError(str(path), f"line {line}" if line else "file", fault)
        found[language] = Translations(language, locale, _compiled(catalog), _listed(wanted, catalog))
    return MappingProxyType(found)


def locale_of(language: str) -> Locale:
    """The habits of a language by its tag (`zh-Hans`); ValueError when there is no such language."""
    try:
        return Locale.parse(_LOCALES.get(language, language.replace("-", "_")))
    except UnknownLocaleError as error:
        raise ValueError(f"unknown language {language!r}") from error


def own_name(language: str) -> str:
    """A language as those who speak it call it: `Nederlands`; the tag itself where there is no such language."""
    try:
        return Locale.parse(language, sep="-").get_display_name() or language
    except (ValueError, UnknownLocaleError):
        return language


def language_name(language: str) -> str:
    """What staff read for a tag: `Dutch (Nederlands)`; the tag itself where there is no such language."""
    try:
        locale = Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        return language
    english, own = locale.get_display_name("en") or language, locale.get_display_name() or language
    return english if own == english else f"{english} ({own})"


def direction_of(language: str) -> Literal["ltr", "rtl"]:
    """The way a language is written by its tag; left to right for a tag that Babel does not know."""
    try:
        return "rtl" if locale_of(language).text_direction == "rtl" else "ltr"
    except ValueError:
        return "ltr"


def catalogue_file(folder: Path, locale: Locale) -> Path:
    """Where the sentences of a language stand, in the layout that gettext tools know."""
    return folder / str(locale) / "LC_MESSAGES" / "messages.po"


def catalogue_faults(catalog: Catalog, wanted: Catalog, locale: Locale) -> Iterator[tuple[int | None, str]]:
    """What keeps a catalogue from being complete: the line where it is seen (None for the whole file) and why."""
    yield from ((None, fault) for fault in _plural_rule_faults(catalog, locale))
    for needed in _messages(wanted):
        message = catalog.get(needed.id)
        if message is None:
            yield None, f"{_name(needed)} is missing; run `make messages`, then translate it"
        else:
            yield from ((message.lineno, fault) for fault in _message_faults(message, catalog.num_plurals))
    for message in _messages(catalog):
        if wanted.get(message.id) is None:
            yield message.lineno, f"{_name(message)} is used nowhere any more; run `make messages`"


def _listed(wanted: Catalog, catalog: Catalog | None) -> tuple[Sentence, ...]:
    """The sentences of the template in a language; None is the language they are written in."""
    form_of = c2py(catalog.plural_expr) if catalog else lambda number: int(number != 1)
    smallest = {form_of(number): number for number in reversed(range(1000))}
    found: list[Sentence] = []
    for message in _messages(wanted):
        source = _forms(message.id)
        own = catalog.get(message.id) if catalog else None
        forms = _forms(own.string) if own else source
        numbers = [smallest.get(form) for form in range(len(forms))] if message.pluralizable else [None]
        found += [
            Sentence(source[0] if number in {None, 1} else source[-1], number, form)
            for number, form in zip(numbers, forms, strict=True)
        ]
    return tuple(found)


def _messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def _name(message: Message) -> str:
    return repr(_forms(message.id)[0])


def _forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ("",))


def _message_faults(message: Message, plural_forms: int) -> Iterator[str]:
    name, forms = _name(message), _forms(message.string)
    if message.fuzzy:
        yield f"{name} is marked fuzzy; check the translation, then remove the mark"
    elif len(forms) != (plural_forms if message.pluralizable else 1):
        yield f"{name} has {len(forms)} forms, the language has {plural_forms}"
    elif not all(form.strip() for form in forms):
        yield f"{name} is not translated"
    elif any(_MARKUP.search(form) for form in forms):
        yield f"{name} holds markup; a translation is text only"
    else:
        yield from _placeholder_faults(message, name, forms)


def _placeholder_faults(message: Message, name: str, forms: tuple[str, ...]) -> Iterator[str]:
    expected = placeholders(_forms(message.id)[-1])
    for form in forms:
        # "One minute" and "two minutes" are words of their own in some languages.
        excused = {COUNT} if message.pluralizable else set()
        if not expected - excused <= placeholders(form) <= expected:
            known = ", ".join(f"%({one})s" for one in sorted(expected)) or "none; write a percent sign as %%"
            yield f"{name} has other placeholders in the translation {form!r}; needed: {known}"


def placeholders(text: str) -> set[str]:
    """The names between `%(` and `)s`; a stray percent sign, which would break the sentence, counts as the name `%`."""
    return {found[1] or "%" for found in _PLACEHOLDER.finditer(text) if found[0] != "%%"}


def _plural_rule_faults(catalog: Catalog, locale: Locale) -> Iterator[str]:
    """The file's own rule must tell apart what the language tells apart: each group of numbers has its own form."""
    form_of = c2py(catalog.plural_expr)
    pairs = {(locale.plural_form(number), form_of(number)) for number in range(1000)}
    groups, forms = {group for group, _ in pairs}, {form for _, form in pairs}
    if not len(pairs) == len(groups) == len(forms) == catalog.num_plurals:
        yield f"its Plural-Forms do not tell apart the {len(groups)} groups of numbers that the language knows"


def _read_po(path: Path, *, locale: Locale | None) -> Catalog:
    try:
        with path.open("rb") as file:
            return read_po(file, locale=locale, abort_invalid=True)
    except FileNotFoundError:
        raise DefinitionError(str(path), "file", "is missing; run `make messages`") from None
    except UnicodeDecodeError as error:
        raise DefinitionError(str(path), f"byte {error.start}", "is not UTF-8 text; save the file as UTF-8") from None
    except (PoFileError, ValueError) as error:
        raise DefinitionError(str(path), "file", f"is not a message catalogue: {error}") from None


def _compiled(catalog: Catalog) -> GNUTranslations:
    packed = BytesIO()
    write_mo(packed, catalog)
    packed.seek(0)
    return GNUTranslations(packed)
