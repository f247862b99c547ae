"""What scoring gives: a score with everything that explains it, and why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from lrrc_qol.domain.instrument import AnswerValue, Item


class NoScore(StrEnum):
    """Why a scale has no score."""

    TOO_FEW_ANSWERED = "too_few_answered"
    PART_MISSING = "part_missing"
    NOT_APPLICABLE = "not_applicable"
    NO_VALUE_SET = "no_value_set"
    NOT_IN_TABLE = "not_in_table"


class MethodError(ValueError):
    """A scale's method or one of its parameters is wrong; `key` is the place inside the scale."""

    def __init__(self, key: tuple[str, ...], reason: str) -> None:
        super().__init__(reason)
        self.key = key
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Score:
    """One scale of one response, unrounded. `value` is None exactly when `reason` says why.

    `answered` of `expected` applicable items (parts, for a score made of other scores) entered, and `items` names
    them; `prorated` means that a value was made from fewer than expected. `label` is the name of a band; `value_set`
    the set of weights that the value rests on.
    """

    scale_id: str
    value: float | None
    reason: NoScore | None
    answered: int
    expected: int
    prorated: bool
    version: str
    items: tuple[str, ...]
    label: str = ""
    value_set: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule makes of one response: a score before it knows its scale; `used` are ids of items or scales."""

    value: float | None
    reason: NoScore | None
    used: tuple[str, ...]
    expected: int
    prorated: bool = False
    label: str = ""
    value_set: str = ""


class Rule(Protocol):
    """How one scale is scored: from the answers to `items` and the scores of the scales named in `parts`.

    `minimum` and `maximum` bound every value; with `exact` a definition must name just these bounds.
    """

    @property
    def items(self) -> tuple[Item, ...]:
        """The items whose answers enter, in the order in which `outcome` takes them."""

    @property
    def parts(self) -> tuple[str, ...]:
        """The scales whose scores enter."""

    @property
    def minimum(self) -> float:
        """The lowest possible value."""

    @property
    def maximum(self) -> float:
        """The highest possible value."""

    @property
    def exact(self) -> bool:
        """Whether a definition must name exactly these bounds, or may name wider, rounder ones."""

    def outcome(self, answers: Sequence[AnswerValue], parts: Sequence[Score], value_set: str | None) -> Outcome:
        """Score one response; `answers` in item order, `parts` in the order of the named scales."""
