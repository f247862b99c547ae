"""The filters of the worklist: whose, which level, which kind; each is an address with its count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import url_for

from lrrc_qol.persistence.queries.worklist import Choice, Cursor, WorkKind
from lrrc_qol.web.staff.work_words import KINDS, LEVELS


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter with its count."""

    words: str
    count: int
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Filters:
    """Chips that exclude each other, under what they are about."""

    heading: str
    chips: tuple[Chip, ...]


def filters_of(counts: Mapping[str, int], choice: Choice, *, alerts: bool) -> tuple[Filters, ...]:
    """All filters for a viewer; `alerts` is false for roles that do not see any."""
    kinds = _kinds(counts, choice, alerts=alerts)
    if not alerts or not (counts[WorkKind.ALERT] or choice.alerts_only):
        return (kinds,)
    return kinds, _owners(counts, choice), _levels(counts, choice)


def address_of(choice: Choice, *, after: Cursor | None = None) -> str:
    """The address of the list that shows this choice, from a place on."""
    parts = {
        "kind": choice.kind.value if choice.kind else "",
        "level": choice.level,
        "mine": "1" if choice.mine else "",
        "unowned": "1" if choice.unowned else "",
        "after": str(after) if after else "",
    }
    query = urlencode({name: value for name, value in parts.items() if value})
    return url_for("staff.worklist") + (f"?{query}" if query else "")


def _kinds(counts: Mapping[str, int], choice: Choice, *, alerts: bool) -> Filters:
    shown = [each for each in WorkKind if alerts or each is not WorkKind.ALERT]
    chips = [Chip("Everything", sum(counts[each] for each in shown), address_of(Choice()), choice == Choice())]
    # Only kinds that have something: the list is used on phones as well.
    chips += [
        Chip(KINDS[each], counts[each], address_of(Choice(kind=each)), choice.kind is each)
        for each in shown
        if counts[each] or choice.kind is each
    ]
    return Filters("Show", tuple(chips))


def _owners(counts: Mapping[str, int], choice: Choice) -> Filters:
    plain = replace(choice, kind=None, mine=False, unowned=False)
    mine, nobody = replace(plain, mine=True), replace(plain, unowned=True)
    return Filters(
        "Alerts of",
        (
            _toggle("Mine", counts["mine"], mine, on=choice.mine, off=plain),
            _toggle("Nobody yet", counts["unowned"], nobody, on=choice.unowned, off=plain),
        ),
    )


def _levels(counts: Mapping[str, int], choice: Choice) -> Filters:
    plain = replace(choice, kind=None, level="")
    return Filters(
        "Level",
        tuple(
            _toggle(words, counts[level], replace(plain, level=level), on=choice.level == level, off=plain)
            for level, words in LEVELS.items()
        ),
    )


def _toggle(words: str, count: int, wanted: Choice, *, on: bool, off: Choice) -> Chip:
    """A chip that, once chosen, leads back to the list without it."""
    return Chip(words, count, address_of(off if on else wanted), on)
