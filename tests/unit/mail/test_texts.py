"""The mails in every language: each as complete as the English, checked at the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrrc_qol.config import EMAIL_DIR
from lrrc_qol.domain.contact import TO_STAFF, MessageKind
from lrrc_qol.domain.errors import DefinitionError
from lrrc_qol.mail.texts import direction_of, mail_texts

ENGLISH = """
greeting = "Hello,"

[invitation]
opening = "{sender} asks you."
after = ["One.", "Two by {sender}."]

[staff_alert]
opening = "News"
"""


def folder_with(path: Path, dutch: str) -> Path:
    """A folder with English and Dutch texts."""
    (path / "texts.en.toml").write_text(ENGLISH, encoding="utf-8")
    (path / "texts.nl.toml").write_text(dutch, encoding="utf-8")
    return path


def test_patients_have_all_their_mails_in_every_language() -> None:
    kinds = {kind.value for kind in MessageKind} - {kind.value for kind in TO_STAFF}
    texts = mail_texts()
    assert set(texts) == {"ar", "de", "en", "nl", "zh-Hans"}
    assert [language for language, words in texts.items() if not kinds <= set(words)] == []
    assert [path.name for path in sorted(EMAIL_DIR.glob("texts.*"))] == [f"texts.{one}.toml" for one in texts]


def test_staff_mails_may_be_in_english_only(tmp_path: Path) -> None:
    dutch = ENGLISH.replace('[staff_alert]\nopening = "News"\n', "")
    assert "staff_alert" not in mail_texts(folder_with(tmp_path, dutch))["nl"]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('greeting = "Hello,"', "", "texts.nl.toml: greeting: is missing"),
        ('greeting = "Hello,"', 'greeting = " "', "texts.nl.toml: greeting: must be of the same kind"),
        ('greeting = "Hello,"', 'greeting = "Hello,"\nend = "x"', "texts.nl.toml: end: is not known"),
        ("{sender} asks", "We ask", "texts.nl.toml: invitation.opening: must name the same as in the English"),
        ("{sender} asks", "{sender} { asks", "texts.nl.toml: invitation.opening: must name the same"),
        ("{sender} asks", "{afzender} asks", "texts.nl.toml: invitation.opening: must name the same"),
        ('["One.", "Two by {sender}."]', '"One by {sender}."', "texts.nl.toml: invitation.after: must be of the same"),
        ('["One.", "Two by {sender}."]', '["One by {sender}.", 2]', "texts.nl.toml: invitation.after: must be of"),
        ('"Hello,"', '"Hello,', "texts.nl.toml: file: is not valid TOML"),
    ],
)
def test_a_fault_is_named_with_file_and_key(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert old in ENGLISH
    with pytest.raises(DefinitionError) as refused:
        mail_texts(folder_with(tmp_path, ENGLISH.replace(old, new)))
    assert fault in str(refused.value)


def test_english_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"texts\.en\.toml: file: is missing"):
        mail_texts(tmp_path)


def test_arabic_is_written_from_the_right() -> None:
    assert [direction_of(language) for language in ("ar", "de", "en", "nl")] == ["rtl", "ltr", "ltr", "ltr"]
