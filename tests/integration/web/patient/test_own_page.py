"""The patient's own page: what is due, what was sent and read; dead links lead nowhere and offer a new one."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lrrc_qol.domain.errors import NotFound
from lrrc_qol.persistence.models import Response
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from lrrc_qol.services.own_page import sit_at_visit
from lrrc_qol.services.read_form import mark_reviewed
from tests.factories import complete_visit, make_link, make_patient, make_staff, take_seat
from tests.integration.web.patient.visitor import Visitor, hidden_fields
from tests.patient_links import check_in_link
from tests.staff_entry import nurse_seat


def test_with_nothing_due_the_page_says_so_and_when_next_and_who_has_read(
    client: FlaskClient, runtime: Runtime
) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse)
    complete_visit(runtime, take_seat(runtime, patient))
    with runtime.reading(COMMAND) as work:
        first = work.session.scalars(select(Response.id).order_by(Response.id)).first()
    assert first is not None
    with runtime.writing(nurse) as work:
        mark_reviewed(work, patient, first)
    answer = Visitor(client).open_link(make_link(runtime, patient))
    assert answer.headers["Location"] == "/my"
    page = client.get("/my").text
    assert "There is nothing to answer today, Ada" in page
    assert page.count("Read by your care team on Monday, 2 March 2026.") == 1
    assert page.count("Not read yet.") == 1
    assert client.get("/form").headers["Location"] == "/form/thanks"
    assert client.get("/form/thanks").headers["Location"] == "/my"


def test_the_thanks_say_when_everything_was_read(client: FlaskClient, runtime: Runtime) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse)
    Visitor(client).open_link(make_link(runtime, patient))
    complete_visit(runtime, take_seat(runtime, patient))
    with runtime.reading(COMMAND) as work:
        sent = work.session.scalars(select(Response.id).order_by(Response.id)).all()
    for number, response in enumerate(sent, start=1):
        assert "Read by your care team" not in client.get("/form/thanks").text
        with runtime.writing(nurse) as work:
            mark_reviewed(work, patient, response)
        assert ("Read by your care team" in client.get("/form/thanks").text) is (number == len(sent))
    assert "They are there now, until 16:00." in client.get("/form/thanks").text


def test_several_due_forms_are_offered_one_after_the_other(client: FlaskClient, runtime: Runtime) -> None:
    visitor = Visitor(client)
    form = visitor.enter(check_in_link(runtime))
    page = client.get("/my").text
    assert "There are 2 forms for you, Ada" in page
    second = page.split("/my/visits/")[2].split('"')[0]
    answer = client.post(f"/my/visits/{second}", data=hidden_fields(page))
    assert answer.status_code == 303
    assert client.get(answer.headers["Location"]).status_code == 200
    assert client.get(form).status_code == 404  # the seat has moved on
    assert client.post("/my/visits/nowhere", data=hidden_fields(page)).status_code == 404


def test_a_dead_link_offers_a_new_one_and_tells_nothing(client: FlaskClient, runtime: Runtime) -> None:
    check_in_link(runtime)
    dead = client.get("/l/never-was")
    assert (dead.status_code, "Send me a new link" in dead.text) == (404, True)
    answer = client.post("/l/never-was", data=hidden_fields(dead.text) | {"new_link": "1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/new-link")
    assert "If there is a form for you now" in client.get("/new-link").text


def test_whoever_types_in_for_a_patient_moves_to_no_other_visit(runtime: Runtime) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse)
    typed = nurse_seat(runtime, nurse, patient)
    with pytest.raises(NotFound), runtime.writing(typed.actor) as work:
        sit_at_visit(work, typed.seat, typed.seat.visit_public_id)
