"""The files of the project as architecture tests see them: everything that is written, nothing that is made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "lrrc_qol"
TEMPLATES = ROOT / "templates"
# A released migration is never edited again, so its size is not a matter of taste.
MIGRATIONS = PACKAGE / "persistence" / "migrations" / "versions"

MADE = {".coverage", "__pycache__", "htmlcov", "instance", "node_modules", "test-output"}
WRITTEN_DOT_FOLDERS = {".ci", ".github"}


def written_files(*suffixes: str, under: Path = ROOT) -> list[Path]:
    """The files below a folder, sorted, optionally only those with one of the suffixes ('.py')."""
    return sorted(file for file in _walk(under) if not suffixes or file.suffix in suffixes)


def place(file: Path) -> str:
    """The path a reader would look for."""
    return file.relative_to(ROOT).as_posix()


def _walk(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.name in MADE:
            continue
        if entry.is_file():
            yield entry
        elif entry.name in WRITTEN_DOT_FOLDERS or not entry.name.startswith("."):
            yield from _walk(entry)
