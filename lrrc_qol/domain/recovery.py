"""A patient's dated scores of one scale against the patient's own baseline: change, class and certainty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from lrrc_qol.domain.baseline import Baseline, BaselineKind
from lrrc_qol.domain.instrument import Direction, Scale

PROXY = "proxy"
"""Respondent whose forms are shown but not used to judge change (Sneeuw 1998, Roydhouse 2018: proxies rate lower)."""

_ROUNDING = 1e-9  # scores are thirds and ninths of 100: a change of exactly 10 may be stored as 9.999...


class ChangeClass(StrEnum):
    """How a score stands to the baseline, by the scale's minimal important difference."""

    IMPROVED = "improved"
    AS_BEFORE = "as_before"
    WORSE = "worse"
    NOT_EVALUABLE = "not_evaluable"


class Certainty(StrEnum):
    """One form beyond the minimal important difference is a possible change.

    Two such forms running, or one by more than measurement error explains, are a clear one.
    """

    POSSIBLE = "possible"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class ScorePoint:
    """One score as given on one form; `reason` says why `value` is None.

    `wording` are the facts that called for a second wording of the scale's questions on this form; None when that is
    not known, or when the scale has only one wording. `label` is the name of the band that the value stands for,
    `value_set` the value set that it was computed with; empty when it needs none.
    """

    response_id: int
    visit_key: str
    answered_on: date
    value: float | None
    reason: str | None
    mode: str
    respondent: str
    out_of_window: bool
    answered: int
    expected: int
    prorated: bool
    wording: frozenset[str] | None = None
    label: str = ""
    value_set: str = ""


@dataclass(frozen=True, slots=True)
class WordingChange:
    """Two forms that asked the same questions in other words: by which facts the one and the other were worded."""

    before: frozenset[str]
    after: frozenset[str]


@dataclass(frozen=True, slots=True)
class ValueSetChange:
    """Two scores that were computed with different value sets; the same answers can give either of them."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class TrajectoryPoint:
    """A score with its place in the recovery.

    `day` counts from the operation; `change` is in the scale's own points and direction; `problem` says whether the
    absolute threshold is crossed (None without one); `why` says what keeps the class from being judged. `reworded` is
    how the wording differs from that of the form before, `unlike_baseline` how it differs from that of the baseline.
    `revalued` is how the value set differs from that of the score before, `not_comparable` the value sets of baseline
    and score when they are what keeps the two from being compared.
    """

    point: ScorePoint
    day: int | None
    change: float | None
    change_class: ChangeClass
    certainty: Certainty | None
    problem: bool | None
    why: str = ""
    reworded: WordingChange | None = None
    unlike_baseline: WordingChange | None = None
    revalued: ValueSetChange | None = None
    not_comparable: ValueSetChange | None = None


@dataclass(frozen=True, slots=True)
class MissedVisit:
    """A visit that closed without an answer; `day` counts from the operation. `reason` says why, as far as known."""

    key: str
    due_on: date
    day: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Trajectory:
    """One scale of one episode over time.

    `reliable` is the reliable change in score points (RC95): a change that large is more than measurement error. None
    where no reliability of the scale is known.
    """

    scale: Scale
    baseline: Baseline
    baseline_value: float | None
    points: tuple[TrajectoryPoint, ...]
    missed: tuple[MissedVisit, ...]
    reliable: float | None = None


def build_trajectory(
    scale: Scale,
    *,
    baseline: Baseline,
    points: Sequence[ScorePoint],
    surgery_on: date | None,
    missed: Sequence[MissedVisit] = (),
    reliable: float | None = None,
) -> Trajectory:
    """Return the scores in order of date, each with its change from the baseline and the class of that change.

    Only forms answered on or after the day of the operation are compared. A recalled baseline and proxy forms are
    shown without a change, and so are scores computed with another value set than the baseline. Near the bad end of
    the scale, where the baseline leaves no room to get worse by the minimal important difference, only an improvement
    can be judged.
    """
    ordered = sorted(points, key=lambda point: (point.answered_on, point.response_id))
    reference = next((point for point in ordered if point.response_id == baseline.response_id), None)
    judged = [_judge(scale, point, baseline, reference, surgery_on) for point in ordered]
    return Trajectory(
        scale=scale,
        baseline=baseline,
        baseline_value=None if reference is None else reference.value,
        points=_with_value_sets(_with_wordings(_with_certainty(judged, reliable), reference)),
        missed=tuple(sorted(missed, key=lambda visit: (visit.due_on, visit.key))),
        reliable=reliable,
    )


def _judge(
    scale: Scale, point: ScorePoint, baseline: Baseline, reference: ScorePoint | None, surgery_on: date | None
) -> TrajectoryPoint:
    day = None if surgery_on is None else (point.answered_on - surgery_on).days
    problem = _crosses_threshold(scale, point.value)
    why = _why_not_compared(point, baseline, day)
    if why or point.value is None or reference is None or reference.value is None:
        why = why or "the baseline form gives no score here"
        return TrajectoryPoint(point, day, None, ChangeClass.NOT_EVALUABLE, None, problem, why)
    if other := value_set_change(reference, point):
        why = _why_not_comparable(other)
        return TrajectoryPoint(point, day, None, ChangeClass.NOT_EVALUABLE, None, problem, why, not_comparable=other)
    change = point.value - reference.value
    change_class, why = _classify(scale, reference.value, change)
    return TrajectoryPoint(point, day, change, change_class, None, problem, why)


def _why_not_compared(point: ScorePoint, baseline: Baseline, day: int | None) -> str:
    faults = (
        (point.value is None, "no score"),
        (baseline.response_id == point.response_id, "this is the baseline"),
        (baseline.kind is BaselineKind.NONE, "no baseline"),
        (day is None or day < 0, "answered before the operation"),
        (baseline.kind is BaselineKind.RECALLED, "the baseline was recalled after the operation"),
        (point.respondent == PROXY, "answered by another person"),
    )
    return next((words for holds, words in faults if holds), "")


def _classify(scale: Scale, baseline_value: float, change: float) -> tuple[ChangeClass, str]:
    if scale.mid is None:
        return ChangeClass.NOT_EVALUABLE, "no minimal important difference is known for this scale"
    gain = change if scale.direction is Direction.BETTER else -change
    if gain >= scale.mid.improvement - _ROUNDING:
        return ChangeClass.IMPROVED, ""
    if _room_to_fall(scale, baseline_value) < scale.mid.deterioration - _ROUNDING:
        return ChangeClass.NOT_EVALUABLE, "the baseline was already close to the worst possible score"
    if gain <= _ROUNDING - scale.mid.deterioration:
        return ChangeClass.WORSE, ""
    return ChangeClass.AS_BEFORE, ""


def change_between(scale: Scale, before: ScorePoint, after: ScorePoint) -> ChangeClass:
    """How a score stands to an earlier one, by the minimal important difference as against a baseline.

    Not evaluable without two values, across value sets, for forms of another person, and without such a difference.
    """
    if before.value is None or after.value is None or PROXY in (before.respondent, after.respondent):
        return ChangeClass.NOT_EVALUABLE
    if value_set_change(before, after):
        return ChangeClass.NOT_EVALUABLE
    return _classify(scale, before.value, after.value - before.value)[0]


def _room_to_fall(scale: Scale, value: float) -> float:
    return value - scale.minimum if scale.direction is Direction.BETTER else scale.maximum - value


def _crosses_threshold(scale: Scale, value: float | None) -> bool | None:
    if scale.threshold is None or value is None:
        return None
    return value < scale.threshold.value if scale.threshold.side == "below" else value > scale.threshold.value


def _with_certainty(points: Sequence[TrajectoryPoint], reliable: float | None) -> tuple[TrajectoryPoint, ...]:
    """Mark changes; a change is clear from the second form running on, so a later form never rewrites an older one,
    and at once when it reaches the reliable change."""
    marked: list[TrajectoryPoint] = []
    before: ChangeClass | None = None
    for point in points:
        if point.change_class in (ChangeClass.IMPROVED, ChangeClass.WORSE):
            beyond = reliable is not None and abs(point.change or 0) >= reliable - _ROUNDING
            clear = beyond or point.change_class is before
            marked.append(replace(point, certainty=Certainty.CLEAR if clear else Certainty.POSSIBLE))
        else:
            marked.append(point)
        before = point.change_class
    return tuple(marked)


def wording_change(before: ScorePoint, after: ScorePoint) -> WordingChange | None:
    """How two forms were worded differently; None when they were not, or when one of the wordings is not known."""
    if before.wording is None or after.wording is None or before.wording == after.wording:
        return None
    return WordingChange(before.wording, after.wording)


def value_set_change(before: ScorePoint, after: ScorePoint) -> ValueSetChange | None:
    """How the value sets of two scores differ; None when they do not, or when one of the forms gave no score."""
    if before.value is None or after.value is None or before.value_set == after.value_set:
        return None
    return ValueSetChange(before.value_set, after.value_set)


def _with_wordings(points: Sequence[TrajectoryPoint], reference: ScorePoint | None) -> tuple[TrajectoryPoint, ...]:
    """Mark where the wording changed; a form of which it is not known is passed over."""
    before: ScorePoint | None = None
    marked: list[TrajectoryPoint] = []
    for one in points:
        reworded = None if before is None else wording_change(before, one.point)
        unlike = None if reference is None else wording_change(reference, one.point)
        marked.append(replace(one, reworded=reworded, unlike_baseline=unlike))
        before = before if one.point.wording is None else one.point
    return tuple(marked)


def _with_value_sets(points: Sequence[TrajectoryPoint]) -> tuple[TrajectoryPoint, ...]:
    """Mark where the value set changed; a form without a score is passed over."""
    before: ScorePoint | None = None
    marked: list[TrajectoryPoint] = []
    for one in points:
        marked.append(one if before is None else replace(one, revalued=value_set_change(before, one.point)))
        before = before if one.point.value is None else one.point
    return tuple(marked)


def describe_wording(change: WordingChange) -> str:
    """Say what changed between two wordings: with stoma → without."""
    return ", ".join(
        f"with {words} → without" if fact in change.before else f"without {words} → with"
        for fact in sorted(change.before ^ change.after)
        for words in (fact.replace("_", " "),)
    )


def present_wording(change: WordingChange) -> str:
    """Say how the later of two forms was worded, as far as it differs: now without stoma."""
    facts = sorted(change.before ^ change.after)
    return "now " + ", ".join(
        f"{'with' if fact in change.after else 'without'} {fact.replace('_', ' ')}" for fact in facts
    )


def describe_value_sets(change: ValueSetChange) -> str:
    """Say which value set followed which: Denmark → Germany."""
    return f"{change.before or 'none named'} → {change.after or 'none named'}"


def present_value_set(change: ValueSetChange) -> str:
    """Say with which value set the later of two scores was computed: now value set Germany."""
    return f"now value set {change.after}" if change.after else "now no value set named"


def _why_not_comparable(change: ValueSetChange) -> str:
    return (
        f"computed with another value set than the baseline ({describe_value_sets(change)}): "
        "ask the administrator to compute the scores anew (flask rescore)"
    )


def direction_words(scale: Scale) -> str:
    """Return in words which way the scale is good, for axes and tables."""
    return "higher is better" if scale.direction is Direction.BETTER else "higher is worse"


def describe_change(point: TrajectoryPoint, *, decimals: int = 1) -> str:
    """Return one plain phrase for staff: class, size in score points and certainty, or what keeps it from a class.

    `decimals` is how exactly the scale is read. A comparison across a change of wording says that it is not like with
    like.
    """
    if point.change is None:
        return f"not compared: {point.why}"
    caution = unlike_words(point)
    return f"{_class_in_words(point, point.change, decimals)}{'; ' if caution else ''}{caution}"


def unlike_words(point: TrajectoryPoint) -> str:
    """The remark that a score is not like with like to the baseline; empty when it is, or none could be compared.

    A difference in wording leaves the comparison standing; a difference in value set forbids it, and that is said.
    """
    if point.not_comparable is not None:
        return f"not compared: {point.why}"
    if point.change is None or point.unlike_baseline is None:
        return ""
    return "not like with like: other wording than the baseline"


def _class_in_words(point: TrajectoryPoint, change: float, decimals: int) -> str:
    size = f"{abs(change):.{decimals}f}".removesuffix("." + "0" * decimals)
    if point.change_class is ChangeClass.NOT_EVALUABLE:
        sign = "no change" if change == 0 else f"{'up' if change > 0 else 'down'} {size} points"
        return f"{sign}, not judged: {point.why}"
    if point.change_class is ChangeClass.AS_BEFORE:
        return "about the same as before surgery"
    words = "better" if point.change_class is ChangeClass.IMPROVED else "worse"
    return f"{words} than before surgery by {size} points ({point.certainty})"
