"""Released files stay as they are; new ones are added to the lock, old lines never change."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrrc_qol.catalogue.released import LOCK, LockState, drafts, lock_new_files, lock_state
from lrrc_qol.config import INSTRUMENTS_DIR
from lrrc_qol.domain.errors import DefinitionError

FILE = "pain_nrs/1.0/text.en.toml"


def test_no_released_file_was_edited_or_removed() -> None:
    assert lock_state(INSTRUMENTS_DIR) == LockState(changed=(), missing=(), unreleased=())


def test_an_edited_released_file_is_found(spoilt: Path) -> None:
    (spoilt / FILE).write_text("# other words\n", encoding="utf-8")
    assert lock_state(spoilt).changed == (FILE,)


def test_a_removed_released_file_is_found(spoilt: Path) -> None:
    (spoilt / FILE).unlink()
    assert lock_state(spoilt).missing == (FILE,)


def test_locking_adds_new_files_and_leaves_old_lines_alone(spoilt: Path) -> None:
    before = (spoilt / LOCK).read_text(encoding="utf-8")
    (spoilt / FILE).write_text("# other words\n", encoding="utf-8")
    (spoilt / "pain_nrs/1.0/text.fr.toml").write_text("# new\n", encoding="utf-8")
    assert lock_new_files(spoilt) == ("pain_nrs/1.0/text.fr.toml",)
    assert (spoilt / LOCK).read_text(encoding="utf-8").startswith(before)
    assert lock_state(spoilt).changed == (FILE,)
    assert lock_new_files(spoilt) == ()


def test_a_translation_is_locked_once_it_is_reviewed(spoilt: Path) -> None:
    draft = spoilt / "pain_nrs/1.0/text.nl.toml"
    assert "pain_nrs/1.0/text.nl.toml" in drafts(spoilt)
    assert lock_new_files(spoilt) == ()
    draft.write_text(draft.read_text(encoding="utf-8").replace('"not_reviewed"', '"reviewed"'), encoding="utf-8")
    assert "pain_nrs/1.0/text.nl.toml" not in drafts(spoilt)
    assert lock_new_files(spoilt) == ("pain_nrs/1.0/text.nl.toml",)


def test_words_inside_a_question_make_no_draft(spoilt: Path) -> None:
    text = (spoilt / FILE).read_text(encoding="utf-8")
    (spoilt / "pain_nrs/1.0/text.fr.toml").write_text(text + 'review = "not_reviewed"\n', encoding="utf-8")
    assert lock_new_files(spoilt) == ("pain_nrs/1.0/text.fr.toml",)


def test_the_first_lock_holds_everything(spoilt: Path) -> None:
    (spoilt / LOCK).unlink()
    names = lock_new_files(spoilt)
    assert FILE in names
    assert lock_state(spoilt) == LockState((), (), ())


@pytest.mark.parametrize("line", ["abc  pain_nrs/1.0/instrument.toml", "0" * 64, "0" * 64 + " one-blank"])
def test_a_broken_lock_is_refused(spoilt: Path, line: str) -> None:
    (spoilt / LOCK).write_text(f"# heading\n{line}\n", encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"line 2"):
        lock_state(spoilt)
