"""The definitions that the site comes with, read once for all tests of a process; nothing in them can be changed."""

from __future__ import annotations

from functools import cache

from lrrc_qol.catalogue import Catalogue, load_catalogue
from lrrc_qol.config import INSTRUMENTS_DIR, PROTOCOLS_DIR


@cache
def shipped_catalogue() -> Catalogue:
    """All shipped instruments and protocols."""
    return load_catalogue(INSTRUMENTS_DIR, PROTOCOLS_DIR)
