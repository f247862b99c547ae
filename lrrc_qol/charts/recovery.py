"""The recovery curve of one scale: real days since the operation, own baseline, band of important difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from lrrc_qol.charts.axes import (
    AMBER,
    GREEN,
    GREY,
    LINE_COLOURS,
    DayMark,
    DayNote,
    DayWindow,
    day_axis,
    layout,
    score_axis,
)
from lrrc_qol.charts.backdrop import Figure, end_words, reference, reliable_band, zone, zone_words
from lrrc_qol.charts.wording import (
    MODES,
    NO_SCORE,
    RESPONDENTS,
    day_month,
    number,
    range_words,
    remarks,
    score_words,
)
from lrrc_qol.domain.baseline import BaselineKind
from lrrc_qol.domain.recovery import (
    PROXY,
    ChangeClass,
    Trajectory,
    TrajectoryPoint,
    describe_change,
    describe_value_sets,
    describe_wording,
    present_value_set,
    present_wording,
    value_set_change,
    wording_change,
)

CLASS_COLOURS = {ChangeClass.IMPROVED: GREEN, ChangeClass.WORSE: AMBER}


@dataclass(frozen=True, slots=True)
class CurveFrame:
    """What all curves of one page share: the days shown and what they count from, what happened, names of visits.

    `since` are the words for the day that the axis counts from, `origin` is that day since the operation, `home` the
    day of going home.
    """

    window: DayWindow
    marks: tuple[DayMark, ...] = ()
    notes: tuple[DayNote, ...] = ()
    visit_names: Mapping[str, str] = field(default_factory=dict)
    since: str = "the operation"
    origin: int = 0
    home: int | None = None


def drawable(trajectory: Trajectory) -> bool:
    """Whether there is a curve to draw: at least one score with a day counted from the operation."""
    return any(point.day is not None and point.point.value is not None for point in trajectory.points)


def recovery_figure(
    trajectory: Trajectory, frame: CurveFrame, *, recall: str = "", behind: Sequence[Figure] = ()
) -> Figure:
    """The curve as a Plotly figure of plain lists; scores stay in their native direction and are never joined
    across a visit that was missed or a change of wording or value set, nor with a form that was recalled or given by
    another. `recall` says over which time was asked; `behind` are traces drawn under the curve."""
    scale = trajectory.scale
    placed = [point for point in trajectory.points if point.day is not None]
    shapes, notes = reference(trajectory)
    limits, limit_words = reliable_band(trajectory)
    return {
        "data": [
            *behind,
            _line(trajectory, [p for p in placed if p.point.value is not None and not _set_apart(p, trajectory)]),
            _points(trajectory, [point for point in placed if point.point.value is not None], frame, recall),
            _absent(trajectory, [point for point in placed if point.point.value is None], frame, recall),
        ],
        "layout": layout(
            x=day_axis(frame.window, since=frame.since, origin=frame.origin),
            y=score_axis(scale),
            shapes=[*zone(scale), *shapes, *limits, *(mark.line() for mark in frame.marks)],
            annotations=[
                *end_words(scale),
                *zone_words(scale),
                *notes,
                *limit_words,
                *(mark.label() for mark in frame.marks),
                *(note.sign() for note in frame.notes if frame.window.first <= note.day <= frame.window.last),
            ],
        ),
    }


def _is_baseline(point: TrajectoryPoint, trajectory: Trajectory) -> bool:
    return point.point.response_id == trajectory.baseline.response_id


def _set_apart(point: TrajectoryPoint, trajectory: Trajectory) -> bool:
    recalled = trajectory.baseline.kind is BaselineKind.RECALLED and _is_baseline(point, trajectory)
    return recalled or point.point.respondent == PROXY


def _line(trajectory: Trajectory, points: Sequence[TrajectoryPoint]) -> Figure:
    """The joining line; an empty place between two forms opens it where a visit was missed or gave no score, and
    where the questions were asked in other words or the score was computed with another value set."""
    holes = [visit.day for visit in trajectory.missed if visit.day is not None]
    holes += [p.day for p in trajectory.points if p.day is not None and p.point.value is None]
    days: list[int | None] = [point.day for point in points[:1]]
    values: list[float | None] = [point.point.value for point in points[:1]]
    for before, after in pairwise(points):
        missed = any((before.day or 0) < day < (after.day or 0) for day in holes)
        unlike = wording_change(before.point, after.point) or value_set_change(before.point, after.point)
        if missed or unlike:
            days.append(None)
            values.append(None)
        days.append(after.day)
        values.append(after.point.value)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "course",
        "x": days,
        "y": values,
        "connectgaps": False,
        "hoverinfo": "skip",
        "line": {"color": LINE_COLOURS[trajectory.scale.direction], "width": 2.25},
    }


def _points(trajectory: Trajectory, points: Sequence[TrajectoryPoint], frame: CurveFrame, recall: str) -> Figure:
    base = LINE_COLOURS[trajectory.scale.direction]
    symbols = [_symbol(point, trajectory) for point in points]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": "forms",
        "x": [point.day for point in points],
        "y": [point.point.value for point in points],
        "text": [", ".join(_said_beside(point)) for point in points],
        "textposition": "top center",
        "textfont": {"size": 11, "color": GREY},
        "cliponaxis": False,
        "marker": {
            "symbol": symbols,
            "size": [13 if point.change_class in CLASS_COLOURS else 10 for point in points],
            "color": [CLASS_COLOURS.get(point.change_class, base) for point in points],
            "opacity": 1,
            "line": {"color": "#ffffff", "width": [2 if "open" in symbol else 1.25 for symbol in symbols]},
        },
        "hovertext": [_hover(point, trajectory, frame, recall) for point in points],
        "hoverinfo": "text",
    }


def _symbol(point: TrajectoryPoint, trajectory: Trajectory) -> str:
    if point.change_class in CLASS_COLOURS:
        shape = "triangle-up" if (point.change or 0) > 0 else "triangle-down"
    else:
        shape = "circle"
    stale = trajectory.baseline.kind is BaselineKind.STALE and _is_baseline(point, trajectory)
    hollow = "-open" if stale or _set_apart(point, trajectory) else ""
    marked = "-dot" if _said_beside(point) else ""
    return shape + hollow + marked


def _said_beside(point: TrajectoryPoint) -> tuple[str, ...]:
    """What stands above a point: what sets the form apart, and that its questions or its value set are others."""
    wording = () if point.reworded is None else (present_wording(point.reworded),)
    value_set = () if point.revalued is None else (present_value_set(point.revalued),)
    return (*remarks(point.point), *wording, *value_set)


def _absent(trajectory: Trajectory, unscored: Sequence[TrajectoryPoint], frame: CurveFrame, recall: str) -> Figure:
    """Crosses on the lower edge: visits without a form, and forms that gave no score."""
    missed = [(visit.day, visit) for visit in trajectory.missed if visit.day is not None]
    missed_words = [
        f"{frame.visit_names.get(visit.key, visit.key)}<br>was due {day_month(visit.due_on)}<br>no form"
        + (f": {visit.reason}" if visit.reason else "")
        for _, visit in missed
    ]
    days = [day for day, _ in missed] + [point.day for point in unscored]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "no value",
        "x": days,
        "y": [score_axis(trajectory.scale)["range"][0]] * len(days),
        "cliponaxis": False,
        "marker": {"symbol": "x-thin", "size": 8, "line": {"color": GREY, "width": 2}},
        "hovertext": missed_words + [_hover(point, trajectory, frame, recall) for point in unscored],
        "hoverinfo": "text",
    }


def _days(day: int | None, frame: CurveFrame) -> str:
    """The day since the operation, and from going home on also the day at home."""
    at_home = "" if day is None or frame.home is None or day < frame.home else f", day {day - frame.home} at home"
    return f"day {number(day or 0)}{at_home}"


def _hover(point: TrajectoryPoint, trajectory: Trajectory, frame: CurveFrame, recall: str) -> str:
    score = point.point
    decimals = trajectory.scale.decimals
    value = (
        NO_SCORE.get(score.reason or "", "no score")
        if score.value is None
        else score_words(trajectory.scale, score.value, score.label)
    )
    lines = [
        f"{trajectory.scale.name}, {range_words(trajectory.scale)}",
        f"{frame.visit_names.get(score.visit_key, score.visit_key)}" + (f", about {recall}" if recall else ""),
        f"{day_month(score.answered_on)}, {_days(point.day, frame)}",
        value,
        describe_change(point, decimals=decimals),
        f"{RESPONDENTS[score.respondent]}, {MODES[score.mode]}",
        f"{score.answered} of {score.expected} answered" + (", filled up by the rule" if score.prorated else ""),
    ]
    if point.reworded is not None:
        lines.append(f"wording changed: {describe_wording(point.reworded)}")
    if point.revalued is not None:
        lines.append(f"value set changed: {describe_value_sets(point.revalued)}")
    return "<br>".join(lines)
