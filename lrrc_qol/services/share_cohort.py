"""Whether a centre's figures are read together with those of other centres: a switch of the centre's own."""

from __future__ import annotations

from datetime import datetime

from lrrc_qol.persistence.models import Centre
from lrrc_qol.persistence.queries.cohort_rows import forget_results
from lrrc_qol.services import audit
from lrrc_qol.services.cohort_strata import CENTRES
from lrrc_qol.services.context import Work


def cohort_shared_since(work: Work) -> datetime | None:
    """Since when the figures of the actor's centre are read together with others'; None while they are not."""
    return work.session.get_one(Centre, work.actor.centre()).cohort_shared_since


def share_cohort(work: Work, *, shared: bool) -> bool:
    """Switch it; whether anything changed. Who joins is there from the next computation on.

    Who leaves is gone at once: the figures of all centres together are thrown away, because they hold this centre's,
    and a job makes them anew without it.
    """
    centre = work.session.get_one(Centre, work.actor.centre(), with_for_update=True)
    if (centre.cohort_shared_since is not None) is shared:
        return False
    centre.cohort_shared_since = work.now if shared else None
    if not shared:
        forget_results(work.session, stratum=CENTRES)
    audit.record(
        work,
        "switched_shared_cohort",
        subject_kind="centre",
        subject_id=centre.id,
        centre_id=centre.id,
        detail={"shared": shared},
    )
    return True
