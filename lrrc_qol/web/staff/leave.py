"""Who of the team is away and who stands in."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, SelectField
from wtforms.validators import InputRequired

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.services.clinic.duty import Team, note_absence, read_absences, read_team, revoke_absence
from lrrc_qol.web.fields import CivilDateField
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff_form import StaffForm

LAST_DAY = "Enter the last day, or tick that the colleague has left."


class LeaveForm(StaffForm):
    """Days away and the cover."""

    who = SelectField("Who is away", [InputRequired("Choose who is away.")])
    cover = SelectField("Who stands in")
    first_day = CivilDateField("First day", [InputRequired("Enter the first day.")])
    last_day = CivilDateField("Last day")
    left = BooleanField("Has left for good")

    def __init__(self, formdata: Any, *, team: Team, **values: Any) -> None:
        super().__init__(formdata, **values)
        self.who.choices = [("", "Choose"), *((each.public_id, each.name) for each in team.people)]
        there = [(each.public_id, each.name) for each in team.people if each.active]
        self.cover.choices = [("", "Nobody: alerts stay with the rest of the team"), *there]


@blueprint.get("/leave")
@audience.staff("view_patients")
def leave() -> ResponseReturnValue:
    """Absences that have not ended, and a form for another one."""
    return _page(None)


@blueprint.post("/leave")
@audience.staff("view_patients")
def add_leave() -> ResponseReturnValue:
    """Write down an absence."""
    form = LeaveForm(request.form, team=_team())
    valid = form.validate()
    if not form.left.data and form.last_day.data is None and not form.last_day.errors:
        form.add_faults({"last_day": LAST_DAY})
    first_day = form.first_day.data
    if not valid or form.faults() or first_day is None:
        return _page(form)
    try:
        with runtime().writing(current_actor()) as work:
            note_absence(
                work,
                who=form.who.data,
                cover=form.cover.data or "",
                first_day=first_day,
                last_day=None if form.left.data else form.last_day.data,
            )
    except InvalidInput as refusal:
        form.add_faults(refusal.fields)
        return _page(form)
    flash("The absence is written down. Alerts go to who stands in.", "good")
    return redirect(url_for("staff.leave"), 303)


@blueprint.post("/leave/<absence>/revoke")
@audience.staff("view_patients")
def end_leave(absence: str) -> ResponseReturnValue:
    """Take an absence back."""
    with runtime().writing(current_actor()) as work:
        revoke_absence(work, absence)
    flash("The absence is taken back.", "good")
    return redirect(url_for("staff.leave"), 303)


def _team() -> Team:
    actor = current_actor()
    with runtime().reading(actor) as work:
        return read_team(work, actor.centre())


def _page(form: LeaveForm | None) -> ResponseReturnValue:
    actor = current_actor()
    with runtime().reading(actor) as work:
        team = read_team(work, actor.centre())
        lines = read_absences(work)
    shown = form or LeaveForm(None, team=team)
    page = render_template("staff/leave.html", active="staff.leave", form=shown, lines=lines, team=team)
    return page, 422 if shown.faults() else 200
