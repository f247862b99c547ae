"""Scores that were just stored become alerts in the same transaction, judged as the recovery curves judge them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import select

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.domain.alerts import AlertRuleSet, Finding, timing_facts
from lrrc_qol.domain.baseline import Baseline, BaselineKind
from lrrc_qol.domain.score_alerts import evaluate_scores
from lrrc_qol.persistence.models import Alert, Centre, Episode, Plan, Response
from lrrc_qol.persistence.queries.record import FormRow, list_forms, list_scores, list_visits
from lrrc_qol.services.baseline.read import EpisodeKey, baseline_of
from lrrc_qol.services.context import Actor, Work
from lrrc_qol.services.curves import Course, build_curves
from lrrc_qol.services.patient_session import contact_of
from lrrc_qol.services.protocols import Version, protocol_at
from lrrc_qol.services.raise_alerts import target_of
from lrrc_qol.services.rules_in_force import rules_in_force
from lrrc_qol.services.store_findings import About, store_findings

NO_BASELINE = Baseline(BaselineKind.NONE, None, None, "", False)


def raise_score_alerts(
    work: Work, response: Response, *, found: Iterable[Finding] | None = None
) -> tuple[Finding, ...]:
    """Judge the stored scores of a sent form and store what they call for.

    Only the newest form of its questionnaire speaks of today; an older one, corrected or typed in late, fires
    nothing. `found` are the findings on the form's answers, whose scales are not told again; None: those of the alerts
    that it raised before. An episode that is over is left alone.
    """
    episode, centre, version = _about(work, response)
    rule_set = rules_in_force(work, centre.id, version)
    if episode.closed_on is not None or response.answered_on is None or not rule_set.score_rules:
        return ()
    course = episode_course(work, episode, version)
    if newest_of(course.forms, response.instrument_id) != response.id:
        return ()
    facts = frozenset(response.facts or ()) | timing_facts(
        rule_set, discharged_on=episode.discharged_on, today=response.answered_on
    )
    covered = _told_before(work, response) if found is None else items_of(found)
    form = (response.instrument_id, response.id)
    findings = score_findings(rule_set, course, form, facts=facts, covered=covered, catalogue=work.catalogue)
    about = About(response.centre_id, response.episode_id, response_id=response.id)
    store_findings(work, about, findings, target=target_of(work, contact_of(centre), rule_set))
    return findings


def score_findings(
    rule_set: AlertRuleSet,
    course: Course,
    form: tuple[str, int],
    *,
    facts: frozenset[str],
    covered: frozenset[str],
    catalogue: Catalogue,
) -> tuple[Finding, ...]:
    """What the scores of one form (its questionnaire and row number) call for, given the course of the episode."""
    instrument_id, response_id = form
    curves = build_curves(course, catalogue=catalogue)
    return evaluate_scores(
        rule_set,
        instrument_id=instrument_id,
        response_id=response_id,
        trajectories=[curve.trajectory for curve in curves if curve.instrument.id == instrument_id],
        facts=facts,
        covered=covered,
    )


def items_of(findings: Iterable[Finding]) -> frozenset[str]:
    """The items on which findings rest."""
    return frozenset(item for finding in findings for item in finding.items)


def newest_of(forms: Iterable[FormRow], instrument_id: str) -> int | None:
    """The row number of the sent form of a questionnaire that was answered last; None when none was sent."""
    sent = [
        (form.answered_on, form.response_id)
        for form in forms
        if form.instrument_id == instrument_id and form.submitted_at and form.answered_on and form.response_id
    ]
    return max(sent)[1] if sent else None


def episode_course(work: Work, episode: Episode, version: Version) -> Course:
    """Everything that the curves of an episode are made of; what nobody answered is left out."""
    within = replace(work, actor=Actor(kind="system", id=None, centre_id=episode.centre_id, role=None))
    scope = {"centre_id": episode.centre_id, "episode_id": episode.id}
    baseline = NO_BASELINE
    if episode.surgery_on is not None:
        key = EpisodeKey(episode.id, episode.surgery_on, episode.planned_surgery_on, protocol_at(work, *version))
        baseline = baseline_of(within, key).baseline
    return Course(
        visits={visit.id: visit for visit in list_visits(work.session, **scope)},
        forms=[form for form in list_forms(work.session, **scope) if form.submitted_at is not None],
        scores=list_scores(work.session, **scope),
        baseline=baseline,
        surgery_on=episode.surgery_on,
        ended_on=None,
        today=work.now.date(),
    )


def _about(work: Work, response: Response) -> tuple[Episode, Centre, Version]:
    row = work.session.execute(
        select(Episode, Centre, Plan.protocol_id, Plan.protocol_version)
        .join(Centre, Centre.id == Episode.centre_id)
        .join(Plan, Plan.episode_id == Episode.id)
        .where(Episode.id == response.episode_id)
        .order_by(Plan.ordinal.desc())
        .limit(1)
    ).one()
    episode, centre, protocol_id, protocol_version = row
    return episode, centre, (protocol_id, protocol_version)


def _told_before(work: Work, response: Response) -> frozenset[str]:
    evidence = work.session.scalars(select(Alert.evidence).where(Alert.response_id == response.id))
    return frozenset(item for one in evidence for item in one.get("items", {}))
