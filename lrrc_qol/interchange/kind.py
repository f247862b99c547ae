"""Which kind of file somebody has uploaded, for people who do not know."""

from __future__ import annotations

from lrrc_qol.interchange.plain_text import is_archive
from lrrc_qol.interchange.read import Kind

LOOKED_AT = 4096
REDCAP_COLUMNS = ("field label", "field_label")


def find_kind(raw: bytes) -> Kind:
    """The kind that a file most likely is, from its first bytes; whoever reads it then says what is wrong with it."""
    if is_archive(raw):
        return "redcap"
    start = raw[:LOOKED_AT].decode("utf-8-sig", "replace").lstrip()
    if start[:1] in {"{", "[", "<"}:
        return "fhir"
    header = start.partition("\n")[0].lower()
    return "redcap" if any(name in header for name in REDCAP_COLUMNS) else "csv"
