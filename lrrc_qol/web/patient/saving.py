"""The two requests that change a form: save some answers, send the form."""

from __future__ import annotations

from flask import abort, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.services.answer_form import SubmitResult, save_answers, submit_response
from lrrc_qol.web.guards import audience, current_seat, patient_actor, runtime, typed_by_staff
from lrrc_qol.web.languages import page_words
from lrrc_qol.web.patient.blueprint import blueprint
from lrrc_qol.web.patient.form_pages import review_page
from lrrc_qol.web.patient.pages import second_typing_url
from lrrc_qol.web.patient.save_request import LONGEST_BODY, check_submit, read_save, read_submit, small_int

# The cookie stays for the thank-you page and for a repeated submit; it opens no answer any more.
NOTHING_LEFT = {"Clear-Site-Data": '"storage"'}
SECOND_ENTRY = "second_entry"


@blueprint.post("/form/<assignment>/save")
@audience.patient
def save(assignment: str) -> ResponseReturnValue:
    """Save answers; the 2xx leaves only after the commit."""
    try:
        wanted = read_save(_json_body())
    except InvalidInput as fault:
        return jsonify(error="invalid", saved=False, fields=fault.fields), 422
    with runtime().writing(patient_actor()) as work:
        result = save_answers(work, current_seat(), assignment, wanted)
    return jsonify(result.body), result.status


@blueprint.post("/form/<assignment>/submit")
@audience.patient
def submit(assignment: str) -> ResponseReturnValue:
    """Send the form: JSON from a page that steps by itself, a plain form from one that does not."""
    if request.mimetype == "application/x-www-form-urlencoded":
        return _submit_plain(assignment)
    try:
        key, version = read_submit(_json_body())
    except InvalidInput as fault:
        return jsonify(error="invalid", submitted=False, fields=fault.fields), 422
    result = _submit(assignment, key=key, version=version)
    if result.body.get("error") == SECOND_ENTRY and typed_by_staff():
        return jsonify(result.body | {"go": second_typing_url(assignment)}), result.status
    return jsonify(result.body), result.status, NOTHING_LEFT if _is_last(result) else {}


def _is_last(result: SubmitResult) -> bool:
    """Whether nothing of the visit is left to answer on this phone."""
    return bool(result.body.get("submitted")) and result.body.get("next") is None


def _submit_plain(assignment: str) -> ResponseReturnValue:
    try:
        key, version = check_submit(request.form.get("key"), small_int(request.form.get("version", "")))
    except InvalidInput:
        return review_page(assignment, problem=_problem_words())
    result = _submit(assignment, key=key, version=version)
    if result.status == 200 or result.body.get("error") == "submitted":
        answer = redirect(url_for("patient.thanks"), 303)
        answer.headers.update(NOTHING_LEFT if _is_last(result) else {})
        return answer
    if result.body.get("error") == SECOND_ENTRY and typed_by_staff():
        return redirect(second_typing_url(assignment), 303)
    return review_page(assignment, problem=_problem_words(result.body.get("error")))


def _problem_words(error: str | None = None) -> str:
    words = page_words()
    if error == "conflict":
        return words.gettext(
            "An answer was changed on another page or device. Please check your answers, then send them."
        )
    if error == "nothing_answered":
        return words.gettext("There is no answer to send yet. Please answer at least one question.")
    return words.gettext("Your answers could not be sent. Please try again.")


def _submit(assignment: str, *, key: str, version: int) -> SubmitResult:
    with runtime().writing(patient_actor()) as work:
        return submit_response(work, current_seat(), assignment, key=key, version=version)


def _json_body() -> bytes:
    if request.mimetype != "application/json":
        abort(415)
    if (request.content_length or 0) > LONGEST_BODY:
        abort(413)
    body = request.get_data()
    if len(body) > LONGEST_BODY:
        abort(413)
    return body
