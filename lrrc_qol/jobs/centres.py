"""The job that puts the centres that agreed to it beside each other: each is read, and stored for, by its own actor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from random import SystemRandom
from typing import TYPE_CHECKING

from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import SYSTEM

if TYPE_CHECKING:
    from lrrc_qol.cohort.centres import CentreRows
    from lrrc_qol.services.compute_centres import Comparison, ScaleKey, Share


def compare_all(runtime: Runtime, now: datetime, stopping: Callable[[], bool]) -> dict[str, int]:
    """Compute all scales where one is due; returns how many were computed.

    What numpy needs is loaded in these functions, so that no web process and no other command pays for it.
    """
    from lrrc_qol.services import compute_centres as centres  # noqa: PLC0415 - see above

    shares = _shares(runtime, now)
    # Letters are drawn for each reader and each computation, so that they lead from no page to another.
    orders = {share.actor.centre(): _shuffled([one.actor.centre() for one in shares]) for share in shares}
    scales = {key: scale for share in shares for key, scale in share.scales.items()}
    for computed, (key, scale) in enumerate(scales.items()):
        if stopping():
            return {"scales": computed}
        rows = _rows(runtime, now, shares, key)
        comparison = centres.compare_scale(key, scale, rows, shares, data_as_of=now)
        if not _stored(runtime, now, comparison, [share for share in shares if key in share.scales], orders):
            return {"scales": computed}  # a centre left meanwhile: the next run begins without it
    return {"scales": len(scales)}


def _shares(runtime: Runtime, now: datetime) -> list[Share]:
    """What every centre that takes part brings; nothing while no figure is due."""
    from lrrc_qol.services import compute_centres as centres  # noqa: PLC0415 - see above

    with runtime.reading(SYSTEM, now=now) as work:
        actors = centres.sharing_actors(work)
    due = False
    for actor in actors:
        with runtime.reading(actor, now=now) as work:
            due = due or centres.is_due(work)
    found: list[Share] = []
    for actor in actors if due else ():
        with runtime.reading(actor, now=now) as work:
            found.append(centres.read_share(work))
    return found


def _rows(runtime: Runtime, now: datetime, shares: Sequence[Share], key: ScaleKey) -> dict[int, CentreRows]:
    """The patients of each centre that is large enough and asks the scale."""
    from lrrc_qol.services import compute_centres as centres  # noqa: PLC0415 - see above

    found: dict[int, CentreRows] = {}
    for share in shares:
        if share.large and key in share.scales:
            with runtime.reading(share.actor, now=now) as work:
                found[share.actor.centre()] = centres.read_rows(work, share, key)
    return found


def _stored(
    runtime: Runtime,
    now: datetime,
    comparison: Comparison,
    readers: Sequence[Share],
    orders: Mapping[int, Sequence[int]],
) -> bool:
    """Store the figures for every reader; False as soon as a centre has left."""
    from lrrc_qol.services import compute_centres as centres  # noqa: PLC0415 - see above

    for reader in readers:
        with runtime.writing(reader.actor, now=now) as work:
            if not centres.store_comparison(work, comparison, orders[reader.actor.centre()]):
                return False
    return True


def _shuffled(centres: list[int]) -> list[int]:
    SystemRandom().shuffle(centres)
    return centres
