"""A questionnaire as read from any format, before it is compared with a definition."""

from __future__ import annotations

from dataclasses import dataclass

MOST_PLACES = 12


@dataclass(frozen=True, slots=True)
class Option:
    """One answer: its label, and the code that the source gives it in so many words (a weight, a raw value)."""

    label: str
    code: int | None


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the source.

    `name` is its identifier there, `number` the printed number where the source has one, `codes` its codes in other
    systems, `span` lowest and highest answer of a number or slider. `faults` count once the question is used.
    `section` separates questions that may repeat their numbers.
    """

    place: str
    name: str
    text: str
    number: str = ""
    codes: tuple[str, ...] = ()
    help: str = ""
    options: tuple[Option, ...] = ()
    span: tuple[int | None, int | None] | None = None
    faults: tuple[str, ...] = ()
    section: str = ""


@dataclass(frozen=True, slots=True)
class Instruction:
    """A text between the questions; `before` counts the questions above it. A `heading` stands over a group."""

    place: str
    text: str
    before: int
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A whole file. `ordered` says whether the order of questions and options is the printed one.

    `panel` are the codes of the whole questionnaire. `notes` say what was reduced or left out while reading.
    """

    questions: tuple[Question, ...]
    title: str = ""
    credit: str = ""
    panel: tuple[str, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    notes: tuple[str, ...] = ()
    ordered: bool = True


class Notes:
    """Collects what was reduced, and where: one sentence for each kind, with all its places."""

    def __init__(self) -> None:
        self._places: dict[str, dict[str, None]] = {}

    def add(self, what: str, place: str = "") -> None:
        """Note `what`, at `place` when it has one."""
        places = self._places.setdefault(what, {})
        if place:
            places[place] = None

    def lines(self) -> tuple[str, ...]:
        """The sentences in the order in which they first came up."""
        return tuple(
            f"{what}: {listed(list(places))}." if places else f"{what}." for what, places in self._places.items()
        )


def listed(places: list[str], most: int = MOST_PLACES) -> str:
    """Places as one text that stays short."""
    more = len(places) - most
    return ", ".join(places[:most]) + (f" and {more} more" if more > 0 else "")


def shortened(text: str, length: int = 60) -> str:
    """The beginning of a text, for messages."""
    return text if len(text) <= length else text[: length - 1] + "…"
