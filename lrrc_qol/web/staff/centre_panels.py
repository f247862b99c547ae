"""The figures of the cohort page when centres stand beside each other; nothing of single patients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from lrrc_qol.charts import cohort as draw
from lrrc_qol.charts.cohort import Series
from lrrc_qol.services.read_cohort_figures import CohortFigures
from lrrc_qol.web.staff import cohort_words as words
from lrrc_qol.web.staff.cohort_panels import CohortPanel, Drawing

Row = Mapping[str, Any]

OWN = "your centre"
TOO_FEW = (
    "Nothing can be shown yet: it needs three centres that agreed to be read together, each with 20 patients operated "
    "on who are asked this scale."
)
_SHARED = (
    "All participating centres: the patients of the centres that stand at that visit, each patient counted once, so "
    "large centres weigh more. Nothing is adjusted for how ill patients were."
)
DEFINITIONS = {
    "headline": (
        "Who is back, by centre",
        "At each visit everyone operated on whose time for it is over, whatever became of them. "
        "Back: not worse than the own baseline by the important difference or more. "
        f"A centre stands at a visit from 20 such patients on, and only where three do. {_SHARED}",
    ),
    "change": (
        "Change from baseline, by centre",
        "Score minus the same patient's own baseline, of those who answered both. Mean with 95 % limits (Student's t). "
        f"A centre stands at a visit from 5 pairs on, and only where three do. {_SHARED}",
    ),
    "completion": (
        "Completion, by centre",
        "Expected: operated on, alive and taking part on the day the form was due, and the time to answer is over. A "
        f"centre stands at a visit from 20 expected forms on, and only where three do. {_SHARED}",
    ),
}
COLUMNS: dict[str, words.Columns] = {
    "headline": tuple(
        ("level", "Centre") if key == "level" else (key, name) for key, name in words.COLUMNS["headline"]
    ),
    "change": (
        ("level", "Centre"),
        ("visit", "Visit"),
        ("day", "Day"),
        ("count", "Pairs"),
        ("mean", "Mean"),
        ("low", "Lower limit"),
        ("high", "Upper limit"),
    ),
    "completion": (
        ("level", "Centre"),
        ("visit", "Visit"),
        ("expected", "Expected"),
        ("in_time", "Came in time"),
        ("late", "Came late"),
        ("missing", "Did not come"),
        ("came", "Came, % of expected"),
    ),
}
RECOMPUTED = {
    "headline": "Counted; a share is its count divided by the total beside it.",
    "change": "Cannot be computed again from these files: single patients of other centres are not given out.",
    "completion": "Counted; the share is what came divided by what was expected.",
}


def centres_said(figures: CohortFigures) -> str:
    """What the reader has to know before anything else: who is here, and what the letters are not."""
    if not figures.levels:
        return TOO_FEW
    others = sum(name.startswith("centre ") for name in figures.levels)
    here = (
        "Your centre is one of them."
        if OWN in figures.levels
        else "Your centre is not among them: fewer than 20 of its patients count here."
    )
    return (
        f"{others + (OWN in figures.levels)} centres of this site agreed to be read together and have 20 patients "
        f"operated on. {here} The letters are drawn anew for each centre and each computation: your centre A is not "
        "that of anybody else, nor that of next week. Patients who refused to be shared with other centres are left "
        "out. Computed once a week, and when a centre joins or leaves."
    )


def centre_panels(figures: CohortFigures) -> tuple[CohortPanel, ...]:
    """All figures in the order of the page."""
    return tuple(build(figures) for build in BUILDERS.values())


def centre_csv(figures: CohortFigures, panel_id: str) -> tuple[tuple[str, ...], Iterable[Row]] | None:
    """Column names and rows of one figure for a file; None for a figure that there is not."""
    if panel_id not in BUILDERS:
        return None
    panel = BUILDERS[panel_id](figures)
    return tuple(key for key, _ in panel.columns), panel.rows


def _headline(figures: CohortFigures) -> CohortPanel:
    table = _rows(figures, "headline")
    drawings = tuple(
        Drawing(_begin(level), draw.headline_figure([*some]))
        for level, some in groupby(table, key=lambda row: row["level"])
    )
    return _panel("headline", drawings, table, [f"{row['level']}, {words.headline_said(row)}" for row in _last(table)])


def _change(figures: CohortFigures) -> CohortPanel:
    days = {visit["key"]: visit["due_day"] for visit in figures.visits}
    table = [row | {"day": days[row["visit"]], "value": row["mean"]} for row in _rows(figures, "change")]
    series = [Series(level, [*some]) for level, some in groupby(table, key=lambda row: str(row["level"]))]
    drawings = (Drawing("", draw.change_figure(figures.chosen.scale, series, ())),) if table else ()
    return _panel("change", drawings, table, [f"{row['level']}, {words.change_said(row)}" for row in _last(table)])


def _completion(figures: CohortFigures) -> CohortPanel:
    table = [
        row | {"came": None if row["missing"] is None else 100 * (1 - row["missing"] / row["expected"])}
        for row in _rows(figures, "completion")
    ]
    said = [
        f"{row['level']}, {row['visit']}: {row['expected'] - row['missing']} of {row['expected']} forms came."
        for row in _last(table)
        if row["missing"] is not None
    ]
    return _panel("completion", (), table, said)


BUILDERS: dict[str, Callable[[CohortFigures], CohortPanel]] = {
    "headline": _headline,
    "change": _change,
    "completion": _completion,
}


def _rows(figures: CohortFigures, part: str) -> list[dict[str, Any]]:
    return [{"level": name} | row for name, level in figures.levels.items() for row in level[part]]


def _last(table: Sequence[Row]) -> list[Row]:
    """The last visit of the own centre and of all together; the others are in the table."""
    newest = {row["level"]: row for row in table if not str(row["level"]).startswith("centre ")}
    return [*newest.values()]


def _begin(words: str) -> str:
    return words[0].upper() + words[1:]


def _panel(panel_id: str, drawings: tuple[Drawing, ...], table: Sequence[Row], said: Sequence[str]) -> CohortPanel:
    heading, definition = DEFINITIONS[panel_id]
    return CohortPanel(
        id=panel_id,
        heading=heading,
        definition=definition,
        said=tuple(map(_begin, said)),
        drawings=drawings,
        columns=COLUMNS[panel_id],
        rows=table,
        recomputed=RECOMPUTED[panel_id],
    )
