"""No clinical figure stands in the data without its source and how far to trust it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.source_tree import PACKAGE, ROOT, place, written_files

CONFIDENCES = {"verified", "recalled", "computed", "design"}
FIGURES_OF_AN_INSTRUMENT = ("mid", "threshold")


def tables(data: Any, name: str = "", *, covered: bool = False) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """Every table below `data`: its name, itself, and whether it or one around it names source and confidence."""
    if isinstance(data, list):
        for entry in data:
            yield from tables(entry, name, covered=covered)
    elif isinstance(data, dict):
        covered = covered or (bool(data.get("source")) and data.get("confidence") in CONFIDENCES)
        yield name, data, covered
        for key, value in data.items():
            yield from tables(value, f"{name}.{key}".strip("."), covered=covered)


def read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def has_figures(table: dict[str, Any]) -> bool:
    return any(isinstance(value, int | float) and not isinstance(value, bool) for value in table.values())


def test_a_bare_figure_is_found() -> None:
    data = tomllib.loads('[a]\nminimum = 9\n[b]\nminimum = 9\nsource = "Serlin 1995"\nconfidence = "verified"')
    assert [name for name, table, covered in tables(data) if has_figures(table) and not covered] == ["a"]


def test_every_figure_of_a_protocol_names_its_source() -> None:
    bare = [
        f"{place(file)}: {name} {table}"
        for folder in ("protocols", "clinical")
        for file in written_files(".toml", under=PACKAGE / folder)
        for name, table, covered in tables(read(file))
        if has_figures(table) and not covered
    ]
    assert bare == []


def test_every_threshold_of_an_instrument_names_its_source() -> None:
    bare = [
        f"{place(file)}: {name} {table}"
        for file in written_files(".toml", under=ROOT / "instruments")
        for name, table, covered in tables(read(file))
        if name.endswith(FIGURES_OF_AN_INSTRUMENT) and not covered
    ]
    assert bare == []
