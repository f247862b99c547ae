"""What the cohort page says about its figures: definitions, columns, and counts in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lrrc_qol.charts.wording import number, signed
from lrrc_qol.domain.instrument import Confidence
from lrrc_qol.domain.published_courses import PublishedCourse

Row = Mapping[str, Any]
Columns = tuple[tuple[str, str], ...]

STATES = {
    "never_declined": "Never declined",
    "not_yet_back": "Declined, not yet back",
    "back_unconfirmed": "Back, not confirmed yet",
    "back_sustained": "Back, sustained",
    "relapsed": "Was back, declined again",
    "improved": "Better than before the operation",
    "not_evaluable": "Cannot be judged",
}

DEFINITIONS = {
    "headline": (
        "Who is back",
        "At each visit everyone operated on whose time for it is over, whatever became of them. "
        "Back: not worse than the own baseline by the important difference or more.",
    ),
    "states": ("Where patients stand today", "Every patient operated on, by all forms so far."),
    "baselines": (
        "What patients are compared with",
        "Every patient operated on, by the baseline of this scale. Prospective and stale (answered long before the "
        "operation) ones are compared with; a recalled one is not, and a missing one stays missing.",
    ),
    "change": (
        "Change from baseline",
        "Score minus the same patient's own baseline, of those who answered both. Mean with 95 % limits (Student's t), "
        "median with quartiles. Dotted lines: the important difference.",
    ),
    "spread": (
        "Single patients",
        "Each thin line is one patient; over them the 10th, 25th, 50th, 75th and 90th percentile. From 20 patients.",
    ),
    "model": (
        "Mixed model",
        "Change ~ visit + baseline with one random intercept per patient, by restricted maximum likelihood: the mean "
        "of a patient with the mean baseline. The line is a restricted cubic spline of the day. From 20 patients. It "
        "holds when drop-out depends only on earlier answers; when the unwell drop out unseen, it looks too good.",
    ),
    "survival": ("Survival", "Kaplan-Meier, told at the planned visits, with 95 % limits (log-log)."),
    "recovery": (
        "Time to recovery",
        "Of those who declined: the share who came back, confirmed by the next form, with death competing "
        "(Aalen-Johansen). Told at visits, because in between nothing is known.",
    ),
    "deterioration": (
        "Time to definitive deterioration",
        "Worse than the best score since month 3 by the important difference, and never back after it (Kaplan-Meier).",
    ),
    "sensitivity": (
        "What if the missing forms were worse",
        "Points turned so that up is better. The living without a form are taken to be like the others, then worse by "
        "half, one and two important differences. Tipping point: the shift at which the mean change reaches the "
        "important difference. Worst rank: quartiles when the dead rank below everybody.",
    ),
}

_WHERE: Columns = (("level", "Group"), ("visit", "Visit"))
_SHARE: Columns = (
    *_WHERE,
    ("day", "Day"),
    ("value", "Share"),
    ("low", "Lower limit"),
    ("high", "Upper limit"),
    ("events", "Events so far"),
    ("others", "Deaths so far"),
    ("censored", "No longer observed"),
    ("at_risk", "Still observed"),
)

COLUMNS: dict[str, Columns] = {
    "headline": (
        *_WHERE,
        ("operated", "Operated on"),
        ("back", "Back"),
        ("not_back", "Not back"),
        ("not_compared", "Form, no comparison"),
        ("no_form", "Alive, no form"),
        ("died", "Died"),
    ),
    "baselines": (
        ("level", "Group"),
        ("patients", "Operated on"),
        ("prospective", "Prospective"),
        ("stale", "Stale"),
        ("recalled", "Recalled"),
        ("none", "None"),
    ),
    "states": (("level", "Group"), ("state", "State"), ("count", "Patients"), ("patients", "Of all")),
    "change": (
        *_WHERE,
        ("day", "Day"),
        ("count", "Pairs"),
        ("mean", "Mean"),
        ("low", "Lower limit"),
        ("high", "Upper limit"),
        ("deviation", "Standard deviation"),
        ("median", "Median"),
        ("lower_quartile", "Lower quartile"),
        ("upper_quartile", "Upper quartile"),
    ),
    "spread": (
        *_WHERE,
        ("day", "Day"),
        ("count", "Pairs"),
        ("p10", "10th"),
        ("p25", "25th"),
        ("p50", "50th"),
        ("p75", "75th"),
        ("p90", "90th"),
    ),
    "model": (
        *_WHERE,
        ("day", "Day"),
        ("count", "Forms"),
        ("value", "Mean change"),
        ("low", "Lower limit"),
        ("high", "Upper limit"),
    ),
    "survival": tuple(column for column in _SHARE if column[0] != "others"),
    "recovery": (*_SHARE, ("other_value", "Share died first")),
    "deterioration": (("reading", "Reading"), *(column for column in _SHARE if column[0] != "others")),
    "sensitivity": (
        *_WHERE,
        ("observed", "Pairs"),
        ("missing", "Alive, no pair"),
        ("died", "Died"),
        ("mean_like", "Mean, complete pairs"),
        ("low", "Lower limit"),
        ("high", "Upper limit"),
        ("mean_half", "Worse by half"),
        ("mean_one", "Worse by one"),
        ("mean_two", "Worse by two"),
        ("point", "Tipping point"),
        ("ranked_lower", "Worst rank, lower quartile"),
        ("ranked_median", "Worst rank, median"),
        ("ranked_upper", "Worst rank, upper quartile"),
    ),
}
_FROM_LINES = (
    "Can be computed again from the file of single patients, for groups of 20 and more; smaller groups have no such "
    "file, because it would tell of single persons."
)
_COUNTED = "Counted; a share is its count divided by the total beside it."
_FROM_TIMES = (
    "Can be computed again from the file of times, for groups of 20 and more in which nothing that counts happened to "
    "only 1 to 4; other groups are not in the file, because it would tell of single persons."
)
RECOMPUTED = {
    "headline": _COUNTED,
    "states": _COUNTED,
    "baselines": _COUNTED,
    "change": _FROM_LINES,
    "spread": _FROM_LINES,
    "model": _FROM_LINES,
    "survival": _FROM_TIMES,
    "recovery": _FROM_TIMES,
    "deterioration": _FROM_TIMES,
    "sensitivity": f"{_FROM_LINES} Only forms whose window is over enter.",
}
"""How each figure can be computed again by hand."""
BEHIND = {
    **dict.fromkeys(("change", "spread", "model", "sensitivity"), "lines"),
    **{curve: f"{curve}-times" for curve in ("survival", "recovery", "deterioration")},
}
"""The file of single patients or times that a figure is computed from."""
PERCENT = frozenset({"survival", "recovery", "deterioration"})
SHARES = frozenset({"value", "low", "high", "other_value"})


def headline_said(row: Row) -> str:
    """The last visit in one sentence."""
    shown = [(part, row[part]) for part in ("back", "not_back", "not_compared", "no_form", "died") if row[part]]
    names = {
        "back": "were back",
        "not_back": "were not",
        "not_compared": "had nothing to compare with",
        "no_form": "were alive without a form",
        "died": "had died",
    }
    counts = ", ".join(f"{count} {names[part]}" for part, count in shown)
    hidden = "; the rest is hidden" if any(row[part] is None for part in names) else ""
    return f"{row['visit']}: of {_count(row['operated'])} operated on, {counts or 'no number can be shown'}{hidden}."


def change_said(row: Row) -> str:
    """The last visit in one sentence."""
    return (
        f"{row['visit']}: mean change {signed(row['mean'])} points "
        f"(95 % limits {signed(row['low'])} to {signed(row['high'])}) in {row['count']} patients with both forms."
    )


def published_said(course: PublishedCourse, differences: Sequence[tuple[int, float]]) -> str:
    """The figures of a paper beside ours, each with its difference from the baseline that the paper reports."""
    before = course.before or 0.0
    values = "; ".join(f"day {day} {before + one:.1f} ({signed(one)})" for day, one in differences)
    return f"Published, open marks: {course.short}, baseline {before:.1f}; {values}."


def published_source(course: PublishedCourse) -> str:
    """Where the figures of a paper come from, and what must be known of them beside ours."""
    sure = "" if course.confidence is Confidence.VERIFIED else f" ({course.confidence.value}, provisional)"
    more = " ".join(text for text in (course.says, course.per_point, course.note) if text)
    return (
        f"{course.source}{sure}. {course.population}, n = {course.patients}; {course.statistic.lower()} of those who "
        "answered. What is drawn is the difference of two reported averages, not a mean of paired changes; discharge "
        f"stands on this cohort's usual day of going home. {more}"
    ).strip()


def spread_said(level: str, lines: int) -> str:
    """How many lines there are, or why there are none."""
    level = _begin(level)
    return f"{level}: {lines} patients drawn." if lines else f"{level}: fewer than 20 patients, nothing is drawn."


def model_said(level: str, kind: str, model: Row | None) -> str:
    """Whether the model converged, and on how many patients and forms."""
    if model is None:
        return f"{kind}, {level}: fewer than 20 patients, not fitted."
    basis = f"{model['patients']} patients, {model['forms']} forms"
    if not model["converged"]:
        return f"{kind}, {level}: not fitted ({model['why']}); read the paired means instead. {basis}."
    between, within = number(model["between"] ** 0.5), number(model["within"] ** 0.5)
    return f"{kind}, {level}: converged; {basis}; standard deviation between patients {between}, within {within}."


def observed_said(level: str, part: Row) -> str:
    """How many patients are observed."""
    count = part["patients"]
    drawn = part.get("points") or part.get("with_death")
    return f"{_begin(level)}: {_count(count)} patients{'' if drawn else '; a curve needs 20'}."


def declined_said(level: str, one: Row) -> str:
    """How many declined, and how many never did."""
    never = one["states"].get("never_declined", 0)
    return f"{observed_said(level, one['recovery'])[:-1]} who declined. Never declined so far: {_count(never)}."


def tipping_said(row: Row) -> str:
    """The last visit in one sentence."""
    if row["point"] is None:
        return f"{row['visit']}: no shift of the missing forms changes the conclusion, or none is missing."
    return (
        f"{row['visit']}: the {row['missing']} without a pair would have to be {number(-row['point'])} points worse "
        "than those with one before the mean change reached the important difference."
    )


def levels_said(levels: Mapping[str, Row]) -> list[str]:
    """How many patients each group has."""
    return [f"{_begin(name)}: {_count(one['patients'])} patients operated on." for name, one in levels.items()]


def _begin(level: str) -> str:
    """The name of a group at the beginning of a sentence; codes of a classification stay as they are written."""
    return "Everybody" if level == "everybody" else level


def cell_words(panel: str, key: str, value: Any, decimals: int) -> str:
    """A cell of a table as it is read; what is hidden says so."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if panel in PERCENT and key in SHARES:
        return f"{number(100 * value)} %"
    return str(value) if isinstance(value, int) else number(value, max(decimals, 1))


def _count(count: int | None) -> str:
    return "a hidden number of" if count is None else str(count)
