"""Commands that read the shipped definitions get those that every other test has, instead of reading them each time."""

from __future__ import annotations

import importlib

import pytest

from tests.shipped import shipped_catalogue

# By its full name: the package has the command under the name of the module.
PROTOCOL = importlib.import_module("lrrc_qol.cli.protocol")


@pytest.fixture(autouse=True)
def _read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PROTOCOL, "load_catalogue", lambda *_: shipped_catalogue())
