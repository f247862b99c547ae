"""The process that sets one PDF and ends: a job as JSON comes in, the file goes out.

Run as a program, outside the site: it gets no settings and no secrets, what a patient wrote does not stay in the memory
of a web process, and the typesetter's own memory is given back. It imports nothing of the site.

A job has `source` (a Typst template), `data`, `instead` and `at` (seconds since 1970, the date of the file). The data
is never read as markup: the template puts its strings down as they are. A string with a letter that no font has would
come out as empty boxes; `instead` has what is printed in its place, by key, and under the empty key for all others.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any, Final

from typst import Compiler, Fonts, TypstError

FONT_PACKAGES = ("manimgx_fonts", "manimgx_fonts_cjk")
# PDF/UA-1: can be read aloud, and is refused when a letter would be printed as an empty box.
STANDARD: Final = "ua-1"
DRAWING = "svg"
PROBE = """#set document(title: "Letters")
#set text(font: "Noto Sans")
#for words in json(bytes(sys.inputs.data)) { par[#words] }
"""


class Setter:
    """A typesetter with the fonts of the packages and no others, so that every server prints the same."""

    def __init__(self) -> None:
        folders = [str(files(package)) for package in FONT_PACKAGES]
        fonts = Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
        self._compiler = Compiler(font_paths=fonts)

    def set_file(self, source: str, data: Any, *, at: int) -> bytes:
        """Set a template; TypstError for one that is wrong, and for a letter that no font has."""
        made = self._compiler.compile(
            source.encode(), sys_inputs={"data": json.dumps(data)}, pdf_standards=STANDARD, timestamp=at
        )
        if not isinstance(made, bytes):
            raise TypeError("the typesetter gave no file")
        return made

    def unprintable(self, texts: Sequence[str]) -> list[str]:
        """Those of the texts that have a letter which none of the fonts has.

        Half by half, because nearly always all can be printed and one look is enough.
        """
        if not texts or self._has_all_letters(texts):
            return []
        if len(texts) == 1:
            return list(texts)
        middle = len(texts) // 2
        return self.unprintable(texts[:middle]) + self.unprintable(texts[middle:])

    def _has_all_letters(self, texts: Sequence[str]) -> bool:
        try:
            self.set_file(PROBE, texts, at=0)
        except TypstError:
            return False
        return True


def do(job: Mapping[str, Any]) -> bytes:
    """Set the file of a job, with other words in place of what cannot be printed."""
    setter = Setter()
    missing = frozenset(setter.unprintable(sorted({text for _, text in strings(job["data"])})))
    return setter.set_file(job["source"], replaced(job["data"], missing, job["instead"]), at=job["at"])


def strings(data: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every string of the data but drawings, with the key under which it stands."""
    if isinstance(data, str) and key != DRAWING:
        yield key, data
    elif isinstance(data, dict):
        for inner, value in data.items():
            yield from strings(value, inner)
    elif isinstance(data, list):
        for value in data:
            yield from strings(value, key)


def replaced(data: Any, missing: frozenset[str], instead: Mapping[str, str], key: str = "") -> Any:
    """The data with what stands `instead` of each string that cannot be printed."""
    if isinstance(data, str):
        return instead.get(key, instead[""]) if data in missing else data
    if isinstance(data, dict):
        return {inner: replaced(value, missing, instead, inner) for inner, value in data.items()}
    return [replaced(value, missing, instead, key) for value in data] if isinstance(data, list) else data


if __name__ == "__main__":
    sys.stdout.buffer.write(do(json.load(sys.stdin)))
