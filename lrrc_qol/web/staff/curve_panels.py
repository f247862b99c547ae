"""The recovery panels of the patient page: figures, captions and the same numbers as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lrrc_qol.charts.axes import DayMark, DayNote, day_window
from lrrc_qol.charts.backdrop import Figure
from lrrc_qol.charts.recovery import CurveFrame, drawable, recovery_figure
from lrrc_qol.charts.recovery_table import CurveRow, PanelTable, curve_rows, panel_table
from lrrc_qol.charts.wording import band_words, day_month, number, range_words
from lrrc_qol.domain.baseline import BaselineKind
from lrrc_qol.domain.events import EventKind
from lrrc_qol.domain.instrument import Confidence, Direction, Scale
from lrrc_qol.domain.recovery import Trajectory
from lrrc_qol.persistence.queries.record import ScoreEntry, VisitRow
from lrrc_qol.services.curves import Curve
from lrrc_qol.services.read_record import PatientRecord
from lrrc_qol.web.staff.recovery_words import state_sentence
from lrrc_qol.web.staff.score_details import ScoreDetails, explain_scores

Explained = Mapping[tuple[int, str], ScoreDetails]

# Shown at once, besides the primary scale of each questionnaire and the few of the check-ins: what patients after
# this operation ask about first.
LEADING = frozenset({("qlq_c30", "PF"), ("qlq_c30", "PA")})
ON_THE_AXIS = {
    EventKind.READMISSION: "readmission",
    EventKind.REOPERATION: "reoperation",
    EventKind.RE_EXENTERATION: "exenteration",
    EventKind.RECURRENCE: "recurrence",
    EventKind.CHEMOTHERAPY_START: "chemo start",
    EventKind.CHEMOTHERAPY_STOP: "chemo end",
}
WITHOUT_OPERATION = "the decision for care without an operation"
PANELS = (
    (Direction.BETTER, "functioning", "Functioning: higher is better"),
    (Direction.WORSE, "symptoms", "Symptoms: higher is worse"),
)


@dataclass(frozen=True, slots=True)
class CurveView:
    """One curve with its caption; `figure` is None while there is nothing to draw; `details` explain it by form."""

    id: str
    name: str
    instrument: str
    leading: bool
    figure: Figure | None
    spoken: str
    range_words: str
    state: str
    reference: str
    provisional: tuple[str, ...]
    latest: CurveRow | None
    rows: tuple[CurveRow, ...]
    details: Mapping[int, ScoreDetails]


@dataclass(frozen=True, slots=True)
class CurveGroup:
    """Curves that share their visits, the most telling first, and their numbers side by side.

    `listed` are scales that stand in the table only.
    """

    heading: str
    leading: tuple[CurveView, ...]
    others: tuple[CurveView, ...]
    listed: tuple[CurveView, ...]
    table: PanelTable

    @property
    def curves(self) -> tuple[CurveView, ...]:
        """All curves in the order of the table's rows."""
        return self.leading + self.others + self.listed


@dataclass(frozen=True, slots=True)
class Panel:
    """All scales of one direction."""

    id: str
    heading: str
    groups: tuple[CurveGroup, ...]


def curve_panels(record: PatientRecord, notes: Sequence[DayNote] = ()) -> tuple[Panel, ...]:
    """Functioning and symptoms apart, check-ins in a group of their own; `notes` are what the clinical record says."""
    panels: list[Panel] = []
    explained = _explained(record)
    for direction, panel_id, heading in PANELS:
        found = [curve for curve in record.curves if curve.trajectory.scale.direction is direction]
        groups = [
            _group(
                record,
                [curve for curve in found if curve.check_in is check_in],
                explained,
                notes,
                heading=words,
                panel_id=panel_id,
            )
            for check_in, words in ((False, ""), (True, "Check-ins at home"))
        ]
        shown = tuple(group for group in groups if group.curves)
        if shown:
            panels.append(Panel(panel_id, heading, shown))
    return tuple(panels)


def _explained(record: PatientRecord) -> Explained:
    """What explains each score, by form and scale."""
    instruments = {curve.instrument.id: curve.instrument for curve in record.curves}
    by_form: dict[int, dict[str, ScoreEntry]] = {}
    for score in record.scores:
        by_form.setdefault(score.response_id, {})[score.scale_id] = score
    return {
        (form.response_id, scale_id): details
        for form in record.forms
        if form.response_id in by_form and form.instrument_id in instruments
        for scale_id, details in explain_scores(
            instruments[form.instrument_id],
            by_form[form.response_id],
            left_out=record.left_out.get(form.response_id, {}),
            facts=None if form.facts is None else frozenset(form.facts),
        ).items()
    }


def _group(
    record: PatientRecord,
    curves: Sequence[Curve],
    explained: Explained,
    notes: Sequence[DayNote],
    *,
    heading: str,
    panel_id: str,
) -> CurveGroup:
    frame = curve_frame(record, notes, check_in=bool(curves) and curves[0].check_in)
    views = [_view(curve, frame, panel_id, explained, state=state_sentence(curve, record)) for curve in curves]
    drawn = [view for view, curve in zip(views, curves, strict=True) if curve.trajectory.scale.drawn]
    leading = tuple(view for view in drawn if view.leading)
    others = tuple(view for view in drawn if not view.leading)
    listed = tuple(view for view in views if view not in drawn)
    table = panel_table([view.rows for view in leading + others + listed])
    return CurveGroup(heading, leading, others, listed, table)


def curve_frame(record: PatientRecord, notes: Sequence[DayNote], *, check_in: bool) -> CurveFrame:
    """What curves of one kind share: a time axis for the follow-up, another for check-ins, which run for weeks only."""
    marks = [mark for mark in _marks(record) if mark.main or not check_in]
    alike = [curve.trajectory for curve in record.curves if curve.check_in is check_in]
    return CurveFrame(
        window=day_window(alike, marks),
        marks=tuple(marks),
        notes=tuple(notes),
        visit_names={visit.row.key: _visit_name(visit.row) for visit in record.visits},
        since="the operation" if record.counted_from is None else WITHOUT_OPERATION,
    )


def _visit_name(visit: VisitRow) -> str:
    """The name of a visit; a second one that its forms stand for is named with it."""
    if visit.also_key is None:
        return visit.name
    return f"{visit.name}, also {'discharge' if visit.also_key == 'DC' else visit.also_key}"


def _marks(record: PatientRecord) -> list[DayMark]:
    begins_on = record.patient.surgery_on or record.counted_from
    if begins_on is None:
        return []
    marks = [DayMark(0, "operation" if record.counted_from is None else "decision", main=True)]
    if record.patient.discharged_on is not None:
        marks.append(DayMark((record.patient.discharged_on - begins_on).days, "home", main=True))
    marks += [
        DayMark((event.happened_on - begins_on).days, ON_THE_AXIS[EventKind(event.kind)])
        for event in record.events
        if event.revoked_at is None and event.kind in ON_THE_AXIS and event.happened_on > begins_on
    ]
    return marks


def _view(curve: Curve, frame: CurveFrame, panel_id: str, explained: Explained, *, state: str) -> CurveView:
    trajectory = curve.trajectory
    scale = trajectory.scale
    rows = curve_rows(trajectory, frame.visit_names)
    scored = [row for row in rows if row.response_id is not None and row.number is not None]
    return CurveView(
        id=f"{panel_id}-{curve.instrument.id}-{scale.id}",
        name=scale.name,
        instrument=curve.instrument.short_title,
        leading=scale.primary or curve.check_in or (curve.instrument.id, scale.id) in LEADING,
        figure=recovery_figure(trajectory, frame) if scale.drawn and drawable(trajectory) else None,
        spoken=_spoken(trajectory, scored),
        range_words=range_words(scale),
        state=state,
        reference=reference_words(
            trajectory, asked_before=not curve.check_in, without_operation=frame.since == WITHOUT_OPERATION
        ),
        provisional=tuple(provisional_words(scale)),
        latest=scored[-1] if scored else None,
        rows=rows,
        details={
            row.response_id: explained[row.response_id, scale.id]
            for row in rows
            if row.response_id is not None and (row.response_id, scale.id) in explained
        },
    )


def _spoken(trajectory: Trajectory, scored: Sequence[CurveRow]) -> str:
    if not scored:
        return f"{trajectory.scale.name}: no score yet."
    span = f"{day_month(scored[0].on)} to {day_month(scored[-1].on)}"
    return (
        f"{trajectory.scale.name}, {range_words(trajectory.scale)}: {len(scored)} forms from {span}. "
        "The table below gives all numbers."
    )


def reference_words(trajectory: Trajectory, *, asked_before: bool, without_operation: bool) -> str:
    """What a curve is compared with, and which scores count as about the same; or why there is nothing to compare."""
    value, kind = trajectory.baseline_value, trajectory.baseline.kind
    if not asked_before:
        return "Not asked before the operation: values only."
    if kind is BaselineKind.NONE and without_operation:
        return f"Not operated on: values only, counted from {WITHOUT_OPERATION}."
    if kind is BaselineKind.NONE:
        return "No baseline: values only."
    if value is None:
        return "The baseline form gave no score here: values only."
    if kind is BaselineKind.RECALLED:
        return f"Recalled after the operation: {number(value, trajectory.scale.decimals)}. Not used to judge recovery."
    words = f"Before the operation: {number(value, trajectory.scale.decimals)}"
    words += " (old form)" if kind is BaselineKind.STALE else ""
    mid = trajectory.scale.mid
    if mid is None:
        return f"{words}. No important difference is known, so changes are not judged."
    return f"{words}. {band_words(trajectory.scale, mid, value)}"


def provisional_words(scale: Scale) -> Iterable[str]:
    """The figures of a scale that nobody has signed yet, each with its source."""
    if scale.mid is not None and scale.mid.confidence is not Confidence.VERIFIED:
        yield f"Important difference is provisional: {scale.mid.source}"
    if scale.threshold is not None and scale.threshold.confidence is not Confidence.VERIFIED:
        yield f"Problem limit is provisional: {scale.threshold.source}"
