"""How much of a patient's time a follow-up plan asks for."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from lrrc_qol.domain.schedule import Protocol

YEAR_DAYS = 365


@dataclass(frozen=True, slots=True)
class Burden:
    """Visits and minutes of the first year of somebody of whom no special fact holds."""

    visits: int
    minutes: int


def asked_minutes(instruments: Collection[str], known: Mapping[str, float], *, otherwise: int) -> int:
    """The minutes of all these questionnaires, rounded up; `otherwise` when one of them is not known."""
    if any(one not in known for one in instruments):
        return otherwise
    return math.ceil(sum(known[one] for one in instruments))


def first_year(protocol: Protocol, known: Mapping[str, float]) -> Burden:
    """What is due up to a year after its anchor, without visits that need a fact, such as treatment beforehand."""
    asked = [one for one in protocol.visits if not one.requires and one.due_offset <= YEAR_DAYS]
    return Burden(len(asked), sum(asked_minutes(one.instruments, known, otherwise=one.minutes) for one in asked))
