"""The typesetter: every script that a font has, a note where none has, and data that is never read as markup."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from pypdf import PdfReader

from lrrc_qol.paper import NotSet, typeset
from lrrc_qol.paper.setter import Setter, do, replaced, strings

SOURCE = """#set document(title: "Test")
#set text(font: "Noto Sans")
#for one in json(bytes(sys.inputs.data)) { par[#one.name] }
"""
PRINTED = (
    "Łukasz Žižek",
    "Đặng Thị Hồng",
    "Γιώργος",
    "Иванов",
    "محمد علي",
    "שלום",
    "王小明",
    "김철수",
    "अमित",
    "สมชาย",
)
NOT_PRINTED = "𓀀𓀁"


def text_of(made: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)


def job(*names: str) -> dict[str, Any]:
    return {
        "source": SOURCE,
        "data": [{"name": name} for name in names],
        "instead": {"name": "no letters", "": "–"},
        "at": 0,
    }


def test_names_of_many_scripts_can_be_printed() -> None:
    assert Setter().unprintable(PRINTED) == []


def test_only_what_no_font_has_is_found() -> None:
    assert Setter().unprintable([*PRINTED, NOT_PRINTED, "Ada \x07"]) == [NOT_PRINTED, "Ada \x07"]


def test_a_note_stands_in_place_of_empty_boxes() -> None:
    found = text_of(do(job("Ada Example", NOT_PRINTED)))

    assert "Ada Example" in found
    assert "no letters" in found
    assert NOT_PRINTED not in found


@pytest.mark.parametrize("name", ["#panic()", "*bold* _slanted_", "$x$", '#read("/etc/passwd")', "\\ [ ] <label> @key"])
def test_what_somebody_typed_is_no_markup(name: str) -> None:
    assert text_of(do(job(name))) == name


def test_drawings_are_left_alone_and_other_keys_have_the_common_words() -> None:
    data = {"svg": "x", "list": ["x", {"words": "x", "flag": True}]}

    assert list(strings(data)) == [("list", "x"), ("words", "x")]
    assert replaced(data, frozenset("x"), {"": "–"})["list"] == ["–", {"words": "–", "flag": True}]


def test_a_file_is_tagged_and_has_a_title() -> None:
    reader = PdfReader(io.BytesIO(do(job("Ada"))))

    assert reader.metadata is not None
    assert reader.metadata.title == "Test"
    assert "'/Marked': True" in str(reader.root_object["/MarkInfo"])


def test_a_template_that_fails_makes_no_file() -> None:
    with pytest.raises(NotSet):
        typeset("sheet.typ", [{"name": "a sheet without its other parts"}], instead={"": "–"}, now=datetime.now(UTC))
