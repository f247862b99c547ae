"""Keeps every word that could tell an illness, an operation or a questionnaire out of the mails."""

from __future__ import annotations

import logging
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from lrrc_qol.config import EMAIL_DIR
from lrrc_qol.domain.errors import DefinitionError

FORBIDDEN_FILE = Path(__file__).with_name("forbidden_words.toml")
# Its words are looked for in mails of every language: names of questionnaires and hospitals are often English.
ALWAYS = "en"

log = logging.getLogger(__name__)


def forbidden_words(text: str, language: str = ALWAYS) -> list[str]:
    """The words of `text` that no mail in this language may hold, in order; empty when it is neutral."""
    return [found.group(0) for found in _pattern(language).finditer(text)]


def is_neutral(text: str, language: str = ALWAYS) -> bool:
    """Whether `text` may stand anywhere in a mail in this language."""
    return _pattern(language).search(text) is None


def check_templates(folder: Path = EMAIL_DIR) -> None:
    """Read every mail template and text; DefinitionError with file and line for the first forbidden word."""
    for path, number, line in _lines(folder):
        words = forbidden_words(line, _language_of(path))
        if words:
            raise DefinitionError(str(path), f"line {number}", f"a mail must not say {words[0]!r}; use a neutral word")


def warn_about_addresses(*, base_url: str, mail_from: str) -> None:
    """Log a warning when the host in every link, or the sender's address, tells too much in any language."""
    for setting, text in (("LRRC_QOL_BASE_URL", urlsplit(base_url).netloc), ("LRRC_QOL_MAIL_FROM", mail_from)):
        words = [word for language in _words() for word in forbidden_words(text, language)]
        if words:
            log.warning("%s stands in every mail and holds %r; a neutral name would tell less", setting, words[0])


def _lines(folder: Path) -> Iterator[tuple[Path, int, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                yield path, number, line


def _language_of(path: Path) -> str:
    """The language of `texts.<language>.toml`; what is no such file goes into mails of every language."""
    name, *rest = path.name.split(".")
    if name != "texts" or len(rest) != 2:
        return ALWAYS
    if rest[0] not in _words():
        raise DefinitionError(
            str(FORBIDDEN_FILE), rest[0], f"there are mails in {rest[0]!r}; add the table of words they must not hold"
        )
    return rest[0]


@cache
def _words() -> dict[str, list[str]]:
    tables = tomllib.loads(FORBIDDEN_FILE.read_text(encoding="utf-8"))
    return {language: [word for group in groups.values() for word in group] for language, groups in tables.items()}


@cache
def _pattern(language: str) -> re.Pattern[str]:
    """A word matches as a whole, with a star any beginning or ending, a space any spaces, hyphens and underscores."""
    words = sorted({*_words()[ALWAYS], *_words().get(language, ())}, key=len, reverse=True)
    whole = [_as_pattern(word) for word in words if not word.startswith("*")]
    parts = [r"\w*" + _as_pattern(word) for word in words if word.startswith("*")]
    # The test for a beginning stands once before all words: only where a word begins are they tried at all.
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(whole + parts)})", re.IGNORECASE)


def _as_pattern(word: str) -> str:
    body = r"[\s_\-]+".join(re.escape(part) for part in word.strip("*").split())
    return body + (r"\w*" if word.endswith("*") else r"(?![^\W_])")
