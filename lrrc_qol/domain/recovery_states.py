"""Has this patient got back to where they were: the state of one scale, and the times that cohort curves count.

All is read from the judged forms of one trajectory, so that the patient's page and the cohort say the same. The
definitions are those of docs/statistics.md; a score counts as back when it is less than the important difference
below the patient's own baseline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lrrc_qol.domain.baseline import BaselineKind
from lrrc_qol.domain.instrument import Direction, Scale
from lrrc_qol.domain.recovery import Trajectory

_ROUNDING = 1e-9  # scores are thirds and ninths of 100: a change of exactly 10 may be stored as 9.999...


class RecoveryState(StrEnum):
    """Where one patient stands on one scale."""

    NEVER_DECLINED = "never_declined"
    NOT_YET_BACK = "not_yet_back"
    BACK_UNCONFIRMED = "back_unconfirmed"
    BACK_SUSTAINED = "back_sustained"
    RELAPSED = "relapsed"
    IMPROVED = "improved"
    NOT_EVALUABLE = "not_evaluable"


@dataclass(frozen=True, slots=True)
class JudgedForm:
    """A form after the operation that can be compared; `gain` is its change turned so that up is better.

    `day` counts from the operation, `score` is in the scale's own direction.
    """

    visit_key: str
    day: int
    score: float
    gain: float


@dataclass(frozen=True, slots=True)
class StateVerdict:
    """The state, with the reason in plain words when there is none; the days are those of the forms that made it.

    `declined_day` is the first form that was worse, `back_day` the first form of the return that holds now.
    """

    state: RecoveryState
    why: str = ""
    declined_day: int | None = None
    back_day: int | None = None


class Ending(StrEnum):
    """How the observation of one patient ends: with what was waited for, with death, or without either."""

    EVENT = "event"
    DIED = "died"
    CENSORED = "censored"


@dataclass(frozen=True, slots=True)
class TimeToEvent:
    """When the observation ended, in days since the operation, and how."""

    day: int
    ending: Ending


def judged_forms(trajectory: Trajectory) -> tuple[JudgedForm, ...]:
    """The forms of a trajectory that are compared with the baseline, in order of the day they were answered."""
    sign = 1 if trajectory.scale.direction is Direction.BETTER else -1
    return tuple(
        JudgedForm(one.point.visit_key, one.day, one.point.value, sign * one.change)
        for one in trajectory.points
        if one.change is not None and one.day is not None and one.point.value is not None
    )


def recovery_state(trajectory: Trajectory, *, finished: bool) -> StateVerdict:
    """Return the state of one scale.

    `finished` says that no further form is expected: then a last form that is back counts as a return that holds. A
    return that only one form showed and the next one contradicted was never confirmed, so it is no relapse.
    """
    forms = judged_forms(trajectory)
    if why := why_not_evaluable(trajectory, forms):
        return StateVerdict(RecoveryState.NOT_EVALUABLE, why)
    mid = trajectory.scale.mid
    if mid is None:  # said by `why_not_evaluable`
        raise AssertionError("a scale without an important difference was judged")
    if forms[-1].gain >= mid.improvement - _ROUNDING:
        return StateVerdict(RecoveryState.IMPROVED, declined_day=_first_decline(forms, mid.deterioration))
    if _cannot_fall(trajectory):
        return StateVerdict(RecoveryState.NOT_EVALUABLE, "the baseline was already close to the worst possible score")
    return _walk(forms, mid.deterioration, finished=finished)


def why_not_evaluable(trajectory: Trajectory, forms: Sequence[JudgedForm]) -> str:
    """What keeps the scale from any state, in plain words; empty when it has one."""
    kind = trajectory.baseline.kind
    faults = (
        (trajectory.scale.mid is None, "no minimal important difference is known for this scale"),
        (kind is BaselineKind.RECALLED, "the baseline was recalled after the operation"),
        (kind is BaselineKind.NONE or trajectory.baseline_value is None, "no baseline"),
        (not forms, "no form after the operation that can be compared"),
    )
    return next((words for holds, words in faults if holds), "")


def is_worse(gain: float, deterioration: float) -> bool:
    """Whether a gain counts as deteriorated: at or below minus the important difference."""
    return gain <= _ROUNDING - deterioration


def time_to_recovery(trajectory: Trajectory, *, died_day: int | None, ended_day: int | None) -> TimeToEvent | None:
    """From the operation to the first form that is back after a decline, confirmed by the next form.

    None for who never declined or cannot be judged. Death competes; the end of taking part (`ended_day`), or else the
    last form, ends the observation.
    """
    forms = judged_forms(trajectory)
    mid = trajectory.scale.mid
    if why_not_evaluable(trajectory, forms) or mid is None or _cannot_fall(trajectory):
        return None
    worse = [is_worse(form.gain, mid.deterioration) for form in forms]
    if not any(worse):
        return None
    for place in range(worse.index(True) + 1, len(forms) - 1):
        if not worse[place] and not worse[place + 1]:
            return TimeToEvent(forms[place].day, Ending.EVENT)
    return _without_event(forms, died_day=died_day, ended_day=ended_day)


def time_to_deterioration(
    trajectory: Trajectory, *, from_day: int, died_day: int | None, ended_day: int | None
) -> TimeToEvent | None:
    """From the operation to definitive deterioration: worse than the best earlier score, and never back after it.

    Only forms answered on `from_day` or later count, because nearly everybody falls at discharge. None with fewer than
    two such forms, or without an important difference.
    """
    mid = trajectory.scale.mid
    forms = [form for form in judged_forms(trajectory) if form.day >= from_day]
    if mid is None or len(forms) < 2:
        return None
    best = forms[0].gain
    fallen: JudgedForm | None = None
    for form in forms[1:]:
        if not is_worse(form.gain - best, mid.deterioration):
            fallen = None
        elif fallen is None:
            fallen = form
        best = max(best, form.gain)
    if fallen is not None:
        return TimeToEvent(fallen.day, Ending.EVENT)
    return _without_event(forms, died_day=died_day, ended_day=ended_day)


def _without_event(forms: Sequence[JudgedForm], *, died_day: int | None, ended_day: int | None) -> TimeToEvent:
    last = forms[-1].day
    if died_day is not None and (ended_day is None or ended_day >= died_day):
        return TimeToEvent(max(died_day, last), Ending.DIED)
    return TimeToEvent(last, Ending.CENSORED)


def _walk(forms: Sequence[JudgedForm], deterioration: float, *, finished: bool) -> StateVerdict:
    """Go through the forms in order: how many running are back, and whether a return ever held."""
    declined = _first_decline(forms, deterioration)
    if declined is None:
        return StateVerdict(RecoveryState.NEVER_DECLINED)
    back: list[int] = []
    held = False
    for form in (one for one in forms if one.day >= declined):
        back = [] if is_worse(form.gain, deterioration) else [*back, form.day]
        held = held or len(back) > 1
    if not back:
        return StateVerdict(RecoveryState.RELAPSED if held else RecoveryState.NOT_YET_BACK, declined_day=declined)
    sustained = len(back) > 1 or finished
    state = RecoveryState.BACK_SUSTAINED if sustained else RecoveryState.BACK_UNCONFIRMED
    return StateVerdict(state, declined_day=declined, back_day=back[0])


def _first_decline(forms: Sequence[JudgedForm], deterioration: float) -> int | None:
    return next((form.day for form in forms if is_worse(form.gain, deterioration)), None)


def _cannot_fall(trajectory: Trajectory) -> bool:
    """Whether the baseline leaves no room to get worse by the important difference."""
    scale, value = trajectory.scale, trajectory.baseline_value
    if scale.mid is None or value is None:
        return False
    return room_to_fall(scale, value) < scale.mid.deterioration - _ROUNDING


def room_to_fall(scale: Scale, value: float) -> float:
    """How far a score can still get worse, in score points."""
    return value - scale.minimum if scale.direction is Direction.BETTER else scale.maximum - value
