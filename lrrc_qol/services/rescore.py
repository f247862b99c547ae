"""Compute stored scores anew by the present rules, batch by batch: compare first, then add the next generation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isclose
from typing import Any

from sqlalchemy import select

from lrrc_qol.domain.errors import NotFound, UnknownInstrument
from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.domain.scoring import Score, Scorer
from lrrc_qol.persistence.models import Answer, Assignment, Centre, Response, ScoreRow
from lrrc_qol.services import audit
from lrrc_qol.services.answers import as_values, current_answers
from lrrc_qol.services.context import Work
from lrrc_qol.services.questionnaires import value_set_of
from lrrc_qol.services.raise_score_alerts import raise_score_alerts
from lrrc_qol.services.store_scores import score_inputs, score_rows, store_scores
from lrrc_qol.services.wordings import asked_instrument

ROUNDING = 1e-9  # a score is a double in both databases; what differs by less was only added up in another order


@dataclass(frozen=True, slots=True)
class Scope:
    """Which sent forms: of one instrument (of one version, or None for all), of one centre; None for no limit."""

    instrument_id: str | None = None
    version: str | None = None
    centre_id: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """One score as it is stored or as it would be: everything but when it was computed."""

    value: float | None
    reason: str | None
    answered: int
    expected: int
    prorated: bool
    scoring_version: str
    items: tuple[str, ...]
    label: str
    value_set: str

    def same_as(self, other: Figures) -> bool:
        """Whether nothing a reader could see is different."""
        mine, theirs = self.value, other.value
        if mine is None or theirs is None:
            close = mine is theirs
        else:
            close = isclose(mine, theirs, rel_tol=ROUNDING, abs_tol=ROUNDING)
        return close and self._rest() == other._rest()

    def _rest(self) -> tuple[object, ...]:
        return (
            *(self.reason, self.answered, self.expected, self.prorated, self.scoring_version),
            *(self.items, self.label, self.value_set),
        )


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """One score that differs; `before` is None for a scale that had no score row yet."""

    response_id: int
    instrument: str
    scale_id: str
    before: Figures | None
    after: Figures


@dataclass(frozen=True, slots=True)
class Batch:
    """What was found in one batch. `last_id` is where the next one starts, None after the last.

    `looked_at` and `unknown` count the forms by instrument and version; the unknown ones are left as they are.
    """

    last_id: int | None
    looked_at: Counter[str]
    unknown: Counter[str]
    changes: tuple[ScoreChange, ...]


@dataclass(slots=True)
class Scorers:
    """Rules compiled once for many forms; lives as long as a whole run."""

    _made: dict[tuple[str, str, tuple[str, ...], str | None], Scorer] = field(default_factory=dict)

    def find(self, instrument: Instrument, value_set: str | None) -> Scorer:
        """The rules of an instrument with these terms under this value set."""
        key = (instrument.id, instrument.version, instrument.groups, value_set)
        if key not in self._made:
            self._made[key] = Scorer(instrument, value_set=value_set)
        return self._made[key]


def find_centre(work: Work, code: str) -> int:
    """The row number of the centre of that code; NotFound when there is none."""
    found = work.session.scalar(select(Centre.id).where(Centre.code == code))
    if found is None:
        raise NotFound(f"There is no centre {code!r}.")
    return found


def compare_scores(work: Work, scope: Scope, scorers: Scorers, *, after: int, limit: int) -> Batch:
    """What re-computing the next `limit` sent forms behind row number `after` would change; writes nothing."""
    return _run(work, scope, scorers, after=after, limit=limit, apply=False)


def rescore(work: Work, scope: Scope, scorers: Scorers, *, after: int, limit: int) -> Batch:
    """Re-compute the next `limit` sent forms behind row number `after`.

    A form of which any score differs gets all its scores again as the next generation, and an audit entry; the old
    rows stay, and what the new scores call for is raised. Forms are held meanwhile, so that two runs at once add
    nothing twice.
    """
    return _run(work, scope, scorers, after=after, limit=limit, apply=True)


def note_rescoring(work: Work, scope: Scope, *, forms: int, scores: int) -> None:
    """Write down that a run changed something, beside the entries of the single forms."""
    audit.record(
        work,
        "rescored",
        subject_kind="score",
        subject_id=None,
        centre_id=scope.centre_id,
        detail={"instrument": scope.instrument_id, "version": scope.version, "forms": forms, "scores": scores},
    )


def _run(work: Work, scope: Scope, scorers: Scorers, *, after: int, limit: int, apply: bool) -> Batch:
    forms = _forms(work, scope, after=after, limit=limit, lock=apply)
    answers, stored = _answers(work, forms), _stored(work, forms)
    chosen = _value_sets(work, forms)
    looked_at: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    changes: list[ScoreChange] = []
    rows: list[dict[str, Any]] = []
    rescored: list[Response] = []
    for response, assignment in forms:
        instrument = _instrument(work, assignment)
        (unknown if instrument is None else looked_at)[_name(response)] += 1
        if instrument is None:
            continue
        scorer = scorers.find(instrument, chosen.get((response.centre_id, instrument.id)))
        scores = scorer.score(as_values(current_answers(answers.get(response.id, ()))))
        before = stored.get(response.id, {})
        differing = list(_changes(response, before, scores))
        changes += differing
        if apply and differing:
            generation = 1 + max((row.generation for row in before.values()), default=0)
            rows += score_rows(work, response, scores, generation=generation)
            rescored.append(response)
            _note(work, response, differing, generation=generation)
    store_scores(work, rows)
    for response in rescored:
        raise_score_alerts(work, response)
    return Batch(forms[-1][0].id if len(forms) == limit else None, looked_at, unknown, tuple(changes))


def _instrument(work: Work, assignment: Assignment) -> Instrument | None:
    """What was asked, by its present definition; None when the catalogue does not have it any more."""
    try:
        return asked_instrument(work, assignment)
    except UnknownInstrument:
        return None


def _name(response: Response) -> str:
    return f"{response.instrument_id} {response.instrument_version}"


def _value_sets(work: Work, forms: Sequence[tuple[Response, Assignment]]) -> dict[tuple[int, str], str]:
    """The value set that each centre of the batch has chosen now, by centre and instrument."""
    wanted = {(response.centre_id, response.instrument_id) for response, _ in forms}
    needing = {one.id for one in work.catalogue.instruments if one.value_sets}
    found = {
        (centre_id, instrument_id): value_set_of(work, centre_id, work.catalogue.instrument(instrument_id))
        for centre_id, instrument_id in wanted
        if instrument_id in needing
    }
    return {key: value_set for key, value_set in found.items() if value_set is not None}


def _forms(work: Work, scope: Scope, *, after: int, limit: int, lock: bool) -> Sequence[tuple[Response, Assignment]]:
    query = (
        select(Response, Assignment)
        .join(Assignment, Assignment.id == Response.assignment_id)
        .where(Response.id > after, Response.submitted_at.is_not(None))
        .order_by(Response.id)
        .limit(limit)
    )
    if scope.instrument_id is not None:
        query = query.where(Response.instrument_id == scope.instrument_id)
    if scope.version is not None:
        query = query.where(Response.instrument_version == scope.version)
    if scope.centre_id is not None:
        query = query.where(Response.centre_id == scope.centre_id)
    if lock:
        query = query.with_for_update(of=Response, key_share=True)
    return [(response, assignment) for response, assignment in work.session.execute(query)]


def _answers(work: Work, forms: Sequence[tuple[Response, Assignment]]) -> dict[int, list[Answer]]:
    ids = [response.id for response, _ in forms]
    found: dict[int, list[Answer]] = {}
    for answer in work.session.scalars(select(Answer).where(Answer.response_id.in_(ids))):
        found.setdefault(answer.response_id, []).append(answer)
    return found


def _stored(work: Work, forms: Sequence[tuple[Response, Assignment]]) -> dict[int, dict[str, ScoreRow]]:
    """The newest generation of each score, by form and scale."""
    ids = [response.id for response, _ in forms]
    found: dict[int, dict[str, ScoreRow]] = {}
    query = select(ScoreRow).where(ScoreRow.response_id.in_(ids)).order_by(ScoreRow.generation)
    for row in work.session.scalars(query):
        found.setdefault(row.response_id, {})[row.scale_id] = row
    return found


def _changes(response: Response, before: Mapping[str, ScoreRow], scores: Iterable[Score]) -> Iterator[ScoreChange]:
    for score in scores:
        row, after = before.get(score.scale_id), _computed(score)
        stored = None if row is None else _as_stored(row)
        if stored is None or not stored.same_as(after):
            yield ScoreChange(response.id, _name(response), score.scale_id, stored, after)


def _computed(score: Score) -> Figures:
    return _figures(
        score.value,
        score.reason.value if score.reason else None,
        (score.answered, score.expected, score.prorated),
        score.version,
        score_inputs(score),
    )


def _as_stored(row: ScoreRow) -> Figures:
    counts = (row.answered, row.expected, row.prorated)
    return _figures(row.value, row.reason, counts, row.scoring_version, row.inputs)


def _figures(
    value: float | None,
    reason: str | None,
    counts: tuple[int, int, bool],
    version: str,
    inputs: Mapping[str, Any],
) -> Figures:
    items, label, value_set = inputs.get("items", ()), inputs.get("label", ""), inputs.get("value_set", "")
    return Figures(value, reason, *counts, version, tuple(items), label, value_set)


def _note(work: Work, response: Response, changes: Sequence[ScoreChange], *, generation: int) -> None:
    before = sorted({change.before.scoring_version for change in changes if change.before is not None})
    audit.record(
        work,
        "rescored_response",
        subject_kind="response",
        subject_id=response.id,
        centre_id=response.centre_id,
        episode_id=response.episode_id,
        detail={
            "instrument": _name(response),
            "scoring_version": {"before": ", ".join(before), "after": changes[0].after.scoring_version},
            "generation": generation,
            "scales": [change.scale_id for change in changes],
        },
    )
