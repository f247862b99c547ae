"""Two ways off the questions: "I feel unwell – call me", and "Finish on this phone"."""

from __future__ import annotations

from flask import jsonify, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.services.patient_session import leave as end_session
from lrrc_qol.services.request_call import request_call
from lrrc_qol.web.guards import SEAT_KEY, audience, current_seat, patient_actor, runtime, typed_by_staff
from lrrc_qol.web.patient.blueprint import blueprint
from lrrc_qol.web.patient.pages import seat_page, staff_url

ASKED_KEY = "asked_for_call"


@blueprint.post("/form/call-me")
@audience.patient
def call_me() -> ResponseReturnValue:
    """Ask the nurses for a call; the page that follows shows the numbers at once."""
    with runtime().writing(patient_actor()) as work:
        request_call(work, current_seat())
    if request.is_json:
        return jsonify(requested=True)
    session[ASKED_KEY] = True
    return redirect(url_for("patient.call_me_numbers"), 303)


@blueprint.get("/form/call-me")
@audience.patient
def call_me_numbers() -> ResponseReturnValue:
    """The numbers to call, and whether the request has arrived."""
    return seat_page("patient/call_me.html", asked=session.get(ASKED_KEY, False))


@blueprint.post("/form/leave")
@audience.patient
def leave() -> ResponseReturnValue:
    """End the visit on this device; what was saved stays, and the link in the mail opens it again."""
    with runtime().writing(patient_actor()) as work:
        end_session(work, current_seat())
    if typed_by_staff():
        session.pop(SEAT_KEY, None)
        return redirect(staff_url(), 303)
    session.clear()
    response = make_response(seat_page("patient/left.html"))
    response.headers["Clear-Site-Data"] = '"cookies", "storage"'
    return response
