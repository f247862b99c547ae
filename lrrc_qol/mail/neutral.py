"""Keeps every word that could tell an illness, an operation or a questionnaire out of the mails."""

from __future__ import annotations

import logging
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from lrrc_qol.config import ROOT
from lrrc_qol.domain.errors import DefinitionError

FORBIDDEN_FILE = Path(__file__).with_name("forbidden_words.toml")
EMAIL_TEMPLATES = ROOT / "templates" / "email"

log = logging.getLogger(__name__)


def forbidden_words(text: str) -> list[str]:
    """The words of `text` that no mail may hold, in order; empty when it is neutral."""
    return [found.group(0) for found in _pattern().finditer(text)]


def is_neutral(text: str) -> bool:
    """Whether `text` may stand anywhere in a mail."""
    return _pattern().search(text) is None


def check_templates(folder: Path = EMAIL_TEMPLATES) -> None:
    """Read every mail template and text; DefinitionError with file and line for the first forbidden word."""
    for path, number, line in _lines(folder):
        words = forbidden_words(line)
        if words:
            raise DefinitionError(str(path), f"line {number}", f"a mail must not say {words[0]!r}; use a neutral word")


def warn_about_addresses(*, base_url: str, mail_from: str) -> None:
    """Log a warning when the host in every link, or the sender's address, tells too much."""
    for setting, text in (("LRRC_QOL_BASE_URL", urlsplit(base_url).netloc), ("LRRC_QOL_MAIL_FROM", mail_from)):
        words = forbidden_words(text)
        if words:
            log.warning("%s stands in every mail and holds %r; a neutral name would tell less", setting, words[0])


def _lines(folder: Path) -> Iterator[tuple[Path, int, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                yield path, number, line


@cache
def _pattern() -> re.Pattern[str]:
    words = [word for group in tomllib.loads(FORBIDDEN_FILE.read_text("utf-8")).values() for word in group]
    return re.compile("|".join(_as_pattern(word) for word in sorted(words, key=len, reverse=True)), re.IGNORECASE)


def _as_pattern(word: str) -> str:
    """A word matches as a whole, a stem (`tumour*`) with any ending, a space any spaces, hyphens and underscores."""
    body = r"[\s_\-]+".join(re.escape(part) for part in word.rstrip("*").split())
    ending = r"\w*" if word.endswith("*") else r"(?![^\W_])"
    return rf"(?<![^\W_]){body}{ending}"
