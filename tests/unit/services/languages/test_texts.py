"""What a reviewer reads is all that a patient reads, and its digest changes with every word of it."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType

import pytest

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.mail.texts import mail_texts
from lrrc_qol.services.languages import Line, Section, language_texts, may_offer, missing_parts, texts_digest
from tests.shipped import shipped_catalogue

LANGUAGES = ("ar", "de", "nl", "zh-Hans")
RULES = ("pe12", "1.0")
SECTIONS = (
    Section("first", (Line("a", "1", "Yes", "Ja"), Line("b", "2", "No", "Nee"))),
    Section("second", (Line("c", "1", "Stop", "Stop"),)),
)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The shipped definitions."""
    return shipped_catalogue()


def digest(catalogue: Catalogue, language: str = "nl") -> str:
    return texts_digest(language_texts(catalogue, language))


def with_instruction(catalogue: Catalogue, language: str, text: str) -> Catalogue:
    """The catalogue with other words of one safety text in one language."""
    rules = catalogue.rule_sets[RULES]
    own = dict(rules.instructions[language])
    own["emergency"] = dataclasses.replace(own["emergency"], text=text)
    changed = dataclasses.replace(
        rules, instructions=MappingProxyType({**rules.instructions, language: MappingProxyType(own)})
    )
    return dataclasses.replace(catalogue, rule_sets={RULES: changed})


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reviewer_reads_every_text_of_the_language(catalogue: Catalogue, language: str) -> None:
    shown = "\n".join(line.translated for section in language_texts(catalogue, language) for line in section.lines)
    wanted = [
        text for one in catalogue.rule_sets[RULES].instructions[language].values() for text in (one.title, one.text)
    ]
    for (_, _, tag), wording in catalogue.wordings.items():
        if tag == language:
            wanted += [wording.title, wording.recall]
            wanted += [
                text for item in wording.items.values() for text in (item.text, item.help, *item.labels.values())
            ]
    wanted += [sentence.translated for sentence in catalogue.messages[language].listed]
    for mail in mail_texts()[language].values():
        wanted += [mail] if isinstance(mail, str) else [mail["subject"], mail["opening"], *mail["after"]]
    assert [text for text in wanted if text not in shown] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_its_english(catalogue: Catalogue, language: str) -> None:
    lines = [line for section in language_texts(catalogue, language) for line in section.lines]
    same = {line.english for line in lines if line.english == line.translated}
    assert {text for text in same if any(letter.isalpha() for letter in text.replace("%(", "").split(")")[0])} <= {
        "%(earlier)s; %(later)s",
        "Name",
        "Start",
    }


def test_each_number_that_a_language_words_differently_is_read(catalogue: Catalogue) -> None:
    minutes = [one for one in catalogue.messages["ar"].listed if one.source in {"%(num)s minute", "%(num)s minutes"}]
    assert [(one.number, one.source) for one in minutes] == [
        (0, "%(num)s minutes"),
        (1, "%(num)s minute"),
        (2, "%(num)s minutes"),
        (3, "%(num)s minutes"),
        (11, "%(num)s minutes"),
        (100, "%(num)s minutes"),
    ]
    assert len({one.translated for one in minutes}) > 3


def test_the_digest_stays_while_no_text_changes(catalogue: Catalogue) -> None:
    assert digest(catalogue) == digest(with_instruction(catalogue, "ar", "كلمات أخرى"))
    assert texts_digest(SECTIONS) == texts_digest(SECTIONS[::-1])


@pytest.mark.parametrize(
    ("field", "text"), [("key", "d"), ("english", "Go"), ("translated", "Halt"), ("translated", "Stop ")]
)
def test_any_change_of_a_text_changes_the_digest(field: str, text: str) -> None:
    line = dataclasses.replace(SECTIONS[1].lines[0], **{field: text})
    changed = (SECTIONS[0], dataclasses.replace(SECTIONS[1], lines=(line,)))
    assert texts_digest(changed) != texts_digest(SECTIONS)


def test_where_a_text_is_shown_to_the_reviewer_does_not_count() -> None:
    line = dataclasses.replace(SECTIONS[1].lines[0], place="elsewhere")
    assert texts_digest((SECTIONS[0], Section("other", (line,)))) == texts_digest(SECTIONS)


def test_a_safety_text_changed_in_either_language_changes_the_digest(catalogue: Catalogue) -> None:
    before = digest(catalogue)
    assert digest(with_instruction(catalogue, "nl", "Bel later.")) != before
    assert digest(with_instruction(catalogue, "en", "Call later.")) != before


def test_the_parts_that_a_language_lacks_are_named(catalogue: Catalogue) -> None:
    assert missing_parts(catalogue, "nl") == ()
    bare = dataclasses.replace(
        catalogue,
        mail_languages=catalogue.mail_languages - {"nl"},
        wordings={key: one for key, one in catalogue.wordings.items() if key != ("pain_nrs", "1.0", "nl")},
    )
    assert missing_parts(bare, "nl") == ("the mails", "the questionnaire “Pain ratings from 0 to 10”")
    assert missing_parts(catalogue, "fr")[0] == "the patient pages"


@pytest.mark.parametrize(
    ("language", "reviewed", "open_doors", "offered"),
    [
        ("en", set(), False, True),
        ("nl", set(), False, False),
        ("nl", {"other"}, False, False),
        ("nl", {"other", "present"}, False, True),
        ("nl", set(), True, True),
    ],
)
def test_production_offers_english_and_what_was_reviewed_as_it_is_now(
    language: str, reviewed: set[str], open_doors: bool, offered: bool
) -> None:
    assert may_offer(language, digest="present", reviewed=reviewed, open_doors=open_doors) is offered
