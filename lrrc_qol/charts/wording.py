"""Numbers and classes as staff read them; the same words under the curve, in its labels and in the tables."""

from __future__ import annotations

from datetime import date

from lrrc_qol.domain.instrument import Direction, Mid, Scale
from lrrc_qol.domain.recovery import ChangeClass, ScorePoint, TrajectoryPoint

MINUS = "−"
# Scores are sums of thirds and quarters; less than this is nothing but rounding.
ROUNDING = 1e-9
WAYS = {"paper": "on paper", "telephone": "by phone", "face_to_face": "interview"}
HELPERS = {"helped": "with help", "interpreter": "through an interpreter", "proxy": "by another person"}
MODES = {
    "own_phone": "own phone",
    "own_computer": "own computer",
    "ward_tablet": "ward tablet",
    "paper": "paper",
    "telephone": "telephone interview",
    "face_to_face": "face-to-face interview",
}
RESPONDENTS = {
    "patient": "the patient",
    "helped": "the patient, with help reading",
    "interpreter": "the patient, through an interpreter",
    "proxy": "another person for the patient",
}
NO_SCORE = {
    "too_few_answered": "no score: too few questions answered",
    "part_missing": "no score: a part of it is missing",
    "not_applicable": "does not apply",
    "no_value_set": "no score: the centre has chosen no value set",
    "not_in_table": "no score: the scoring table has no such answers",
}
YES_NO = {1.0: "yes", 0.0: "no"}
CLASSES = {
    ChangeClass.IMPROVED: "better",
    ChangeClass.AS_BEFORE: "about the same",
    ChangeClass.WORSE: "worse",
    ChangeClass.NOT_EVALUABLE: "not judged",
}


def number(value: float, decimals: int = 1) -> str:
    """A score with at most so many decimals as the scale is read with: 66.7, 50, 0.942."""
    rounded = round(value, decimals) + 0.0  # a negative value that rounds to nothing has no sign
    return f"{rounded:.{decimals}f}".removesuffix("." + "0" * decimals).replace("-", MINUS)


def score_words(scale: Scale, value: float, label: str = "") -> str:
    """A score as it is read: the name of its band, yes or no at a cut-off, else the number."""
    if label:
        return label
    return YES_NO[value] if scale.method == "cut_off" else number(value, scale.decimals)


def signed(value: float, decimals: int = 1) -> str:
    """A change with its sign: +8.3, −25, 0."""
    text = number(value, decimals)
    return text if text.startswith(MINUS) or text == "0" else f"+{text}"


def day_month(day: date) -> str:
    """A date as 3 May 2026."""
    return f"{day.day} {day:%B %Y}"


def day_short(day: date) -> str:
    """A date for a table, as 3 May 2026 or 3 Dec 2026."""
    return f"{day.day} {day:%b %Y}"


def class_words(point: TrajectoryPoint) -> str:
    """The class of a change with its certainty: worse (possible)."""
    words = CLASSES[point.change_class]
    return f"{words} ({point.certainty.value})" if point.certainty is not None else words


def class_glyph(point: TrajectoryPoint) -> str:
    """The shape that stands for the class: an arrow the way the score moved, a dot for about the same."""
    if point.change_class in (ChangeClass.IMPROVED, ChangeClass.WORSE):
        return "▲" if (point.change or 0) > 0 else "▼"
    return "●" if point.change_class is ChangeClass.AS_BEFORE else "○"


def remarks(point: ScorePoint) -> tuple[str, ...]:
    """What sets a form apart from one the patient gave alone and in time; empty for an ordinary form."""
    mode = "" if point.mode == "paper" else point.mode  # counts like a screen
    respondent = "" if point.respondent == "helped" else point.respondent
    return (*lateness(point), *answering_words(mode, respondent))


def lateness(point: ScorePoint) -> tuple[str, ...]:
    """The word for a form from outside its window; empty for one in time."""
    return ("late",) if point.out_of_window else ()


def answering_words(mode: str, respondent: str) -> tuple[str, ...]:
    """How and by whom a form was answered, as far as that is not the patient alone on a screen."""
    return tuple(words for words in (WAYS.get(mode, ""), HELPERS.get(respondent, "")) if words)


def range_words(scale: Scale) -> str:
    """The scale's range and direction in words: 0–100, higher is better."""
    way = "higher is better" if scale.direction is Direction.BETTER else "higher is worse"
    low, high = number(scale.minimum, scale.decimals), number(scale.maximum, scale.decimals)
    return f"{low} to {high}, {way}" if scale.minimum < 0 else f"{low}–{high}, {way}"


def band_words(scale: Scale, mid: Mid, value: float) -> str:
    """Which scores count as about the same as `value`; a change by exactly the important difference does not.

    So near the worst score that nothing can be worse by that much, only an improvement is judged, and that is said.
    """
    better = scale.direction is Direction.BETTER
    down, up = (mid.deterioration, mid.improvement) if better else (mid.improvement, mid.deterioration)
    low, high = value - down, value + up
    low_words, high_words = number(low, scale.decimals), number(high, scale.decimals)
    has_low, has_high = low >= scale.minimum - ROUNDING, high <= scale.maximum + ROUNDING
    if not (has_low if better else has_high):
        limit = f"{high_words} or above" if better else f"{low_words} or below"
        return f"Better: {limit}. So near the worst score, worse cannot be judged."
    bounds = ((has_low, f"above {low_words}"), (has_high, f"below {high_words}"))
    return f"About the same: {' and '.join(words for holds, words in bounds if holds)}."
