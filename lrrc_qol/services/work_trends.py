"""Where the patients of a worklist stand: quality of life and pain against the last form and against the baseline."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from lrrc_qol.domain.baseline import Baseline, BaselineKind
from lrrc_qol.domain.instrument import Scale
from lrrc_qol.domain.recovery import ChangeClass, ScorePoint, build_trajectory, change_between
from lrrc_qol.persistence.models import Episode
from lrrc_qol.persistence.queries.baseline import list_form_visits
from lrrc_qol.persistence.queries.plans import newest_plans
from lrrc_qol.persistence.queries.trends import LastForm, TrendScore, list_last_forms, list_trend_scores
from lrrc_qol.services.baseline.read import EpisodeKey, baselines_of
from lrrc_qol.services.context import Work
from lrrc_qol.services.protocols import protocols_at

# What a nurse asks first, and by the primary scale of which questionnaires it is told; the first that was answered
# counts. Design choice.
TOPICS = (("Quality of life", ("qlq_c30", "pe_wellbeing")), ("Pain", ("pain_nrs",)))


@dataclass(frozen=True, slots=True)
class Trend:
    """The newest value of one scale, when it was given, and the two it is compared to; `*_class` says how it stands.

    A value is None where there is nothing to compare with; `is_baseline`: the newest value is the baseline itself.
    """

    topic: str
    scale: Scale
    value: float
    answered_on: date
    is_baseline: bool
    last: float | None
    last_class: ChangeClass
    baseline: float | None
    baseline_class: ChangeClass


@dataclass(frozen=True, slots=True)
class Standing:
    """What a row of the worklist says of its patient's recovery."""

    last_form: LastForm | None = None
    trends: tuple[Trend, ...] = ()


def read_standings(work: Work, episode_ids: Collection[int]) -> Mapping[int, Standing]:
    """The standing of each episode of the actor's centre, in a fixed number of statements."""
    wanted = sorted(set(episode_ids))
    if not wanted:
        return {}
    scope = {"centre_id": work.actor.centre(), "episode_ids": wanted}
    scores: dict[int, list[TrendScore]] = {}
    for score in list_trend_scores(work.session, scales=_scales(work), **scope):  # type: ignore[arg-type] # one scope for all
        scores.setdefault(score.episode_id, []).append(score)
    last = list_last_forms(work.session, **scope)  # type: ignore[arg-type]
    keys = _keys(work, wanted)
    baselines = baselines_of(work, keys)
    visits = list_form_visits(work.session, [one.baseline.response_id for one in baselines.values()])
    return {
        key.episode_id: Standing(
            last.get(key.episode_id),
            tuple(_trends(work, key, baselines[key.episode_id].baseline, scores.get(key.episode_id, []), visits)),
        )
        for key in keys
    }


def _scales(work: Work) -> list[tuple[str, str]]:
    """The primary scales of the questionnaires, whatever their version."""
    named = {instrument_id for _, instruments in TOPICS for instrument_id in instruments}
    return [
        (instrument.id, scale.id)
        for instrument in work.catalogue.instruments
        if instrument.id in named
        for scale in instrument.scales
        if scale.primary
    ]


def _keys(work: Work, episode_ids: Sequence[int]) -> list[EpisodeKey]:
    query = select(Episode).where(Episode.id.in_(episode_ids), Episode.centre_id == work.actor.centre())
    episodes = work.session.scalars(query).all()
    plans = newest_plans(work.session, episode_ids=[one.id for one in episodes])
    known = protocols_at(work, set(plans.values()))
    return [
        EpisodeKey(one.id, one.surgery_on, one.planned_surgery_on, known[plans[one.id]])
        for one in episodes
        if plans.get(one.id) in known
    ]


def _trends(
    work: Work, key: EpisodeKey, baseline: Baseline, scores: Sequence[TrendScore], visits: Mapping[int, int]
) -> list[Trend]:
    found = []
    for topic, instruments in TOPICS:
        for instrument_id in instruments:
            own = [score for score in scores if score.instrument_id == instrument_id]
            trend = _trend(work, topic, key, _own_baseline(baseline, own, visits), own)
            if trend is not None:
                found.append(trend)
                break
    return found


def _own_baseline(baseline: Baseline, scores: Sequence[TrendScore], visits: Mapping[int, int]) -> Baseline:
    """The questionnaire's own form of the visit that is the baseline."""
    visit = visits.get(baseline.response_id or 0)
    own = next((score for score in scores if score.visit_id == visit), None)
    if own is None:
        return Baseline(BaselineKind.NONE, None, None, "This questionnaire is not in the baseline.", baseline.chosen)
    return replace(baseline, response_id=own.response_id, answered_on=own.answered_on)


def _trend(work: Work, topic: str, key: EpisodeKey, baseline: Baseline, scores: Sequence[TrendScore]) -> Trend | None:
    valued = [score for score in scores if score.value is not None]
    if not valued:
        return None
    newest = valued[-1]
    scale = work.catalogue.instrument(newest.instrument_id, newest.instrument_version).scale(newest.scale_id)
    points = [_point(score) for score in valued]
    course = build_trajectory(scale, baseline=baseline, points=points, surgery_on=key.surgery_on)
    latest = course.points[-1]
    before = course.points[-2].point if len(course.points) > 1 else None
    compared = latest.point.response_id != baseline.response_id
    return Trend(
        topic=topic,
        scale=scale,
        value=latest.point.value or 0.0,
        answered_on=latest.point.answered_on,
        is_baseline=not compared,
        last=before.value if before else None,
        last_class=change_between(scale, before, latest.point) if before else ChangeClass.NOT_EVALUABLE,
        baseline=course.baseline_value if compared else None,
        baseline_class=latest.change_class,
    )


def _point(score: TrendScore) -> ScorePoint:
    return ScorePoint(
        response_id=score.response_id,
        visit_key="",
        answered_on=score.answered_on,
        value=score.value,
        reason=score.reason,
        mode=score.mode,
        respondent=score.respondent,
        out_of_window=False,
        answered=0,
        expected=0,
        prorated=False,
        value_set=score.value_set,
    )
