"""The job that computes cohort figures: a scale at a time, read in one transaction, stored in another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from lrrc_qol.runtime import Runtime
from lrrc_qol.services.cohort_strata import stratum_names
from lrrc_qol.services.context import SYSTEM


def compute_all(runtime: Runtime, now: datetime, stopping: Callable[[], bool]) -> dict[str, int]:
    """Compute what is due at every centre; returns how many scales were computed.

    What numpy needs is loaded here and not at the top, so that no web process and no other command pays for it.
    """
    from lrrc_qol.services import compute_cohort as cohort  # noqa: PLC0415 - see above

    computed = 0
    with runtime.reading(SYSTEM, now=now) as work:
        actors = cohort.centre_actors(work)
    for actor in actors:
        with runtime.reading(actor, now=now) as work:
            due = cohort.due_scales(work)
            facts = cohort.read_centre_facts(work) if due else None
        for one in due:
            if stopping() or facts is None:
                return {"scales": computed}
            with runtime.reading(actor, now=now) as work:
                rows = cohort.read_scale(work, facts, one)
            figures = cohort.compute_scale(rows, stratum_names(runtime.catalogue.classification))
            with runtime.writing(actor, now=now) as work:
                cohort.store_scale(work, figures)
            computed += 1
    return {"scales": computed}
