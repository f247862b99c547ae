"""Bytes to text, and text with markup to text without: what a patient sees is never more than characters."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator

from lrrc_qol.interchange.proposal import ImportRefused

MAXIMUM_BYTES = 2 * 1024 * 1024
"""Larger files are refused before anything reads them; the longest questionnaire known has 0.2 MB."""
LONGEST_RAW_TEXT = 200_000
"""Longer texts are cut before markup is looked for."""

FOREIGN_MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
KEPT_NAMES = (
    "a abbr b big blockquote caption center cite code dd dfn div dl dt em font h1 h2 h3 h4 h5 h6 i ins kbd label "
    "li mark ol p pre q small span strong sub sup table tbody td tfoot th thead tr tt u ul"
)
VOID_NAMES = "area base br col embed hr img input link meta source track wbr"
BREAKING_NAMES = "blockquote br caption center dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre table td th tr ul"
KEPT = frozenset(KEPT_NAMES.split())
"""The elements whose words are kept; every other one goes with all that it holds."""
VOID = frozenset(VOID_NAMES.split())
BREAKING = frozenset(BREAKING_NAMES.split())
RAW = frozenset({"iframe", "noembed", "noframes", "noscript", "script", "style", "textarea", "title", "xmp"})
"""Elements in which nothing but their own end tag is markup."""
NAME = re.compile(r"</?([A-Za-z][^\s/>\"'<]*+)")
WHOLE_TAG = re.compile(r"<(?:[^>\"']|\"[^\"]*+\"|'[^']*+')*+>")
QUOTED = re.compile(r"\"[^\"]*+\"|'[^']*+'")
HIDDEN = re.compile(r"\shidden(?=[\s=/]|$)", re.IGNORECASE)
HIDING = ("display:none", "visibility:hidden")
MARKUP = re.compile(r"<(?=[A-Za-z/!?])|&#?\w{1,31};")
TAG = re.compile(r"<(?=[A-Za-z/!?])")
TAG_SIGNS = re.compile(r"<+(?=[A-Za-z/!?])")
MOST_ROUNDS = 5
DEEPEST_ELEMENT = 100
JOINERS = frozenset("\u200c\u200d\u200e\u200f\u061c")
"""Invisible characters that Arabic and other scripts need; all other invisible ones are taken out."""


def check_size(raw: bytes) -> None:
    """ImportRefused when there is nothing in the file or more than is ever read."""
    if not raw:
        raise ImportRefused("The file is empty.")
    if len(raw) > MAXIMUM_BYTES:
        raise ImportRefused(
            f"The file has {len(raw) / 1024 / 1024:.1f} MB; at most {MAXIMUM_BYTES // 1024 // 1024} MB are read. "
            "Export the one questionnaire without attachments and pictures."
        )


def is_archive(raw: bytes) -> bool:
    """Whether the bytes are a zip archive; workbooks of spreadsheet programs are, too."""
    return raw.startswith(ZIP_MARKS)


def decoded(raw: bytes) -> str:
    """The file as text without byte order mark; ImportRefused unless it is UTF-8 text of a bearable size."""
    check_size(raw)
    return utf8_text(raw)


def utf8_text(raw: bytes) -> str:
    """The bytes as text without byte order mark; ImportRefused, with the line, unless they are UTF-8 text."""
    for mark, name in FOREIGN_MARKS.items():
        if raw.startswith(mark):
            raise ImportRefused(f"The file is {name} text. Save it as UTF-8 (in a spreadsheet: CSV UTF-8).")
    if is_archive(raw):
        raise ImportRefused("The file is an archive or a workbook. Unpack it, or save the sheet as CSV UTF-8.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = raw.count(b"\n", 0, fault.start) + 1
        raise ImportRefused(
            f"Line {line} is not UTF-8 text. Save the file as UTF-8 (in a spreadsheet: CSV UTF-8)."
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ImportRefused(f"Line {line} holds NUL characters, so this is no text file. Save it as UTF-8 text.")
    if not text.strip():
        raise ImportRefused("The file is empty.")
    return text


def plain(text: str) -> tuple[str, tuple[str, ...]]:
    """The text as one line without markup and unseen characters, and what was taken out of it.

    Words inside an element that is not on the allow-list (`script`, `style`, `svg`, ...) do not survive.
    """
    removed: dict[str, None] = {}
    if len(text) > LONGEST_RAW_TEXT:
        text = text[:LONGEST_RAW_TEXT]
        removed[f"text beyond {LONGEST_RAW_TEXT} characters"] = None
    text = _without_unseen(text, removed)
    for _ in range(MOST_ROUNDS):
        before = text
        if MARKUP.search(text):
            text = _without_unseen(html.unescape(_without_tags(text, removed)), removed)
        if text == before:
            break
    return " ".join(unicodedata.normalize("NFC", TAG_SIGNS.sub("", text)).split()), tuple(removed)


def _without_unseen(text: str, removed: dict[str, None]) -> str:
    seen = "".join(character for character in text if not _unseen(character))
    if len(seen) != len(text):
        removed["invisible characters"] = None
    return seen


def _without_tags(text: str, removed: dict[str, None]) -> str:
    words: list[str] = []
    forbidden: list[str] = []  # elements that are open, from the outermost forbidden one inwards
    place = 0
    for start, end in _tags(text):
        if not forbidden:
            words.append(text[place:start])
        place = end
        found = NAME.match(text, start)
        name = found[1].lower() if found else ""
        if text[start + 1] == "/":
            _close(name, forbidden)
        elif name:
            _open(name, text[start : end - 1], forbidden, removed)
        if name in BREAKING:
            words.append(" ")
    if not forbidden:
        words.append(text[place:])
    return "".join(words)


def _tags(text: str) -> Iterator[tuple[int, int]]:
    """Where tags, comments and declarations begin and end.

    In one pass: the time must not grow with the square of hostile text, as it does in the standard library's parser.
    """
    quotes_close = True
    start = text.find("<")
    while start >= 0:
        end = start + 1
        if text.startswith(("<!--", "<!["), start):
            end = _after(text, "-->" if text[start + 2] == "-" else "]>", start) or len(text)
        elif TAG.match(text, start):
            whole = WHOLE_TAG.match(text, start) if quotes_close else None
            quotes_close = whole is not None
            end = whole.end() if whole else _after(text, ">", start)
            if not end:
                return
        if end > start + 1:
            yield start, end
        start = text.find("<", _end_of_raw(text, start, end))


def _end_of_raw(text: str, start: int, end: int) -> int:
    """Where to look on: behind a tag, or at the end tag of an element that holds no markup."""
    found = NAME.match(text, start)
    if not found or text[start + 1] == "/" or found[1].lower() not in RAW:
        return end
    closing = re.compile(f"</{found[1]}", re.IGNORECASE).search(text, end)
    return closing.start() if closing else len(text)


def _after(text: str, sign: str, start: int) -> int:
    """The place behind the next `sign`; 0 when there is none."""
    found = text.find(sign, start)
    return found + len(sign) if found >= 0 else 0


def _open(name: str, tag: str, forbidden: list[str], removed: dict[str, None]) -> None:
    drops = name not in VOID and (name not in KEPT or _hides(tag))
    removed.setdefault(f"<{name[:20]}> with its content" if drops else f"<{name}>")
    if (drops or (forbidden and name not in VOID)) and len(forbidden) < DEEPEST_ELEMENT:
        forbidden.append(name)


def _close(name: str, forbidden: list[str]) -> None:
    if name in forbidden:
        while forbidden.pop() != name:
            pass


def _hides(tag: str) -> bool:
    packed = "".join(tag.lower().split())
    return any(style in packed for style in HIDING) or bool(HIDDEN.search(QUOTED.sub("", tag)))


def _unseen(character: str) -> bool:
    category = unicodedata.category(character)
    if category == "Cc":
        return not character.isspace()
    return category in {"Cf", "Cs", "Co"} and character not in JOINERS
