"""Whether a centre's patients see their own results: the team switches it on and off."""

from __future__ import annotations

from datetime import datetime

from lrrc_qol.persistence.models import Centre
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work


def results_shown_since(work: Work) -> datetime | None:
    """Since when the patients of the actor's centre see their own results; None while they do not."""
    return work.session.get_one(Centre, work.actor.centre()).own_results_since


def show_results(work: Work, *, shown: bool) -> bool:
    """Switch it; whether anything changed. It holds from the next page a patient opens."""
    centre = work.session.get_one(Centre, work.actor.centre(), with_for_update=True)
    if (centre.own_results_since is not None) is shown:
        return False
    centre.own_results_since = work.now if shown else None
    audit.record(
        work,
        "switched_own_results",
        subject_kind="centre",
        subject_id=centre.id,
        centre_id=centre.id,
        detail={"shown": shown},
    )
    return True
