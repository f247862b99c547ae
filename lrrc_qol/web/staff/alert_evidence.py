"""What fired an alert besides answers, in words: scores with their baseline, check-ins that nobody answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lrrc_qol.domain.instrument import Direction, Instrument, Scale


def evidence_words(evidence: Mapping[str, Any], instrument: Instrument | None) -> Iterator[tuple[str, str]]:
    """Pairs of what it is about and what was found, in the order in which the evidence keeps them."""
    scales = {scale.id: scale for scale in instrument.scales} if instrument else {}
    for entry in evidence.get("scales", ()):
        scale = scales.get(entry["scale"])
        yield scale.name if scale else str(entry["scale"]), _score_words(entry, scale)
    for key in evidence.get("visits", ()):
        yield _check_in(str(key)), "Not answered"


def _score_words(entry: Mapping[str, Any], scale: Scale | None) -> str:
    decimals = scale.decimals if scale else 1
    words = _number(entry["score"], decimals)
    if entry["baseline"] is None or entry["change"] is None:
        return words
    size = _number(abs(entry["change"]), decimals)
    worse = scale is None or (entry["change"] < 0) is (scale.direction is Direction.BETTER)
    verdict = f"{size} {'worse' if worse else 'better'}" if entry["change"] else "the same"
    return f"{words} (before surgery {_number(entry['baseline'], decimals)}: {verdict})"


def _number(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _check_in(key: str) -> str:
    """The check-in of a key such as CHK-D005."""
    day = key.removeprefix("CHK-D").lstrip("0")
    return f"Check-in, day {day} at home" if day.isdecimal() else key
