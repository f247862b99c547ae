"""Released definition files are never edited again: released.lock keeps the SHA-256 of each.

A translation that no native speaker has reviewed yet is a draft: it is released once it says so itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lrrc_qol.domain.errors import DefinitionError

LOCK = "released.lock"
DRAFT = re.compile(rb'^review *= *"not_reviewed"', re.MULTILINE)
HEADING = "# SHA-256 and path of every released file. Lines are only ever added: flask instruments check --lock\n"


@dataclass(frozen=True, slots=True)
class LockState:
    """What the lock says of the files: edited or deleted after release, and not yet released; drafts do not count."""

    changed: tuple[str, ...]
    missing: tuple[str, ...]
    unreleased: tuple[str, ...]


def lock_state(instruments_dir: Path) -> LockState:
    """Compare all files of all versions with the lock; DefinitionError when the lock itself cannot be read."""
    locked = _read(instruments_dir / LOCK)
    present, unfinished = _present(instruments_dir), drafts(instruments_dir)
    return LockState(
        changed=tuple(name for name, digest in locked.items() if name in present and present[name] != digest),
        missing=tuple(name for name in locked if name not in present),
        unreleased=tuple(name for name in present if name not in locked and name not in unfinished),
    )


def lock_new_files(instruments_dir: Path) -> tuple[str, ...]:
    """Add every file that is not in the lock yet and return their names; existing lines and drafts stay as they are."""
    new = lock_state(instruments_dir).unreleased
    present = _present(instruments_dir)
    path = instruments_dir / LOCK
    old = path.read_text(encoding="utf-8") if path.exists() else HEADING
    path.write_text(old + "".join(f"{present[name]}  {name}\n" for name in new), encoding="utf-8")
    return new


def drafts(instruments_dir: Path) -> tuple[str, ...]:
    """Translations that say of themselves, before their first table, that nobody has reviewed them."""
    return tuple(
        path.relative_to(instruments_dir).as_posix()
        for path in sorted(instruments_dir.glob("*/*/text.*.toml"))
        if DRAFT.search(path.read_bytes().partition(b"\n[")[0])
    )


def _present(instruments_dir: Path) -> Mapping[str, str]:
    files = sorted(path for path in instruments_dir.glob("*/*/*") if path.is_file() and not path.name.startswith("."))
    return {
        path.relative_to(instruments_dir).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }


def _read(path: Path) -> dict[str, str]:
    locked: dict[str, str] = {}
    if not path.exists():
        return locked
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        digest, _, name = line.partition("  ")
        if len(digest) != 64 or not name or name in locked:
            raise DefinitionError(
                str(path), f"line {number}", "must be a SHA-256, two blanks and a path that is named once"
            )
        locked[name] = digest
    return locked
