"""The schedule of one patient: what was planned, sent, opened, answered and missed, on the centre's calendar."""

from __future__ import annotations

from calendar import Calendar
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask import render_template, request
from flask.typing import ResponseReturnValue

from lrrc_qol.services.read_record import note_view
from lrrc_qol.services.read_schedule import read_schedule
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.asked import episode_asked
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.patient_words import contact_badges
from lrrc_qol.web.staff.schedule_lines import FORMS, MESSAGES, Line, LineMaker, of_theme

FILTERS = (("", "All"), (FORMS, "Forms only"), (MESSAGES, "Messages only"))
SHOWN_IN_CELL = 3
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of a month's table; `words` are the first few things of it, `more` counts the rest."""

    day: date
    words: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Month:
    """A month with something in it; a week has None for the days of its neighbours."""

    first: date
    weeks: tuple[tuple[Cell | None, ...], ...]
    lines: tuple[Line, ...]


@blueprint.get("/patients/<public_id>/schedule")
@audience.staff("view_patients")
def schedule(public_id: str) -> ResponseReturnValue:
    """All months with something in them; `?show=` forms or messages alone, `?episode=` an earlier operation."""
    show = request.args.get("show", "")
    with runtime().reading(current_actor()) as work:
        found = read_schedule(work, public_id, episode=episode_asked())
    with runtime().writing(current_actor()) as work:
        note_view(work, found.patient, part="schedule")
    titles = {one.id: one.short_title for one in runtime().catalogue.instruments}
    lines = of_theme(LineMaker(found, titles).lines(), show)
    return render_template(
        "staff/schedule.html",
        schedule=found,
        patient=found.patient,
        months=months(lines, today=found.today),
        show=show,
        filters=FILTERS,
        weekdays=WEEKDAYS,
        contact_badges=contact_badges(found.contact),
    )


def months(lines: Sequence[Line], *, today: date) -> tuple[Month, ...]:
    """The months of these lines, which are in order of time, and the month of today."""
    grouped = {first: tuple(some) for first, some in groupby(lines, key=lambda line: line.day.replace(day=1))}
    grouped.setdefault(today.replace(day=1), ())
    return tuple(Month(first, _weeks(first, grouped[first]), grouped[first]) for first in sorted(grouped))


def _weeks(first: date, lines: Sequence[Line]) -> tuple[tuple[Cell | None, ...], ...]:
    by_day = {day: tuple(some) for day, some in groupby(lines, key=lambda line: line.day)}
    return tuple(
        tuple(_cell(day, by_day.get(day, ())) if day.month == first.month else None for day in week)
        for week in Calendar().monthdatescalendar(first.year, first.month)
    )


def _cell(day: date, lines: Sequence[Line]) -> Cell:
    counts = Counter(
        f"{line.short} planned" if line.planned and line.theme == MESSAGES else line.short for line in lines
    )
    words = [f"{word} ×{count}" if count > 1 else word for word, count in counts.items()]
    return Cell(day, tuple(words[:SHOWN_IN_CELL]), max(0, len(words) - SHOWN_IN_CELL))
