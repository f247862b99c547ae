"""Files stay small enough to read in one sitting."""

from __future__ import annotations

from tests.source_tree import MIGRATIONS, TEMPLATES, place, written_files

LONGEST_FILE = 400
LONGEST_TEMPLATE = 120


def test_no_file_is_longer_than_the_norm() -> None:
    too_long = []
    for file in written_files(".py", ".html", ".js", ".css"):
        limit = LONGEST_TEMPLATE if file.is_relative_to(TEMPLATES) else LONGEST_FILE
        length = len(file.read_text(encoding="utf-8").splitlines())
        if length > limit and not file.is_relative_to(MIGRATIONS):
            too_long.append(f"{place(file)}: {length} lines, at most {limit}")
    assert too_long == []
