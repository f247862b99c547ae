"""The centre's hours and holidays: a year on one page, days entered one by one or pasted as a table."""

from __future__ import annotations

import csv
from calendar import month_name
from collections.abc import Sequence
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.services.clinic.holidays import ClosedDays, Holiday, add_holidays, read_closed_days, remove_holiday
from lrrc_qol.web.admin.blueprint import blueprint
from lrrc_qol.web.fields import read_day
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff_form import StaffForm

LONGEST_TABLE = 20_000
YEARS_AROUND = 5
SEPARATORS = ",;\t"


class HolidayForm(StaffForm):
    """Days as lines of a table: the day, then its name."""

    days = TextAreaField(
        "Days",
        [InputRequired("Enter at least one day."), Length(max=LONGEST_TABLE, message="This is too much for one time.")],
    )


@blueprint.get("/hours")
@audience.staff("administer")
def hours() -> ResponseReturnValue:
    """The year in the address, the present one without."""
    return _page(HolidayForm())


@blueprint.post("/hours")
@audience.staff("administer")
def add_days() -> ResponseReturnValue:
    """All lines or none; every line that cannot be read is named."""
    form = HolidayForm(request.form)
    if form.validate():
        days, faults = read_table(form.days.data or "")
        form.add_faults({"days": " ".join(faults)} if faults else {})
        if not faults:
            try:
                with runtime().writing(current_actor()) as work:
                    changed = add_holidays(work, days)
            except InvalidInput as refusal:
                form.add_faults(refusal.fields)
            else:
                flash(f"{changed} of {len(days)} days are new or renamed. Running clocks follow them.", "good")
                return redirect(url_for("admin.hours", year=min(each.day for each in days).year), 303)
    return _page(form)


@blueprint.post("/hours/<day>/remove")
@audience.staff("administer")
def remove_day(day: str) -> ResponseReturnValue:
    """Take one day out."""
    try:
        closed = date.fromisoformat(day)
    except ValueError:
        return redirect(url_for("admin.hours"), 303)
    with runtime().writing(current_actor()) as work:
        removed = remove_holiday(work, closed)
    if removed:
        flash("The day is an ordinary one again. Running clocks follow it.", "good")
    return redirect(url_for("admin.hours", year=closed.year), 303)


def read_table(text: str) -> tuple[list[Holiday], list[str]]:
    """The days of a pasted table with comma, semicolon or tab between day and name, and a sentence for each bad line.

    Empty lines and a heading line without any digit are passed over.
    """
    days: list[Holiday] = []
    faults: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or (number == 1 and not any(letter.isdecimal() for letter in line)):
            continue
        separator = next((mark for mark in SEPARATORS if mark in line), SEPARATORS[0])
        day, name = [*(cell.strip() for cell in next(csv.reader([line], delimiter=separator))), ""][:2]
        try:
            found = read_day(day)
        except ValueError as error:
            faults.append(f"Line {number}: {error}")
            continue
        if name:
            days.append(Holiday(found, name))
        else:
            faults.append(f"Line {number}: write a name behind the day.")
    return days, faults


def _page(form: HolidayForm) -> ResponseReturnValue:
    with runtime().reading(current_actor()) as work:
        closed = read_closed_days(work)
    year = request.args.get("year", default=closed.today.year, type=int)
    if abs(year - closed.today.year) > YEARS_AROUND:
        year = closed.today.year
    page = render_template(
        "admin/hours.html",
        active="admin.overview",
        form=form,
        closed=closed,
        year=year,
        months=_months(closed, year),
        empty_years=[each for each in (closed.today.year, closed.today.year + 1) if not closed.of_year(each)],
    )
    return page, 422 if form.faults() else 200


def _months(closed: ClosedDays, year: int) -> Sequence[tuple[str, list[Holiday]]]:
    days = closed.of_year(year)
    return [(month_name[month], [each for each in days if each.day.month == month]) for month in range(1, 13)]
