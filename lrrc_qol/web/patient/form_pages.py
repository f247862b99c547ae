"""The pages around the questions: what there is to do, the whole form, the check before sending, the thanks."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.services.answer_form import list_parts, open_form, open_forms
from lrrc_qol.services.own_page import other_visits_due, visit_read_on
from lrrc_qol.services.visit_advice import urgent_advice
from lrrc_qol.web.guards import audience, current_seat, on_tablet, patient_actor, runtime, typed_by_staff
from lrrc_qol.web.patient.blueprint import blueprint
from lrrc_qol.web.patient.pages import (
    first_open,
    first_undecided,
    item_url,
    request_key,
    review_rows,
    seat_page,
    staff_url,
)


@blueprint.get("/form")
@audience.patient
def parts() -> ResponseReturnValue:
    """What there is to do in this visit."""
    with runtime().reading(patient_actor()) as work:
        found = list_parts(work, current_seat())
    if first_open(found) is None:
        return redirect(url_for("patient.thanks"), 303)
    return seat_page("patient/parts.html", parts=found, open_part=first_open(found))


@blueprint.get("/form/<assignment>")
@audience.patient
def form(assignment: str) -> ResponseReturnValue:
    """The whole form at once, for a browser that steps through it by itself; others are led to the first question.

    The part that comes after it is on the same page, so that a long visit costs a phone fewer pages than it has parts.
    """
    seat = current_seat()
    with runtime().reading(patient_actor()) as work:
        views = open_forms(work, seat, assignment)
    view = views[0]
    if view.submitted:
        return redirect(url_for("patient.thanks"), 303)
    return seat_page("patient/form.html", views=views, plain_url=item_url(view, first_undecided(view.items)))


@blueprint.get("/form/<assignment>/review")
@audience.patient
def review(assignment: str) -> ResponseReturnValue:
    """All answers before they are sent, what is still open first."""
    return review_page(assignment)


@blueprint.get("/form/thanks")
@audience.patient
def thanks() -> ResponseReturnValue:
    """What cannot wait, then the next part, or what happens next when there is none.

    Without any questionnaire that can be shown the patient is told that there is nothing to do.
    """
    with runtime().reading(patient_actor()) as work:
        found = list_parts(work, current_seat())
        urgent = urgent_advice(work, current_seat())
        read_on = visit_read_on(work, current_seat())
        others = () if typed_by_staff() or on_tablet() else other_visits_due(work, current_seat())
    sent = [part for part in found if part.state == "submitted"]
    if typed_by_staff() and first_open(found) is None and not urgent:
        flash("The form is typed in and sent.", "good")
        return redirect(staff_url(), 303)
    if current_seat().looks_only:
        return redirect(url_for("patient.own_page"), 303)
    if not found:
        return seat_page("patient/nothing.html")
    if not sent:
        return redirect(url_for("patient.parts"), 303)
    return seat_page(
        "patient/thanks.html",
        parts=found,
        sent=len(sent),
        next_part=first_open(found),
        urgent=urgent,
        others=others,
        read_on=read_on,
    )


def review_page(assignment: str, *, problem: str = "") -> ResponseReturnValue:
    """The check before sending, with what stood in the way of sending when something did."""
    with runtime().reading(patient_actor()) as work:
        view = open_form(work, current_seat(), assignment)
        urgent = urgent_advice(work, current_seat())
    if view.submitted:
        return redirect(url_for("patient.thanks"), 303)
    rows = review_rows(view)
    page = seat_page(
        "patient/review.html",
        view=view,
        undecided=[row for row in rows if row.item.state == "none"],
        decided=[row for row in rows if row.item.state != "none"],
        key=request_key(),
        problem=problem,
        urgent=urgent,
    )
    return page, 409 if problem else 200
