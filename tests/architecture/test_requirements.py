"""Every dependency says why it is here, and both lock files agree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.source_tree import ROOT

RUN = ROOT / "requirements.in"
TOOLS = ROOT / "tests" / "requirements.in"
PIN = re.compile(r"^([a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==(\S+)", re.MULTILINE)
NAME = re.compile(r"^[A-Za-z0-9-]+")


def wishes(file: Path) -> list[str]:
    """The lines that ask for a package."""
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith(("#", "-r"))]


def pins(file: Path) -> dict[str, set[str]]:
    """The locked versions by name; more than one where the platform decides."""
    found: dict[str, set[str]] = {}
    for name, version in PIN.findall(file.with_suffix(".txt").read_text(encoding="utf-8")):
        found.setdefault(name, set()).add(version)
    return found


@pytest.mark.parametrize("file", [RUN, TOOLS], ids=["run", "tools"])
def test_every_dependency_says_why(file: Path) -> None:
    assert [line for line in wishes(file) if not re.search(r"#\s*\S.{9}", line)] == []


@pytest.mark.parametrize("file", [RUN, TOOLS], ids=["run", "tools"])
def test_every_dependency_is_locked(file: Path) -> None:
    names = {match.group().lower() for match in map(NAME.match, wishes(file)) if match}
    assert names - pins(file).keys() == set()


def test_the_tools_are_locked_to_the_versions_the_site_runs_on() -> None:
    tools = pins(TOOLS)
    assert {name: versions for name, versions in pins(RUN).items() if tools.get(name) != versions} == {}
