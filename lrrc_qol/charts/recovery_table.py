"""The numbers of the recovery curves as tables: one row per form of a scale, and all scales of a panel side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from lrrc_qol.charts.wording import (
    NO_SCORE,
    answering_words,
    class_glyph,
    class_words,
    lateness,
    number,
    score_words,
    signed,
)
from lrrc_qol.domain.baseline import BaselineKind
from lrrc_qol.domain.recovery import (
    ChangeClass,
    MissedVisit,
    ScorePoint,
    Trajectory,
    TrajectoryPoint,
    describe_change,
    describe_value_sets,
    describe_wording,
    unlike_words,
)


@dataclass(frozen=True, slots=True)
class CurveRow:
    """One form, or one missed visit, of one scale in words.

    `number` is the score exactly as drawn, `value` as read; `change_class` names the class for its colour. `reworded`
    says that the wording changed since the form before, `revalued` that the value set did, `caution` that the score is
    not like with like to the baseline.
    """

    visit_key: str
    visit_name: str
    on: date
    day: int | None
    response_id: int | None
    number: float | None
    value: str
    change: str
    glyph: str
    verdict: str
    change_class: str
    explanation: str
    problem: bool
    remark: str
    partly_answered: str
    reworded: str = ""
    revalued: str = ""
    caution: str = ""

    @property
    def day_words(self) -> str:
        """The day with a true minus sign; empty when it is not known."""
        return "" if self.day is None else number(self.day)


@dataclass(frozen=True, slots=True)
class PanelColumn:
    """One visit as a column, in order of time."""

    visit_key: str
    visit_name: str
    day: int | None
    day_words: str


@dataclass(frozen=True, slots=True)
class PanelRow:
    """One scale as a row; a cell is None where the scale was not asked."""

    curve_index: int
    cells: tuple[CurveRow | None, ...]


@dataclass(frozen=True, slots=True)
class PanelTable:
    """All scales of a panel by visit."""

    columns: tuple[PanelColumn, ...]
    rows: tuple[PanelRow, ...]


def curve_rows(trajectory: Trajectory, visit_names: Mapping[str, str], *, origin: int = 0) -> tuple[CurveRow, ...]:
    """The numbers of one curve in order of time: forms, forms without a score, missed visits.

    `origin` is the day since the operation from which the rows count their days.
    """
    rows = [_form_row(point, trajectory, visit_names) for point in trajectory.points]
    rows += [_missed_row(visit, visit_names) for visit in trajectory.missed]
    rows = [row if row.day is None else replace(row, day=row.day - origin) for row in rows]
    return tuple(sorted(rows, key=lambda row: (row.on, row.response_id or 0)))


def panel_table(curves: Sequence[Sequence[CurveRow]]) -> PanelTable:
    """The rows of several curves side by side, one column per visit in order of its first date."""
    first: dict[str, CurveRow] = {}
    for rows in curves:
        for row in rows:
            if row.visit_key not in first or row.on < first[row.visit_key].on:
                first[row.visit_key] = row
    ordered = sorted(first.values(), key=lambda row: (row.on, row.visit_key))
    columns = tuple(PanelColumn(row.visit_key, row.visit_name, row.day, row.day_words) for row in ordered)
    return PanelTable(
        columns=columns,
        rows=tuple(
            PanelRow(index, tuple({row.visit_key: row for row in rows}.get(column.visit_key) for column in columns))
            for index, rows in enumerate(curves)
        ),
    )


def _form_row(point: TrajectoryPoint, trajectory: Trajectory, names: Mapping[str, str]) -> CurveRow:
    score = point.point
    is_baseline = score.response_id == trajectory.baseline.response_id
    decimals = trajectory.scale.decimals
    value = (
        NO_SCORE.get(score.reason or "", "no score")
        if score.value is None
        else score_words(trajectory.scale, score.value, score.label)
    )
    return CurveRow(
        visit_key=score.visit_key,
        visit_name=names.get(score.visit_key, score.visit_key),
        on=score.answered_on,
        day=point.day,
        response_id=score.response_id,
        number=score.value,
        value=value,
        change="" if point.change is None else signed(point.change, decimals),
        glyph="" if score.value is None or is_baseline else class_glyph(point),
        verdict=_verdict(point, trajectory, is_baseline=is_baseline),
        change_class=point.change_class.value,
        explanation="" if is_baseline else describe_change(point, decimals=decimals),
        problem=bool(point.problem),
        remark=", ".join((*lateness(score), *answering_words(score.mode, score.respondent))),
        partly_answered=_partly(score),
        reworded="" if point.reworded is None else f"wording changed: {describe_wording(point.reworded)}",
        revalued="" if point.revalued is None else f"value set changed: {describe_value_sets(point.revalued)}",
        caution=unlike_words(point),
    )


def _partly(score: ScorePoint) -> str:
    if score.answered == score.expected:
        return ""
    return f"{score.answered} of {score.expected} answered" + (", filled up by the rule" if score.prorated else "")


def _verdict(point: TrajectoryPoint, trajectory: Trajectory, *, is_baseline: bool) -> str:
    kind = trajectory.baseline.kind
    if is_baseline:
        return "baseline" if kind is BaselineKind.PROSPECTIVE else f"baseline ({kind.value})"
    if point.point.value is None:
        return ""
    if kind is BaselineKind.NONE and point.change_class is ChangeClass.NOT_EVALUABLE:
        return "no baseline"
    return class_words(point)


def _missed_row(visit: MissedVisit, names: Mapping[str, str]) -> CurveRow:
    return CurveRow(
        visit_key=visit.key,
        visit_name=names.get(visit.key, visit.key),
        on=visit.due_on,
        day=visit.day,
        response_id=None,
        number=None,
        value="no form",
        change="",
        glyph="",
        verdict="",
        change_class=ChangeClass.NOT_EVALUABLE.value,
        explanation="the visit closed without a form",
        problem=False,
        remark=visit.reason,
        partly_answered="",
    )
