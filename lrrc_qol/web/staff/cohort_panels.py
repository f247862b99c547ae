"""The figures of the cohort page: each with its definition and count in words, its chart and its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from lrrc_qol.charts import cohort as draw
from lrrc_qol.charts import cohort_rows as rows
from lrrc_qol.charts.backdrop import Figure
from lrrc_qol.charts.cohort import Series
from lrrc_qol.services.read_cohort_figures import CohortFigures
from lrrc_qol.web.staff import cohort_words as words

Row = Mapping[str, Any]

GOING_HOME = "DC"
"""The visit at which points that a paper reports at discharge are drawn."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """One chart of a panel; `title` is empty where the panel has only one."""

    title: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class CohortPanel:
    """One figure of the page. `columns` are key and heading; `rows` hold raw values, None for a hidden one.

    `recomputed` says how the figure can be computed again by hand, or why it cannot; `behind` names the file of single
    patients or times that it takes, empty where it takes none; `sources` where published figures beside ours come from.
    """

    id: str
    heading: str
    definition: str
    said: tuple[str, ...]
    drawings: tuple[Drawing, ...]
    columns: tuple[tuple[str, str], ...]
    rows: Sequence[Row]
    recomputed: str
    sources: tuple[str, ...] = ()
    behind: str = ""


def cohort_panels(figures: CohortFigures) -> tuple[CohortPanel, ...]:
    """All panels in the order of the page; the first answers who is back."""
    return tuple(build(figures) for build in BUILDERS.values())


def csv_table(figures: CohortFigures, panel_id: str) -> tuple[tuple[str, ...], Iterable[Row]] | None:
    """Column names and rows of one panel for a file; None for a panel that there is not."""
    if panel_id == "spline":
        return ("level", "day", "value", "low", "high"), rows.spline_rows(figures.levels)
    if panel_id not in BUILDERS:
        return None
    panel = BUILDERS[panel_id](figures)
    return tuple(key for key, _ in panel.columns), panel.rows


def _headline(figures: CohortFigures) -> CohortPanel:
    table = rows.headline_rows(figures.levels)
    drawings = tuple(
        Drawing("" if len(figures.levels) == 1 else level, draw.headline_figure([*some]))
        for level, some in groupby(table, key=lambda row: row["level"])
    )
    return _panel("headline", figures, drawings, table, [words.headline_said(row) for row in table[-1:]])


def _states(figures: CohortFigures) -> CohortPanel:
    table = [row | {"state": words.STATES[row["state"]]} for row in rows.state_rows(figures.levels)]
    return _panel("states", figures, (), table, words.levels_said(figures.levels))


def _baselines(figures: CohortFigures) -> CohortPanel:
    return _panel("baselines", figures, (), rows.baseline_rows(figures.levels), ())


def _change(figures: CohortFigures) -> CohortPanel:
    table = rows.change_rows(figures.levels, figures.visits)
    drawn = [row | {"value": row["mean"]} for row in table if row["count"] is not None]
    home = next((visit["due_day"] for visit in figures.visits if visit["key"] == GOING_HOME), None)
    courses = [(one, one.differences(discharge_day=home)) for one in figures.published]
    papers = [Series(one.short, [{"day": day, "value": value} for day, value in all_]) for one, all_ in courses if all_]
    chart = draw.change_figure(figures.chosen.scale, _series(drawn), papers)
    said = [words.change_said(row) for row in drawn[-1:]]
    said += [words.published_said(one, differences) for one, differences in courses if differences]
    sources = tuple(words.published_source(one) for one, differences in courses if differences)
    return replace(_panel("change", figures, _one(chart, drawn), table, said), sources=sources)


def _spread(figures: CohortFigures) -> CohortPanel:
    table = rows.spread_rows(figures.levels, figures.visits)
    levels = rows.shown_levels(figures.levels)
    drawings = tuple(
        Drawing(
            "" if len(figures.levels) == 1 else name,
            draw.spread_figure(figures.chosen.scale, one["lines"], [row for row in table if row["level"] == name]),
        )
        for name, one in levels.items()
        if one["lines"]
    )
    said = [words.spread_said(name, len(one["lines"])) for name, one in levels.items()]
    return _panel("spread", figures, drawings, table, said)


def _model(figures: CohortFigures) -> CohortPanel:
    table = rows.model_rows(figures.levels, figures.visits)
    splines = _series(rows.spline_rows(figures.levels))
    chart = draw.model_figure(figures.chosen.scale, _series(table), splines)
    said = [
        words.model_said(name, kind, one[key])
        for name, one in rows.shown_levels(figures.levels).items()
        for key, kind in (("visit_model", "Visit model"), ("spline_model", "Spline model"))
    ]
    return _panel("model", figures, _one(chart, table or splines), table, said)


def _survival(figures: CohortFigures) -> CohortPanel:
    table = rows.share_rows(figures.levels, "survival")
    chart = draw.share_figure(_series(table), title="% alive")
    said = [words.observed_said(name, one["survival"]) for name, one in rows.shown_levels(figures.levels).items()]
    return _panel("survival", figures, _one(chart, table), table, said)


def _recovery(figures: CohortFigures) -> CohortPanel:
    table = rows.share_rows(figures.levels, "recovery")
    series = _series(table)
    if len(series) == 1:
        died = [{**row, "value": row["other_value"], "low": None, "high": None} for row in table]
        series = [Series("back, sustained", series[0].rows), Series("died before that", died)]
    chart = draw.share_figure(series, title="% of those who declined")
    said = [words.declined_said(name, one) for name, one in rows.shown_levels(figures.levels).items()]
    return _panel("recovery", figures, _one(chart, table), table, said)


def _deterioration(figures: CohortFigures) -> CohortPanel:
    table = rows.deterioration_rows(figures.levels)
    named = [row | {"level": f"{row['level']}, {row['reading']}"} for row in table]
    chart = draw.share_figure(_series(named), title="% without definitive deterioration")
    said = [words.observed_said(name, one["deterioration"]) for name, one in rows.shown_levels(figures.levels).items()]
    return _panel("deterioration", figures, _one(chart, table), table, said)


def _sensitivity(figures: CohortFigures) -> CohortPanel:
    table = rows.sensitivity_rows(figures.levels)
    said = [words.tipping_said(row) for row in table[-1:] if row.get("observed") is not None]
    return _panel("sensitivity", figures, (), table, said)


BUILDERS: dict[str, Callable[[CohortFigures], CohortPanel]] = {
    "headline": _headline,
    "states": _states,
    "baselines": _baselines,
    "change": _change,
    "spread": _spread,
    "model": _model,
    "survival": _survival,
    "recovery": _recovery,
    "deterioration": _deterioration,
    "sensitivity": _sensitivity,
}


def _panel(
    panel_id: str,
    figures: CohortFigures,
    drawings: tuple[Drawing, ...],
    table: Sequence[Row],
    said: Sequence[str],
) -> CohortPanel:
    heading, definition = words.DEFINITIONS[panel_id]
    columns = words.COLUMNS[panel_id]
    if len(figures.levels) == 1:
        columns = tuple(column for column in columns if column[0] != "level")
    return CohortPanel(
        id=panel_id,
        heading=heading,
        definition=definition,
        said=tuple(said),
        drawings=drawings,
        columns=columns,
        rows=table,
        recomputed=words.RECOMPUTED[panel_id],
        behind=words.BEHIND.get(panel_id, ""),
    )


def _series(table: Sequence[Row]) -> list[Series]:
    levels = dict.fromkeys(str(row["level"]) for row in table)
    return [Series(level, [row for row in table if row["level"] == level]) for level in levels]


def _one(figure: Figure, table: Sequence[Any]) -> tuple[Drawing, ...]:
    return (Drawing("", figure),) if table else ()
