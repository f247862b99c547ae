"""Text without markup: words stay, elements that are not allowed go with all they hold, in bounded time."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrrc_qol.interchange import ImportRefused
from lrrc_qol.interchange.plain_text import decoded, plain


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a <b>bold</b> word<br>next", "a bold word next"),
        ("<p>One</p><p>Two</p>", "One Two"),
        ("if x < 5 & y > 3", "if x < 5 & y > 3"),
        ("AT&T &copy; R&D &amp; x", "AT&T © R&D & x"),
        ("&lt; 5 glasses", "< 5 glasses"),
        ("before<script>steal()</script> after", "before after"),
        ("before<script/>steal()", "before"),
        ("<script>if(a<b) '<script>'</script>after", "after"),
        ("&lt;script&gt;steal()&lt;/script&gt;after", "after"),
        ("&amp;lt;script&amp;gt;steal()&amp;lt;/script&amp;gt;after", "after"),
        ("<svg><p>x</p><a>y</a></svg>after", "after"),
        ("<img src=x onerror='steal(\">\")'>after", "after"),
        ("<img alt='a>b' src=x>after", "after"),
        ('<a title="x> text</a> after', "text after"),
        ("<!-- comment -->after<!DOCTYPE x><?php x ?>", "after"),
        ("<![CDATA[ x ]]>after", "after"),
        ("before<!-- never closed", "before"),
        ("<span style='DISPLAY : none'>x</span>after", "after"),
        ("<p class='hidden'>kept</p><p hidden>gone</p>", "kept"),
        ("<made-up>gone</made-up>after", "after"),
        ("<del>gone</del>after", "after"),
        ("3 <b", "3 b"),
        ("3 <<b", "3 b"),
        ("<\x07script>steal()</script>after", "after"),
        ("before<&#7;script>steal()</script>", "before"),
        ("  many\n\tblanks\u00a0here ", "many blanks here"),
        ("nul\x00bell\x07", "nulbell"),
        ("\u202eturned\u202c", "turned"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("e\u0301", "\u00e9"),
        ("lone \ud800 half", "lone half"),
    ],
)
def test_words_stay_and_markup_goes(text: str, words: str) -> None:
    assert plain(text)[0] == words


def test_what_was_taken_out_is_named() -> None:
    assert plain("<b>x</b><script>y</script><img>\x07")[1] == (
        "invisible characters",
        "<b>",
        "<script> with its content",
        "<img>",
    )


def test_untouched_text_names_nothing() -> None:
    assert plain("Did you walk? (1 < 2)") == ("Did you walk? (1 < 2)", ())


def test_a_text_without_end_is_cut() -> None:
    words, removed = plain("x" * 300_000)
    assert (len(words), removed) == (200_000, ("text beyond 200000 characters",))


@given(st.text(alphabet=st.sampled_from("<>/!?-&;ab \"'=lgt#x[]\x00"), max_size=60))
def test_no_text_keeps_a_tag(text: str) -> None:
    words, _ = plain(text)
    assert not re.search(r"<[A-Za-z/!?]", words)
    assert "\x00" not in words


@given(st.lists(st.sampled_from(["<script>", "</script>", "<b>", "</b>", "<svg>", "</svg>", "<", ">", '"', "word "])))
def test_no_mixture_of_elements_is_too_much(parts: list[str]) -> None:
    plain("".join(parts))


@pytest.mark.thorough
@pytest.mark.parametrize("mark", ["<a ", "<!--", '<a b="', "<svg></a>", "</", "<b>", "<![", "&amp;lt;", "<a\x00"])
def test_hostile_text_of_full_length_ends(mark: str) -> None:
    plain(mark * (200_000 // len(mark)))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "The file is empty."),
        (b" \r\n ", "The file is empty."),
        (b"\xef\xbb\xbf", "The file is empty."),
        ("x".encode("utf-16"), "The file is UTF-16 text. Save it as UTF-8"),
        ("x".encode("utf-32"), "The file is UTF-32 text. Save it as UTF-8"),
        (b"one\ntw\xf6\n", "Line 2 is not UTF-8 text. Save the file as UTF-8"),
        (b"one\ntwo\n\x00", "Line 3 holds NUL characters"),
        (b"PK\x03\x04xx", "The file is an archive or a workbook"),
        (b"x" * (50 * 1024 * 1024), "The file has 50.0 MB; at most 2 MB are read."),
    ],
)
def test_bytes_that_are_no_text_are_refused(raw: bytes, message: str) -> None:
    with pytest.raises(ImportRefused) as caught:
        decoded(raw)
    assert str(caught.value).startswith(message)


def test_a_byte_order_mark_is_taken_off() -> None:
    assert decoded(b"\xef\xbb\xbfone\r\ntwo") == "one\r\ntwo"
