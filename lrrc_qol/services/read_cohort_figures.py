"""The stored figures of one scale for one stratum of the actor's centre; nothing is computed here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lrrc_qol.cohort.small_cells import may_tell_times
from lrrc_qol.domain.errors import NotFound
from lrrc_qol.domain.instrument import Instrument, Scale
from lrrc_qol.domain.published_courses import PublishedCourse
from lrrc_qol.persistence.queries.cohort_rows import find_result, stored_strata
from lrrc_qol.services.cohort_strata import CENTRES, EVERYBODY, PEOPLE, stratum_names
from lrrc_qol.services.context import Work

Level = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ScaleChoice:
    """A scale that has figures; `id` names it in an address."""

    id: str
    instrument: Instrument
    scale: Scale


@dataclass(frozen=True, slots=True)
class SinglePatient:
    """One patient in a file: the level, the baseline, and each form as day, change and the visits it stands for.

    A visit maps to whether the time for it is over.
    """

    level: str
    baseline: float
    forms: Sequence[tuple[int, float, Mapping[str, bool]]]


@dataclass(frozen=True, slots=True)
class SingleTime:
    """One time in a file: the level, the day since the operation, and how the observation ended."""

    level: str
    day: int
    ending: str


@dataclass(frozen=True, slots=True)
class CohortFigures:
    """What is shown: the scale, the stratum, the timepoints in order, and the figures of each level.

    `visits` are key, name and usual days of each timepoint. `version` names the data that the figures came from.
    `published` are the courses of the same scale in the literature.
    """

    chosen: ScaleChoice
    stratum: str
    visits: tuple[Mapping[str, Any], ...]
    levels: Mapping[str, Level]
    version: str
    data_as_of: datetime
    computed_at: datetime
    published: tuple[PublishedCourse, ...]


@dataclass(frozen=True, slots=True)
class CohortShelf:
    """The scales and strata that can be chosen, and the figures of those that were; None while nothing is stored."""

    scales: tuple[ScaleChoice, ...]
    strata: Mapping[str, str]
    figures: CohortFigures | None


def read_cohort_figures(work: Work, *, scale: str, stratum: str) -> CohortShelf:
    """The figures of a scale (`instrument.scale`) and stratum; empty means the first scale, and everybody.

    NotFound for a scale or a stratum without stored figures.
    """
    stored = stored_strata(work.session, centre_id=work.actor.centre())
    choices = scale_choices(work, {(instrument, name) for instrument, name, _ in stored})
    if not choices and not scale:
        return CohortShelf((), {}, None)
    chosen = next((one for one in choices if scale in ("", one.id)), None)
    if chosen is None:
        raise NotFound("there are no figures of this scale")
    has = {which for instrument, name, which in stored if f"{instrument}.{name}" == chosen.id}
    names = stratum_names(work.catalogue.classification) | {CENTRES: "Centre"}
    strata = {key: words for key, words in names.items() if key in has}
    if stratum and stratum not in strata:
        raise NotFound("there are no figures of this stratum")
    return CohortShelf(choices, strata, _figures(work, chosen, stratum or EVERYBODY))


def scale_choices(work: Work, stored: set[tuple[str, str]]) -> tuple[ScaleChoice, ...]:
    """The scales with figures: those that can be judged first, primary ones before others, then as they are listed."""
    found = [
        ScaleChoice(f"{instrument.id}.{scale.id}", instrument, scale)
        for instrument in (work.catalogue.instrument(one) for one in sorted({one for one, _ in stored}))
        for scale in instrument.scales
        if (instrument.id, scale.id) in stored
    ]
    return tuple(sorted(found, key=lambda one: (one.scale.mid is None, not one.scale.primary)))


def _figures(work: Work, chosen: ScaleChoice, stratum: str) -> CohortFigures | None:
    scale = (chosen.instrument.id, chosen.scale.id)
    row = find_result(work.session, centre_id=work.actor.centre(), scale=scale, stratum=stratum)
    if row is None:
        return None
    return CohortFigures(
        chosen=chosen,
        stratum=stratum,
        visits=tuple(sorted(row.content["visits"].values(), key=lambda one: (one["due_day"], one["key"]))),
        levels=row.content["levels"],
        version=row.data_version,
        data_as_of=row.data_as_of,
        computed_at=row.computed_at,
        published=tuple(one for one in work.catalogue.published_courses if (one.instrument_id, one.scale_id) == scale),
    )


def read_single_patients(work: Work, figures: CohortFigures) -> Iterator[SinglePatient]:
    """The patients of every level that shows single lines; read at once, given out one by one."""
    content, levels = _behind(work, figures)
    shown = {name for name, level in figures.levels.items() if level.get("lines")}
    return (
        SinglePatient(levels[one["place"]], one["baseline"], one["forms"])
        for one in content.get("people", ())
        if levels[one["place"]] in shown
    )


def read_single_times(work: Work, figures: CohortFigures, curve: str) -> Iterator[SingleTime]:
    """The times behind one curve, of every level that is shown and may be told of; KeyError for no such curve."""
    content, levels = _behind(work, figures)
    times = (
        [SingleTime(levels[place], day, ending) for day, ending, place in content["times"][curve]] if content else []
    )
    shown = {
        name
        for name, level in figures.levels.items()
        if level["patients"] and may_tell_times([time.ending for time in times if time.level == name])
    }
    return (time for time in times if time.level in shown)


def _behind(work: Work, figures: CohortFigures) -> tuple[Mapping[str, Any], list[str]]:
    """What is stored of single patients, and the level of each of them in the chosen stratum."""
    scale = (figures.chosen.instrument.id, figures.chosen.scale.id)
    stored = find_result(work.session, centre_id=work.actor.centre(), scale=scale, stratum=PEOPLE)
    # What an earlier release stored is laid out in another way; the job computes it anew within minutes.
    if stored is None or "times" not in stored.content:
        return {}, []
    stratum = stored.content["strata"].index(figures.stratum)
    return stored.content, [one[stratum] for one in stored.content["levels"]]
