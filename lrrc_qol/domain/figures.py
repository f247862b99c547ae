"""Clinical figures that arrive as data and are shared by several rules; the data name their sources."""

from __future__ import annotations

from dataclasses import dataclass

from lrrc_qol.domain.instrument import Confidence


@dataclass(frozen=True, slots=True)
class BaselineRules:
    """How old a form may be to serve as the reference of a recovery curve; all figures in days.

    `visits` are the keys of the visits whose forms may serve. A form answered up to `prospective_days` before the
    operation is prospective, up to `stale_days` it is stale, older ones do not serve. A form about the week before
    the operation, answered up to `recalled_days` after it, is recalled.
    """

    visits: tuple[str, ...]
    prospective_days: int
    stale_days: int
    recalled_days: int
    source: str
    confidence: Confidence
