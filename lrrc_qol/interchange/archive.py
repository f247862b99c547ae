"""The one table inside a project archive, read with a limit on everything that a hostile archive could blow up."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib

from lrrc_qol.interchange.plain_text import MAXIMUM_BYTES, check_size
from lrrc_qol.interchange.proposal import ImportRefused
from lrrc_qol.interchange.source import shortened

MOST_ENTRIES = 500
MOST_TABLES = 20
MOST_SHRUNK = 200
"""How many times larger than in the archive a table may be; text shrinks 5 to 30 times."""
READ_FAULTS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
ARCHIVES = (".zip", ".gz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".tgz")


def tables_inside(raw: bytes) -> list[tuple[str, bytes]]:
    """Name and content of every CSV file in a zip archive. Names are for messages only; nothing is written to disk.

    ImportRefused for a broken, encrypted or overfull archive, one that holds another archive, and one without tables.
    """
    check_size(raw)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            entries = archive.infolist()
            _check(entries)
            wanted = [entry for entry in entries if _is_table(entry.filename)]
            if not 1 <= len(wanted) <= MOST_TABLES:
                raise ImportRefused(
                    f"The archive holds {len(wanted)} CSV files; it must hold the data dictionary, and at most "
                    f"{MOST_TABLES} others. Unpack it and import the dictionary alone."
                )
            return [(shortened(entry.filename), _content(archive, entry)) for entry in wanted]
    except READ_FAULTS:
        raise ImportRefused("The archive is broken or protected by a password. Export it anew.") from None


def _check(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise ImportRefused(f"The archive holds {len(entries)} files; at most {MOST_ENTRIES} are looked through.")
    for entry in entries:
        if entry.filename.casefold().endswith(ARCHIVES):
            raise ImportRefused(f"The archive holds another archive, {shortened(entry.filename)!r}. Unpack it first.")


def _is_table(name: str) -> bool:
    return name.casefold().endswith(".csv") and not name.startswith("__MACOSX/")


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    name = shortened(entry.filename)
    shrunk = entry.file_size > MOST_SHRUNK * max(entry.compress_size, 1)
    if shrunk or entry.file_size > MAXIMUM_BYTES:
        raise ImportRefused(f"{name!r} in the archive would unpack to {entry.file_size} bytes; it was not unpacked.")
    return archive.read(entry)  # never more than the size it states; a lie about that ends as a broken archive
