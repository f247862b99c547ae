"""A language listed as complete has every sentence, whole and in every form; the first fault stops the start."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lrrc_qol.catalogue.translations import direction_of, language_name, placeholders, read_translations
from lrrc_qol.config import TRANSLATIONS_DIR
from lrrc_qol.domain.errors import DefinitionError

TEMPLATE = """\
msgid "Back"
msgstr ""

#, python-format
msgid "Call %(phone)s"
msgstr ""

#, python-format
msgid "%(num)s part of %(all)s"
msgid_plural "%(num)s parts of %(all)s"
msgstr[0] ""
msgstr[1] ""
"""
DUTCH = r"""
msgid ""
msgstr ""
"Language: nl\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"Content-Type: text/plain; charset=utf-8\n"

msgid "Back"
msgstr "Terug"

#, python-format
msgid "Call %(phone)s"
msgstr "Bel %(phone)s"

#, python-format
msgid "%(num)s part of %(all)s"
msgid_plural "%(num)s parts of %(all)s"
msgstr[0] "%(num)s deel van %(all)s"
msgstr[1] "%(num)s delen van %(all)s"
"""


def folder_with(path: Path, *, dutch: str = DUTCH, listed: str = '["nl"]') -> Path:
    """A folder of translations with these contents."""
    shutil.copyfile(TRANSLATIONS_DIR / "languages.schema.json", path / "languages.schema.json")
    (path / "languages.toml").write_text(f"complete = {listed}\n", encoding="utf-8")
    (path / "messages.pot").write_text(TEMPLATE, encoding="utf-8")
    (path / "nl" / "LC_MESSAGES").mkdir(parents=True)
    (path / "nl" / "LC_MESSAGES" / "messages.po").write_text(dutch, encoding="utf-8")
    return path


def test_a_sentence_comes_in_its_language_and_in_the_form_of_its_number(tmp_path: Path) -> None:
    dutch = read_translations(folder_with(tmp_path))["nl"]
    assert dutch.gettext("Call %(phone)s") == "Bel %(phone)s"
    one, many = "%(num)s part of %(all)s", "%(num)s parts of %(all)s"
    assert [dutch.ngettext(one, many, number) % {"num": number, "all": 3} for number in (1, 2)] == [
        "1 deel van 3",
        "2 delen van 3",
    ]


def test_english_is_what_is_written_in_the_source(tmp_path: Path) -> None:
    english = read_translations(folder_with(tmp_path))["en"]
    assert (english.gettext("Back"), english.ngettext("one", "many", 2), english.direction) == ("Back", "many", "ltr")


def test_a_language_that_is_not_listed_is_not_read(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, dutch="no catalogue", listed="[]")
    assert list(read_translations(folder)) == ["en"]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"Terug"', '""', "'Back' is not translated"),
        ('msgid "Back"\nmsgstr "Terug"\n', "", "'Back' is missing; run `make messages`"),
        ('msgid "Back"', '#, fuzzy\nmsgid "Back"', "'Back' is marked fuzzy"),
        ("Bel %(phone)s", "Bel %(telefoon)s", "'Call %(phone)s' has other placeholders"),
        ("Bel %(phone)s", "Bel", "'Call %(phone)s' has other placeholders"),
        ("Bel %(phone)s", "Bel %(phone)s 100 %", "'Call %(phone)s' has other placeholders"),
        ("delen van %(all)s", "delen", "'%(num)s part of %(all)s' has other placeholders"),
        ("%(num)s delen", "", None),
        ('msgstr[1] "%(num)s delen van %(all)s"\n', "", "'%(num)s part of %(all)s' is not translated"),
        ('"Terug"', '"<b>Terug</b>"', "'Back' holds markup"),
        ('msgid "Back"', 'msgid "Gone"\nmsgstr "Weg"\n\nmsgid "Back"', "'Gone' is used nowhere any more"),
        ("plural=(n != 1)", "plural=(n > 1)", "its Plural-Forms do not tell apart the 2 groups"),
        ("nplurals=2; plural=(n != 1)", "nplurals=1; plural=0", "is not a message catalogue: msg has more"),
    ],
)
def test_the_first_fault_stops_the_start_and_is_named(tmp_path: Path, old: str, new: str, fault: str | None) -> None:
    assert old in DUTCH
    folder = folder_with(tmp_path, dutch=DUTCH.replace(old, new))
    if fault is None:  # a form may say its number in words
        assert "nl" in read_translations(folder)
        return
    with pytest.raises(DefinitionError, match=r"messages\.po: ") as refused:
        read_translations(folder)
    assert fault in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_fault_has_its_line(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, dutch=DUTCH.replace('"Terug"', '""'))
    with pytest.raises(DefinitionError, match="line 8: 'Back' is not translated"):
        read_translations(folder)


def test_what_is_no_catalogue_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="is not a message catalogue"):
        read_translations(folder_with(tmp_path, dutch="just words"))


@pytest.mark.parametrize(
    ("listed", "fault"), [('["de"]', "is missing"), ('["xx"]', "no language tag"), ('["Dutch"]', "does not match")]
)
def test_a_listed_language_needs_a_catalogue(tmp_path: Path, listed: str, fault: str) -> None:
    with pytest.raises(DefinitionError, match=fault):
        read_translations(folder_with(tmp_path, listed=listed))


@pytest.mark.parametrize(
    ("text", "names"), [("no", set()), ("%(a)s and %(b)s", {"a", "b"}), ("100 %% sure", set()), ("100 % sure", {"%"})]
)
def test_placeholders_are_found(text: str, names: set[str]) -> None:
    assert placeholders(text) == names


def test_languages_are_named_for_staff() -> None:
    assert [language_name(tag) for tag in ("en", "de", "nl", "zh-Hans", "xx")] == [
        "English",
        "German (Deutsch)",
        "Dutch (Nederlands)",
        "Chinese (Simplified) (中文 (简体))",
        "xx",
    ]


@pytest.mark.parametrize(
    ("tag", "direction"), [("de", "ltr"), ("zh-Hans", "ltr"), ("ar", "rtl"), ("he", "rtl"), ("xx", "ltr")]
)
def test_every_tag_has_a_direction(tag: str, direction: str) -> None:
    assert direction_of(tag) == direction
