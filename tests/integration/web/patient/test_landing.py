"""The link in the mail: looking changes nothing and shows nothing personal, the year lets in, refusals are kind."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import AuditEntry, PatientSession, Throttle
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from lrrc_qol.services.record_event import record_event
from tests.clock import FixedClock
from tests.factories import answers_for, complete_visit, make_link, make_patient, make_staff, take_seat
from tests.integration.web.patient.visitor import CSRF, Visitor, hidden_fields
from tests.patient_links import baseline_link, check_in_link

PERSONAL = ("Ada", "Example", "1958", "H-1", "ada@example.org", "pain", "QLQ")


def footprints(runtime: Runtime) -> list[int | None]:
    """How many rows the things hold that an entry or a failed try would leave."""
    with runtime.reading(COMMAND) as work:
        tables = (AuditEntry, PatientSession, Throttle)
        return [work.session.scalar(select(func.count()).select_from(table)) for table in tables]


def test_get_and_head_change_nothing_and_show_nothing_personal(client: FlaskClient, runtime: Runtime) -> None:
    token = baseline_link(runtime)
    before = footprints(runtime)
    page = client.get(f"/l/{token}")
    assert page.status_code == 200
    assert client.head(f"/l/{token}").status_code == 200
    assert "NORTH Follow-up Team" in page.text
    assert "020 7946 0222" in page.text
    assert [word for word in PERSONAL if word in CSRF.sub("", page.text.replace(token, ""))] == []
    assert footprints(runtime) == before


def test_a_press_without_a_csrf_token_changes_nothing(client: FlaskClient, runtime: Runtime) -> None:
    token = baseline_link(runtime)
    before = footprints(runtime)
    assert client.post(f"/l/{token}", data={"year": "1958"}).status_code == 400
    assert footprints(runtime) == before


@pytest.mark.parametrize("year", ["", "  ", "58", "abcd", "2031"])
def test_what_cannot_be_a_year_is_not_counted(client: FlaskClient, runtime: Runtime, year: str) -> None:
    token = baseline_link(runtime)
    before = footprints(runtime)
    answer = Visitor(client).open_link(token, year=year)
    assert answer.status_code == 422
    assert 'id="year-mistake"' in answer.text
    assert footprints(runtime) == before


def test_the_right_year_leads_to_the_form_without_the_token(client: FlaskClient, runtime: Runtime) -> None:
    token = baseline_link(runtime)
    answer = Visitor(client).open_link(token, script=True)
    assert answer.status_code == 303
    assert token not in answer.headers["Location"]
    form = client.get(answer.headers["Location"])
    assert "For Ada" in form.text
    assert token not in form.text


def test_without_javascript_the_first_question_comes(client: FlaskClient, runtime: Runtime) -> None:
    answer = Visitor(client).open_link(baseline_link(runtime))
    assert answer.headers["Location"].endswith("/item/1")
    assert "Question 1 of 30" in client.get(answer.headers["Location"]).text


def test_five_wrong_years_pause_the_link_for_every_browser(client: FlaskClient, runtime: Runtime) -> None:
    token = baseline_link(runtime)
    for _ in range(4):
        answer = Visitor(client.application.test_client()).open_link(token, year="1960")
        assert answer.status_code == 422
        assert "does not match" in answer.text
    paused = Visitor(client.application.test_client()).open_link(token, year="1960")
    assert paused.status_code == 429
    assert "30 minutes" in paused.text
    assert "020 7946 0222" in paused.text
    again = client.get(f"/l/{token}")
    assert again.status_code == 429
    assert 'name="year"' not in again.text


def test_the_right_year_does_not_open_a_paused_link(client: FlaskClient, runtime: Runtime, clock: FixedClock) -> None:
    token = baseline_link(runtime)
    fields = hidden_fields(client.get(f"/l/{token}").text)
    for _ in range(5):
        client.post(f"/l/{token}", data=fields | {"year": "1960"})
    assert client.post(f"/l/{token}", data=fields | {"year": "1958"}).status_code == 429
    clock.advance(minutes=31)
    assert client.post(f"/l/{token}", data=fields | {"year": "1958"}).status_code == 303


def test_unknown_and_ended_links_look_alike(client: FlaskClient, runtime: Runtime) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse)
    token = make_link(runtime, patient)
    with runtime.writing(nurse) as work:
        today = runtime.clock.now().date()
        record_event(
            work,
            patient,
            kind=EventKind.WITHDRAWAL_ALL,
            happened_on=today,
            detail=answers_for(runtime, EventKind.WITHDRAWAL_ALL),
        )
    ended, unknown = client.get(f"/l/{token}"), client.get("/l/nobody-made-this-link")
    assert ended.status_code == unknown.status_code == 404
    assert ended.text == unknown.text


def test_an_answered_link_says_thank_you(client: FlaskClient, runtime: Runtime) -> None:
    patient = make_patient(runtime, make_staff(runtime))
    complete_visit(runtime, take_seat(runtime, patient))
    page = client.get(f"/l/{make_link(runtime, patient)}")
    assert page.status_code == 200
    assert "we have your answers" in page.text


def test_a_closed_and_an_early_link_say_so(client: FlaskClient, runtime: Runtime, clock: FixedClock) -> None:
    token = check_in_link(runtime)
    now = clock.now()
    clock.advance(days=-2)
    assert "Monday, 2 March 2026" in client.get(f"/l/{token}").text
    clock.set(now)
    clock.advance(days=30)
    assert "would like to know how you are" in client.get(f"/l/{token}").text  # another form is due by now
    clock.advance(days=31)
    assert "closed" in client.get(f"/l/{token}").text


def test_a_second_patients_link_replaces_the_first(client: FlaskClient, runtime: Runtime) -> None:
    nurse = make_staff(runtime)
    first = make_link(runtime, make_patient(runtime, nurse))
    other = make_patient(runtime, nurse, name="Bela Sample", hospital_number="H-2", email="bela@example.org")
    visitor = Visitor(client)
    form = visitor.enter(first)
    client.post("/form/call-me", data={"csrf_token": visitor.csrf(form)})
    visitor.enter(make_link(runtime, other))
    assert "For Bela" in client.get("/form").text
    assert "We have told your nurses" not in client.get("/form/call-me").text
    assert client.get(form).status_code == 404


def test_the_front_door_leads_both_ways(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "I have a link from my hospital" in page.text
    assert 'href="/login"' in page.text
