"""Every sentence of the patient pages stands in every catalogue, none is stale, none was forgotten in a template."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from scripts.messages import TEMPLATE, as_text, catalogues, extracted, updated
from tests.shipped import shipped_catalogue
from tests.source_tree import TEMPLATES, place, written_files

LANGUAGES = ("ar", "de", "en", "nl", "zh-Hans")
# What patients see; `staff`, `admin`, `auth` and `demo` are for others, mails have their texts beside them.
PATIENT_TEMPLATES = [
    TEMPLATES / "base.html",
    TEMPLATES / "macros" / "patient.html",
    *(file for folder in ("errors", "items", "patient") for file in written_files(".html", under=TEMPLATES / folder)),
]
CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<dt>.*?</dt>", re.DOTALL)
SPOKEN_ATTRIBUTE = re.compile(r'\b(?:aria-label|alt|placeholder|title)="([^"]*)"')
TAG = re.compile(r"<[^>]*>")
WORD = re.compile(r"[^\W\d_]{2,}")


def unmarked(text: str) -> Iterator[str]:
    """Words of a template that no translation reaches: outside of tags, or in an attribute that is read aloud."""
    bare = CODE.sub(" ", text)
    for spoken in (TAG.sub("\n", bare), *SPOKEN_ATTRIBUTE.findall(bare)):
        yield from (line.strip() for line in spoken.splitlines() if WORD.search(line))


@pytest.mark.parametrize("text", ["<p>Hello</p>", '<a aria-label="Close">×</a>', "{% if x %}yes{% endif %}"])
def test_a_forgotten_word_is_found(text: str) -> None:
    assert list(unmarked(text))


def test_marked_words_and_data_pass() -> None:
    text = '<p title="{{ _("a") }}" class="notice">{{ _("Hello %(name)s", name=name) }} – 0</p><dt>word</dt>{# note #}'
    assert list(unmarked(text)) == []


def test_no_word_of_a_patient_template_is_beyond_translation() -> None:
    found = [
        f"{place(file)}: {words}"
        for file in PATIENT_TEMPLATES
        for words in unmarked(file.read_text(encoding="utf-8").removeprefix("<!DOCTYPE html>"))
    ]
    assert found == []


@pytest.fixture(scope="module")
def sentences() -> Catalog:
    """Every sentence that templates and code ask for."""
    return extracted()


def test_the_template_holds_every_sentence_and_no_other(sentences: Catalog) -> None:
    assert TEMPLATE.read_text(encoding="utf-8") == as_text(sentences).decode(), "run `make messages`"


@pytest.mark.parametrize("path", catalogues(), ids=lambda path: path.parent.parent.name)
def test_every_catalogue_is_up_to_date(path: Path, sentences: Catalog) -> None:
    assert path.read_text(encoding="utf-8") == updated(path, sentences).decode(), "run `make messages`"


def test_all_that_a_patient_sees_is_complete_in_these_languages() -> None:
    assert shipped_catalogue().languages() == LANGUAGES
