"""No mail may hold a word that tells an illness, an operation or a questionnaire."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrrc_qol.domain.errors import DefinitionError
from lrrc_qol.mail.neutral import check_templates, forbidden_words, is_neutral, warn_about_addresses


@pytest.mark.parametrize(
    "text",
    [
        "Cancer follow-up",
        "your rectal clinic",
        "Tumours and you",
        "after your pelvic exenteration",
        "Stoma nurses",
        "before surgery",
        "the OPERATION",
        "QLQ-C30",
        "qlq_c30",
        "pain_nrs",
        "a questionnaire",
        "quality of life",
        "quality-of-life",
        "Ward 7",
        "urostomy",
        "EQ-5D-5L",
    ],
)
def test_a_telling_word_is_found(text: str) -> None:
    assert forbidden_words(text)


@pytest.mark.parametrize(
    "text",
    [
        "Your form is ready",
        "Northgate Hospital",
        "Edward Warden",
        "a Spanish cooperation",
        "forwarded",
        "qol.example.org",
    ],
)
def test_a_neutral_text_passes(text: str) -> None:
    assert is_neutral(text)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nl", "uw darmkankerteam"),
        ("nl", "your cancer team"),
        ("de", "Ihr Darmkrebszentrum"),
        ("de", "nach Ihrer OP"),
        ("zh-Hans", "您的癌症问卷"),
        ("ar", "بعد العملية الجراحية"),
    ],
)
def test_a_telling_word_is_found_in_the_language_of_the_mail(language: str, text: str) -> None:
    assert forbidden_words(text, language)


def test_a_word_of_another_language_does_not_count() -> None:
    assert forbidden_words("Team Darmkanker") == []


def test_our_own_templates_are_neutral() -> None:
    check_templates()


def test_a_telling_template_is_refused_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Hello,\n\nhow is your stoma?\n")
    with pytest.raises(DefinitionError, match=r"letter\.txt: line 3: .*stoma"):
        check_templates(tmp_path)


def test_a_telling_text_is_refused_by_the_words_of_its_language(tmp_path: Path) -> None:
    (tmp_path / "texts.nl.toml").write_text('greeting = "Hallo"\nsender = "Stomateam"\n', encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"texts\.nl\.toml: line 2: .*Stomateam"):
        check_templates(tmp_path)


def test_a_language_without_a_list_of_words_has_no_mails(tmp_path: Path) -> None:
    (tmp_path / "texts.fr.toml").write_text('greeting = "Bonjour"\n', encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"forbidden_words\.toml: fr: there are mails in 'fr'"):
        check_templates(tmp_path)


def test_a_telling_host_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    warn_about_addresses(base_url="https://cancer.example.org", mail_from="no-reply@qol.example.org")
    assert "LRRC_QOL_BASE_URL" in caplog.text
    assert "LRRC_QOL_MAIL_FROM" not in caplog.text
