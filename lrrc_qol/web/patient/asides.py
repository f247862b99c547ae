"""Ways off the questions: "I feel unwell – call me", "Finish on this phone", and a tablet that locks itself."""

from __future__ import annotations

from flask import Response, jsonify, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.services.context import ANONYMOUS_PATIENT
from lrrc_qol.services.patient_session import find_seat
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
    return _forgotten(seat_page("patient/left.html", tablet=current_seat().on_tablet))


@blueprint.get("/form/locked")
@audience.public
def locked() -> ResponseReturnValue:
    """Where a tablet of the ward goes by itself that nobody touched. Opened elsewhere the address ends nothing."""
    token = session.get(SEAT_KEY)
    if token:
        with runtime().writing(ANONYMOUS_PATIENT) as work:
            seat = find_seat(work, token)
            if seat is not None and seat.on_tablet:
                end_session(work, seat)
    return render_template("patient/left.html", tablet=True)


def _forgotten(page: str) -> Response:
    response = make_response(page)
    response.headers["Clear-Site-Data"] = '"cookies", "storage"'
    return response
