"""Plain data into a tagged PDF, set by a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
SETTER = FOLDER / "setter.py"
# Forty sheets take a few seconds. Design figure: less than a proxy in front of the site waits for an answer.
LONGEST_SECONDS = 25


class NotSet(RuntimeError):
    """The file could not be made; the reason is in no message, because it would quote what is printed."""


def typeset(template: str, data: Any, *, instead: Mapping[str, str], now: datetime) -> bytes:
    """Set a template of this folder with `data` (what JSON can hold); `now` is the date that the file carries.

    `instead` is printed in place of strings with letters that no font has, by the key they stand under, and under the
    empty key for all others. NotSet when no file came.
    """
    source = (FOLDER / template).read_text(encoding="utf-8")
    job = {"source": source, "data": data, "instead": dict(instead), "at": int(now.timestamp())}
    try:
        done = subprocess.run(  # noqa: S603 - our own program, nothing of the request in its name or arguments
            [sys.executable, "-I", str(SETTER)],
            input=json.dumps(job).encode(),
            capture_output=True,
            env={},
            timeout=LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotSet("the file took too long") from None
    if done.returncode != 0:
        raise NotSet("the typesetter refused")
    return done.stdout
