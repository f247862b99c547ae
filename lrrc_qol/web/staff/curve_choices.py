"""How a reader wants the recovery curves drawn: a few choices that live in the address of the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CurveChoices:
    """What is switched on; nothing is by default.

    `turned`: symptoms are drawn with up as better. `home`: days count from going home. `pain`: check-in pain in a strip
    under each curve. `expected`: centiles of the centre's own patients. `published`: courses from the literature.
    """

    turned: bool = False
    home: bool = False
    pain: bool = False
    expected: bool = False
    published: bool = False

    @property
    def any(self) -> bool:
        """Whether something is switched on."""
        return self != AS_USUAL


AS_USUAL = CurveChoices()


def choices_of(arguments: Mapping[str, str]) -> CurveChoices:
    """The choices of an address; what it does not know in it counts for nothing."""
    return CurveChoices(
        turned=arguments.get("up") == "better",
        home=arguments.get("from") == "home",
        pain=arguments.get("pain") == "on",
        expected=arguments.get("expected") == "on",
        published=arguments.get("published") == "on",
    )
