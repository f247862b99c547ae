"""Correcting the answer to a filter question: what it takes away or brings up follows, and scores with it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.persistence.models import Answer, Response, ScoreRow
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.amend_answer import Amendment, amend_answer
from lrrc_qol.services.answer_form import submit_response
from lrrc_qol.services.answers import as_values, current_answers
from lrrc_qol.services.context import COMMAND
from tests.factories import answer, assignment, make_patient, make_staff, save, take_seat
from tests.filter_form import BOWEL, HAS_BAG, NO_BAG, with_filter_form
from tests.shipped import shipped_catalogue


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The shipped definitions with the invented questionnaire at every visit."""
    return with_filter_form(shipped_catalogue())


def stand(runtime: Runtime) -> tuple[Response, dict[str, object], dict[str, float | None]]:
    """The form, its answers as they count, and its scores as they count."""
    with runtime.reading(COMMAND) as work:
        response = work.session.scalars(select(Response)).one()
        values = as_values(current_answers(work.session.scalars(select(Answer)).all()))
        rows = work.session.scalars(select(ScoreRow).order_by(ScoreRow.generation)).all()
    return response, dict(values), {row.scale_id: row.value for row in rows}


def test_what_a_filter_question_decides_follows_its_correction(runtime: Runtime) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse, stoma=None)
    phone = take_seat(runtime, patient)
    form = assignment(runtime, phone, BOWEL.id)
    save(runtime, phone, form, answer("bag", HAS_BAG), answer("leaks", 2), answer("care", 4), key="a")
    with runtime.writing(phone.actor) as work:
        submit_response(work, phone.seat, form, key="send", version=1)
    response, before, scores = stand(runtime)
    assert (before["care"], before["toilet"], scores["CARE"]) == (4, "not_applicable", 4)
    assert "stoma" in (response.facts or ())

    with runtime.writing(nurse) as work:
        amend_answer(work, patient, response.id, Amendment("bag", NO_BAG, "She has no bag.", response.version))
    response, after, scores = stand(runtime)
    assert (after["bag"], after["care"], after["toilet"]) == (NO_BAG, "not_applicable", "declined")
    assert scores["CARE"] is None
    assert "stoma" not in (response.facts or ())

    with runtime.writing(nurse) as work:
        amend_answer(work, patient, response.id, Amendment("bag", HAS_BAG, "She has one.", response.version))
    response, again, scores = stand(runtime)
    assert (again["care"], again["toilet"], scores["CARE"]) == (4, "not_applicable", 4)
