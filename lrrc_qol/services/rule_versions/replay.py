"""What rules would have done: they are played over the forms that a centre stored, by the functions that raise alerts.

Each form on which a rule fires counts once for that rule, whether it would have made an alert or raised an open one
again: either way a nurse looks. Forms are judged by the answers, scores and the baseline that stand now.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from lrrc_qol.domain.alerts import AlertRuleSet, Finding, PreviousAnswers, evaluate, timing_facts
from lrrc_qol.domain.instrument import AnswerValue
from lrrc_qol.domain.missed_alerts import evaluate_missed
from lrrc_qol.domain.recovery import Trajectory
from lrrc_qol.domain.score_alerts import evaluate_scores
from lrrc_qol.persistence.models import Answer, Centre, Episode, Plan, Response, Staff, Visit
from lrrc_qol.services.answers import as_values, current_answers
from lrrc_qol.services.clinic.duty import NURSE
from lrrc_qol.services.context import Work
from lrrc_qol.services.curves import build_curves
from lrrc_qol.services.protocols import Version
from lrrc_qol.services.raise_missed_alerts import CheckInFacts, check_in_facts, check_in_visits, closed_check_ins
from lrrc_qol.services.raise_score_alerts import episode_course, items_of
from lrrc_qol.services.rule_versions.read import find_rule_version
from lrrc_qol.services.rules_in_force import built_rules, rules_in_force

LOOKED_BACK = timedelta(days=365)
EPISODES_AT_ONCE = 25
# A page must come back; a year of the largest centre is a quarter of it. Design figure.
MOST_FORMS = 20_000
DAYS_OF_A_WEEK = 7

Rules = Callable[[Version], AlertRuleSet]
"""The rules by which an episode that runs on a plan is judged."""


@dataclass(slots=True)
class Tally:
    """How often rules fired, by level and by rule."""

    levels: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)

    def count(self, findings: Sequence[Finding]) -> None:
        """Add what one form, or one missed check-in, called for."""
        self.levels.update(finding.level.value for finding in findings)
        self.rules.update(finding.rule_id for finding in findings)


@dataclass(frozen=True, slots=True)
class Effect:
    """Two sets of rules over the same forms. `complete` is false when there were more forms than are looked at."""

    since: date
    weeks: float
    nurses: int
    forms: int
    episodes: int
    complete: bool
    now: Tally
    draft: Tally

    def per_week(self, count: int) -> float:
        """A count as alerts for each nurse and week; for a centre without nurses as if it had one."""
        return count / self.weeks / max(self.nurses, 1)


@dataclass(frozen=True, slots=True)
class _Form:
    response: Response
    answers: Mapping[str, AnswerValue]


@dataclass(frozen=True, slots=True)
class _Story:
    """One episode with everything that rules look at; forms in the order in which they were answered."""

    episode: Episode
    plan: Version
    forms: Sequence[_Form]
    trajectories: Mapping[str, Sequence[Trajectory]]
    check_ins: Sequence[Visit]
    facts: CheckInFacts


def would_have_fired(work: Work, public_id: str) -> Effect:
    """The draft (or switched-on version) against the rules that are followed now, over the last 12 months."""
    row = find_rule_version(work, public_id)
    drafted = built_rules(work, row)
    centre_id = row.centre_id
    return replay(work, centre_id, now=lambda plan: rules_in_force(work, centre_id, plan), draft=lambda _: drafted)


def replay(work: Work, centre_id: int, *, now: Rules, draft: Rules) -> Effect:
    """Play both over the centre's forms, a few episodes at a time, those enrolled last first."""
    since = work.now - LOOKED_BACK
    tallies = (Tally(), Tally())
    forms = episodes = 0
    complete = True
    for story in _stories(work, centre_id, since):
        if forms >= MOST_FORMS:
            complete = False
            break
        episodes += 1
        forms += sum(_since(form.response, since) for form in story.forms)
        for tally, rules in zip(tallies, (now, draft), strict=True):
            for findings in findings_of(work, story, rules(story.plan), since):
                tally.count(findings)
    first = work.session.scalar(
        select(func.min(Response.submitted_at)).where(Response.centre_id == centre_id, Response.submitted_at >= since)
    )
    nurses = work.session.scalar(
        select(func.count()).select_from(Staff).where(Staff.centre_id == centre_id, Staff.active, Staff.role == NURSE)
    )
    weeks = max((work.now - (first or work.now)) / timedelta(days=DAYS_OF_A_WEEK), 1.0)
    zone = work.session.get_one(Centre, centre_id).timezone
    since_on = work.today_in(zone) - LOOKED_BACK
    return Effect(since_on, weeks, nurses or 0, forms, episodes, complete, *tallies)


def findings_of(work: Work, story: _Story, rule_set: AlertRuleSet, since: datetime) -> Iterator[tuple[Finding, ...]]:
    """What each form since an instant, and each check-in that closed since, calls for."""
    for position, form in enumerate(story.forms):
        if _since(form.response, since):
            yield _of_form(story, position, rule_set)
    for visit in story.check_ins:
        if since <= visit.closes_at <= work.now:
            found = closed_check_ins(
                work, story.check_ins, story.facts, story.episode.discharged_on, at=visit.closes_at
            )
            if found and found[-1].key == visit.key:
                yield evaluate_missed(rule_set, found)


def _of_form(story: _Story, position: int, rule_set: AlertRuleSet) -> tuple[Finding, ...]:
    form = story.forms[position]
    response, answered_on = form.response, form.response.answered_on
    if answered_on is None:
        return ()
    facts = frozenset(response.facts or ()) | timing_facts(
        rule_set, discharged_on=story.episode.discharged_on, today=answered_on
    )
    findings = evaluate(
        rule_set,
        instrument_id=response.instrument_id,
        answers=form.answers,
        previous=_previous(story.forms[:position], response, answered_on),
        facts=facts,
    )
    if _overtaken(story.forms, response):
        return findings
    return findings + evaluate_scores(
        rule_set,
        instrument_id=response.instrument_id,
        response_id=response.id,
        trajectories=story.trajectories.get(response.instrument_id, ()),
        facts=facts,
        covered=items_of(findings),
    )


def _previous(earlier: Sequence[_Form], response: Response, answered_on: date) -> PreviousAnswers | None:
    same = [one for one in earlier if one.response.instrument_id == response.instrument_id]
    if not same or same[-1].response.answered_on is None:
        return None
    before = same[-1]
    return PreviousAnswers(
        answers=before.answers,
        age_days=(answered_on - same[-1].response.answered_on).days,
        same_respondent=before.response.respondent == response.respondent,
    )


def _overtaken(forms: Sequence[_Form], response: Response) -> bool:
    """Whether a later form of the questionnaire had been sent already: scores of an older one speak of no news."""
    mine = (response.answered_on, response.id)
    return any(
        one.response.instrument_id == response.instrument_id
        and one.response.submitted_at is not None
        and response.submitted_at is not None
        and one.response.submitted_at <= response.submitted_at
        and (one.response.answered_on, one.response.id) > mine
        for one in forms
    )


def _since(response: Response, since: datetime) -> bool:
    return response.submitted_at is not None and response.submitted_at >= since


def _stories(work: Work, centre_id: int, since: datetime) -> Iterator[_Story]:
    told = select(Response.episode_id).where(Response.centre_id == centre_id, Response.submitted_at >= since)
    silent = select(Visit.episode_id).where(
        Visit.centre_id == centre_id, Visit.kind == "check_in", Visit.closes_at.between(since, work.now)
    )
    ids = work.session.scalars(
        select(Episode.id)
        .where(Episode.centre_id == centre_id, Episode.id.in_(told.union(silent)))
        .order_by(Episode.id.desc())
    ).all()
    for start in range(0, len(ids), EPISODES_AT_ONCE):
        yield from _some_stories(work, ids[start : start + EPISODES_AT_ONCE])


def _some_stories(work: Work, ids: Collection[int]) -> Iterator[_Story]:
    episodes = work.session.scalars(select(Episode).where(Episode.id.in_(ids)).order_by(Episode.id.desc())).all()
    plans = {
        episode_id: (protocol_id, version)
        for episode_id, protocol_id, version in work.session.execute(
            select(Plan.episode_id, Plan.protocol_id, Plan.protocol_version)
            .where(Plan.episode_id.in_(ids))
            .order_by(Plan.ordinal)
        )
    }
    forms, check_ins, facts = _forms(work, ids), check_in_visits(work, ids), check_in_facts(work, ids)
    for episode in episodes:
        trajectories: defaultdict[str, list[Trajectory]] = defaultdict(list)
        for curve in build_curves(episode_course(work, episode, plans[episode.id]), catalogue=work.catalogue):
            trajectories[curve.instrument.id].append(curve.trajectory)
        yield _Story(
            episode, plans[episode.id], forms[episode.id], trajectories, check_ins[episode.id], facts[episode.id]
        )


def _forms(work: Work, ids: Collection[int]) -> Mapping[int, list[_Form]]:
    answers: defaultdict[int, list[Answer]] = defaultdict(list)
    for answer in work.session.scalars(
        select(Answer)
        .join(Response, Response.id == Answer.response_id)
        .where(Response.episode_id.in_(ids), Response.submitted_at.is_not(None))
    ):
        answers[answer.response_id].append(answer)
    found: dict[int, list[_Form]] = {episode_id: [] for episode_id in ids}
    for response in work.session.scalars(
        select(Response)
        .where(Response.episode_id.in_(ids), Response.submitted_at.is_not(None))
        .order_by(Response.answered_on, Response.id)
    ):
        found[response.episode_id].append(_Form(response, as_values(current_answers(answers[response.id]))))
    return found
