"""Computed scores become rows: one per scale, of one generation, with what they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import insert

from lrrc_qol.domain.scoring import Score
from lrrc_qol.persistence.models import Response, ScoreRow
from lrrc_qol.services.context import Work


def score_rows(work: Work, response: Response, scores: Iterable[Score], *, generation: int) -> list[dict[str, Any]]:
    """The rows of one response; generation 1 is that of sending the form, each re-computation makes the next."""
    return [
        {
            "response_id": response.id,
            "episode_id": response.episode_id,
            "centre_id": response.centre_id,
            "scale_id": score.scale_id,
            "generation": generation,
            "value": score.value,
            "reason": score.reason.value if score.reason else None,
            "answered": score.answered,
            "expected": score.expected,
            "prorated": score.prorated,
            "scoring_version": score.version,
            "inputs": score_inputs(score),
            "computed_at": work.now,
        }
        for score in scores
    ]


def score_inputs(score: Score) -> dict[str, Any]:
    """What a score rests on: the items or scales that entered, the value set, and the band that it falls into."""
    named = {"value_set": score.value_set, "label": score.label}
    return {"items": list(score.items), **{name: text for name, text in named.items() if text}}


def store_scores(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Add the rows in one statement; earlier generations stay."""
    if rows:
        work.session.execute(insert(ScoreRow), list(rows), execution_options={"render_nulls": True})
