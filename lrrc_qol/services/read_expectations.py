"""What became of people alike: the stored figures behind the page for the talk before the operation."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any

from lrrc_qol.domain.errors import NotFound
from lrrc_qol.persistence.queries.cohort_rows import find_result, stored_strata
from lrrc_qol.services.cohort_strata import EXPECT
from lrrc_qol.services.context import Work
from lrrc_qol.services.read_cohort_figures import ScaleChoice, scale_choices

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Alike:
    """In what people are alike; an empty value means that it does not matter."""

    extent: str = ""
    sex: str = ""
    baseline: str = ""

    def without(self, names: Collection[str]) -> Alike:
        """The wider group in which these do not matter."""
        kept = {name: "" if name in names else getattr(self, name) for name in ("extent", "sex", "baseline")}
        return Alike(**kept)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The names of what matters."""
        return tuple(name for name in ("extent", "sex", "baseline") if getattr(self, name))


@dataclass(frozen=True, slots=True)
class Expectations:
    """The figures of one scale.

    `visits` are the timepoints in order at which at least one group is large enough; `rows` maps each group to its row
    at each of them. `baseline_cuts` are the scores between the thirds of the baselines.
    """

    chosen: ScaleChoice
    visits: tuple[Row, ...]
    rows: Mapping[Alike, Mapping[str, Row]]
    baseline_cuts: tuple[float, float] | None
    version: str
    data_as_of: datetime
    computed_at: datetime

    def row(self, alike: Alike, visit: str) -> Row | None:
        """What became of a group by a visit; None where it is too small to be shown."""
        return self.rows.get(alike, {}).get(visit)

    def wider(self, alike: Alike, visit: str) -> tuple[Alike, ...]:
        """The wider groups that are large enough at a visit, the closest ones only: those that leave out the least."""
        for left_out in range(1, len(alike.chosen) + 1):
            found = tuple(alike.without(names) for names in combinations(alike.chosen, left_out))
            if large := tuple(one for one in found if self.row(one, visit) is not None):
                return large
        return ()


@dataclass(frozen=True, slots=True)
class ExpectationShelf:
    """The scales that can be chosen, and the figures of the chosen one; None while nothing can be shown."""

    scales: tuple[ScaleChoice, ...]
    figures: Expectations | None


def read_expectations(work: Work, *, scale: str, among: Collection[tuple[str, str]]) -> ExpectationShelf:
    """The figures of a scale (`instrument.scale`) of those in `among`; empty means the first one.

    NotFound for a scale without figures.
    """
    stored = stored_strata(work.session, centre_id=work.actor.centre())
    choices = scale_choices(
        work, {(one, name) for one, name, which in stored if which == EXPECT and (one, name) in among}
    )
    if not choices and not scale:
        return ExpectationShelf((), None)
    chosen = next((one for one in choices if scale in ("", one.id)), None)
    if chosen is None:
        raise NotFound("there are no figures of this scale")
    return ExpectationShelf(choices, _figures(work, chosen))


def _figures(work: Work, chosen: ScaleChoice) -> Expectations | None:
    scale = (chosen.instrument.id, chosen.scale.id)
    stored = find_result(work.session, centre_id=work.actor.centre(), scale=scale, stratum=EXPECT)
    if stored is None:
        return None
    rows = {
        Alike(group["extent"], group["sex"], group["baseline"]): {row["visit"]: row for row in group["visits"]}
        for group in stored.content["groups"]
    }
    shown = {key for one in rows.values() for key in one}
    visits = sorted(stored.content["visits"].values(), key=lambda one: (one["due_day"], one["key"]))
    cuts = stored.content["baseline_cuts"]
    return Expectations(
        chosen=chosen,
        visits=tuple(visit for visit in visits if visit["key"] in shown),
        rows=rows,
        baseline_cuts=None if cuts is None else (cuts[0], cuts[1]),
        version=stored.data_version,
        data_as_of=stored.data_as_of,
        computed_at=stored.computed_at,
    )
