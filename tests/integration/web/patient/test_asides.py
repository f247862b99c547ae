"""Asking for a call, finishing on this phone, and the pages when something goes wrong."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy import select

from lrrc_qol.persistence.models import Task
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from tests.clock import FixedClock
from tests.integration.web.patient.visitor import Visitor, save_body
from tests.patient_links import check_in_link


def open_tasks(runtime: Runtime) -> list[str]:
    """The kinds of all tasks."""
    with runtime.reading(COMMAND) as work:
        return list(work.session.scalars(select(Task.kind)))


def test_asking_for_a_call_leaves_a_task_and_shows_the_numbers(client: FlaskClient, runtime: Runtime) -> None:
    visitor = Visitor(client)
    csrf = visitor.csrf(visitor.enter(check_in_link(runtime)))
    answer = client.post("/form/call-me", data={"csrf_token": csrf})
    assert answer.headers["Location"] == "/form/call-me"
    page = client.get("/form/call-me").text
    assert "We have told your nurses" in page
    assert 'href="tel:999"' in page
    assert open_tasks(runtime) == ["call_request"]


def test_looking_at_the_numbers_asks_nobody(client: FlaskClient, runtime: Runtime) -> None:
    Visitor(client).enter(check_in_link(runtime))
    assert "We have told your nurses" not in client.get("/form/call-me").text
    assert open_tasks(runtime) == []


def test_a_page_with_javascript_asks_with_json(client: FlaskClient, runtime: Runtime) -> None:
    visitor = Visitor(client)
    csrf = visitor.csrf(visitor.enter(check_in_link(runtime)))
    assert visitor.send("/form/call-me", {}, csrf=csrf).json == {"requested": True}
    assert open_tasks(runtime) == ["call_request"]


def test_finishing_ends_the_session_on_the_server(client: FlaskClient, runtime: Runtime) -> None:
    visitor = Visitor(client)
    form = visitor.enter(check_in_link(runtime))
    stolen = client.get_cookie("session")
    assert stolen is not None
    answer = client.post("/form/leave", data={"csrf_token": visitor.csrf(form)})
    assert '"cookies"' in answer.headers["Clear-Site-Data"]
    assert "Ada" not in answer.text
    client.set_cookie("session", stolen.value)
    ended = client.get(form)
    assert ended.status_code == 401
    assert "Your time on this page has ended" in ended.text


def test_after_half_an_hour_the_page_says_that_the_time_has_ended(
    client: FlaskClient, runtime: Runtime, clock: FixedClock
) -> None:
    visitor = Visitor(client)
    form = visitor.enter(check_in_link(runtime))
    csrf = visitor.csrf(form)
    clock.advance(minutes=31)
    answer = visitor.send(f"{form}/save", save_body({"item_id": "pain_worst", "value": 1}), csrf=csrf)
    assert (answer.status_code, answer.json and answer.json["error"]) == (401, "session_ended")


def test_an_error_page_names_a_reference_and_nothing_else(client: FlaskClient, runtime: Runtime) -> None:
    Visitor(client).enter(check_in_link(runtime))
    page = client.get("/form/AAAAAAAAAAAAAAAAAAAAAA")
    assert page.status_code == 404
    assert "Reference" in page.text
    assert "020 7946 0111" in page.text
    assert "NotFound" not in page.text
