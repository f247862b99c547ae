"""The two long tables of an export, answers and scores: their columns with meaning, and their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lrrc_qol.interchange.export.files import table_file, write_table
from lrrc_qol.interchange.export.subject import ExportedAnswer, ExportedForm, ExportedScore, Subject

Place = tuple[Subject, ExportedForm, Any]
"""A row: the episode, the form, and the answer or score."""

INSTANT = "ISO 8601 instant with offset"
DAY = "ISO 8601 date"
DAYS = "whole days; negative before the operation"
TEXT = "text; one leading apostrophe is a mark of the export and to be removed"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its type, what it says, and where it comes from. Empty cells mean that there is no value.

    `dated` columns hold calendar dates, times or words that somebody typed; they are there on demand only.
    """

    name: str
    type: str
    meaning: str
    get: Callable[[Place], object]
    dated: bool = False


def _subject(name: str) -> Callable[[Place], object]:
    return lambda place: getattr(place[0], name)


def _form(name: str) -> Callable[[Place], object]:
    return lambda place: getattr(place[1], name)


def _visit(name: str) -> Callable[[Place], object]:
    return lambda place: getattr(place[1].visit, name)


def _own(name: str) -> Callable[[Place], object]:
    return lambda place: getattr(place[2], name)


FORM_COLUMNS = (
    Column("centre", TEXT, "code of the hospital", _subject("centre")),
    Column(
        "patient",
        TEXT,
        "study id, always the same for one patient at this site; no name, number or address of a page",
        _subject("study_id"),
    ),
    Column("episode", "integer", "1 for the first exenteration, 2 for the next", _subject("episode")),
    Column("baseline", TEXT, "baseline of the episode: prospective, stale, recalled or none", _subject("baseline")),
    Column(
        "baseline_chosen",
        "true or false",
        "whether a person chose the baseline; else the rules did",
        _subject("baseline_chosen"),
    ),
    Column(
        "baseline_why",
        TEXT,
        "how the baseline was found, or what is missing; dates as days from the operation",
        _subject("baseline_why"),
    ),
    Column("visit", TEXT, "planned timepoint, for example BL1 or M3", _visit("key")),
    Column("also_visit", TEXT, "second timepoint that this form stands for as well; mostly empty", _visit("also_key")),
    Column(
        "due_day",
        DAYS,
        "day on which it was due, from the operation",
        lambda place: place[0].day(place[1].visit.due_on),
    ),
    Column(
        "day",
        DAYS,
        "day on which it was answered, from the operation; empty before one and for a draft",
        lambda place: place[0].day(place[1].answered_on),
    ),
    Column(
        "day_enrolled",
        "whole days",
        "the same from the day of enrolment",
        lambda place: place[0].enrolled_day(place[1].answered_on),
    ),
    Column("window", TEXT, "in, early, late or unplanned by the visit's window; empty for a draft", _form("window")),
    Column("instrument", TEXT, "id of the questionnaire", lambda place: place[1].instrument.id),
    Column("instrument_version", TEXT, "version of the questionnaire", lambda place: place[1].instrument.version),
    Column("language", TEXT, "language in which it was answered", _form("language")),
    Column("mode", TEXT, "own_phone, own_computer, ward_tablet, paper, telephone or face_to_face", _form("mode")),
    Column("respondent", TEXT, "patient, helped, interpreter or proxy", _form("respondent")),
    Column(
        "respondent_relation",
        TEXT,
        "who helped, interpreted or answered, for example partner; else empty",
        _form("relation"),
    ),
    Column(
        "entered_by",
        TEXT,
        "yes when staff typed the answers in, from paper or as an interview; else no",
        lambda place: "yes" if place[1].typed_by_staff else "no",
    ),
    Column("baseline_type", TEXT, "prospective or recalled for baseline forms, else empty", _form("collected_as")),
    Column(
        "is_baseline",
        "true or false",
        "whether the episode is measured against this visit",
        _form("is_baseline"),
    ),
    Column(
        "as_baseline",
        TEXT,
        "what the rules say that this form can serve as: prospective, stale, recalled or none; else empty",
        _form("as_baseline"),
    ),
    Column("as_baseline_why", TEXT, "the reasons for that; dates as days from the operation", _form("as_baseline_why")),
    Column("status", TEXT, "sent or draft", lambda place: "draft" if place[1].submitted_at is None else "sent"),
    Column("surgery_on", DAY, "day of the operation; empty before it", _subject("surgery_on"), dated=True),
    Column("due_on", DAY, "day on which the form was due", _visit("due_on"), dated=True),
    Column("started_at", INSTANT, "first answer saved", _form("started_at"), dated=True),
    Column("submitted_at", INSTANT, "form sent in; empty for a draft", _form("submitted_at"), dated=True),
    Column(
        "answered_on",
        DAY,
        "day of sending in where the patient lives; of typed-in forms the day on paper or of the call",
        _form("answered_on"),
        dated=True,
    ),
)
ANSWER_COLUMNS = (
    *FORM_COLUMNS,
    Column("item", TEXT, "id of the question", lambda place: place[2].item.id),
    Column(
        "kind",
        TEXT,
        "value, declined (did not want to answer) or not_applicable; no row = not answered",
        _own("kind"),
    ),
    Column("value", "integer", "code of the answer as in the questionnaire's manual", _own("value")),
    Column(
        "version",
        "integer",
        "draft version that this answer made; above it nothing newer exists for the question",
        _own("version"),
    ),
    Column(
        "amended",
        "true or false",
        "whether it was corrected after sending in",
        lambda place: place[2].reason is not None,
    ),
    Column("given_at", INSTANT, "when the answer was given on the device", _own("given_at"), dated=True),
    Column("saved_at", INSTANT, "when the server stored it", _own("saved_at"), dated=True),
    Column("reason", TEXT, "reason of a correction made after sending in", _own("reason"), dated=True),
)
SCORE_COLUMNS = (
    *FORM_COLUMNS,
    Column("scale", TEXT, "id of the scale", lambda place: place[2].scale.id),
    Column("value", "decimal", "score in its native direction, not rounded; empty = no score", _own("value")),
    Column(
        "no_score",
        TEXT,
        "why there is no score: too_few_answered, part_missing, not_applicable, no_value_set or not_in_table",
        _own("no_score"),
    ),
    Column("base", "decimal", "score of the same scale in the baseline; empty without one", _own("base")),
    Column(
        "chg",
        "decimal",
        "value minus base, in the scale's own points and direction; empty where the two are not compared",
        _own("change"),
    ),
    Column(
        "chg_class",
        TEXT,
        "improved, as_before, worse (by the minimal important difference) or not_evaluable",
        _own("change_class"),
    ),
    Column("not_compared", TEXT, "why there is no class of change; else empty", _own("not_compared")),
    Column("answered", "integer", "items (or parts) that entered the score", _own("answered")),
    Column("expected", "integer", "items (or parts) that could have", _own("expected")),
    Column(
        "prorated",
        "true or false",
        "whether missing items were made up for by the rule of the manual",
        _own("prorated"),
    ),
    Column("scoring_version", TEXT, "version of the scoring rules", _own("scoring_version")),
    Column("generation", "integer", "1 for the first computation, higher after a re-computation", _own("generation")),
    Column("band", TEXT, "name of the band that the value stands for; empty for a plain number", _own("band")),
    Column("value_set", TEXT, "value set that the value rests on; empty when it needs none", _own("value_set")),
    Column("computed_at", INSTANT, "when it was computed", _own("computed_at"), dated=True),
)


def columns_of(name: str, *, with_dates: bool) -> tuple[Column, ...]:
    """The columns of `answers` or `scores`; those with dates and typed words only on demand."""
    columns = {"answers": ANSWER_COLUMNS, "scores": SCORE_COLUMNS}[name]
    return tuple(column for column in columns if with_dates or not column.dated)


def places(name: str, subjects: Iterable[Subject]) -> Iterator[Place]:
    """Every row of `answers` or `scores`."""
    for subject in subjects:
        for form in subject.forms:
            own: tuple[ExportedAnswer | ExportedScore, ...] = form.answers if name == "answers" else form.scores
            for each in own:
                yield subject, form, each


def write_long_table(name: str, subjects: Iterable[Subject], folder: Path, *, with_dates: bool) -> dict[str, int]:
    """Write `answers.csv` or `scores.csv` and its codebook; how many rows."""
    columns = columns_of(name, with_dates=with_dates)
    with table_file(folder / f"{name}.csv", [column.name for column in columns]) as table:
        for place in places(name, subjects):
            table.add(column.get(place) for column in columns)
    codebook = ((column.name, column.type, column.meaning) for column in columns)
    write_table(folder / f"{name}_codebook.csv", ("column", "type", "meaning"), codebook)
    return {name: table.rows}
