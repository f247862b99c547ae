"""The patient's own page: what is due, what was sent, and the way to results, topics and settings."""

from __future__ import annotations

from flask import abort, redirect, session
from flask.typing import ResponseReturnValue

from lrrc_qol.services.own_page import read_own_page, sit_at_visit
from lrrc_qol.services.patient_session import find_seat
from lrrc_qol.web.guards import SEAT_KEY, audience, current_seat, on_tablet, patient_actor, runtime, typed_by_staff
from lrrc_qol.web.patient.blueprint import blueprint
from lrrc_qol.web.patient.pages import next_page, seat_page


@blueprint.get("/my")
@audience.patient
def own_page() -> ResponseReturnValue:
    """What there is for this patient today."""
    only_on_own_device()
    with runtime().reading(patient_actor()) as work:
        found = read_own_page(work, current_seat())
    return seat_page("patient/own_page.html", page=found)


@blueprint.post("/my/visits/<visit>")
@audience.patient
def go_on(visit: str) -> ResponseReturnValue:
    """Go on with another form that is due."""
    only_on_own_device()
    with runtime().writing(patient_actor()) as work:
        token = sit_at_visit(work, current_seat(), visit)
        seat = find_seat(work, token)
        if seat is None:
            abort(404)
        target = next_page(work, seat, script=True)
    session[SEAT_KEY] = token
    return redirect(target, 303)


def only_on_own_device() -> None:
    """These pages are the patient's own: not for whoever types in for them, and not on a tablet that is handed on."""
    if typed_by_staff() or on_tablet():
        abort(404)
