"""Makes a script of ours small for phones: short names for its own variables, no space that means nothing.

It knows the JavaScript of this project only: strings in quotes, no template strings, no labels, no defaults inside
braces. Names of properties stay as they are. What it makes runs in every browser test.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import product, takewhile

TOKEN = re.compile(
    r"""(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
    r"""|(?P<pattern>(?<=[(=,:!&|?] |.[(=,:!&|?])/(?![ /*])(?:\\.|\[[^\]]*]|[^/\\\n])+/[a-z]*)"""
    r"""|(?P<name>[A-Za-z_$][\w$]*)|(?P<number>\d[\w.]*)|(?P<space>\s+)|(?P<sign>=>|\.\.\.|[^\w\s])"""
)
# In the order of their use in JavaScript: what is packed after it finds more that repeats.
LETTERS = "etanoisrlcduxyzhfgmpvbwkjq"
DECLARES = frozenset({"const", "let", "function"})
WORDS = frozenset(
    {"async", "await", "break", "case", "catch", "class", "const", "continue", "default", "delete", "do", "else"}
    | {"false", "finally", "for", "function", "if", "in", "instanceof", "let", "new", "null", "of", "return", "self"}
    | {"this", "throw", "true", "try", "typeof", "undefined", "var", "void", "while", "yield"}
)
# A brace after one of these opens an object or a pattern, after anything else a block.
BEFORE_OBJECT = frozenset({"(", ",", "=", ":", "[", "?", "&", "|", "...", "const", "let", "return"})
# After these a line may go on in the next one.
NO_END = frozenset("{;,(=&|?:[+*!<>.") | {"=>", "..."}


@dataclass(slots=True)
class Token:
    """A piece of the script; `inside` is the bracket around it, `{` that of a block and `object` that of an object."""

    kind: str
    text: str
    inside: str
    spaced: bool
    broken: bool


def tight_script(text: str) -> str:
    """The same program in fewer bytes. `text` has no comments."""
    tokens = list(_tokens(text))
    return "".join(_written(tokens, _short_names(tokens)))


def _tokens(text: str) -> Iterator[Token]:
    brackets: list[str] = []
    last, spaced, broken = "", False, False
    for found in TOKEN.finditer(text):
        kind, piece = str(found.lastgroup), found[0]
        if kind == "space":
            spaced, broken = True, broken or "\n" in piece
            continue
        if piece in {")", "]", "}"} and kind == "sign":
            brackets.pop()
        yield Token(kind, piece, brackets[-1] if brackets else "", spaced, broken)
        if piece in {"(", "[", "{"} and kind == "sign":
            brackets.append("object" if piece == "{" and last in BEFORE_OBJECT else piece)
        last, spaced, broken = piece, False, False


def _short_names(tokens: Sequence[Token]) -> dict[str, str]:
    """A short name for each one that the script declares, the shortest for the most used."""
    # A name that stands for a property too would have to be written twice in braces: it stays.
    own = set(_declared(tokens)) - set(_shorthands(tokens))
    used = Counter(token.text for token in tokens if token.kind == "name")
    taken = set(used) | WORDS
    letters = ("".join(letters) for size in (1, 2) for letters in product(LETTERS, repeat=size))
    free = [name for name in letters if name not in taken]
    homes = _homes(tokens, own)
    short: dict[str, str] = {}
    given: dict[str, list[tuple[int, ...]]] = {}
    for name, _ in used.most_common():
        if name in own and len(name) > 1:
            home = homes[name]
            short[name] = next(one for one in free if not any(_meet(home, other) for other in given.get(one, ())))
            given.setdefault(short[name], []).append(home)
    return short


def _homes(tokens: Sequence[Token], names: Set[str]) -> dict[str, tuple[int, ...]]:
    """For each name the brackets around all its places, outermost first: nothing outside them can mean it."""
    homes: dict[str, tuple[int, ...]] = {}
    around: list[int] = []
    for place, token in enumerate(tokens):
        if token.kind == "sign" and token.text in {")", "]", "}"}:
            around.pop()
        elif token.kind == "sign" and token.text in {"(", "[", "{"}:
            around.append(place)
        elif token.kind == "name" and token.text in names:
            shared = zip(homes.get(token.text, around), around, strict=False)
            homes[token.text] = tuple(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], shared))
    return homes


def _meet(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether one home is inside the other, or the same: two names there need two short ones."""
    both = min(len(one), len(other))
    return one[:both] == other[:both]


def _shorthands(tokens: Sequence[Token]) -> Iterator[str]:
    """Names in braces that stand for a property and a variable at once."""
    for last, token, coming in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if token.inside == "object" and token.kind == "name" and last.text in {"{", ","} and coming.text in {",", "}"}:
            yield token.text


def _declared(tokens: Sequence[Token]) -> Iterator[str]:
    """Names of constants, variables, functions and parameters."""
    for place, token in enumerate(tokens):
        if token.kind == "name" and token.text in DECLARES:
            yield from _bound(tokens, place + 1)
        elif token.text == "=>" and tokens[place - 1].text == ")":
            yield from _parameters(tokens, place - 1)


def _bound(tokens: Sequence[Token], place: int) -> Iterator[str]:
    """What a declaration that begins here binds: a name or a pattern, and the parameters of a function."""
    depth, binds = 0, True
    for token in tokens[place:]:
        depth += (token.text in {"(", "[", "{"}) - (token.text in {")", "]", "}"})
        if token.text in {"=", "of", "in"} and token.kind != "text":
            binds = False
        if token.kind == "name" and binds and token.text not in WORDS:
            yield token.text
        if depth < 0 or (depth == 0 and token.text in {";", ")"}):
            return
        if depth == 0 and token.text == ",":
            binds = True


def _parameters(tokens: Sequence[Token], end: int) -> Iterator[str]:
    depth = 0
    for token in reversed(tokens[: end + 1]):
        depth += (token.text in {")", "]", "}"}) - (token.text in {"(", "[", "{"})
        if token.kind == "name":
            yield token.text
        if depth == 0:
            return


def _written(tokens: Sequence[Token], short: dict[str, str]) -> Iterator[str]:
    last = Token("sign", ";", "", spaced=False, broken=False)
    for token, coming in zip(tokens, [*tokens[1:], last], strict=True):
        # The end of a block ends its last command too.
        if token.text == ";" and coming.text == "}":
            continue
        yield _gap(last, token)
        name = short.get(token.text, token.text) if token.kind == "name" and last.text != "." else token.text
        if token.inside == "object" and coming.text == ":" and last.text in {"{", ","}:
            name = token.text
        yield name
        last = token


def _gap(last: Token, token: Token) -> str:
    """A line break may be what ends a command; a space is needed between words, and between two equal signs."""
    if (
        token.broken
        and last.text not in NO_END
        and not (token.text in NO_END - {"{", "(", "[", "!"} or token.text in ")]}")
    ):
        return "\n"
    wordy = {"name", "number"}
    if token.spaced and ((last.kind in wordy and token.kind in wordy) or last.text == token.text in {"+", "-"}):
        return " "
    return ""
