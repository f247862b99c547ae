"""The job that measures how long questionnaires take, one after the other, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from lrrc_qol.runtime import Runtime
from lrrc_qol.services.answering_times import measure_answering
from lrrc_qol.services.context import SYSTEM


def measure_all(runtime: Runtime, now: datetime, stopping: Callable[[], bool]) -> dict[str, int]:
    """Measure every installed questionnaire; returns of how many the time is known."""
    known = 0
    for instrument in runtime.catalogue.instruments:
        if stopping():
            break
        with runtime.writing(SYSTEM, now=now) as work:
            known += measure_answering(work, instrument)
    return {"questionnaires": known}
