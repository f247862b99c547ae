"""The stored figures of a cohort as flat rows: the same for chart, table and CSV. None is a hidden small number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Row = dict[str, Any]
Levels = Mapping[str, Mapping[str, Any]]
Visits = Sequence[Mapping[str, Any]]

SUMMARY = ("count", "mean", "low", "high", "deviation", "median", "lower_quartile", "upper_quartile")
SHIFTS = ("like", "half", "one", "two")


def shown_levels(levels: Levels) -> dict[str, Mapping[str, Any]]:
    """The levels that are large enough to have figures."""
    return {name: one for name, one in levels.items() if one.get("patients") is not None}


def headline_rows(levels: Levels) -> list[Row]:
    """Counts at each visit, with everyone operated on as the denominator."""
    return [{"level": name, **row} for name, one in shown_levels(levels).items() for row in one["headline"]]


def state_rows(levels: Levels) -> list[Row]:
    """How many patients are in each state today."""
    return [
        {"level": name, "state": state, "count": count, "patients": one["patients"]}
        for name, one in shown_levels(levels).items()
        for state, count in one["states"].items()
    ]


def baseline_rows(levels: Levels) -> list[Row]:
    """How many patients have which kind of baseline."""
    return [
        {"level": name, "patients": one["patients"], **one["baselines"]} for name, one in shown_levels(levels).items()
    ]


def change_rows(levels: Levels, visits: Visits) -> list[Row]:
    """Paired change from baseline at each visit."""
    days = _days(visits)
    return [
        {"level": name, "visit": row["visit"], "day": days[row["visit"]]} | {key: row.get(key) for key in SUMMARY}
        for name, one in shown_levels(levels).items()
        for row in one["change"]
    ]


def spread_rows(levels: Levels, visits: Visits) -> list[Row]:
    """Percentiles of the change at each visit with at least twenty patients."""
    days = _days(visits)
    return [
        {"level": name, "visit": row["visit"], "day": days[row["visit"]], "count": row["count"], **row["percentiles"]}
        for name, one in shown_levels(levels).items()
        for row in one["change"]
        if row.get("percentiles")
    ]


def model_rows(levels: Levels, visits: Visits) -> list[Row]:
    """The model's mean change at each visit."""
    days = _days(visits)
    return [
        {"level": name, "day": days[row["visit"]], **row}
        for name, one in shown_levels(levels).items()
        for row in (one["visit_model"] or {}).get("points", ())
    ]


def spline_rows(levels: Levels) -> list[Row]:
    """The spline's mean change by day."""
    return [
        {"level": name, **row}
        for name, one in shown_levels(levels).items()
        for row in (one["spline_model"] or {}).get("points", ())
    ]


def share_rows(levels: Levels, what: str, part: str = "points") -> list[Row]:
    """Survival, recovery or deterioration at each visit."""
    return [{"level": name, **row} for name, one in shown_levels(levels).items() for row in one[what][part]]


def deterioration_rows(levels: Levels) -> list[Row]:
    """Both readings of definitive deterioration under each other."""
    return [
        {**row, "reading": words}
        for part, words in (("without_death", "death ends observation"), ("with_death", "death is part of the event"))
        for row in share_rows(levels, "deterioration", part)
    ]


def sensitivity_rows(levels: Levels) -> list[Row]:
    """Complete pairs, tipping point and worst rank at each visit; up is better."""
    return [_sensitivity(name, row) for name, one in shown_levels(levels).items() for row in one["sensitivity"]]


def _sensitivity(level: str, row: Mapping[str, Any]) -> Row:
    ranked = row["ranked"] or {}
    found: Row = {
        "level": level,
        "visit": row["visit"],
        "died": ranked.get("died"),
        "ranked_median": ranked.get("median"),
        "ranked_lower": ranked.get("lower_quartile"),
        "ranked_upper": ranked.get("upper_quartile"),
    }
    if row["tipping"] is None:
        return found
    tipping, first = row["tipping"], row["tipping"]["shifts"][0]
    means = {f"mean_{key}": shift["mean"] for key, shift in zip(SHIFTS, tipping["shifts"], strict=True)}
    ends = {key: first[key] for key in ("low", "high")}
    return found | means | ends | {key: tipping[key] for key in ("observed", "missing", "point")}


def _days(visits: Visits) -> dict[str, int]:
    return {str(visit["key"]): int(visit["due_day"]) for visit in visits}
