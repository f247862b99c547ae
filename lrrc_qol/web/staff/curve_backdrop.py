"""What other patients did, beside one patient's curve: centiles of the centre, published courses, the note on both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lrrc_qol.charts.backdrop import Figure
from lrrc_qol.charts.expected import CentileRow, centile_rows, centile_traces, published_traces
from lrrc_qol.charts.recovery import CurveFrame
from lrrc_qol.charts.wording import day_month, signed
from lrrc_qol.cohort.small_cells import SMALLEST_CELL
from lrrc_qol.domain.expected_course import OffTrack, Side, off_track
from lrrc_qol.domain.instrument import Confidence
from lrrc_qol.domain.published_courses import PublishedCourse
from lrrc_qol.domain.recovery import Trajectory
from lrrc_qol.services.curves import Curve
from lrrc_qol.services.read_expected import ExpectedCourse
from lrrc_qol.web.staff.curve_choices import CurveChoices

NOT_YET = "No centiles: fewer than 20 of this centre's patients can be compared in any window of days."
OWN_TOO_FEW = "Fewer than 20 of this centre's own patients can be compared in any window of days. "
NEEDS_BASELINE = (
    "No centiles are drawn: they stand on the patient's own baseline from before the operation, and there is none."
)


@dataclass(frozen=True, slots=True)
class OtherPatients:
    """What a page knows of other patients: the expected courses by instrument and scale, and the published ones."""

    expected: Mapping[tuple[str, str], ExpectedCourse] = field(default_factory=dict)
    published: Sequence[PublishedCourse] = ()


NOTHING_KNOWN = OtherPatients()


@dataclass(frozen=True, slots=True)
class CurveBackdrop:
    """What lies behind one curve and stands under it.

    `off_track` is a note for staff, shown whether or not the centiles are, `worse` that it calls for a look; `expected`
    and `rows` are the words and numbers of the centiles, `published` those of the literature.
    """

    traces: tuple[Figure, ...] = ()
    off_track: str = ""
    worse: bool = False
    expected: str = ""
    rows: tuple[CentileRow, ...] = ()
    published: tuple[str, ...] = ()


def curve_backdrop(curve: Curve, frame: CurveFrame, choices: CurveChoices, others: OtherPatients) -> CurveBackdrop:
    """The backdrop of one curve; nothing for check-ins, which nobody answered before the operation."""
    if curve.check_in:
        return CurveBackdrop()
    key = (curve.instrument.id, curve.trajectory.scale.id)
    course = others.expected.get(key)
    traces: list[Figure] = []
    expected, rows = "", []
    if choices.expected:
        traces += [] if course is None else centile_traces(curve.trajectory, course.windows)
        expected = _expected_words(course, drawn=bool(traces))
        rows = [] if course is None else _rows(curve, course, frame)
    papers = [one for one in others.published if (one.instrument_id, one.scale_id) == key] if choices.published else []
    traces += published_traces(
        papers, baseline_day=_baseline_day(curve.trajectory), discharge_day=frame.home, last_day=frame.window.last
    )
    found = None if course is None else off_track(curve.trajectory, course.windows)
    return CurveBackdrop(
        traces=tuple(traces),
        off_track="" if found is None or course is None else _off_track_words(found, course, frame, curve.trajectory),
        worse=found is not None and found.side is Side.WORSE,
        expected=expected,
        rows=tuple(rows),
        published=tuple(_paper_words(one) for one in papers),
    )


def _rows(curve: Curve, course: ExpectedCourse, frame: CurveFrame) -> list[CentileRow]:
    decimals = curve.trajectory.scale.decimals
    return centile_rows(course.windows, decimals, smallest=SMALLEST_CELL, origin=frame.origin)


def _baseline_day(trajectory: Trajectory) -> int | None:
    of_baseline = (one for one in trajectory.points if one.point.response_id == trajectory.baseline.response_id)
    return next((one.day for one in of_baseline), None)


def _expected_words(course: ExpectedCourse | None, *, drawn: bool) -> str:
    if course is None or not course.known:
        return NOT_YET
    if not drawn:
        return NEEDS_BASELINE
    return (
        f"Grey: change from baseline of {_whose(course)}, 10th, 25th, 50th, 75th and 90th centile, put on this "
        f"patient's baseline. {OWN_TOO_FEW if course.together else ''}Who answered, so no dead and no silent patients. "
        f"Data of {day_month(course.data_as_of)}."
    )


def _whose(course: ExpectedCourse) -> str:
    return "the patients of all participating centres" if course.together else "this centre's patients"


def _off_track_words(found: OffTrack, course: ExpectedCourse, frame: CurveFrame, trajectory: Trajectory) -> str:
    """Careful on purpose: one in ten lies on either side at any time, and nothing is said about why."""
    decimals = trajectory.scale.decimals
    forms = " and ".join(
        f"{frame.visit_names.get(one.visit_key, one.visit_key)} {signed(one.change, decimals)} "
        f"({'10th' if one.change < one.limit else '90th'} centile {signed(one.limit, decimals)})"
        for one in found.forms
    )
    if found.side is Side.BETTER:
        return f"Better than nine in ten of {_whose(course)} on two visits running: {forms}."
    return (
        f"Worse than nine in ten of {_whose(course)} on two visits running: {forms}. "
        "One in ten lies there at any time; it is a reason to look, not a finding."
    )


def _paper_words(course: PublishedCourse) -> str:
    sure = "" if course.confidence is Confidence.VERIFIED else f" ({course.confidence.value}, provisional)"
    said = [course.says, course.per_point, course.note]
    return (
        f"{course.source}{sure}. {course.population}, n = {course.patients}; {course.statistic.lower()} of those who "
        f"answered, as reported. {' '.join(one for one in said if one)}"
    ).strip()
