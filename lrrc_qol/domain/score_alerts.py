"""Which scores of a sent form call for a human: falls from the baseline, important problems; as curves say it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lrrc_qol.domain.alerts import AlertRuleSet, Finding, ScoreRule, ScoreRuleKind, awake
from lrrc_qol.domain.instrument import Direction, Scale
from lrrc_qol.domain.recovery import Certainty, ChangeClass, Trajectory, TrajectoryPoint

_ROUNDING = 1e-9  # scores are thirds and ninths of 100


def evaluate_scores(
    rule_set: AlertRuleSet,
    *,
    instrument_id: str,
    response_id: int,
    trajectories: Sequence[Trajectory],
    facts: frozenset[str],
    covered: frozenset[str] = frozenset(),
) -> tuple[Finding, ...]:
    """Return what the scores of one form call for, one finding per rule with all its scales, most urgent first.

    `trajectories` are those of the form's questionnaire; classes and certainty are theirs, nothing is judged twice.
    A scale whose answers all stand in `covered`, the items of findings on the answers themselves, is left out: one
    trouble, one alert. `facts` are as in `evaluate`.
    """
    places = [
        (trajectory.scale, position, trajectory.points)
        for trajectory in trajectories
        for position, one in enumerate(trajectory.points)
        if one.point.response_id == response_id and not _covered(trajectory.scale, covered)
    ]
    findings = []
    for rule in sorted(rule_set.score_rules, key=lambda rule: -rule.level.rank):
        if not awake(rule, facts):
            continue
        fired = [
            _evidence(scale, points[position])
            for scale, position, points in places
            if _fires(rule, rule_set, instrument_id, scale, points[: position + 1])
        ]
        if fired:
            findings.append(
                Finding(rule.id, rule_set.version, rule.level, instrument_id, {}, rule.reason, None, {"scales": fired})
            )
    return tuple(findings)


def _covered(scale: Scale, items: frozenset[str]) -> bool:
    return bool(scale.items) and set(scale.items) <= items


def _fires(
    rule: ScoreRule, rule_set: AlertRuleSet, instrument_id: str, scale: Scale, until_now: Sequence[TrajectoryPoint]
) -> bool:
    now = until_now[-1]
    if rule.kind is ScoreRuleKind.PROBLEM:
        return bool(now.problem) and not _known_problem(until_now[:-1])
    clear = now.certainty is Certainty.CLEAR or _beyond_error(rule_set, instrument_id, scale, now)
    if rule.kind is ScoreRuleKind.CLEAR_FALL:
        return clear and _fallen(scale, now)
    return now.change_class is ChangeClass.WORSE and not clear


def _known_problem(earlier: Sequence[TrajectoryPoint]) -> bool:
    """Whether the last form with a score had the problem already: it is no news then."""
    scored = [one for one in earlier if one.problem is not None]
    return bool(scored) and bool(scored[-1].problem)


def _fallen(scale: Scale, now: TrajectoryPoint) -> bool:
    return now.change_class is ChangeClass.WORSE or (now.change is not None and _loss(scale, now.change) > 0)


def _beyond_error(rule_set: AlertRuleSet, instrument_id: str, scale: Scale, now: TrajectoryPoint) -> bool:
    if now.change is None:
        return False
    loss = _loss(scale, now.change)
    return any(
        one.instrument_id == instrument_id and one.scale_id == scale.id and loss >= one.points - _ROUNDING
        for one in rule_set.reliable
    )


def _loss(scale: Scale, change: float) -> float:
    """The change as a loss: positive when it is for the worse."""
    return -change if scale.direction is Direction.BETTER else change


def _evidence(scale: Scale, now: TrajectoryPoint) -> dict[str, Any]:
    baseline = None if now.change is None or now.point.value is None else now.point.value - now.change
    return {
        "scale": scale.id,
        "score": _rounded(now.point.value),
        "baseline": _rounded(baseline),
        "change": _rounded(now.change),
    }


def _rounded(value: float | None) -> float | None:
    """Stored evidence is compared; the last digits of a double are no difference."""
    return None if value is None else round(value, 6)
