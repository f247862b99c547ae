"""To whom an alert is passed on that nobody has looked at in time."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.services.clinic.duty import NURSE, Team, read_team, set_chain
from lrrc_qol.web.admin.blueprint import blueprint
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff_form import StaffForm


class ChainForm(StaffForm):
    """The second nurse and the surgeon."""

    second = SelectField("Second nurse")
    surgeon = SelectField("Surgeon")

    def __init__(self, formdata: Any, *, team: Team, **values: Any) -> None:
        super().__init__(formdata, **values)
        there = [each for each in team.people if each.active]
        nurses = [(each.public_id, each.name) for each in there if each.role == NURSE]
        clinicians = [(each.public_id, each.name) for each in there if each.role != NURSE]
        self.second.choices = [("", "Nobody named: all nurses"), *nurses]
        self.surgeon.choices = [("", "Nobody named"), *clinicians]


@blueprint.get("/escalation")
@audience.staff("administer")
def escalation() -> ResponseReturnValue:
    """Who is named now."""
    team = _team()
    named = {each.id: each.public_id for each in team.people}
    data = {"second": named.get(team.second_id or 0, ""), "surgeon": named.get(team.surgeon_id or 0, "")}
    return _page(ChainForm(None, team=team, data=data), team)


@blueprint.post("/escalation")
@audience.staff("administer")
def name_chain() -> ResponseReturnValue:
    """Name them anew."""
    team = _team()
    form = ChainForm(request.form, team=team)
    if form.validate():
        try:
            with runtime().writing(current_actor()) as work:
                set_chain(work, second=form.second.data or "", surgeon=form.surgeon.data or "")
        except InvalidInput as refusal:
            form.add_faults(refusal.fields)
        else:
            flash("Saved. It holds from the next alert that runs over its target.", "good")
            return redirect(url_for("admin.escalation"), 303)
    return _page(form, team)


def _team() -> Team:
    actor = current_actor()
    with runtime().reading(actor) as work:
        return read_team(work, actor.centre())


def _page(form: ChainForm, team: Team) -> ResponseReturnValue:
    gone = [
        team.name(each)
        for each in (team.second_id, team.surgeon_id)
        if each is not None and team.duty.stand_in(each) is None
    ]
    page = render_template("admin/escalation.html", active="admin.overview", form=form, gone=gone)
    return page, 422 if form.faults() else 200
