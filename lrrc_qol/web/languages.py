"""Which language a page speaks, and the words for it: `_()` and `ngettext()` of the templates end here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import cast

from babel import Locale, UnknownLocaleError
from flask import Flask, g, has_request_context, request, session

from lrrc_qol.catalogue.translations import SOURCE_LANGUAGE, Translations
from lrrc_qol.persistence.db import DatabaseBusy
from lrrc_qol.services.context import ANONYMOUS_PATIENT
from lrrc_qol.services.languages import reviewed_languages
from lrrc_qol.web.guards import runtime

STAFF_BLUEPRINTS = frozenset({"staff", "admin", "auth"})
"""Their pages are in English."""

LANGUAGE_KEY = "language"

# A browser names a handful; a longer list is nobody's.
MOST_WISHES = 12
LONGEST_TAG = 35


def install_languages(app: Flask) -> None:
    """Give the templates `_()`, `ngettext()` and what they ask about the page's language."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined] # added by the extension
        gettext=lambda message: page_words().gettext(message),
        ngettext=lambda singular, plural, number: page_words().ngettext(singular, plural, number),
        newstyle=True,
    )
    app.add_template_global(page_language)
    app.add_template_global(page_direction)
    app.add_template_global(page_is_draft)


def speak(language: str, *, draft: bool) -> None:
    """Give the page of this request the language of the patient it is for, known before anybody took a seat."""
    g.language, g.draft_language = language, draft


def remember(language: str) -> None:
    """Keep the language in this browser's session, for the pages that come after the seat has ended."""
    session[LANGUAGE_KEY] = language


def greet() -> None:
    """Let a page for nobody in particular follow the browser; in production to languages that a centre has reviewed.

    Asks the database only when the browser wants another language than English, and does without where it is busy.
    """
    asked = preferred_language(request.accept_languages.values(), runtime().catalogue.languages())
    if asked == SOURCE_LANGUAGE or runtime().settings.open_doors:
        return
    with suppress(DatabaseBusy), runtime().reading(ANONYMOUS_PATIENT) as work:
        g.greeting_languages = reviewed_languages(work)


def page_language() -> str:
    """The tag of the page's language.

    The patient's own; English for staff; where nobody is known the one this browser had before, then the first that
    the browser asks for, else English.
    """
    seat = g.get("seat")
    own = seat.told_in if seat else g.get("language")
    if own:
        return runtime().catalogue.spoken(own)
    if not has_request_context() or request.blueprint in STAFF_BLUEPRINTS:
        return SOURCE_LANGUAGE
    if LANGUAGE_KEY in session:
        return runtime().catalogue.spoken(str(session[LANGUAGE_KEY]))
    return preferred_language(request.accept_languages.values(), _greeting_languages())


def page_is_draft() -> bool:
    """Whether the page must say that nobody has reviewed its translation; never in production, never in English."""
    if not runtime().settings.open_doors or page_language() == SOURCE_LANGUAGE:
        return False
    seat = g.get("seat")
    return bool(seat.draft_language if seat else g.get("draft_language", True))


def _greeting_languages() -> Sequence[str]:
    """The languages a page for nobody in particular may be in; English alone until `greet` looked them up."""
    if runtime().settings.open_doors:
        return runtime().catalogue.languages()
    return cast("Sequence[str]", g.get("greeting_languages", (SOURCE_LANGUAGE,)))


def page_direction() -> str:
    """The way the page is written: ltr or rtl."""
    return page_words().direction


def page_words() -> Translations:
    """The sentences of the page's language."""
    return runtime().catalogue.translations(page_language())


def preferred_language(wishes: Iterable[str], known: Sequence[str]) -> str:
    """The first of a browser's languages that is among `known`, English when none is.

    A region does not matter (`nl-BE` is served by `nl`), the script does: `zh-TW` is not served by `zh-Hans`.
    """
    for wish in list(wishes)[:MOST_WISHES]:
        for language in known:
            if _serves(language, wish):
                return language
    return SOURCE_LANGUAGE


def _serves(language: str, wish: str) -> bool:
    offered, wanted = _parsed(language), _parsed(wish)
    if offered is None or wanted is None or offered.language != wanted.language:
        return False
    return offered.script == wanted.script or not (offered.script and wanted.script)


@lru_cache(maxsize=256)
def _parsed(tag: str) -> Locale | None:
    """The language, script and region of a tag, the usual script where its region has one; None for no language."""
    try:
        return Locale.parse(tag[:LONGEST_TAG], sep="-", resolve_likely_subtags=True)
    except (ValueError, UnknownLocaleError):
        return None
