"""What to expect: what became of people alike, for the talk before the operation; stored figures, nothing computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from lrrc_qol.catalogue.scale_words import scale_names
from lrrc_qol.catalogue.translations import SOURCE_LANGUAGE, Translations, language_name
from lrrc_qol.charts.icon_array import IconArray, icon_array
from lrrc_qol.charts.wording import number
from lrrc_qol.cohort.small_cells import SMALLEST_CELL, SMALLEST_CURVE
from lrrc_qol.domain.instrument import Direction
from lrrc_qol.services.languages import is_draft, offered_languages
from lrrc_qol.services.read_expectations import Alike, Expectations, ExpectationShelf, Row, read_expectations
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff import expect_words as say
from lrrc_qol.web.staff.blueprint import blueprint

USUAL_DAY = 274
"""Nine months: the timepoint that is shown first, or the one closest to it."""
LEVELS = {
    "extent": {"total": "Total", "other than total": "Other than total"},
    "sex": {"female": "Female", "male": "Male"},
    "baseline": {"lowest": "Lowest third", "middle": "Middle third", "highest": "Highest third"},
}


@dataclass(frozen=True, slots=True)
class Line:
    """One part of the people: how many of those drawn, in words, and how many patients that were, None when hidden."""

    part: str
    words: str
    said: str
    patients: int | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the patient sees, in the patient's language.

    `told` is the picture in words. The table has a column for each part, by id and words; `left_out` says what its
    dashes stand for, empty when it has none.
    """

    words: Translations
    topic: str
    alike: str
    text: Mapping[str, str]
    lines: tuple[Line, ...]
    some_unknown: bool
    picture: IconArray
    between: str
    told: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, tuple[str, ...] | None], ...]
    left_out: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, with the usual value where nothing was."""

    alike: Alike
    visit: str
    of: int
    deaths: bool
    language: str


@blueprint.get("/expect")
@audience.staff("view_cohort")
def expect() -> ResponseReturnValue:
    """The sheet for a group of patients alike, or which wider group is large enough."""
    asked = request.args
    names = scale_names(runtime().catalogue.translations(SOURCE_LANGUAGE))
    with runtime().reading(current_actor()) as work:
        shelf = read_expectations(work, scale=asked.get("scale", ""), among=set(names))
        languages = offered_languages(work, work.actor.centre())
        language = asked.get("language", "") if asked.get("language") in languages else SOURCE_LANGUAGE
        draft = is_draft(work, work.actor.centre(), language)
    figures = shelf.figures
    if figures is None or not figures.visits:
        return render_template("staff/expect.html", shelf=shelf, figures=None, smallest=SMALLEST_CURVE)
    choice = _choice(figures, language)
    row = figures.row(choice.alike, choice.visit)
    return render_template(
        "staff/expect.html",
        shelf=shelf,
        figures=figures,
        choice=choice,
        row=row,
        sheet=None if row is None else _sheet(figures, choice, row),
        draft=draft,
        levels=_levels(figures),
        languages={one: language_name(one) for one in languages},
        wider=[(_group_words(one), _address(shelf, choice, one)) for one in figures.wider(choice.alike, choice.visit)],
        smallest=SMALLEST_CURVE,
        smallest_cell=SMALLEST_CELL,
    )


def _choice(figures: Expectations, language: str) -> Choice:
    asked = request.args
    for name, levels in LEVELS.items():
        if asked.get(name, "") not in ("", *levels):
            abort(404)
    keys = {str(visit["key"]): int(visit["due_day"]) for visit in figures.visits}
    usual = min(keys, key=lambda key: abs(keys[key] - USUAL_DAY))
    alike = Alike(asked.get("extent", ""), asked.get("sex", ""), asked.get("baseline", ""))
    visit = asked.get("visit") or usual
    if visit not in keys:
        abort(404)
    row = figures.row(alike, visit)
    of = 100 if asked.get("of") == "100" and (row is None or "100" in row["of"]) else 20
    return Choice(alike, visit, of, asked.get("deaths") == "1", language)


def _sheet(figures: Expectations, choice: Choice, row: Row) -> Sheet:
    words = runtime().catalogue.translations(choice.language)
    names = say.part_words(words)
    days = {str(visit["key"]): int(visit["due_day"]) for visit in figures.visits}
    of, when = choice.of, say.time_words(words, days[choice.visit])
    people = _people(row, of, deaths=choice.deaths)
    lines = tuple(
        Line(part, names[part], _said(words, people[part], patients, of), patients)
        for part in names
        if part in people
        for patients in (_patients(row, part, people),)
        if people[part] or patients
    )
    instrument, scale = figures.chosen.instrument, figures.chosen.scale
    better_up = scale.direction is Direction.BETTER
    between = row["of"][str(of)]["back_between"]
    columns = tuple(part for part in names if part in _all_parts(figures, choice))
    rows = tuple(
        (say.time_words(words, days[key]), _cells(figures.row(choice.alike, key), choice, columns)) for key in days
    )
    return Sheet(
        words=words,
        topic=scale_names(words)[instrument.id, scale.id],
        alike=", ".join(say.alike_words(words, choice.alike, better_up=better_up)),
        text=say.sheet_words(words, of=of, when=when, people=row["people"], data_as_of=figures.data_as_of),
        lines=lines,
        some_unknown=any(line.part == "unknown" for line in lines),
        picture=icon_array(people, [*names], mirrored=words.direction == "rtl"),
        between=say.between_words(words, between, of) if between else "",
        told="; ".join(f"{line.said}: {line.words}" for line in lines),
        columns=tuple((part, names[part]) for part in columns),
        rows=rows,
        left_out=names["hidden"] if any("–" in (cells or ()) for _, cells in rows) else "",
    )


def _people(row: Row, of: int, *, deaths: bool) -> Mapping[str, int]:
    """How many of those drawn are in each part; the dead apart only when asked for, and when they can be."""
    picture = row["of"].get(str(of)) or row["of"]["20"]
    found: Mapping[str, int] = picture["with_death"] if deaths and picture["with_death"] else picture["parts"]
    return found


def _all_parts(figures: Expectations, choice: Choice) -> set[str]:
    rows = figures.rows[choice.alike].values()
    return {part for row in rows for part in _people(row, 20, deaths=choice.deaths)}


def _cells(row: Row | None, choice: Choice, columns: Sequence[str]) -> tuple[str, ...] | None:
    """One row of the table, of as many people as the picture; None for too few. A dash is a part that is not shown."""
    if row is None or str(choice.of) not in row["of"]:
        return None
    people = _people(row, choice.of, deaths=choice.deaths)
    found: list[str] = []
    for part in columns:
        few = people.get(part) == 0 and _patients(row, part, people)
        # Nothing is left to be hidden where every part is shown.
        found.append("<1" if few else str(people[part]) if part in people else "0" if part == "hidden" else "–")
    return tuple(found)


def _said(words: Translations, count: int, patients: int | None, of: int) -> str:
    return say.few_words(words, of) if count == 0 and patients else say.people_words(words, count, of)


def _patients(row: Row, part: str, people: Mapping[str, int]) -> int | None:
    """How many patients a part stands for; with the dead shown apart they are not among the unknown."""
    if part == "died":
        died: int | None = row["died"]
        return died
    if part == "hidden":
        return int(row["people"] - sum(count for count in row["counts"].values() if count is not None))
    count: int | None = row["counts"][part]
    return count - int(row["died"]) if part == "unknown" and count is not None and "died" in people else count


def _levels(figures: Expectations) -> dict[str, dict[str, str]]:
    """The choices with their words; the thirds of the baseline say from where to where they reach."""
    levels = {name: dict(ones) for name, ones in LEVELS.items()}
    if figures.baseline_cuts is not None:
        low, high = (number(cut, max(1, figures.chosen.scale.decimals)) for cut in figures.baseline_cuts)
        levels["baseline"] = {
            "lowest": f"Lowest third (up to {low})",
            "middle": f"Middle third (above {low}, up to {high})",
            "highest": f"Highest third (above {high})",
        }
    return levels


def _group_words(alike: Alike) -> str:
    return ", ".join(LEVELS[name][getattr(alike, name)].lower() for name in alike.chosen) or "everybody operated on"


def _address(shelf: ExpectationShelf, choice: Choice, alike: Alike) -> dict[str, Any]:
    """What names a wider group in an address, everything else as it was chosen."""
    chosen = shelf.figures.chosen.id if shelf.figures else ""
    kept = {name: getattr(alike, name) for name in alike.chosen}
    more = {"deaths": "1"} if choice.deaths else {}
    return {"scale": chosen, "visit": choice.visit, "of": choice.of, "language": choice.language} | kept | more
