"""Compute the figures of a centre's cohort anew where the data changed. Imports numpy: only jobs import this module."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lrrc_qol.cohort.expect import expectations
from lrrc_qol.cohort.expected import expected_course
from lrrc_qol.cohort.people import behind_the_figures
from lrrc_qol.cohort.rows import CohortPatient, CohortVisit
from lrrc_qol.cohort.summary import by_level, summarise, veils_of
from lrrc_qol.domain.errors import UnknownInstrument
from lrrc_qol.domain.instrument import Scale
from lrrc_qol.persistence.models import Centre, CohortResult
from lrrc_qol.persistence.queries.cohort_rows import (
    facts_version,
    replace_results,
    scale_versions,
    stored_versions,
)
from lrrc_qol.persistence.queries.snapshot import take_snapshot
from lrrc_qol.services.cohort_patients import CentreFacts, read_centre_facts, read_patients, scale_facts
from lrrc_qol.services.cohort_strata import CENTRES, EVERYBODY, EXPECT, PEOPLE
from lrrc_qol.services.context import Actor, Work

__all__ = [
    "Computed",
    "Due",
    "ScaleRows",
    "centre_actors",
    "compute_scale",
    "drawn_scales",
    "due_scales",
    "read_centre_facts",
    "read_scale",
    "store_scale",
]

METHOD = 4
"""Raised when a figure is computed in another way, so that all are computed anew."""


@dataclass(frozen=True, slots=True)
class Due:
    """A scale whose figures are not those of the present data, which `version` names."""

    instrument_id: str
    scale: Scale
    version: str


@dataclass(frozen=True, slots=True)
class ScaleRows:
    """Everybody operated on with the forms of one scale, as read at `data_as_of`."""

    due: Due
    data_as_of: datetime
    visits: Sequence[CohortVisit]
    patients: Sequence[CohortPatient]


@dataclass(frozen=True, slots=True)
class Computed:
    """The figures of one scale for all strata, not stored yet."""

    due: Due
    data_as_of: datetime
    strata: Mapping[str, dict[str, Any]]


def centre_actors(work: Work) -> tuple[Actor, ...]:
    """One actor for each centre, so that every query stays within one."""
    return tuple(Actor("system", None, centre_id, None) for centre_id in work.session.scalars(select(Centre.id)))


def due_scales(work: Work) -> tuple[Due, ...]:
    """The drawn scales of the actor's centre whose data changed, or whose figures are of an earlier day.

    The day counts because windows close and patients are observed longer without any entry.
    """
    take_snapshot(work.session)
    centre = work.session.get_one(Centre, work.actor.centre())
    shared = [METHOD, work.today_in(centre.timezone).isoformat(), *facts_version(work.session, centre_id=centre.id)]
    stored = stored_versions(work.session, centre_id=centre.id, without=CENTRES)
    found: list[Due] = []
    for instrument_id, scale, newest in drawn_scales(work):
        version = hashlib.sha256(json.dumps([*shared, newest]).encode()).hexdigest()
        if stored.get((instrument_id, scale.id)) != version:
            found.append(Due(instrument_id, scale, version))
    return tuple(found)


def drawn_scales(work: Work) -> Iterator[tuple[str, Scale, int]]:
    """Instrument, scale and newest score of every scale of the actor's centre that is drawn as a curve."""
    for (instrument_id, scale_id), newest in sorted(
        scale_versions(work.session, centre_id=work.actor.centre()).items()
    ):
        scale = _scale(work, instrument_id, scale_id)
        if scale is not None and scale.drawn:
            yield instrument_id, scale, newest


def read_scale(work: Work, facts: CentreFacts, due: Due) -> ScaleRows:
    """Read what the figures of one scale are computed from, without the time limit of statements."""
    take_snapshot(work.session)
    visits, patients = read_patients(work, facts, instrument_id=due.instrument_id, scale=due.scale)
    return ScaleRows(due, work.now, visits, patients)


def compute_scale(rows: ScaleRows, strata: Iterable[str]) -> Computed:
    """The figures of one scale for each stratum, what the page "what to expect" shows, and the single patients."""
    named = {visit.key: asdict(visit) for visit in rows.visits}
    how = scale_facts(rows.due.scale)
    found: dict[str, dict[str, Any]] = {}
    named_strata = tuple(strata)
    wider = veils_of(rows.patients, rows.visits, how)
    for stratum in named_strata:
        levels = by_level(rows.patients, stratum)
        if levels:
            found[stratum] = {"visits": named, "levels": summarise(levels, rows.visits, how, wider=wider)}
    if EVERYBODY in found:
        found[EVERYBODY]["expected"] = expected_course(rows.patients, rows.visits)
    expected = expectations(rows.patients, rows.visits, how)
    if expected is not None:
        found[EXPECT] = {"visits": named, **expected}
    if found:
        found[PEOPLE] = behind_the_figures(rows.patients, rows.visits, named_strata)
    return Computed(rows.due, rows.data_as_of, found)


def store_scale(work: Work, computed: Computed) -> None:
    """Put the figures in the place of the earlier ones."""
    scale = {"instrument_id": computed.due.instrument_id, "scale_id": computed.due.scale.id}
    replace_results(
        work.session,
        centre_id=work.actor.centre(),
        **scale,
        rows=[
            CohortResult(
                centre_id=work.actor.centre(),
                **scale,
                stratum=stratum,
                data_version=computed.due.version,
                data_as_of=computed.data_as_of,
                computed_at=work.now,
                content=content,
            )
            for stratum, content in computed.strata.items()
        ],
        without=CENTRES,
    )


def _scale(work: Work, instrument_id: str, scale_id: str) -> Scale | None:
    """The scale as the newest version of its instrument defines it; None for one that is not known any more."""
    try:
        return work.catalogue.instrument(instrument_id).scale(scale_id)
    except (UnknownInstrument, KeyError):
        return None
