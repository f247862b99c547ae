"""Archives that are broken, overfull or hostile end in one sentence, with nothing unpacked beyond the limit."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from lrrc_qol.interchange import MAXIMUM_BYTES, ImportRefused
from lrrc_qol.interchange.archive import MOST_ENTRIES, tables_inside
from tests.wording_sources import archive


def test_tables_are_found_by_their_names() -> None:
    assert tables_inside(archive(A__CSV=b"a", b__txt=b"b")) == [("A.CSV", b"a")]


def test_what_another_system_adds_is_passed_over() -> None:
    assert tables_inside(archive(**{"__MACOSX/a__csv": b"x", "a__csv": b"a"}))[-1] == ("a.csv", b"a")


def test_a_path_in_a_name_is_a_name_only() -> None:
    assert tables_inside(archive(**{"../../etc/a__csv": b"a"})) == [("../../etc/a.csv", b"a")]


@pytest.mark.parametrize("size", [MAXIMUM_BYTES + 1, MAXIMUM_BYTES // 2], ids=["absolute", "ratio"])
def test_a_bomb_is_not_unpacked(size: int) -> None:
    with pytest.raises(ImportRefused, match=f"'a.csv' in the archive would unpack to {size} bytes"):
        tables_inside(archive(a__csv=b"0" * size))


def test_a_bomb_that_lies_about_its_size_is_not_unpacked() -> None:
    content = bytes(range(256)) * 40 * 256
    raw = bytearray(archive(a__csv=content))
    size = struct.pack("<L", len(content))
    while size in raw:
        place = raw.index(size)
        raw[place : place + 4] = struct.pack("<L", 1000)
    with pytest.raises(ImportRefused, match="The archive is broken"):
        tables_inside(bytes(raw))


@pytest.mark.parametrize("name", ["a.zip", "folder/b.GZ", "c.tar"])
def test_an_archive_in_the_archive_is_refused(name: str) -> None:
    with pytest.raises(ImportRefused, match="The archive holds another archive"):
        tables_inside(archive(**{name: archive(a__csv=b"a"), "a__csv": b"a"}))


def test_too_many_files_are_refused() -> None:
    with pytest.raises(ImportRefused, match=f"holds {MOST_ENTRIES + 1} files"):
        tables_inside(archive(**{f"f{number}": b"" for number in range(MOST_ENTRIES + 1)}))


@pytest.mark.parametrize("count", [0, 21])
def test_none_or_too_many_tables_are_refused(count: int) -> None:
    with pytest.raises(ImportRefused, match=f"holds {count} CSV files"):
        tables_inside(archive(other=b"x", **{f"t{number}__csv": b"" for number in range(count)}))


def test_a_protected_archive_is_refused() -> None:
    raw = bytearray(archive(a__csv=b"a"))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + offset] |= 1  # the bit that says "encrypted"
    with pytest.raises(ImportRefused, match="protected by a password"):
        tables_inside(bytes(raw))


def test_every_cut_of_an_archive_is_refused() -> None:
    raw = archive(a__csv=b"a,b\n1,2\n")
    for length in range(1, len(raw)):
        with pytest.raises(ImportRefused):
            tables_inside(raw[:length])


def test_an_unknown_packing_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr("a.csv", b"a")
    raw = bytearray(target.getvalue())
    for mark, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        raw[raw.index(mark) + offset] = 99
    with pytest.raises(ImportRefused, match="broken"):
        tables_inside(bytes(raw))
