"""From stored forms and scores to recovery curves: one trajectory per scale, all against one baseline visit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.domain.alerts import ReliableChange
from lrrc_qol.domain.applicability import wording_facts
from lrrc_qol.domain.baseline import Baseline, BaselineKind
from lrrc_qol.domain.instrument import Instrument, Scale
from lrrc_qol.domain.recovery import MissedVisit, ScorePoint, Trajectory, build_trajectory
from lrrc_qol.domain.schedule import VisitKind
from lrrc_qol.domain.scoring import NoScore
from lrrc_qol.persistence.queries.record import FormRow, ScoreEntry, VisitRow


@dataclass(frozen=True, slots=True)
class Curve:
    """One scale over time; `check_in` for questionnaires that are only asked in the check-ins after going home.

    `reliable` has the reliable change of the scale with its source, where one is known.
    """

    instrument: Instrument
    trajectory: Trajectory
    check_in: bool
    reliable: ReliableChange | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """The rows of one episode that its curves are made of.

    `counted_from` is the day of a course without an operation; such a course has values only and is compared with
    nothing. `baseline` is that of the whole episode; visits due after `ended_on` (death, withdrawal) are not
    missed; `today` is the patient's local date. `missed` has why visits were not answered, in words, by row number.
    """

    visits: Mapping[int, VisitRow]
    forms: Sequence[FormRow]
    scores: Sequence[ScoreEntry]
    baseline: Baseline
    surgery_on: date | None
    ended_on: date | None
    today: date
    counted_from: date | None = None
    missed: Mapping[int, str] = field(default_factory=dict)

    @property
    def begins_on(self) -> date | None:
        """The day that the curve is counted from."""
        return self.surgery_on or self.counted_from


def build_curves(course: Course, *, catalogue: Catalogue, reliable: Sequence[ReliableChange] = ()) -> tuple[Curve, ...]:
    """All curves of an episode in the order the questionnaires are asked, check-ins last.

    With the `reliable` changes of scales a single form can show a clear change.
    """
    known = {(one.instrument_id, one.scale_id): one for one in reliable}
    by_instrument: dict[str, list[FormRow]] = {}
    for form in sorted(course.forms, key=lambda form: form.position):
        by_instrument.setdefault(form.instrument_id, []).append(form)
    curves = [one for forms in by_instrument.values() for one in _instrument_curves(course, forms, catalogue, known)]
    return tuple(sorted(curves, key=lambda curve: curve.check_in))


def _instrument_curves(
    course: Course,
    forms: Sequence[FormRow],
    catalogue: Catalogue,
    known: Mapping[tuple[str, str], ReliableChange],
) -> Iterable[Curve]:
    sent = [form for form in forms if form.answered_on is not None and form.submitted_at is not None]
    if not sent:
        return
    latest = max(sent, key=lambda form: form.answered_on or date.min)
    instrument = catalogue.instrument(latest.instrument_id, latest.instrument_version)
    baseline = _own_baseline(course, sent)
    missed = [_as_missed(course, form) for form in forms if was_missed(course, form)]
    check_in = all(course.visits[form.visit_id].kind == VisitKind.CHECK_IN for form in forms)
    for scale in instrument.scales:
        points = _points(course, sent, scale, instrument)
        if any(point.reason != NoScore.NOT_APPLICABLE for point in points):
            reliable = known.get((instrument.id, scale.id))
            trajectory = build_trajectory(
                scale,
                baseline=baseline,
                points=points,
                surgery_on=course.begins_on,
                missed=missed,
                reliable=None if reliable is None else reliable.points,
            )
            yield Curve(instrument, trajectory, check_in, reliable)


def _own_baseline(course: Course, forms: Sequence[FormRow]) -> Baseline:
    """The questionnaire's own form of the visit that is the baseline of the episode."""
    whole = course.baseline
    if course.surgery_on is None and course.counted_from is not None:
        return Baseline(BaselineKind.NONE, None, None, "Not operated on: values only.")
    visits = {form.visit_id for form in course.forms if form.response_id == whole.response_id}
    if whole.kind is BaselineKind.NONE or not visits:
        return whole
    own = next((form for form in forms if form.visit_id in visits), None)
    if own is None:
        return Baseline(BaselineKind.NONE, None, None, "This questionnaire is not in the baseline.", whole.chosen)
    return replace(whole, response_id=own.response_id, answered_on=own.answered_on)


def was_missed(course: Course, form: FormRow) -> bool:
    """Whether a questionnaire was asked, its window is over, and nothing was sent while the follow-up ran."""
    visit = course.visits[form.visit_id]
    if form.submitted_at is not None or not visit.planned or course.today <= visit.closes_on:
        return False
    return course.ended_on is None or visit.due_on < course.ended_on


def _as_missed(course: Course, form: FormRow) -> MissedVisit:
    visit = course.visits[form.visit_id]
    day = None if course.begins_on is None else (visit.due_on - course.begins_on).days
    return MissedVisit(key=visit.key, due_on=visit.due_on, day=day, reason=course.missed.get(visit.id, ""))


def _points(course: Course, forms: Sequence[FormRow], scale: Scale, instrument: Instrument) -> list[ScorePoint]:
    scores = {score.response_id: score for score in course.scores if score.scale_id == scale.id}
    second = wording_facts(scale, instrument)
    points: list[ScorePoint] = []
    for form in forms:
        score = scores.get(form.response_id or 0)
        if score is None or form.answered_on is None:
            continue
        visit = course.visits[form.visit_id]
        points.append(
            ScorePoint(
                response_id=score.response_id,
                visit_key=visit.key,
                answered_on=form.answered_on,
                value=score.value,
                reason=score.reason,
                mode=form.mode or "",
                respondent=form.respondent or "",
                out_of_window=not (visit.planned and visit.opens_on <= form.answered_on <= visit.closes_on),
                answered=score.answered,
                expected=score.expected,
                prorated=score.prorated,
                wording=second.intersection(form.facts) if second and form.facts is not None else None,
                label=score.label,
                value_set=score.value_set,
            )
        )
    return points
