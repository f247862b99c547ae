"""Which version of an answer counts, and how stored answers become the domain's values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lrrc_qol.domain.instrument import AnswerValue, Missing
from lrrc_qol.persistence.models import Answer


def current_answers(answers: Iterable[Answer]) -> dict[str, Answer]:
    """The current version of each answer: the newest given, and of two given at once the later saved."""
    current: dict[str, Answer] = {}
    for answer in sorted(answers, key=lambda row: (row.given_at, row.seq)):
        current[answer.item_id] = answer
    return current


def as_values(current: Mapping[str, Answer]) -> dict[str, AnswerValue]:
    """Stored answers as the domain's values."""
    return {item_id: as_value(answer) for item_id, answer in current.items()}


def as_value(answer: Answer) -> AnswerValue:
    """One stored answer as the domain's value."""
    return answer.value if answer.value is not None else Missing(answer.kind)
