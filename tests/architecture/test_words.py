"""Nothing in the files belongs to one machine, one registry or an unfinished thought."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.source_tree import place, written_files

FORBIDDEN = {
    "unfinished": re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b"),
    "machine path": re.compile(r"(?<![\w.>/-])/(?:work|tmp|root|home)/\w"),
    "registry": re.compile(r"pypi\.org|pythonhosted|npmjs|(?<!no-emit-)(?:extra-)?index-url|(?<!no-emit-)find-links"),
}
NOT_TEXT = {".png", ".jpg", ".ico", ".woff2", ".mo", ".sqlite3"}


@pytest.mark.parametrize(
    ("name", "sample"),
    [
        ("unfinished", "# TODO later"),
        ("machine path", "open('/tmp/x')"),
        ("registry", "pip install --extra-index-url x"),
    ],
)
def test_a_forbidden_word_is_found(name: str, sample: str) -> None:
    assert FORBIDDEN[name].search(sample)


def test_no_file_holds_a_forbidden_word() -> None:
    found = [
        f"{place(file)}: {name}: {match.group()}"
        for file in written_files()
        if file.suffix not in NOT_TEXT and file != Path(__file__)  # this file must name what it forbids
        for name, rule in FORBIDDEN.items()
        for match in rule.finditer(file.read_text(encoding="utf-8"))
    ]
    assert found == []
