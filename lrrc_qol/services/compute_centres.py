"""Compute the figures of centres that agreed to be read together. Imports numpy: only jobs import this module.

Each centre is read by an actor of its own, and each reader's figures are stored on the reader's own shelf, without the
names of the others. So a page needs nothing but its own centre's rows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lrrc_qol.cohort.centres import CentreRows, Compared, Completion, compare
from lrrc_qol.cohort.small_cells import SMALLEST_CURVE
from lrrc_qol.domain.consent import ScopeAct, scopes_that
from lrrc_qol.domain.instrument import Scale
from lrrc_qol.persistence.models import Centre, CohortResult
from lrrc_qol.persistence.queries.cohort_rows import facts_version, replace_result, stored_parts
from lrrc_qol.persistence.queries.snapshot import take_snapshot
from lrrc_qol.services.cohort_patients import CentreFacts, read_centre_facts, read_patients, scale_facts
from lrrc_qol.services.cohort_strata import CENTRES
from lrrc_qol.services.compute_cohort import drawn_scales
from lrrc_qol.services.context import Actor, Work
from lrrc_qol.services.read_cohort import cohort_kinds, visits_in_order

METHOD = 1
"""Raised when a figure is computed in another way, so that all are computed anew."""

ScaleKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Share:
    """What one centre brings: its drawn scales, what all of them share, and numbers that change with its data."""

    actor: Actor
    scales: Mapping[ScaleKey, Scale]
    facts: CentreFacts
    completion: Sequence[Completion]
    numbers: tuple[object, ...]

    @property
    def large(self) -> bool:
        """Whether enough patients were operated on for the centre to be told apart."""
        return len(self.facts.episodes) >= SMALLEST_CURVE


@dataclass(frozen=True, slots=True)
class Comparison:
    """The figures of one scale over several centres, not stored yet, and which centres they came from."""

    key: ScaleKey
    compared: Compared
    among: frozenset[int]
    version: str
    data_as_of: datetime


def sharing_actors(work: Work) -> tuple[Actor, ...]:
    """One actor for each centre that takes part, so that every query stays within one."""
    taking_part = select(Centre.id).where(Centre.cohort_shared_since.is_not(None)).order_by(Centre.id)
    return tuple(Actor("system", None, centre_id, None) for centre_id in work.session.scalars(taking_part))


def is_due(work: Work) -> bool:
    """Whether a drawn scale of the actor's centre has no figures of this week.

    Once a week and not with every change: two pages that lie one form apart would tell of one person.
    """
    stored = stored_parts(work.session, centre_id=work.actor.centre(), strata=(CENTRES,), part="made")
    made = {(one, scale) for _, one, scale, _, content in stored if content == _made(work.now)}
    return any((instrument_id, scale.id) not in made for instrument_id, scale, _ in drawn_scales(work))


def read_share(work: Work) -> Share:
    """Read what the figures of all scales share; patients who refused to be shared with other centres stay out."""
    take_snapshot(work.session)
    centre_id = work.actor.centre()
    refused = scopes_that(work.catalogue.consent_scopes, ScopeAct.NOT_SHARED)
    kinds = cohort_kinds(work, refused=refused)
    counts = visits_in_order(work, work.session.get_one(Centre, centre_id), kinds, operated=True)
    drawn = tuple(drawn_scales(work))
    facts = read_centre_facts(work, refused_scopes=refused)
    return Share(
        actor=work.actor,
        scales={(instrument_id, scale.id): scale for instrument_id, scale, _ in drawn},
        facts=facts,
        completion=[Completion(one.key, one.name, one.expected, one.in_window, one.late) for one in counts],
        numbers=(
            centre_id,
            *facts_version(work.session, centre_id=centre_id),
            *(newest for _, _, newest in drawn),
            len(facts.episodes),
        ),
    )


def read_rows(work: Work, share: Share, key: ScaleKey) -> CentreRows:
    """Everybody of the actor's centre with the forms of one scale."""
    take_snapshot(work.session)
    visits, patients = read_patients(work, share.facts, instrument_id=key[0], scale=share.scales[key])
    return CentreRows(visits, patients, share.completion)


def compare_scale(
    key: ScaleKey, scale: Scale, rows: Mapping[int, CentreRows], shares: Iterable[Share], *, data_as_of: datetime
) -> Comparison:
    """The figures of one scale; `rows` are those of the centres that are large enough."""
    numbers = [METHOD, *(share.numbers for share in shares)]
    return Comparison(
        key=key,
        compared=compare(rows, scale_facts(scale)),
        among=frozenset(rows),
        version=hashlib.sha256(json.dumps(numbers).encode()).hexdigest(),
        data_as_of=data_as_of,
    )


def store_comparison(work: Work, comparison: Comparison, others: Sequence[int]) -> bool:
    """Put the figures on the shelf of the actor's centre, the others in this order; False when somebody left since."""
    own = work.actor.centre()
    needed = comparison.among | {own}
    # Whoever switches it off waits for this transaction or goes before it; key_share, so that patients can be enrolled.
    staying = work.session.scalars(
        select(Centre.id)
        .where(Centre.id.in_(needed), Centre.cohort_shared_since.is_not(None))
        .order_by(Centre.id)
        .with_for_update(key_share=True)
    )
    if frozenset(staying) != needed:
        return False
    compared = comparison.compared
    content: dict[str, Any] = {
        "made": _made(work.now),
        "visits": {visit.key: asdict(visit) for visit in compared.visits},
        "levels": compared.seen_by(own, others),
        "expected": [*compared.expected],
    }
    instrument_id, scale_id = comparison.key
    replace_result(
        work.session,
        CohortResult(
            centre_id=own,
            instrument_id=instrument_id,
            scale_id=scale_id,
            stratum=CENTRES,
            data_version=comparison.version,
            data_as_of=comparison.data_as_of,
            computed_at=work.now,
            content=content,
        ),
    )
    return True


def _made(now: datetime) -> list[int]:
    year, week, _ = now.isocalendar()
    return [METHOD, year, week]
