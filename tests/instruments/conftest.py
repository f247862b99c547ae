"""The shipped instruments, read once, and a copy of them that a test may spoil."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lrrc_qol.catalogue.instruments import LoadedInstrument, load_instruments
from lrrc_qol.config import INSTRUMENTS_DIR


@pytest.fixture(scope="session")
def shipped() -> dict[str, LoadedInstrument]:
    """Every shipped instrument version by `id@version`."""
    return {f"{one.instrument.id}@{one.instrument.version}": one for one in load_instruments(INSTRUMENTS_DIR)}


@pytest.fixture
def spoilt(tmp_path: Path) -> Path:
    """A copy of the instruments folder."""
    return Path(shutil.copytree(INSTRUMENTS_DIR, tmp_path / "instruments"))
