"""Where a patient stands on one scale, as one sentence."""

from __future__ import annotations

from lrrc_qol.domain.baseline import BaselineKind
from lrrc_qol.domain.recovery import Trajectory
from lrrc_qol.domain.recovery_states import RecoveryState, StateVerdict, recovery_state
from lrrc_qol.domain.schedule import VisitKind
from lrrc_qol.services.curves import Curve
from lrrc_qol.services.read_record import PatientRecord

SENTENCES = {
    RecoveryState.NEVER_DECLINED: "Never worse than before the operation.",
    RecoveryState.NOT_YET_BACK: "Not yet back to where it was before the operation: worse since day {declined}.",
    RecoveryState.BACK_UNCONFIRMED: "Back to where it was before, on day {back}; the next form has to confirm it.",
    RecoveryState.BACK_SUSTAINED: "Back to where it was before the operation, since day {back}.",
    RecoveryState.RELAPSED: "Was back to where it was before the operation, and is worse again.",
    RecoveryState.IMPROVED: "Better than before the operation.",
}


def state_sentence(curve: Curve, record: PatientRecord) -> str:
    """The state in words, as it stands by the newest form.

    Empty for check-ins, which nobody answered before the operation, and where the words on the baseline or on the
    important difference say already why nothing is judged.
    """
    if curve.check_in or _said_already(curve.trajectory):
        return ""
    verdict = recovery_state(curve.trajectory, finished=is_over(record))
    return sentence_of(verdict)


def _said_already(trajectory: Trajectory) -> bool:
    kind = trajectory.baseline.kind
    without = kind in (BaselineKind.NONE, BaselineKind.RECALLED) or trajectory.baseline_value is None
    return without or trajectory.scale.mid is None


def state_or_reason(curve: Curve, record: PatientRecord) -> str:
    """The state in words, and where nothing can be judged, why."""
    if curve.check_in:
        return "Not asked before the operation: values only."
    verdict = recovery_state(curve.trajectory, finished=is_over(record))
    return sentence_of(verdict)


def sentence_of(verdict: StateVerdict) -> str:
    """The words of one state, with the reason where there is none."""
    if verdict.state is RecoveryState.NOT_EVALUABLE:
        return f"Recovery cannot be judged: {verdict.why}."
    words = SENTENCES[verdict.state]
    return words.format(declined=verdict.declined_day, back=verdict.back_day)


def is_over(record: PatientRecord) -> bool:
    """Whether no further form is expected: then a last form that is back counts as a return that holds."""
    if record.ended_on is not None:
        return True
    last = max((one.row.closes_on for one in record.visits if one.row.kind != VisitKind.CHECK_IN), default=record.today)
    return last < record.today
